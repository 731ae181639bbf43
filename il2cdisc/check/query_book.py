"""Data queries as an Excel workbook: a row an open question, with a column for the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import IO

from il2cdisc.check.queries import Query
from il2cdisc.check.sheets import Styles, fit_height, header, new_book, open_sheet, put

COLUMNS = (
    ("Query", 12),
    ("Subject", 10),
    ("Form", 9),
    ("Record", 22),
    ("File", 24),
    ("Line", 8),
    ("Field", 11),
    ("Value", 20),
    ("Question", 62),
    ("Code", 14),
    ("State", 11),
    ("Answer", 34),
)


def write_queries(
    queries: Sequence[Query],
    stream: IO[bytes],
    *,
    study: str,
    time: datetime,
    notice: str = "",
    settled: int = 0,
) -> None:
    """Write queries as XLSX to a binary stream; the same queries and arguments give the same bytes.

    `settled`: how many further questions the query log has as answered or closed.
    """
    with new_book(stream, f"Data queries of {study}", time) as book:
        styles = Styles(book)
        sheet = book.add_worksheet("Queries")
        top = open_sheet(sheet, styles, notice, COLUMNS)
        sheet.write_string(top, 0, f"Data queries of {study}", styles.title)
        sheet.set_row(top, 21)
        subjects = len({query.subject for query in queries if query.subject})
        told = f"{len(queries):,} open questions on {subjects:,} subjects; {settled:,} answered or closed."
        same = "A question keeps its number as long as its record does not change."
        sheet.write_string(top + 1, 0, f"{told} {same}", styles.plain)
        head = top + 3
        header(sheet, styles, head, COLUMNS, rows=len(queries))
        for row, query in enumerate(queries, start=head + 1):
            cells = (
                query.id, query.subject, query.form, query.record, query.file, query.line, query.field,
                query.value, query.question, query.code, query.state, "",
            )  # fmt: skip
            for column, value in enumerate(cells):
                put(sheet, styles, row, column, value)
            fit_height(sheet, row, COLUMNS, [str(cell) for cell in cells])
        if not queries:
            sheet.write_string(head + 1, 0, "There is nothing to ask.", styles.plain)
