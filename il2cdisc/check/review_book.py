"""Findings for medical review as an Excel workbook: a row a record, with room for the physician's note."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import IO

from il2cdisc.check.findings import Finding, Report
from il2cdisc.check.rules import codes_of_class
from il2cdisc.check.sense import SenseKind
from il2cdisc.check.sheets import Styles, fit_height, header, new_book, open_sheet, put
from il2cdisc.check.trial_checks import TRIAL_REVIEW
from il2cdisc.raw.sense import RAW_REVIEW

COLUMNS = (
    ("Code", 14),
    ("Subject", 20),
    ("Dataset", 10),
    ("Variable", 11),
    ("Value", 20),
    ("What was found", 56),
    ("Raw lines, files", 36),
    ("Record id", 16),
    ("Reviewed", 12),
    ("Note", 40),
)


def for_review(report: Report) -> Iterator[Finding]:
    """The findings whose check is of the class medical review."""
    codes = {TRIAL_REVIEW.code, RAW_REVIEW.code, *codes_of_class(SenseKind.MEDICAL_REVIEW)}
    return (finding for finding in report.findings if finding.code in codes)


def write_review(report: Report, stream: IO[bytes], *, study: str, time: datetime, notice: str) -> None:
    """Write what is to be reviewed as XLSX; the same report and arguments give the same bytes."""
    rows = [
        (
            f"{finding.code} {finding.check}".strip(), record.usubjid,
            record.dataset, record.variable, record.value, record.what or finding.what,
            "\n".join(map(str, record.source)), record.id, "", "",
        )
        for finding in for_review(report)
        for record in finding.records
    ]  # fmt: skip
    rows.sort(key=lambda row: (row[1], row[0], row[2], row[7]))
    with new_book(stream, f"Medical review of {study}", time) as book:
        styles = Styles(book)
        sheet = book.add_worksheet("Medical review")
        top = open_sheet(sheet, styles, notice, COLUMNS)
        sheet.write_string(top, 0, f"Medical review of {study}", styles.title)
        sheet.set_row(top, 21)
        told = f"{len(rows):,} records to be read by a physician; the site is not asked about them."
        sheet.write_string(top + 1, 0, told, styles.plain)
        head = top + 3
        header(sheet, styles, head, COLUMNS, rows=len(rows))
        for number, row in enumerate(rows, start=head + 1):
            for column, value in enumerate(row):
                put(sheet, styles, number, column, value)
            fit_height(sheet, number, COLUMNS, list(row))
        if not rows:
            sheet.write_string(head + 1, 0, "There is nothing to review.", styles.plain)
