"""XLSX sheets → text: Excel's dates told from text, numbers as typed, nothing computed."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from operator import itemgetter
from pathlib import Path

import numpy as np
from pydantic import Field

from il2cdisc.base.columns import CodedColumn, CodedTable
from il2cdisc.base.numbers import number_text
from il2cdisc.base.problems import (
    Address,
    Kind,
    Problem,
    Problems,
    at_cell,
    at_line,
    column_letter,
    did_you_mean,
)
from il2cdisc.raw.problems import (
    BLANK_LINES,
    CELL_COMMENT,
    ERROR_CELL,
    FORMULA,
    HIDDEN,
    MERGED,
    NO_RESULT,
    PASSWORD,
    RAGGED,
    SHEET_MISSING,
    SHEET_UNREAD,
    UNREADABLE,
)
from il2cdisc.raw.readers._header import HeaderOptions, header_problems
from il2cdisc.raw.readers._reader import Reader
from il2cdisc.raw.table import RawTable, line_list
from il2cdisc.study.model import Text
from il2cdisc.transport.cells import Marks, Where
from il2cdisc.transport.ooxml import EXPORT, PackageError
from il2cdisc.transport.sheets import SheetPackage, cell_values

EXCEL_DIGITS = 15
DATES = (datetime.date, datetime.time, datetime.timedelta)

Rows = Sequence[Sequence[object]]


class XlsxOptions(HeaderOptions):
    """Options of workbooks."""

    sheet: Text = Field(description="a workbook may have several")

    @property
    def page(self) -> str:
        return self.sheet


def read(path: Path, shown: str, options: XlsxOptions, problems: Problems) -> Iterator[RawTable]:
    """One sheet of a workbook. `lines` are sheet rows.

    A date cell becomes `yyyy-mm-dd`, with its time `yyyy-mm-dd hh:mm:ss`, a time cell `hh:mm:ss`, and its
    column is listed in `date_columns`; text that looks like a date stays as it is. Numbers are written
    with Excel's 15 digits at most. Rows are read whether they are hidden or not, comments are reported.

    The values of the sheet are in memory at once, as calamine gives them; texts are made of distinct ones.
    """
    data, name = path.read_bytes(), options.sheet
    failing = ""
    try:
        with closing(SheetPackage(data, EXPORT)) as package:
            package.verify()
            if name not in package.sheets:
                what, hint = f"There is no sheet '{name}'.", did_you_mean(name, package.sheets)
                problems.add(SHEET_MISSING.at(shown, what, values=package.sheets, hint=hint))
                return
            failing = name
            marks = package.marks(name)
        rows, merged = cell_values(data, name)
    except PackageError as error:
        problems.add(_unreadable(error, shown, failing))
        return
    header = options.header_line
    if len(rows) < header:
        what = f"The sheet ends at row {len(rows)}, its header should be row {header}."
        problems.add(UNREADABLE.at(at_line(shown, header, sheet=name), what))
        return
    sheet, before = _Sheet(shown, name, header, rows), len(problems.stops)
    problems.extend(_sheet_problems(sheet, merged, marks))
    if len(problems.stops) == before:
        yield _table(sheet, marks, options.units)


def unread_sheets(path: Path, shown: str, read: Sequence[XlsxOptions], problems: Problems) -> None:
    """Report each sheet with cells that no form reads: the data in it are nowhere else."""
    names = [options.sheet for options in read]
    try:
        with closing(SheetPackage(path.read_bytes(), EXPORT)) as package:
            for name in package.sheets:
                if name not in names and not package.is_empty(name):
                    hidden = ", and it is hidden" if package.marks(name).hidden else ""
                    what = f"No form of study.toml reads the sheet '{name}'{hidden}."
                    place = Address(file=shown, sheet=name)
                    problems.add(SHEET_UNREAD.at(place, what, hint=did_you_mean(name, names)))
    except PackageError as error:
        problems.add(_unreadable(error, shown))


def _unreadable(error: PackageError, shown: str, sheet: str = "") -> Problem:
    kind = PASSWORD if error.password else UNREADABLE
    return kind.at(Address(file=shown, sheet=sheet), error.why)


class _Sheet:
    """The rows of a sheet, its header, and addresses in it."""

    def __init__(self, shown: str, name: str, header_line: int, rows: Rows) -> None:
        self.shown, self.name, self.header_line, self.rows = shown, name, header_line, rows
        self.header = self.texts(header_line)
        while self.header and not self.header[-1]:
            self.header.pop()
        filled = [any(cell != "" for cell in row) for row in rows]
        last = max((place for place, some in enumerate(filled) if some), default=0)
        body = range(header_line, last + 1)
        self.kept = [place for place in body if filled[place]]
        """Indices of the rows that hold records, from 0."""
        self.blank = [place + 1 for place in body if not filled[place]]

    def texts(self, line: int) -> list[str]:
        return [_text(cell) or "" for cell in self.rows[line - 1]]

    def inside(self, where: Where) -> bool:
        """Whether a cell is one of the header or below it, in a column that has a name."""
        return where[0] >= self.header_line and where[1] <= len(self.header)

    def at(self, where: Where) -> Address:
        """A cell: of a record by its column's name, else by its letter."""
        row, column = where
        if self.inside(where):
            return at_line(self.shown, row, self.header[column - 1], sheet=self.name)
        return at_cell(self.shown, self.name, column, row)


