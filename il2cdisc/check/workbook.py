"""A report as an Excel workbook: Summary by code, Findings to filter, and further sheets on demand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO, Any

import pandas as pd

from il2cdisc.check.dispositions import Disposition, reason_of
from il2cdisc.check.findings import Finding, Level, Report

MAX_ROWS = 5_000
"""Findings of one code that the sheet shows; the Summary tells how many there are."""
_MAX_SHEET = 1_000_000  # Excel has 1,048,576 rows
_MAX_CELL = 32_767
_FINDINGS = (
    ("Level", 9),
    ("Code", 9),
    ("Dataset", 10),
    ("Variable", 11),
    ("USUBJID", 18),
    ("--SEQ", 8),
    ("Record", 9),
    ("Value", 22),
    ("What is wrong", 46),
    ("Did you mean", 16),
    ("Raw lines, files", 36),
    ("Workbook cell", 28),
    ("What to do", 30),
    ("Disposition", 24),
)
_SUMMARY = (
    ("Level", 10),
    ("Code", 10),
    ("What", 46),
    ("Found", 10),
    ("Shown", 10),
    ("Explained", 11),
    ("What to do", 70),
)
_COLOURS = {Level.ERROR: "#F8D7DA", Level.WARNING: "#FFF3CD", Level.NOTE: "#D9EAF7"}


def write_workbook(
    report: Report,
    stream: IO[bytes],
    *,
    study: str,
    time: datetime,
    notice: str = "",
    dispositions: Sequence[Disposition] = (),
    sheets: Mapping[str, pd.DataFrame] | None = None,
) -> None:
    """Write a report as XLSX to a binary stream; the same report and arguments give the same bytes.

    `notice` stands on top of every sheet. `sheets` adds one sheet for each frame, in the order given.
    """
    import xlsxwriter

    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"title": f"Findings of {study}", "author": "il2cdisc", "created": time})
        styles = _Styles(book)
        _summary(book.add_worksheet("Summary"), styles, report, study, time, notice, dispositions)
        _findings(book.add_worksheet("Findings"), styles, report, notice, dispositions)
        for name, frame in (sheets or {}).items():
            _frame(book.add_worksheet(name[:31]), styles, frame, notice)


class _Styles:
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
        self.level = {
            level: book.add_format({**base, **line, "bg_color": colour, "align": "center"})
            for level, colour in _COLOURS.items()
        }


def _summary(
    sheet: Any,
    styles: _Styles,
    report: Report,
    study: str,
    time: datetime,
    notice: str,
    dispositions: Sequence[Disposition],
) -> None:
    top = _open(sheet, styles, notice, _SUMMARY)
    sheet.write_string(top, 0, f"Findings of {study}", styles.title)
    sheet.set_row(top, 21)
    counts = ", ".join(f"{report.of_level(level):,} {level.value}s" for level in Level)
    when = f"Build time {time.isoformat(sep=' ')} (fixed in study.toml)."
    told = f"{when} {counts}. {len(report.rules)} rules ran."
    sheet.write_string(top + 1, 0, told, styles.plain)
    head = top + 3
    _header(sheet, styles, head, _SUMMARY, rows=len(report.groups))
    for row, group in enumerate(report.groups, start=head + 1):
        explained = sum(1 for finding in group.findings if reason_of(finding, dispositions))
        sheet.write_string(row, 0, group.level.value, styles.level[group.level])
        sheet.write_string(row, 1, group.code, styles.cell)
        sheet.write_string(row, 2, group.title, styles.cell)
        sheet.write_number(row, 3, group.count, styles.number)
        sheet.write_number(row, 4, min(len(group.findings), MAX_ROWS), styles.number)
        sheet.write_number(row, 5, explained, styles.number)
        todo = group.fix or "see each finding"
        sheet.write_string(row, 6, todo, styles.cell)
        _height(sheet, row, _SUMMARY, ["", "", group.title, "", "", "", todo])
    if not report.groups:
        sheet.write_string(head + 1, 0, "Nothing was found.", styles.plain)


def _findings(
    sheet: Any, styles: _Styles, report: Report, notice: str, dispositions: Sequence[Disposition]
) -> None:
    head = _open(sheet, styles, notice, _FINDINGS)
    shown = [(finding, group) for group in report.groups for finding in group.findings[:MAX_ROWS]][
        :_MAX_SHEET
    ]
    if len(shown) < report.count:
        told = f"{len(shown):,} of {report.count:,} findings are shown; Summary tells which codes have more."
        sheet.write_string(head, 0, told, styles.plain)
        head += 1
    _header(sheet, styles, head, _FINDINGS, rows=len(shown))
    rows = [
        (finding, _cells(finding, "" if group.fix else finding.fix, reason_of(finding, dispositions)))
        for finding, group in shown
    ]
    for column in (len(_FINDINGS) - 2, len(_FINDINGS) - 1):  # remedies of their own, dispositions: seldom
        if not any(cells[column - 1] for _, cells in rows):
            sheet.set_column(column, column, _FINDINGS[column][1], None, {"hidden": True})
    for row, (finding, cells) in enumerate(rows, start=head + 1):
        sheet.write_string(row, 0, finding.level.value, styles.level[finding.level])
        for column, value in enumerate(cells, start=1):
            _put(sheet, styles, row, column, value or None)
        _height(sheet, row, _FINDINGS, [finding.level.value, *map(str, cells)])


def _cells(finding: Finding, fix: str, reason: str) -> tuple[str | int, ...]:
    """A finding's cells right of its level. A record is told by its own columns, any other place as one."""
    place = () if finding.dataset or finding.where in finding.source else (finding.where,)
    return (
        finding.code,
        finding.dataset,
        finding.variable,
        finding.usubjid,
        finding.seq,
        finding.row,
        finding.value,
        finding.what,
        finding.hint,
        "\n".join([*place, *finding.source]),
        finding.spec,
        fix,
        reason,
    )


