"""The look of the workbooks that checking writes: styles, head of a sheet, cells, heights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any

from il2cdisc.check.findings import Level

_MAX_CELL = 32_767
COLOURS = {
    Level.ERROR: "#F8D7DA",
    Level.WARNING: "#FFF3CD",
    Level.NOTE: "#D9EAF7",
    Level.INFORMATION: "#FFFFFF",
}


def new_book(stream: IO[bytes], title: str, time: datetime) -> Any:
    """A workbook (a context manager) that takes no text for a formula, number or link, with a fixed time."""
    import xlsxwriter

    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"title": title, "author": "il2cdisc", "created": time})
    return book


class Styles:
    """The formats of a workbook."""

    def __init__(self, book: Any) -> None:
        base = {"font_name": "Calibri", "font_size": 10, "valign": "top"}
        line = {"border": 1, "border_color": "#D0D0D0"}
        self.title = book.add_format({**base, "bold": True, "font_size": 14})
        self.notice = book.add_format({**base, "bold": True, "font_color": "#B00020"})
        self.plain = book.add_format(base)
        self.head = book.add_format(
            {
                **base,
                **line,
                "bold": True,
                "bg_color": "#1F3864",
                "font_color": "#FFFFFF",
                "align": "center",
                "valign": "vcenter",
            }
        )
        self.cell = book.add_format({**base, **line, "text_wrap": True, "indent": 1, "align": "left"})
        self.number = book.add_format({**base, **line, "num_format": "#,##0", "align": "center"})
        self.whole = book.add_format({**base, **line, "num_format": "0", "align": "center"})
        self.level = {
            level: book.add_format({**base, **line, "bg_color": colour, "align": "center"})
            for level, colour in COLOURS.items()
        }


def put(sheet: Any, styles: Styles, row: int, column: int, value: object) -> None:
    """A cell of a table: blank, a number (whole ones without separators, as line numbers are), or text."""
    if value is None or value == "":
        sheet.write_blank(row, column, None, styles.cell)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value, styles.whole if isinstance(value, int) else styles.cell)
    else:
        sheet.write_string(row, column, _short(str(value)), styles.cell)


def open_sheet(sheet: Any, styles: Styles, notice: str, columns: Sequence[tuple[str, int]]) -> int:
    """Widths, print set-up and the notice; gives the next free row."""
    for column, (_, width) in enumerate(columns):
        sheet.set_column(column, column, width)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L" + notice.replace("&", "&&") + "&C&A&RPage &P of &N")
    if notice:
        sheet.write_string(0, 0, notice, styles.notice)
        return 1
    return 0


def header(sheet: Any, styles: Styles, row: int, columns: Sequence[tuple[str, int]], *, rows: int) -> None:
    """The header row, frozen, repeated in print, with a filter over the rows below."""
    for column, (name, _) in enumerate(columns):
        sheet.write_string(row, column, name, styles.head)
    sheet.set_row(row, 18)
    sheet.freeze_panes(row + 1, 0)
    sheet.repeat_rows(row)
    if rows:
        sheet.autofilter(row, 0, row + rows, len(columns) - 1)


def fit_height(sheet: Any, row: int, columns: Sequence[tuple[str, int]], cells: Sequence[str]) -> None:
    """Make a row as high as its longest cell, wrapped; spreadsheets differ in doing so by themselves."""
    lines = max(
        sum(max(1, math.ceil(len(line) / (1.1 * width))) for line in text.split("\n"))
        for text, (_, width) in zip(cells, columns, strict=True)
    )
    if lines > 1:
        sheet.set_row(row, min(400, 13.5 * lines + 2))


def _short(text: str) -> str:
    return text if len(text) <= _MAX_CELL else text[: _MAX_CELL - 1] + "…"
