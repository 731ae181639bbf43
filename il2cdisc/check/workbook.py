"""A report as an Excel workbook: Summary by code, Findings to filter, and further sheets on demand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import IO, Any

import pandas as pd

from il2cdisc.check.dispositions import COLUMNS, Category, Disposition, explained, of_records, reason_of
from il2cdisc.check.findings import Finding, Level, Occurrence, Report
from il2cdisc.check.sheets import Styles, fit_height, header, new_book, open_sheet, put

MAX_ROWS = 5_000
"""Findings, and records, of one code that a sheet shows; the Summary says how many there are."""
OWN = "il2cdisc"
"""Who found what no other program found."""
_MAX_SHEET = 1_000_000  # Excel has 1,048,576 rows
_MAX_IDS = 2_000  # ids that fit into a cell: 32,767 characters
_FINDINGS = (
    ("Level", 9),
    ("Code", 12),
    ("Found by", 12),
    ("Dataset", 10),
    ("Variable", 11),
    ("Where", 30),
    ("Records", 9),
    ("Out of", 9),
    ("Value", 22),
    ("What is wrong", 50),
    ("Did you mean", 16),
    ("Raw lines, files", 36),
    ("Workbook cell", 34),
    ("What to do", 30),
    ("Disposition", 24),
    ("Finding id", 16),
    ("Record ids", 16),
)
_RECORDS = (
    ("Code", 12),
    ("Finding id", 16),
    ("Record id", 16),
    ("Dataset", 10),
    ("Variable", 11),
    ("USUBJID", 18),
    ("--SEQ", 8),
    ("Record", 9),
    ("Value", 22),
    ("What is wrong", 50),
    ("Raw lines, files", 36),
    ("Disposition", 24),
)
_SUMMARY = (
    ("Level", 10),
    ("Code", 12),
    ("Found by", 12),
    ("What", 46),
    ("Findings", 10),
    ("Records", 10),
    ("Explained", 11),
    ("What to do", 70),
)
_PLACES = 5  # raw lines of a finding that its cell shows; the sheet Records has all


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
    with new_book(stream, f"Findings of {study}", time) as book:
        styles = Styles(book)
        _summary(book.add_worksheet("Summary"), styles, report, study, time, notice, dispositions)
        _findings(book.add_worksheet("Findings"), styles, report, notice, dispositions)
        _records(book.add_worksheet("Records"), styles, report, notice, dispositions)
        _open(book.add_worksheet("Open"), styles, report, notice, dispositions)
        for name, frame in (sheets or {}).items():
            _frame(book.add_worksheet(name[:31]), styles, frame, notice)


def _summary(
    sheet: Any,
    styles: Styles,
    report: Report,
    study: str,
    time: datetime,
    notice: str,
    dispositions: Sequence[Disposition],
) -> None:
    top = open_sheet(sheet, styles, notice, _SUMMARY)
    sheet.write_string(top, 0, f"Findings of {study}", styles.title)
    sheet.set_row(top, 21)
    counts = ", ".join(level.counted(report.of_level(level)) for level in Level)
    when = f"Build time {time.isoformat(sep=' ')} (fixed in study.toml)."
    told = f"{when} {counts}. {len(report.rules)} rules ran."
    sheet.write_string(top + 1, 0, told, styles.plain)
    head = top + 3
    header(sheet, styles, head, _SUMMARY, rows=len(report.groups))
    for row, group in enumerate(report.groups, start=head + 1):
        count = sum(explained(finding, dispositions) for finding in group.findings)
        sheet.write_string(row, 0, group.level.value, styles.level[group.level])
        sheet.write_string(row, 1, group.code, styles.cell)
        sheet.write_string(row, 2, group.findings[0].by or OWN, styles.cell)
        sheet.write_string(row, 3, group.title[:1].upper() + group.title[1:], styles.cell)
        sheet.write_number(row, 4, group.count, styles.number)
        sheet.write_number(row, 5, group.records, styles.number)
        sheet.write_number(row, 6, count, styles.number)
        todo = group.fix or "see each finding"
        sheet.write_string(row, 7, todo, styles.cell)
        fit_height(sheet, row, _SUMMARY, ["", "", "", group.title, "", "", "", todo])
    if not report.groups:
        sheet.write_string(head + 1, 0, "Nothing was found.", styles.plain)


def _findings(
    sheet: Any, styles: Styles, report: Report, notice: str, dispositions: Sequence[Disposition]
) -> None:
    head = open_sheet(sheet, styles, notice, _FINDINGS)
    shown = [(finding, group) for group in report.groups for finding in group.findings[:MAX_ROWS]][
        :_MAX_SHEET
    ]
    if len(shown) < report.count:
        told = f"{len(shown):,} of {report.count:,} findings are shown; findings.json has all of them."
        sheet.write_string(head, 0, told, styles.plain)
        head += 1
    header(sheet, styles, head, _FINDINGS, rows=len(shown))
    rows = [
        (finding, _cells(finding, finding.fix or group.fix, reason_of(finding, dispositions)))
        for finding, group in shown
    ]
    names = [name for name, _ in _FINDINGS]
    for column in map(names.index, ("Out of", "Did you mean", "What to do", "Disposition")):  # seldom filled
        if not any(cells[column - 1] for _, cells in rows):
            sheet.set_column(column, column, _FINDINGS[column][1], None, {"hidden": True})
    for row, (finding, cells) in enumerate(rows, start=head + 1):
        sheet.write_string(row, 0, finding.level.value, styles.level[finding.level])
        for column, value in enumerate(cells, start=1):
            put(sheet, styles, row, column, value or None)
        fit_height(sheet, row, _FINDINGS, [finding.level.value, *map(str, cells)])


def _cells(finding: Finding, fix: str, reason: str) -> tuple[str | int, ...]:
    """A finding's cells right of its level."""
    values = list(dict.fromkeys(item.value for item in finding.records if item.value))
    lines = list(dict.fromkeys(str(place) for item in finding.records for place in item.source))
    return (
        finding.code,
        finding.by or OWN,
        finding.dataset,
        finding.variable,
        finding.where,
        finding.count,
        finding.out_of,
        _some(values),
        finding.what,
        finding.hint,
        _some(lines),
        finding.spec,
        fix,
        reason,
        finding.id,
        _ids(finding),
    )