def _frame(sheet: Any, styles: _Styles, frame: pd.DataFrame, notice: str) -> None:
    """A sheet of a frame's columns; widths by the longest of the first values."""
    shown = frame.head(_MAX_SHEET)
    columns = [
        (
            str(name),
            min(
                60,
                max(10, *(len(text) + 2 for text in [str(name), *map(str, _values(shown[name].head(200)))])),
            ),
        )
        for name in shown.columns
    ]
    head = _open(sheet, styles, notice, columns)
    _header(sheet, styles, head, columns, rows=len(shown))
    for column, name in enumerate(shown.columns):
        for row, value in enumerate(_values(shown[name]), start=head + 1):
            _put(sheet, styles, row, column, value)


def _values(values: pd.Series) -> list[Any]:
    """Values of a column, missing as None."""
    return [None if missing else value for value, missing in zip(values.tolist(), values.isna(), strict=True)]


def _put(sheet: Any, styles: _Styles, row: int, column: int, value: object) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, styles.cell)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value, styles.number if isinstance(value, int) else styles.cell)
    else:
        sheet.write_string(row, column, _short(str(value)), styles.cell)


def _open(sheet: Any, styles: _Styles, notice: str, columns: Sequence[tuple[str, int]]) -> int:
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


def _header(sheet: Any, styles: _Styles, row: int, columns: Sequence[tuple[str, int]], *, rows: int) -> None:
    """The header row, frozen, repeated in print, with a filter over the rows below."""
    for column, (name, _) in enumerate(columns):
        sheet.write_string(row, column, name, styles.head)
    sheet.set_row(row, 18)
    sheet.freeze_panes(row + 1, 0)
    sheet.repeat_rows(row)
    if rows:
        sheet.autofilter(row, 0, row + rows, len(columns) - 1)


def _height(sheet: Any, row: int, columns: Sequence[tuple[str, int]], cells: Sequence[str]) -> None:
    """Make a row as high as its longest cell, wrapped; spreadsheets differ in doing so by themselves."""
    lines = max(
        sum(max(1, math.ceil(len(line) / (width + 1))) for line in text.split("\n"))
        for text, (_, width) in zip(cells, columns, strict=True)
    )
    if lines > 1:
        sheet.set_row(row, min(400, 13.5 * lines + 2))


def _short(text: str) -> str:
    return text if len(text) <= _MAX_CELL else text[: _MAX_CELL - 1] + "…"
