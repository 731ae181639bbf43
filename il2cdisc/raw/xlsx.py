"""XLSX sheets → text: Excel's dates told from text, numbers as typed, nothing computed."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from il2cdisc.base.problems import Kind, Problems, at_line, column_letter, did_you_mean
from il2cdisc.raw.csvfile import header_is_good
from il2cdisc.raw.numbers import number_text
from il2cdisc.raw.problems import (
    BLANK_LINES,
    ERROR_CELL,
    FORMULA,
    HIDDEN,
    MERGED,
    NO_RESULT,
    PASSWORD,
    RAGGED,
    SHEET_MISSING,
    UNREADABLE,
)
from il2cdisc.raw.table import Table, line_list, text_frame

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SAFE_SIZE, SAFE_RATIO = 100_000_000, 100
"""Above that many bytes a workbook may not unpack to more than so many times its size (usual: 5 to 20)."""
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
EXCEL_DIGITS = 15
CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')
HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="(\d+)"[^>]*?\bhidden="(?:1|true)"')
VALUE = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]*)</")


@dataclass(frozen=True, slots=True)
class _Marks:
    """What a value alone does not show: (row, column) of formulas and errors, hidden rows."""

    formulas: dict[tuple[int, int], bool]
    errors: dict[tuple[int, int], str]
    hidden: tuple[int, ...]


def read_xlsx(
    data: bytes, shown: str, problems: Problems, *, sheet: str, header_line: int = 1
) -> Table | None:
    """One sheet of a workbook as a `Table`; None after a problem that stops. `lines` are sheet rows.

    A date cell becomes `yyyy-mm-dd`, with its time `yyyy-mm-dd hh:mm:ss`, a time cell `hh:mm:ss`, and its
    column is listed in `date_columns`; text that looks like a date stays as it is. Numbers are written
    with Excel's 15 digits at most.
    """
    import python_calamine as calamine

    if data.startswith(OLE_MAGIC):
        if ENCRYPTED in data:
            problems.add(PASSWORD.at(shown, "The workbook is protected by a password."))
        else:
            problems.add(UNREADABLE.at(shown, "The file is no .xlsx workbook but one of the old .xls kind."))
        return None
    if unpacked := _too_large(data):
        problems.add(UNREADABLE.at(shown, f"The workbook unpacks to {unpacked:,} bytes: not safe."))
        return None
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = list(book.sheet_names)
        if sheet not in names:
            what = f"There is no sheet '{sheet}'."
            hint = did_you_mean(sheet, names)
            problems.add(SHEET_MISSING.at(shown, what, values=names, hint=hint))
            return None
        cells = book.get_sheet_by_name(sheet)
        rows = cells.to_python(skip_empty_area=False)
        merged = cells.merged_cell_ranges or []
        marks = _marks(data, names.index(sheet))
    except (calamine.CalamineError, zipfile.BadZipFile, KeyError, OSError, EOFError) as error:
        what = "The file is empty." if not data else f"The workbook is damaged or cut off ({_short(error)})."
        problems.add(UNREADABLE.at(shown, what))
        return None
    if len(rows) < header_line:
        what = f"The sheet ends at row {len(rows)}, its header should be row {header_line}."
        problems.add(UNREADABLE.at(at_line(shown, header_line, sheet=sheet), what))
        return None
    header = [_text(cell) or "" for cell in rows[header_line - 1]]
    while header and not header[-1]:
        header.pop()
    before = len(problems.stops)
    header_is_good(header, shown, header_line, problems, sheet)
    _tell_merged(merged, shown, sheet, header_line, problems)
    filled = [any(cell != "" for cell in row) for row in rows]
    last = max((place for place, some in enumerate(filled) if some), default=0)
    kept = [place for place in range(header_line, last + 1) if filled[place]]
    blank = [place + 1 for place in range(header_line, last + 1) if not filled[place]]
    _tell_beyond(rows, kept, len(header), shown, sheet, problems)
    _tell_marks(marks, header, header_line, shown, sheet, problems)
    if blank:
        what = f"Blank rows between the records: {line_list(blank)}."
        problems.add(BLANK_LINES.at(at_line(shown, blank[0], sheet=sheet), what))
    if len(problems.stops) > before:
        return None
    columns: dict[str, list[str | None]] = {}
    dated: list[str] = []
    for place, name in enumerate(header):
        values = [rows[row][place] for row in kept]
        if any(isinstance(value, datetime.date | datetime.time | datetime.timedelta) for value in values):
            dated.append(name)
        columns[name] = [_text(value) for value in values]
    lines = np.array(kept, dtype="int64") + 1
    at = {int(line): place for place, line in enumerate(lines)}
    for (row, column), text in marks.errors.items():
        if row in at and column <= len(header):
            columns[header[column - 1]][at[row]] = text
    notes = [f"Excel dates in {name}" for name in dated]
    notes += [f"blank rows: {line_list(blank)}"] if blank else []
    return Table(text_frame(columns), lines, "utf-8", tuple(notes), tuple(dated))


def _too_large(data: bytes) -> int:
    """Bytes to which a workbook unpacks, when no spreadsheet of that size on disk would; else 0."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except zipfile.BadZipFile:
        return 0  # told where the workbook is opened
    return size if size > SAFE_SIZE and size > SAFE_RATIO * len(data) else 0


