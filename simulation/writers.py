"""Writers: finished forms into CSV, XLSX and SAV files, in as many parts as a format's limit asks for."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

SHEETS = {"lbhem": "LBHEM", "lbchem": "LBCHEM", "lbthy": "LBTHY"}
SCALES = ("hdrs", "madrs", "ymrs", "bdi")
LAB_TEXT = ("flow", "cyto", "samples")
HEADER_LINE = 7  # of the workbook: five lines of title, one of units, the header
EXCEL_DATES = ("lbhem", "lbthy")
MADE = dt.datetime(2023, 4, 28, 9, 0, 0)  # noqa: DTZ001 - the clock of the workbook, the same in every run


@dataclass(frozen=True)
class Limits:
    """Rows a file holds at most: the exporter of the EDC and of the laboratory, and a sheet of Excel."""

    csv_rows: int = 500_000
    sheet_rows: int = 1_048_576 - HEADER_LINE


@dataclass(frozen=True)
class Column:
    """A column of the data dictionary."""

    name: str
    label: str
    type: str
    codes: str
    unit: str


def read_dictionary(path: Path) -> dict[str, list[Column]]:
    """Return the columns of each form, in the order of the file."""
    forms: dict[str, list[Column]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            column = Column(line["column"], line["label"], line["type"], line["codes"], line["unit"])
            forms.setdefault(line["form"], []).append(column)
    return forms


def file_of(form: str, part: int = 1) -> str:
    """Return where a form lies below raw/."""
    tail = "" if part == 1 else f"_{part}"
    if form in SHEETS:
        return f"lab/lab{tail}.xlsx"
    if form in SCALES:
        return f"scales/{form}.sav"
    if form in LAB_TEXT:
        return f"lab/{form}{tail}.csv"
    if form == "coding":
        return f"coding/coding{tail}.csv"
    if form in ("rand", "rand_dummy"):
        return f"restricted/{form}{tail}.csv"
    return f"edc/{form}{tail}.csv"


def place_of(form: str, position: int, limits: Limits) -> tuple[str, int]:
    """Return file and 1-based line (sheet row, record) of the row at this position of a form."""
    if form in SCALES:
        return file_of(form), position + 1
    size = limits.sheet_rows if form in SHEETS else limits.csv_rows
    first = HEADER_LINE + 1 if form in SHEETS else 2
    return file_of(form, position // size + 1), position % size + first


def as_text(values: pd.Series, kind: str) -> pd.Series:
    """Return a column as text: dates dd/mm/yyyy, minutes after midnight HH:MM, missing empty."""
    if isinstance(values.dtype, np.dtype) and values.dtype.kind == "M":
        codes, distinct = pd.factorize(values)
        words = np.array([*pd.DatetimeIndex(distinct).strftime("%d/%m/%Y"), ""], dtype=object)
        return pd.Series(words[codes], index=values.index)
    if kind == "time":
        codes, distinct = pd.factorize(values)
        words = np.array([*(f"{int(m) // 60:02d}:{int(m) % 60:02d}" for m in distinct), ""], dtype=object)
        return pd.Series(words[codes], index=values.index)
    return values.astype(object).where(values.notna(), "").astype(str).astype(object)


def finish(frame: pd.DataFrame, columns: list[Column], subjid: np.ndarray) -> pd.DataFrame:
    """Return a form as text in the dictionary's columns, with the simulation's `s` (and VISIT) beside."""
    text: dict[str, pd.Series] = {}
    for column in columns:
        if column.name == "SUBJID":
            text["SUBJID"] = pd.Series(subjid[frame["s"]], index=frame.index)
        elif column.name == "SITENO":
            text["SITENO"] = pd.Series("01", index=frame.index, dtype=object)
        elif column.name in frame:
            text[column.name] = as_text(frame[column.name], column.type)
        else:
            text[column.name] = pd.Series("", index=frame.index, dtype=object)
    beside = [name for name in ("s", "VISIT") if name in frame and name not in text]
    return pd.concat([pd.DataFrame(text), frame[beside]], axis=1).reset_index(drop=True)


def _parts(frame: pd.DataFrame, size: int) -> Iterator[tuple[int, pd.DataFrame]]:
    for part in range(max(1, -(-len(frame) // size))):
        yield part + 1, frame.iloc[part * size : (part + 1) * size]


def write_forms(
    out: Path, forms: Mapping[str, pd.DataFrame], dictionary: Mapping[str, list[Column]], limits: Limits
) -> None:
    """Write every form below `out`."""
    for folder in ("edc", "scales", "lab", "coding", "restricted"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    for form, frame in forms.items():
        columns = dictionary["rand" if form == "rand_dummy" else form]
        shown = frame[[column.name for column in columns]]
        if form in SCALES:
            write_sav(out / file_of(form), form, shown, columns)
        elif form not in SHEETS:
            style: dict[str, Any] = (
                {"sep": ";", "encoding": "latin-1"} if form in LAB_TEXT else {"sep": ",", "encoding": "utf-8"}
            )
            for part, rows in _parts(shown, limits.csv_rows):
                rows.to_csv(out / file_of(form, part), index=False, lineterminator="\n", **style)
    longest = max(len(forms[form]) for form in SHEETS)
    for part in range(1, max(1, -(-longest // limits.sheet_rows)) + 1):
        here = slice((part - 1) * limits.sheet_rows, part * limits.sheet_rows)
        write_workbook(
            out / file_of("lbhem", part), {form: forms[form].iloc[here] for form in SHEETS}, dictionary
        )


def write_sav(path: Path, form: str, frame: pd.DataFrame, columns: list[Column]) -> None:
    """Write an SPSS file with value labels; the clock in its header is always the same."""
    import pyreadstat

    data, labels = {}, {}
    for column in columns:
        if column.type == "integer":
            data[column.name] = pd.to_numeric(frame[column.name].replace("", np.nan)).astype(float)
            codes = (pair.split("=", 1) for pair in column.codes.split(";") if pair)
            labels[column.name] = {float(code): meaning for code, meaning in codes}
        else:
            data[column.name] = frame[column.name]
    pyreadstat.write_sav(
        pd.DataFrame(data),  # pyright: ignore[reportArgumentType]
        str(path),
        file_label=f"SYNTHETIC DATA - {form.upper()}",
        column_labels=[column.label[:120] for column in columns],
        variable_value_labels={name: pairs for name, pairs in labels.items() if pairs},
        variable_format=dict.fromkeys(labels, "F4.0"),
    )
    content = bytearray(path.read_bytes())
    content[92:109] = b"28 Apr 2309:00:00"
    path.write_bytes(bytes(content))


def _cell(text: str, kind: str) -> float | str:
    if kind in ("integer", "decimal"):
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _day(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(text, "%d/%m/%Y")  # noqa: DTZ007 - a date of the laboratory has no zone
    except ValueError:
        return None


def write_workbook(
    path: Path, sheets: Mapping[str, pd.DataFrame], dictionary: Mapping[str, list[Column]]
) -> None:
    """Write the laboratory's workbook: a sheet a form, title and units above the header."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "SYNTHETIC DATA - laboratory export", "created": MADE})
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
    for form, frame in sheets.items():
        sheet = book.add_worksheet(SHEETS[form])
        columns = dictionary[form]
        title = (
            "SYNTHETIC DATA - not from any patient",
            "Laboratorio Analisi - Example Hospital",
            "Studio SYN-IL2REG, centro 01",
            f"Foglio {SHEETS[form]}",
            "Esportazione del 28/04/2023",
        )
        for line, text in enumerate(title):
            sheet.write_string(line, 0, text, bold)
        for place, column in enumerate(columns):
            if column.unit:
                sheet.write_string(HEADER_LINE - 2, place, column.unit)
            sheet.write_string(HEADER_LINE - 1, place, column.name, bold)
            sheet.set_column(place, place, 12)
            excel_date = column.type == "date" and form in EXCEL_DATES
            values = frame[column.name].to_numpy()
            known = {
                text: (_day(text) if excel_date else _cell(text, column.type))
                for text in dict.fromkeys(values)
            }
            for row, text in enumerate(values, HEADER_LINE):
                value = known[text]
                if text == "":
                    continue
                if isinstance(value, dt.datetime):
                    sheet.write_datetime(row, place, value, day)
                elif isinstance(value, float):
                    sheet.write_number(row, place, value)
                else:
                    sheet.write_string(row, place, text)
        sheet.freeze_panes(HEADER_LINE, 2)
    book.close()


def write_planted(path: Path, entries: list[dict[str, Any]], seed: int, subjects: int) -> None:
    """Write the list of planted errors as TOML."""
    lines = [
        "# SYNTHETIC DATA: every error that the simulator planted, written in the same run as raw/.",
        "# line: 1-based, of a CSV; row of a sheet, record of a .sav. finding: a build has to tell it.",
        f"seed = {seed}",
        f"subjects = {subjects}",
    ]
    for entry in entries:
        lines += ["", "[[planted]]"]
        for key, value in entry.items():
            shown = str(value).lower() if isinstance(value, bool) else str(value)
            if isinstance(value, str):
                shown = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
            lines.append(f"{key} = {shown}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
