"""XLSX: Excel dates told from text, numbers as typed, and each kind of bad workbook told."""

from __future__ import annotations

import datetime
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from syrupy.assertion import SnapshotAssertion

from il2cdisc.base.numbers import number_text
from il2cdisc.base.problems import Problems
from il2cdisc.raw.readers.xlsx import READER, XlsxOptions
from il2cdisc.raw.table import RawTable


def workbook(fill: Callable[[Worksheet], None], title: str = "LBX") -> bytes:
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    sheet.append(["SYNTHETIC DATA"])
    sheet.append([])
    sheet.append(["PAT", "DAT", "RES"])
    fill(sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(data: bytes, header_line: int = 3) -> tuple[RawTable | None, Problems]:
    problems, options = Problems(), XlsxOptions(sheet="LBX", header_line=header_line)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lab.xlsx"
        path.write_bytes(data)
        return READER.whole(path, "raw/lab/lab.xlsx", options, problems), problems


def rows(table: RawTable | None) -> list[list[str | None]]:
    assert table is not None
    return [[None if pd.isna(cell) else cell for cell in row] for row in table.frame.to_numpy(dtype=object)]


def test_cells_as_text() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["007", datetime.date(2021, 3, 4), 12])
        sheet.append(["NA", "04/03/2021", 12.5])
        sheet.append([" x ", datetime.datetime.fromisoformat("2021-03-04T10:05"), 0.1 + 0.2])
        sheet.append([True, datetime.time(7, 30), 1e-7])
        sheet.append([None, None, "<9"])

    table, problems = read(workbook(fill))
    assert rows(table) == [
        ["007", "2021-03-04", "12"],
        ["NA", "04/03/2021", "12.5"],
        [" x ", "2021-03-04 10:05:00", "0.3"],
        ["TRUE", "07:30:00", "0.0000001"],
        [None, None, "<9"],
    ]
    assert table is not None
    assert table.lines.tolist() == [4, 5, 6, 7, 8]
    assert table.date_columns == ("DAT",)
    assert table.notes == ("Excel dates in DAT",)
    assert not problems


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12.0, "12"),
        (-0.0, "0"),
        (12.5, "12.5"),
        (1e20, "100000000000000000000"),
        (1e-5, "0.00001"),
        (0.1, "0.1"),
    ],
)
def test_numbers(value: float, text: str) -> None:
    assert number_text(value) == text
    assert float(number_text(value)) == value


def formulas(sheet: Worksheet) -> None:
    sheet.append(["1", "x", "=1+1"])
    sheet.append(["2", "x", "=A1"])


def merged(sheet: Worksheet) -> None:
    sheet.append(["1", "x", 1])
    sheet.append(["2", "x", 1])
    sheet.merge_cells("A4:A5")


def beyond(sheet: Worksheet) -> None:
    sheet.append(["1", "x", 1, "a note"])


def blank_row(sheet: Worksheet) -> None:
    sheet.append(["1", "x", 1])
    sheet.append([])
    sheet.append(["2", "x", 1])


def hidden_row(sheet: Worksheet) -> None:
    sheet.append(["1", "x", 1])
    sheet.append(["2", "x", 1])
    sheet.row_dimensions[5].hidden = True


def header_twice(sheet: Worksheet) -> None:
    sheet["D3"] = "DAT"
    sheet["F3"] = "Z"


def title_merged(sheet: Worksheet) -> None:
    sheet.merge_cells("A1:C1")
    sheet.append(["1", "x", 1])


def no_rows(sheet: Worksheet) -> None:
    del sheet


OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

BAD = {
    "formulas never calculated": workbook(formulas),
    "merged cells": workbook(merged),
    "merged title is fine": workbook(title_merged),
    "cells beyond the header": workbook(beyond),
    "blank row": workbook(blank_row),
    "hidden row": workbook(hidden_row),
    "header": workbook(header_twice),
    "header only": workbook(no_rows),
    "renamed sheet": workbook(no_rows, "LBX old"),
    "empty file": b"",
    "no workbook": b"PAT,DAT\n1,2\n",
    "cut off": workbook(merged)[:3000],
    "password": OLE_MAGIC + b"\0" * 100 + ENCRYPTED,
    "old kind": OLE_MAGIC + b"\0" * 100,
}


@pytest.mark.parametrize("case", list(BAD))
def test_bad_workbooks_are_told(
    case: str, told: Callable[[Problems], str], snapshot: SnapshotAssertion
) -> None:
    table, problems = read(BAD[case])
    assert (table is None) == bool(problems.stops)
    assert told(problems) == snapshot


def test_results_of_formulas_and_errors_are_kept_and_told(
    told: Callable[[Problems], str], snapshot: SnapshotAssertion
) -> None:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("LBX")
        sheet.write_row("A3", ["PAT", "DAT", "RES"])
        sheet.write_row("A4", ["1", "x"])
        sheet.write_formula("C4", "=6*7", None, 42)
        sheet.write_row("A5", ["2", "x"])
        sheet.write_formula("C5", "=1/0", None, "#DIV/0!")
    table, problems = read(stream.getvalue())
    assert rows(table) == [["1", "x", "42"], ["2", "x", "#DIV/0!"]]
    assert not problems.stops
    assert told(problems) == snapshot


def test_a_header_below_the_end(told: Callable[[Problems], str], snapshot: SnapshotAssertion) -> None:
    table, problems = read(workbook(no_rows), header_line=9)
    assert table is None
    assert told(problems) == snapshot
