"""Data queries: findings before, questions after; ids that last; the workbook that is sent."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from il2cdisc.base.problems import Address
from il2cdisc.check.findings import Finding, Level, Occurrence
from il2cdisc.check.queries import QUESTIONS, Query, make_queries
from il2cdisc.check.query_book import COLUMNS, write_queries
from il2cdisc.raw import RawRecord

TIME = datetime.fromisoformat("2020-01-02T03:04:05")
LABELS = {"DAY": "Visit", "PULSE": "Heart rate (at rest)", "VSDAT": "Date"}
CODES = {"PULSE": {"ND": "Not done"}}


NO_RESULT = (
    "“Heart rate” is recorded as “ND” (Not done) in the place of a result. "
    "Please give the result, or the reason why there is none."
)
NO_DATE = (
    "“Date” is recorded as “30/02/2020”, which is not a day of the calendar. "
    "Please give the correct date, or state that it is not known."
)


def record(line: int, **values: str) -> RawRecord:
    return RawRecord("vs", f"00{line}", {"DAY": values.get("DAY", "")}, values, LABELS, CODES)


RECORDS = {
    2: record(2, DAY="1", PULSE="ND", VSDAT="UNK/01/2020"),
    3: record(3, DAY="2", PULSE="70", VSDAT="30/02/2020"),
    4: record(3, DAY="2", PULSE="71", VSDAT="30/02/2020"),
}


def look(file: str, sheet: str, line: int) -> RawRecord | None:
    return RECORDS.get(line) if (file, sheet) == ("raw/vs.csv", "") else None


def finding(code: str, *source: str, what: str = "") -> Finding:
    records = tuple(Occurrence(where=text, source=(at(text),)) for text in source)
    return Finding(code, "title", Level.WARNING, what, records=records)


def at(text: str) -> Address:
    """An address as a person writes it: `raw/vs.csv:2 PULSE`, `raw/lab.xlsx!HAEM:3 WBC`."""
    place, _, column = text.partition(" ")
    file, _, line = place.rpartition(":")
    name, _, sheet = file.partition("!")
    return Address(file=name, sheet=sheet, line=int(line), column=column)


def test_findings_become_questions() -> None:
    findings = [
        finding("RAW109", "raw/vs.csv:2 PULSE"),
        finding("MAP102", "raw/vs.csv:3 VSDAT"),
        finding("MAP102", "raw/vs.csv:3 VSDAT"),  # the same date in a second dataset: one question
        finding("CHK020", "raw/vs.csv:3 PULSE"),  # no question of the data
        finding("MAP102", "specs/sdtm.xlsx!Totals:3 Items"),  # no raw line
        finding("MAP102"),
    ]
    made = make_queries(reversed(findings), look)
    assert [(q.subject, q.form, q.record, q.file, q.line, q.field, q.value, q.question) for q in made] == [
        (
            "002", "VS", "DAY 1", "raw/vs.csv", 2, "PULSE", "ND",
            NO_RESULT,
        ),
        (
            "003", "VS", "DAY 2", "raw/vs.csv", 3, "VSDAT", "30/02/2020",
            NO_DATE,
        ),
    ]  # fmt: skip


def test_an_id_lasts_while_lines_move_and_equal_records_are_counted() -> None:
    one = make_queries([finding("MAP102", f"raw/vs.csv:{line} VSDAT") for line in (3, 4)], look)
    assert one[1].id == f"{one[0].id}-2"
    moved = {30: RECORDS[3]}
    again = make_queries([finding("MAP102", "raw/vs.csv:30 VSDAT")], lambda *place: moved.get(place[2]))
    assert again[0].id == one[0].id
    assert make_queries([finding("MAP103", "raw/vs.csv:3 VSDAT")], look)[0].id != one[0].id


@pytest.mark.parametrize("code", sorted(QUESTIONS))
def test_every_question(code: str, snapshot: object) -> None:
    (query,) = make_queries([finding(code, "raw/vs.csv:2 PULSE", what="x is 1; both are kept")], look)
    assert query.question == snapshot
    assert query.question.endswith(".")
    assert "Please" in query.question


def book(queries: list[Query], **options: Any) -> bytes:
    stream = io.BytesIO()
    write_queries(queries, stream, study="TEST", time=TIME, **options)
    return stream.getvalue()


def test_the_workbook() -> None:
    made = make_queries(
        [finding("RAW109", "raw/vs.csv:2 PULSE"), finding("MAP102", "raw/vs.csv:3 VSDAT")], look
    )
    content = book(made, notice="SYNTHETIC DATA")
    assert book(made, notice="SYNTHETIC DATA") == content
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Queries"]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert rows[0][0] == "SYNTHETIC DATA"
    assert rows[2][0].startswith("2 questions on 2 subjects.")
    assert rows[4] == [name for name, _ in COLUMNS]
    assert rows[5][1:8] == ["002", "VS", "DAY 1", "raw/vs.csv", 2, "PULSE", "ND"]
    assert rows[5][-1] is None  # room for the answer
    assert sheet.freeze_panes == "A6"
    assert sheet.auto_filter.ref == "A5:K7"
    assert sheet["I6"].alignment.wrap_text
    assert sheet.oddFooter.left.text == "SYNTHETIC DATA"


def test_nothing_to_ask() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(book([])))["Queries"]
    assert sheet["A5"].value == "There is nothing to ask."