def _sheet_problems(sheet: _Sheet, merged: Iterable[tuple[Where, Where]], marks: Marks) -> Iterator[Problem]:
    yield from header_problems(sheet.header, sheet.shown, sheet.header_line, sheet.name)
    yield from _merged(sheet, merged)
    yield from _beyond(sheet)
    yield from _marked(sheet, marks)
    yield from _hidden(sheet, marks)
    yield from _commented(sheet, marks.comments)
    if sheet.blank:
        places = [at_line(sheet.shown, row, sheet=sheet.name) for row in sheet.blank]
        yield BLANK_LINES.at(places[0], "Blank rows are between the records.", records=places)


def _table(sheet: _Sheet, marks: Marks, unit_line: int) -> RawTable:
    """The records as text, and what is said of the sheet."""
    rows, errors = [sheet.rows[row] for row in sheet.kept], _errors(sheet, marks)
    columns = {name: _column(rows, place, errors.get(place, {})) for place, name in enumerate(sheet.header)}
    dated = tuple(name for name, (_, is_dated) in columns.items() if is_dated)
    notes = [f"Excel dates in {name}" for name in dated]
    notes += [f"blank rows: {line_list(sheet.blank)}"] if sheet.blank else []
    units = dict(zip(sheet.header, sheet.texts(unit_line), strict=False)) if unit_line else {}
    records = CodedTable({name: column for name, (column, _) in columns.items()}, len(sheet.kept))
    lines = np.array(sheet.kept, dtype="int64") + 1
    return RawTable(records, lines, "utf-8", tuple(notes), date_columns=dated, units=units)


def _column(
    records: Sequence[Sequence[object]], place: int, errors: Mapping[int, str]
) -> tuple[CodedColumn, bool]:
    """A column as text, and whether it has a date or a time; `errors`: record → the text of Excel's error."""
    cells: list[object] = list(map(itemgetter(place), records))
    for number, text in errors.items():
        cells[number] = text
    if bool in set(map(type, cells)):  # a truth value equals a number
        cells = [_text(cell) if isinstance(cell, bool) else cell for cell in cells]
    places = {cell: number for number, cell in enumerate(dict.fromkeys(cells))}
    codes = np.fromiter(map(places.__getitem__, cells), "int32", len(cells))
    column = CodedColumn.of_texts([_text(cell) or None for cell in places], codes)
    return column, any(isinstance(cell, DATES) for cell in places)


