"""One line of a raw file, found by its values, changed and addressed as reports address it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyreadstat

sys.path.insert(0, str(Path(__file__).parents[1] / "torture"))

from blind_edit import Csv, edc, immunology, spss

LAB, HEADER = "raw/lab/lab.xlsx", 7
SCALES = ("hdrs", "madrs", "ymrs", "bdi")
SHEETS = ("LBHEM", "LBCHEM", "LBTHY")


@dataclass(frozen=True)
class Record:
    """The only record of a form that has these values."""

    form: str
    key: tuple[tuple[str, str], ...]

    def only(self, found: list[Any]) -> Any:
        if len(found) != 1:
            raise LookupError(f"{self}: {len(found)} records")
        return found[0]


def change(trial: Path, record: Record, cells: dict[str, str]) -> None:
    """Give the cells of a record their new values; raises if one has it already."""
    if record.form in SHEETS:
        _change_sheet(trial, record, cells)
    elif record.form in SCALES:
        _change_scale(trial, record, cells)
    else:
        number = _line(trial, record)
        for column, value in cells.items():
            if _table(record.form).rows(trial)[number - 2][1][column] != value:
                _table(record.form).set(trial, number, column, value)
            elif len(cells) == 1:
                raise ValueError(f"{record}: {column} is {value!r} already")


def place(trial: Path, record: Record) -> str:
    """Where reports say that a record is: `file:line`, or `file!sheet:line` of a workbook."""
    if record.form in SHEETS:
        book = openpyxl.load_workbook(trial / LAB, read_only=True)
        return f"{LAB}!{record.form}:{_row(book[record.form], record)}"
    if record.form in SCALES:
        return f"raw/scales/{record.form}.sav:{_case(_data(trial, record.form), record) + 1}"
    return f"{_table(record.form).file}:{_line(trial, record)}"


def _table(form: str) -> Csv:
    if form in ("flow", "cyto", "samples"):
        return immunology(form)
    folder = {"coding": "raw/coding", "rand": "raw/restricted"}.get(form)
    return Csv(f"{folder}/{form}.csv") if folder else edc(form)


def _line(trial: Path, record: Record) -> int:
    rows = _table(record.form).rows(trial)
    return record.only(
        [number for number, row in rows if all(row[name] == text for name, text in record.key)]
    )


def _row(page: Any, record: Record) -> int:
    rows = list(page.iter_rows(min_row=HEADER, values_only=True))
    header = rows[0]
    return record.only(
        [
            number
            for number, row in enumerate(rows[1:], HEADER + 1)
            if all(row[header.index(name)] == text for name, text in record.key)
        ]
    )


def _change_sheet(trial: Path, record: Record, cells: dict[str, str]) -> None:
    book = openpyxl.load_workbook(trial / LAB)
    page = book[record.form]
    number = _row(page, record)
    columns = [cell.value for cell in page[HEADER]]
    for name, text in cells.items():
        cell = page.cell(number, columns.index(name) + 1)
        cell.value = float(text) if isinstance(cell.value, int | float) else text
        if isinstance(cell.value, datetime):
            raise ValueError(f"{record}: {name} is a date of Excel")
    book.save(trial / LAB)


def _data(trial: Path, form: str) -> Any:
    return pyreadstat.read_sav(trial / f"raw/scales/{form}.sav")[0]


def _case(data: Any, record: Record) -> int:
    return record.only(
        [n for n, row in enumerate(data.to_dict("records")) if all(row[k] == v for k, v in record.key)]
    )


def _change_scale(trial: Path, record: Record, cells: dict[str, str]) -> None:
    def edit(data: Any, _: Any) -> str:
        case = _case(data, record)
        for name, text in cells.items():
            data.loc[case, name] = text if data[name].dtype.kind not in "if" else float(text)
        return f":{case + 1}"

    spss(f"raw/scales/{record.form}.sav", edit)(trial)