def _short(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__


def _text(cell: object) -> str | None:
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return number_text(cell, EXCEL_DIGITS)
    if isinstance(cell, datetime.datetime):
        # A time alone is a fraction of a day that Excel counts from 1899-12-31 or 1900-01-01.
        if cell.year < 1900 or cell.date() in (datetime.date(1900, 1, 1), datetime.date(1899, 12, 31)):
            return cell.strftime("%H:%M:%S")
        return (
            cell.date().isoformat()
            if not (cell.hour or cell.minute or cell.second)
            else f"{cell:%Y-%m-%d %H:%M:%S}"
        )
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    if isinstance(cell, datetime.time):
        return cell.strftime("%H:%M:%S")
    if isinstance(cell, datetime.timedelta):
        minutes, seconds = divmod(round(cell.total_seconds()), 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"
    return None


def _marks(data: bytes, position: int) -> _Marks:
    """Formulas, errors and hidden rows of a sheet, from its XML (never parsed as XML: nothing expands)."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read(_sheet_path(archive, position))
    hidden = tuple(int(found.group(1)) for found in HIDDEN_ROW.finditer(xml))
    formulas: dict[tuple[int, int], bool] = {}
    errors: dict[tuple[int, int], str] = {}
    if re.search(rb'<(?:\w+:)?f[\s>/]|\bt="e"', xml):
        for found in CELL.finditer(xml):
            attributes, content = found.group(1), found.group(3) or b""
            reference = REFERENCE.search(attributes)
            if reference is None:
                continue
            place = (int(reference.group(2)), _column_number(reference.group(1).decode()))
            value = VALUE.search(content)
            if re.search(rb"<(?:\w+:)?f[\s>/]", content):
                formulas[place] = value is not None and value.group(1) != b""
            if re.search(rb'\bt="e"', attributes) and value is not None:
                errors[place] = value.group(1).decode()
    return _Marks(formulas, errors, hidden)


def _sheet_path(archive: zipfile.ZipFile, position: int) -> str:
    """Path of the sheet at a position of the workbook, through its relationships."""
    book = archive.read("xl/workbook.xml")
    links = archive.read("xl/_rels/workbook.xml.rels")
    ids = re.findall(rb'<(?:\w+:)?sheet\s[^>]*?\br:id="([^"]+)"', book)
    targets: dict[bytes, bytes] = {}
    for found in re.finditer(rb"<(?:\w+:)?Relationship\s([^>]*)>", links):
        name = re.search(rb'\bId="([^"]+)"', found.group(1))
        target = re.search(rb'\bTarget="([^"]+)"', found.group(1))
        if name and target:
            targets[name.group(1)] = target.group(1)
    target = targets[ids[position]].decode()
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _tell_merged(
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]],
    shown: str,
    sheet: str,
    header_line: int,
    problems: Problems,
) -> None:
    inside = [
        (top + 1, f"{column_letter(left + 1)}{top + 1}:{column_letter(right + 1)}{bottom + 1}")
        for (top, left), (bottom, right) in merged
        if bottom + 1 >= header_line
    ]
    if inside:
        what = "Cells of the table are merged; which records the value belongs to can't be told."
        where = at_line(shown, min(inside)[0], sheet=sheet)
        problems.add(MERGED.at(where, what, values=[name for _, name in sorted(inside)]))


def _tell_beyond(
    rows: Sequence[Sequence[object]],
    kept: Sequence[int],
    width: int,
    shown: str,
    sheet: str,
    problems: Problems,
) -> None:
    beyond = [
        (row, place)
        for row in kept
        for place, cell in enumerate(rows[row][width:], start=width)
        if cell != ""
    ]
    if beyond:
        what = f"Cells stand to the right of the {width} columns of the header."
        values = [f"{column_letter(place + 1)}{row + 1}" for row, place in beyond]
        problems.add(RAGGED.at(at_line(shown, beyond[0][0] + 1, sheet=sheet), what, values=values))


def _tell_marks(
    marks: _Marks, header: list[str], header_line: int, shown: str, sheet: str, problems: Problems
) -> None:
    def inside(places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        return [(row, column) for row, column in places if row >= header_line and column <= len(header)]

    def tell(kind: Kind, what: str, places: list[tuple[int, int]]) -> None:
        if places:
            values = [f"{column_letter(column)}{row}" for row, column in places]
            row, column = places[0]
            problems.add(kind.at(at_line(shown, row, header[column - 1], sheet=sheet), what, values=values))

    ready = [place for place, known in marks.formulas.items() if known]
    waiting = [place for place, known in marks.formulas.items() if not known]
    tell(NO_RESULT, "Formulas were never calculated: their cells hold no value.", inside(waiting))
    tell(FORMULA, "Cells hold formulas, not entered values.", inside(ready))
    tell(ERROR_CELL, "Cells hold an Excel error instead of a value.", inside(list(marks.errors)))
    hidden = [row for row in marks.hidden if row > header_line]
    if hidden:
        what = f"Rows are hidden in Excel: {line_list(hidden)}."
        problems.add(HIDDEN.at(at_line(shown, hidden[0], sheet=sheet), what))
