"""Data queries: findings before, questions after; ids that last; the workbook that is sent."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from il2cdisc.base.problems import Address
from il2cdisc.check.dispositions import Category, Disposition
from il2cdisc.check.findings import Finding, Level, Occurrence
from il2cdisc.check.queries import FILE_QUESTIONS, QUESTIONS, Asking, Query, make_queries
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
    made = make_queries(reversed(findings), Asking(look))
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
    one = make_queries([finding("MAP102", f"raw/vs.csv:{line} VSDAT") for line in (3, 4)], Asking(look))
    assert one[1].id == f"{one[0].id}-2"
    moved = {30: RECORDS[3]}
    again = make_queries(
        [finding("MAP102", "raw/vs.csv:30 VSDAT")], Asking(lambda *place: moved.get(place[2]))
    )
    assert again[0].id == one[0].id
    assert make_queries([finding("MAP103", "raw/vs.csv:3 VSDAT")], Asking(look))[0].id != one[0].id


@pytest.mark.parametrize("code", sorted(QUESTIONS))
def test_every_question(code: str, snapshot: object) -> None:
    (query,) = make_queries([finding(code, "raw/vs.csv:2 PULSE", what="x is 1; both are kept")], Asking(look))
    assert query.question == snapshot
    assert query.question.endswith(".")
    assert "Please" in query.question


def test_a_missing_form_is_asked_for_by_its_name_and_each_one_by_itself() -> None:
    forms = [("eg", "form 'eg' is missing"), ("pe", "form 'pe' is missing")]
    findings = [
        Finding(
            "RAW130",
            "t",
            Level.WARNING,
            what,
            records=(Occurrence(value=form, source=(at("raw/vs.csv:3"),)),),
        )
        for form, what in forms
    ]
    made = make_queries(findings, Asking(look))
    assert [(q.form, q.record, q.field, q.value) for q in made] == [
        ("EG", "DAY 2", "", ""),
        ("PE", "DAY 2", "", ""),
    ]
    assert made[0].question.startswith("The form “EG” is missing.")
    assert made[0].id != made[1].id


@pytest.mark.parametrize("code", sorted(FILE_QUESTIONS))
def test_the_sender_of_a_file_is_asked_once_with_all_records(code: str, snapshot: object) -> None:
    where = ("raw/vs.csv SUBJID=001 DAY=1", "raw/vs.csv SUBJID=002 DAY=1")
    records = tuple(Occurrence(where=text) for text in where)
    gone = Finding(code, "t", Level.WARNING, "gone", records=records, cause=Address(file="raw/vs.csv"))
    (query,) = make_queries([gone], Asking(look))
    assert (query.file, query.line, query.record) == (
        "raw/vs.csv",
        0,
        "SUBJID=001 DAY=1\nSUBJID=002 DAY=1",
    )
    assert query.question == snapshot
    fewer = Finding(code, "t", Level.WARNING, "gone", records=records[:1], cause=Address(file="raw/vs.csv"))
    assert make_queries([fewer], Asking(look))[0].id != query.id


def test_a_check_of_the_sheet_asks_its_own_question_and_two_checks_of_one_cell_ask_twice() -> None:
    checks = {
        "AB-1": "{label} is {value}; {unknown}please check.",
        "AB-2": "Please check the visit.",
        "MR-1": "",
    }
    place = (at("raw/vs.csv:2 PULSE"),)
    findings = [
        Finding("CHK320", "t", Level.WARNING, "w", records=(Occurrence(source=place),), check=name)
        for name in (*checks, "GONE")
    ]
    made = make_queries(findings, Asking(look, checks))
    assert [(q.code, q.question) for q in made] == [
        ("CHK320 AB-1", "“Heart rate” is “ND” (Not done); please check."),
        ("CHK320 AB-2", "Please check the visit."),
    ]


def test_a_closing_disposition_and_restricted_data_ask_nothing() -> None:
    given = finding("RAW109", "raw/vs.csv:2 PULSE")
    record = given.records[0]._replace(id="R-000000000001")
    given = Finding("RAW109", "t", Level.WARNING, "w", records=(record,))

    def dispositions(category: Category) -> tuple[Disposition, ...]:
        return (Disposition("RAW109", (record.id,), category, "text"),)

    assert len(make_queries([given], Asking(look))) == 1
    assert not make_queries([given], Asking(look, dispositions=dispositions(Category.CONFIRMED)))
    assert make_queries([given], Asking(look, dispositions=dispositions(Category.TO_CORRECT)))
    assert not make_queries(
        [given], Asking(look, hidden=lambda form, column: (form, column) == ("vs", "PULSE"))
    )


def test_an_id_of_a_form_without_key_stays_when_the_value_is_corrected() -> None:
    def id_of(**values: str) -> str:
        record = RawRecord("co", "001", {}, values, LABELS, CODES)
        (query,) = make_queries([finding("MAP102", "raw/co.csv:2 VSDAT")], Asking(lambda *place: record))
        return query.id

    assert id_of(VSDAT="30/02/2020", DAY="1") == id_of(VSDAT="29/02/2020", DAY="1")
    assert id_of(VSDAT="30/02/2020", DAY="1") != id_of(VSDAT="30/02/2020", DAY="2")


def book(queries: list[Query], **options: Any) -> bytes:
    stream = io.BytesIO()
    write_queries(queries, stream, study="TEST", time=TIME, **options)
    return stream.getvalue()


def test_the_workbook() -> None:
    made = make_queries(
        [finding("RAW109", "raw/vs.csv:2 PULSE"), finding("MAP102", "raw/vs.csv:3 VSDAT")], Asking(look)
    )
    content = book(made, notice="SYNTHETIC DATA")
    assert book(made, notice="SYNTHETIC DATA") == content
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Queries"]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert rows[0][0] == "SYNTHETIC DATA"
    assert rows[2][0].startswith("2 open questions on 2 subjects; 0 answered or closed.")
    assert rows[4] == [name for name, _ in COLUMNS]
    assert rows[5][1:8] == ["002", "VS", "DAY 1", "raw/vs.csv", 2, "PULSE", "ND"]
    assert rows[5][-1] is None  # room for the answer
    assert sheet.freeze_panes == "A6"
    assert sheet.auto_filter.ref == "A5:L7"
    assert sheet["I6"].alignment.wrap_text
    assert sheet.oddFooter.left.text == "SYNTHETIC DATA"


def test_nothing_to_ask() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(book([])))["Queries"]
    assert sheet["A5"].value == "There is nothing to ask."
