"""Rows to the bytes of a workbook: a new one, or one that is added to in place."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any, cast

from il2cdisc.base.problems import Address, Problems, Stopped
from il2cdisc.spec.new.layout import KEYS, SheetLayout, layout
from il2cdisc.spec.new.problems import NO_HEADER, TOO_LONG, UNKEPT
from il2cdisc.spec.new.tables import Cell, SheetCells, Tables
from il2cdisc.transport.rewrite import unkept, with_fixed_times

_SPARE = 300
"""Rows below the last one that lists of choices reach."""
_FREEZE = {"Variables": "D2", "ValueLevel": "E2", "Protocol Schedule": "C2", "Checks": "C2"}
_MAX = 32_767
"""Characters that a cell of Excel can hold."""
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def book_bytes(
    tables: Tables,
    standard: str,
    *,
    extra: Mapping[str, Sequence[str]] | None = None,
    sheets: Sequence[str] | None = None,
) -> bytes:
    """A new workbook with all sheets of the standard, header notes, filters and lists of choices.

    The same rows give the same bytes. `extra`: sheet → headers that are written after those of the layout;
    `sheets`: only these, instead of all.
    """
    from openpyxl import Workbook

    _refuse_long_texts(tables)
    book: Any = Workbook()
    book.remove(book.active)
    for sheet in layout(standard):
        if sheets is not None and sheet.name not in sheets:
            continue
        more = tuple((extra or {}).get(sheet.name, ()))
        _sheet(book.create_sheet(sheet.name), sheet, tables.get(sheet.name, ()), more)
    book.properties.creator = "il2cdisc"
    stream = io.BytesIO()
    book.save(stream)
    return with_fixed_times(stream.getvalue())


def _refuse_long_texts(tables: Tables) -> None:
    """Raises `Stopped` for texts that no cell can hold: Excel would cut them."""
    problems = [
        TOO_LONG.at(Address(file=name), f"{header} has {len(value):,} characters", values=[value[:40]])
        for name, rows in tables.items()
        for row in rows
        for header, value in row.items()
        if isinstance(value, str) and len(value) > _MAX
    ]
    if problems:
        raise Stopped(problems)


def _sheet(made: Any, sheet: SheetLayout, rows: Sequence[SheetCells], more: tuple[str, ...]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font, PatternFill

    headers = [*(column.header for column in sheet.columns), *more]
    for number, header in enumerate(headers, start=1):
        cell = made.cell(1, number, header)
        cell.font = Font(name="Calibri", size=11, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F4E78")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        made.column_dimensions[cell.column_letter].width = 15
    for number, column in enumerate(sheet.columns, start=1):
        cell = made.cell(1, number)
        cell.comment = Comment(column.note, "il2cdisc", height=90, width=320)
        made.column_dimensions[cell.column_letter].width = column.width
    made.row_dimensions[1].height = 32
    first: Any = None  # all cells share the style of one: to make it anew takes most of the time
    for number, row in enumerate(rows, start=2):
        for place, header in enumerate(headers, start=1):
            if row.get(header, "") != "":
                like = made.cell(number, place)
                _put(like, row[header], first)
                first = first or (like if "TO FILL" not in str(row[header]) else None)
    last = max(len(rows) + 1, 2)
    made.freeze_panes = _FREEZE.get(sheet.name, "B2")
    made.auto_filter.ref = f"A1:{made.cell(1, len(headers)).column_letter}{last}"
    _choices(made, sheet, last)


def _choices(made: Any, sheet: SheetLayout, last: int) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    for number, column in enumerate(sheet.columns, start=1):
        if column.choices:
            listed = DataValidation("list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
            letter = made.cell(1, number).column_letter
            cast(Any, listed).add(f"{letter}2:{letter}{last + _SPARE}")
            made.add_data_validation(listed)


def _put(cell: Any, value: Cell, like: Any = None) -> None:
    """A value as text or number, never as a formula; what is to be filled is marked."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    if like is not None:
        cell._style = copy(like._style)
    else:
        cell.font = Font(name="Calibri", size=10)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.border = Border(bottom=Side(style="thin", color="D9D9D9"))
    if value == "":
        return
    if isinstance(value, int):
        cell.value = value
        return
    cell.value = _UNPRINTABLE.sub(" ", value)
    cell.data_type = "s"
    if value[0] in "=+-@'":
        cell.quotePrefix = True
    if "TO FILL" in value:
        cell.fill = PatternFill("solid", fgColor="FFF2CC")


def added_bytes(content: bytes, tables: Tables, shown: str) -> bytes:
    """The workbook with rows added below those that it has; whatever people wrote stays.

    A row whose key is there already (`KEYS`) is left out. Raises `Stopped` where rewriting the file would
    lose something, or where a sheet does not have a header that the rows need.
    """
    from openpyxl import load_workbook

    _refuse_long_texts(tables)
    lost = unkept(content)
    if lost:
        raise Stopped([UNKEPT.at(shown, f"the workbook has {', '.join(lost)}")])
    book: Any = load_workbook(io.BytesIO(content), rich_text=True)
    problems = Problems()
    for name, rows in tables.items():
        if rows:
            _append(book, name, rows, shown, problems)
    if problems.items:
        raise Stopped(problems.items)
    stream = io.BytesIO()
    book.save(stream)
    return with_fixed_times(stream.getvalue())


def _append(book: Any, name: str, rows: Sequence[SheetCells], shown: str, problems: Problems) -> None:
    needed = dict.fromkeys(header for row in rows for header, value in row.items() if value != "")
    if name not in book.sheetnames:
        problems.add(NO_HEADER.at(shown, f"there is no sheet '{name}'"))
        return
    sheet = book[name]
    columns = {str(cell.value).strip(): cell.column for cell in sheet[1] if cell.value is not None}
    lacking = [header for header in needed if header not in columns]
    if lacking:
        what = "the sheet does not have the headers of the new rows"
        problems.add(NO_HEADER.at(Address(file=shown, sheet=name), what, values=lacking))
        return
    known = {_key(sheet, number, columns, KEYS[name]) for number in range(2, sheet.max_row + 1)}
    fresh = [row for row in rows if tuple(str(row.get(key, "")) for key in KEYS[name]) not in known]
    filled = [n for n in range(1, sheet.max_row + 1) if any(c.value not in (None, "") for c in sheet[n])]
    last = max(filled, default=1)
    for number, row in enumerate(fresh, start=last + 1):
        for header, place in columns.items():
            like = sheet.cell(last, place) if last > 1 else None
            _put(sheet.cell(number, place), row.get(header, ""), like)
    _stretch(sheet, last + len(fresh))


def _key(sheet: Any, number: int, columns: Mapping[str, int], key: Sequence[str]) -> tuple[str, ...]:
    cells = (sheet.cell(number, columns[header]).value for header in key)
    return tuple("" if value is None else str(value).strip() for value in cells)


def _stretch(sheet: Any, last: int) -> None:
    """Filters and lists of choices reach the last row."""
    reference = re.fullmatch(r"(\$?[A-Z]+\$?\d+:\$?[A-Z]+\$?)(\d+)", sheet.auto_filter.ref or "")
    if reference and int(reference[2]) < last:
        sheet.auto_filter.ref = f"{reference[1]}{last}"
    for listed in sheet.data_validations.dataValidation:
        found = re.fullmatch(r"([A-Z]+)(\d+):([A-Z]+)(\d+)", str(listed.sqref))
        if found and int(found[4]) < last:
            listed.sqref = type(listed.sqref)(f"{found[1]}{found[2]}:{found[3]}{last + _SPARE}")
