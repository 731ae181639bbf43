"""Adds questions to the query log in place: what people wrote, their formats, comments and order stay."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from copy import copy
from datetime import datetime
from typing import Any

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.queries import Query
from il2cdisc.check.query_log import ASKED, PEOPLE, REGISTER, SHEET, cell_text
from il2cdisc.transport.rewrite import unkept, with_fixed_times

__all__ = ["UNKEPT", "unkept", "with_queries"]

UNKEPT = Kind(
    "CLI006",
    "Query log with contents that would be lost",
    Severity.STOP,
    "Remove them, or copy the rows into a workbook without them, and run the command again.",
)
_WIDTHS = {
    "Study": 14, "Query": 12, "Subject": 10, "Form": 9, "Record": 24, "File": 22, "Line": 7, "Field": 11,
    "Value": 20, "Question": 60, "Code": 14, "Answer": 40, "Remark": 30,
}  # fmt: skip
_ROWS = 5_000
"""Rows below the last one that a list of allowed values, or a filter, reaches."""


def with_queries(
    content: bytes | None, queries: Sequence[Query], *, study: str, notice: str, time: datetime
) -> bytes:
    """The workbook with a row for each of some questions below the others; a new one where `content` is None.

    The same workbook and questions give the same bytes: `time` is the study's build time.
    """
    from openpyxl import Workbook, load_workbook

    book: Any
    if content is None:
        book = Workbook()
        _begin(book, study, notice)
    else:
        book = load_workbook(io.BytesIO(content), rich_text=True)
    _append(book[SHEET], [_cells(query, study, notice) for query in queries])
    _append(book[REGISTER], [{"Query": q.id, "Value": cell_text(q.value)} for q in queries])
    stream = io.BytesIO()
    book.save(stream)
    return with_fixed_times(stream.getvalue(), time)


def _cells(query: Query, study: str, notice: str) -> dict[str, object]:
    texts = (
        f"{study} ({notice})" if notice else study, query.id, query.subject, query.form, query.record,
        query.file, query.line or "", query.field, query.value, query.question, query.code,
    )  # fmt: skip
    return dict(zip(ASKED, texts, strict=True))


def _append(sheet: Any, rows: Sequence[dict[str, object]]) -> None:
    columns = {str(cell.value).strip(): cell.column for cell in sheet[1] if cell.value is not None}
    last = max((row for row in range(1, sheet.max_row + 1) if _is_filled(sheet, row)), default=1)
    for number, values in enumerate(rows, start=last + 1):
        if last > 1:  # as the row above
            for column in range(1, sheet.max_column + 1):
                sheet.cell(number, column)._style = copy(sheet.cell(last, column)._style)
        for name, value in values.items():
            _put(sheet.cell(number, columns[name]), value, styled=last > 1)
    end = last + len(rows)
    _stretch(sheet, last, end)


def _is_filled(sheet: Any, row: int) -> bool:
    return any(cell.value not in (None, "") for cell in sheet[row])


def _put(cell: Any, value: object, *, styled: bool) -> None:
    """A value as text, never as a formula."""
    from openpyxl.styles import Alignment

    if isinstance(value, int):
        cell.value = value
    else:
        cell.value = cell_text(str(value)) or None
        if cell.value is not None:
            cell.data_type = "s"
            if str(cell.value)[:1] in "=+-@'":
                cell.style = copy(cell.style)
                cell.quotePrefix = True
    if not styled:
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _stretch(sheet: Any, last: int, end: int) -> None:
    """Filters and tables that ended with the last row end with the new one."""
    places = [sheet.auto_filter, *sheet.tables.values()]
    for item in places:
        match = re.fullmatch(r"(\$?[A-Z]+\$?\d+:\$?[A-Z]+\$?)(\d+)", item.ref or "")
        if match and int(match[2]) <= last:
            item.ref = f"{match[1]}{end}"
            if getattr(item, "autoFilter", None) is not None:
                item.autoFilter.ref = item.ref


def _begin(book: Any, study: str, notice: str) -> None:
    """The sheets of a new log, with their headers."""
    from openpyxl.styles import Alignment, Font, PatternFill

    queries, register = book.active, book.create_sheet(REGISTER)
    queries.title = SHEET
    for sheet, headers in ((queries, (*ASKED, *PEOPLE)), (register, ("Query", "Value"))):
        for number, name in enumerate(headers, start=1):
            cell = sheet.cell(1, number, name)
            cell.font = Font(bold=True, color="FFFFFF")
            filled_by_people = name in PEOPLE
            cell.fill = PatternFill("solid", fgColor="7F6000" if filled_by_people else "1F3864")
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
            sheet.column_dimensions[cell.column_letter].width = _WIDTHS.get(name, 12)
        sheet.freeze_panes = "C2" if sheet is queries else "A2"
        sheet.auto_filter.ref = f"A1:{sheet.cell(1, len(headers)).column_letter}1"
        sheet.oddHeader.center.text = notice.replace("&", "&&") or None
        sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_title_rows = "1:1"
    register.sheet_state = "hidden"
    book.properties.title, book.properties.creator = f"Query log of {study}", "il2cdisc"