def _errors(sheet: _Sheet, marks: Marks) -> dict[int, dict[int, str]]:
    """Place of a column → place of a record → the text of Excel's error there."""
    out: dict[int, dict[int, str]] = {}
    at = {row + 1: number for number, row in enumerate(sheet.kept)} if marks.errors else {}
    for (row, column), text in marks.errors.items():
        if row in at:
            out.setdefault(column - 1, {})[at[row]] = text
    return out


def _text(cell: object) -> str | None:
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return number_text(float(cell), EXCEL_DIGITS)
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


def _merged(sheet: _Sheet, merged: Iterable[tuple[Where, Where]]) -> Iterator[Problem]:
    inside = [
        (top + 1, f"{column_letter(left + 1)}{top + 1}:{column_letter(right + 1)}{bottom + 1}")
        for (top, left), (bottom, right) in merged
        if bottom + 1 >= sheet.header_line
    ]
    if inside:
        what = "Cells of the table are merged; which records the value belongs to is unknown."
        where = at_line(sheet.shown, min(inside)[0], sheet=sheet.name)
        yield MERGED.at(where, what, values=[name for _, name in sorted(inside)])


def _beyond(sheet: _Sheet) -> Iterator[Problem]:
    width = len(sheet.header)
    beyond = [
        (row + 1, place + 1)
        for row in sheet.kept
        for place, cell in enumerate(sheet.rows[row][width:], start=width)
        if cell != ""
    ]
    if beyond:
        what = f"Cells to the right of the {width} columns of the header are filled."
        values = [f"{column_letter(column)}{row}" for row, column in beyond]
        yield RAGGED.at(at_line(sheet.shown, beyond[0][0], sheet=sheet.name), what, values=values)


def _marked(sheet: _Sheet, marks: Marks) -> Iterator[Problem]:
    def reported(kind: Kind, what: str, places: Iterable[Where]) -> Iterator[Problem]:
        found = [place for place in places if sheet.inside(place)]
        if found:
            records = [sheet.at(place) for place in found]
            yield kind.at(records[0], what, records=records)

    ready = [place for place, known in marks.formulas.items() if known]
    waiting = [place for place, known in marks.formulas.items() if not known]
    yield from reported(NO_RESULT, "Formulas were never calculated: their cells hold no value.", waiting)
    yield from reported(FORMULA, "Cells hold formulas, not entered values.", ready)
    yield from reported(ERROR_CELL, "Cells hold an Excel error instead of a value.", marks.errors)


def _hidden(sheet: _Sheet, marks: Marks) -> Iterator[Problem]:
    if marks.hidden:
        yield HIDDEN.at(Address(file=sheet.shown, sheet=sheet.name), "The sheet is hidden in Excel.")
    rows = [row for row in marks.hidden_rows if row - 1 in set(sheet.kept)]
    if rows:
        places = [at_line(sheet.shown, row, sheet=sheet.name) for row in rows]
        what = "Rows are hidden in Excel."
        yield HIDDEN.at(places[0], what, records=places, out_of=len(sheet.kept))
    names = [sheet.header[column - 1] for column in marks.hidden_columns if column <= len(sheet.header)]
    if names:
        places = [at_line(sheet.shown, sheet.header_line, name, sheet=sheet.name) for name in names]
        what = f"Columns are hidden in Excel: {', '.join(names)}."
        yield HIDDEN.at(places[0], what, records=places)


def _commented(sheet: _Sheet, comments: Mapping[Where, str]) -> Iterator[Problem]:
    """A finding a text: the same comment is often copied to many cells."""
    by_text: dict[str, list[Address]] = {}
    for where in sorted(comments):
        by_text.setdefault(comments[where], []).append(sheet.at(where))
    for text, places in by_text.items():
        what = f"The cell has the comment '{text}'." if text else "The cell has a comment without text."
        yield CELL_COMMENT.at(places[0], what, records=places)


READER = Reader("xlsx", "XLSX", (".xlsx",), XlsxOptions, read, unread_tables=unread_sheets)