def _some(texts: Sequence[str]) -> str:
    """The first texts, a line each, and how many more there are."""
    more = len(texts) - _PLACES
    return "\n".join([*texts[:_PLACES], *([f"and {more:,} more"] if more > 0 else [])])


def _ids(finding: Finding) -> str:
    """All record ids of a finding, or where they are if a cell has no room for them."""
    if finding.count > _MAX_IDS:
        return f"{finding.count:,} ids: see findings.json; the finding id stands for all of them"
    return " ".join(record.id for record in finding.records)


def _records(
    sheet: Any, styles: Styles, report: Report, notice: str, dispositions: Sequence[Disposition]
) -> None:
    """A row for each record."""
    head = open_sheet(sheet, styles, notice, _RECORDS)
    shown = [
        row for group in report.groups for row in islice(_of_group(group.findings, dispositions), MAX_ROWS)
    ][:_MAX_SHEET]
    if len(shown) < report.records:
        told = f"{len(shown):,} of {report.records:,} records are shown; findings.json has all of them."
        sheet.write_string(head, 0, told, styles.plain)
        head += 1
    header(sheet, styles, head, _RECORDS, rows=len(shown))
    for row, (finding, record, given) in enumerate(shown, start=head + 1):
        cells = (*_record_cells(finding, record), given.reason if given else "")
        for column, value in enumerate(cells):
            put(sheet, styles, row, column, value or None)
        fit_height(sheet, row, _RECORDS, [*map(str, cells)])


def _of_group(
    findings: Sequence[Finding], dispositions: Sequence[Disposition]
) -> Iterator[tuple[Finding, Occurrence, Disposition | None]]:
    """Each record of some findings with its disposition."""
    for finding in findings:
        for record, given in zip(finding.records, of_records(finding, dispositions), strict=True):
            yield finding, record, given


def _open(
    sheet: Any, styles: Styles, report: Report, notice: str, dispositions: Sequence[Disposition]
) -> None:
    """Findings without a disposition as rows of `dispositions.xlsx`, to be copied there and filled in."""
    columns = tuple(zip(COLUMNS, (12, 34, 22, 60, 22, 22, 12), strict=True))
    top = open_sheet(sheet, styles, notice, columns)
    told = "Copy rows to the sheet Dispositions of dispositions.xlsx, and fill in why the records stay."
    sheet.write_string(top, 0, told, styles.plain)
    rows = [
        (finding.code, _own_ids(finding, dispositions))
        for group in report.groups
        if group.level is not Level.INFORMATION
        for finding in group.findings[:MAX_ROWS]
        if explained(finding, dispositions) < finding.count
    ]
    header(sheet, styles, top + 1, columns, rows=len(rows))
    for row, (code, ids) in enumerate(rows, start=top + 2):
        for column, value in enumerate((code, ids, "", "", "", "", "")):
            put(sheet, styles, row, column, value)
    if rows:
        choice = {"validate": "list", "source": list(Category)}
        sheet.data_validation(top + 2, 2, top + 1 + len(rows), 2, choice)


def _own_ids(finding: Finding, dispositions: Sequence[Disposition]) -> str:
    """The ids of the records that have no disposition; of very many the finding's own."""
    given = of_records(finding, dispositions)
    ids = [record.id for record, item in zip(finding.records, given, strict=True) if item is None]
    return finding.id if len(ids) > _MAX_IDS else " ".join(ids)


def _record_cells(finding: Finding, record: Occurrence) -> tuple[str | int, ...]:
    """A record's cells. One of a dataset is told by its own columns, any other place as one."""
    own = () if record.dataset or not record.where else (record.where,)
    lines = dict.fromkeys([*own, *map(str, record.source)])
    return (
        finding.code,
        finding.id,
        record.id,
        record.dataset,
        record.variable,
        record.usubjid,
        record.seq,
        record.row,
        record.value,
        record.what or finding.what,
        "\n".join(lines),
    )


def _frame(sheet: Any, styles: Styles, frame: pd.DataFrame, notice: str) -> None:
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
    head = open_sheet(sheet, styles, notice, columns)
    header(sheet, styles, head, columns, rows=len(shown))
    for column, name in enumerate(shown.columns):
        for row, value in enumerate(_values(shown[name]), start=head + 1):
            put(sheet, styles, row, column, value)


def _values(values: pd.Series) -> list[Any]:
    """Values of a column, missing as None."""
    return [None if missing else value for value, missing in zip(values.tolist(), values.isna(), strict=True)]
