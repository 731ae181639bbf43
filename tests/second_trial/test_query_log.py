"""Questions with a life: the query log through the command, and what people do to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from il2cdisc.base.problems import Address, Stopped
from il2cdisc.check.queries import Query
from il2cdisc.check.query_file import as_json
from il2cdisc.check.query_log import read_query_log
from il2cdisc.check.query_update import with_queries
from il2cdisc.deliver.lock import take_lock
from il2cdisc.run.query_log import LOCK, update_queries
from il2cdisc.study import load_study
from tests.conftest import second_copied, without_displays

TRIAL = Path(__file__).parent
Command = Callable[..., Any]


def build(trial: Path, command: Command) -> dict[str, str]:
    """Question by field → its state, after a build."""
    done = command("build", "--trial", trial)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads((trial / "outputs" / "checks" / "queries.json").read_text())["queries"]
    return {f"{item['field']} {item['value']}": item["state"] for item in told}


def fill(path: Path, field: str, **cells: str) -> None:
    """What a data manager writes into the row of a field's value."""
    book = openpyxl.load_workbook(path)
    sheet = book["Queries"]
    headers = [cell.value for cell in sheet[1]]
    value = headers.index("Value")
    row = next(row for row in sheet.iter_rows(min_row=2) if row[value].value == field)
    for header, text in cells.items():
        row[headers.index(header.replace("_", " "))].value = text
    book.save(path)


def test_the_life_of_a_question(tmp_path: Path, command: Command) -> None:
    trial = without_displays(second_copied(tmp_path / "trial"))
    assert set(build(trial, command).values()) == {"new"}
    log = trial / "queries.xlsx"
    assert command("queries", "update", "--trial", trial).stdout.splitlines() == [
        "queries.xlsx: 6 questions added",
        "the log has 6 questions: 6 open, 0 answered or closed, 0 no longer found in the data",
    ]
    answered = {"Answered": "2024-12-02", "Answered_By": "Site 5", "Answer": "The day is not known."}
    fill(log, "UN-FEB-2024", **answered)
    fill(log, "31-JUN-2024", **answered)
    fill(log, "17-JAN-2024", Sent="2024-12-01", Sent_By="DM")
    fill(log, "30-APR-2024", Closed="2024-12-03", Closed_By="DM")
    book = openpyxl.load_workbook(log)
    sheet = book["Queries"]
    sheet["J2"].comment = Comment("called them", "DM")
    sheet["J3"].fill = PatternFill("solid", fgColor="FFCC00")
    sheet.column_dimensions["J"].width = 77
    sheet.move_range("A5:S5", rows=3)  # people leave gaps
    book.save(log)
    before = [[cell.value for cell in row] for row in sheet.iter_rows()]

    path = trial / "raw" / "site" / "events.txt"
    path.write_text(path.read_text().replace("31-JUN-2024", "31-NOV-2024"))
    assert build(trial, command) == {
        "began_on 17-JAN-2024": "sent",
        "began_on UN-FEB-2024": "answered",
        "ceased_on 31-NOV-2024": "open again",
        "strength_txt 40 mg": "in the log",  # two packs
        "began_on 30-APR-2024": "closed",
    }
    shown = openpyxl.load_workbook(trial / "outputs" / "checks" / "queries.xlsx")["Queries"]
    rows = [row for row in shown.iter_rows(values_only=True) if str(row[0]).startswith("Q-")]
    assert [row[7] for row in rows] == ["17-JAN-2024", "31-NOV-2024", "40 mg", "40 mg"]
    assert shown["A3"].value.startswith("4 open questions on 3 subjects; 2 answered or closed.")

    done = command("queries", "update", "--trial", trial)
    assert done.stdout.splitlines() == [
        "queries.xlsx: 1 question added, 1 of them open again, as the value changed",
        "the log has 7 questions: 4 open, 2 answered or closed, 1 no longer found in the data",
    ]
    sheet = openpyxl.load_workbook(log)["Queries"]
    after = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert after[: len(before)] == before
    (added,) = after[len(before) :]
    ids = {row[8]: row[1] for row in after[1:]}
    assert ids["31-NOV-2024"] == ids["31-JUN-2024"]
    assert added[8] == "31-NOV-2024"
    assert added[11:] == [None] * 8
    assert sheet["J2"].comment.text == "called them"
    assert sheet["J3"].fill.fgColor.rgb == "00FFCC00"
    assert sheet.column_dimensions["J"].width == 77
    content = log.read_bytes()
    assert command("queries", "update", "--trial", trial).returncode == 0
    assert log.read_bytes() == content
    assert command("spec", "check", "--trial", trial).returncode == 0


def query(number: int, value: str = "x") -> Query:
    question = f"Question {number}, please?"
    return Query(f"Q-{number:08X}", "5001", "EVENTS", "", "raw/e.txt", 2, "f", value, question, "MAP102")


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    return without_displays(second_copied(tmp_path / "trial"))


def write_log(trial: Path, *queries: Query) -> Path:
    study = load_study(trial)
    path = trial / "queries.xlsx"
    path.write_bytes(
        with_queries(None, queries, study=study.id, notice="SYNTHETIC DATA", time=study.build.time)
    )
    return path


def test_what_people_do_to_the_log_is_reported_at_its_cells(
    trial: Path, command: Command, snapshot: object
) -> None:
    path = write_log(trial, *map(query, range(1, 8)))
    assert command("spec", "check", "--trial", trial).returncode == 0
    book = openpyxl.load_workbook(path)
    sheet = book["Queries"]
    sheet["B2"] = "Q-0000O001"  # an id was edited
    sheet.delete_rows(3)
    sheet["I3"] = "y"  # the value of a question
    sheet["N4"], sheet["P4"] = "last week", "It is."
    sheet["Q5"] = "2024-12-01"
    for column in range(1, 12):
        sheet.cell(9, column).value = sheet.cell(6, column).value
    book.save(path)
    done = command("spec", "check", "--trial", trial)
    assert done.returncode == 1
    assert done.stderr == snapshot


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 damaged", b"Query,Value\n"])
def test_a_damaged_log_stops_with_its_reason(trial: Path, command: Command, content: bytes) -> None:
    (trial / "queries.xlsx").write_bytes(content)
    done = command("spec", "check", "--trial", trial)
    assert done.returncode == 2
    assert done.stderr.startswith("SPC001 queries.xlsx: ")


def test_the_log_of_another_study_stops(trial: Path, command: Command) -> None:
    path = write_log(trial, query(1))
    book = openpyxl.load_workbook(path)
    book["Queries"]["A2"] = "OTHER (SYNTHETIC DATA)"
    book.save(path)
    done = command("spec", "check", "--trial", trial)
    assert done.returncode == 2
    assert done.stderr.startswith("SPC217 queries.xlsx!Queries!A2: no row is of study SYN-ROSE3")


def asked(trial: Path, *queries: Query) -> None:
    folder = trial / "outputs" / "checks"
    folder.mkdir(parents=True, exist_ok=True)
    text = as_json(queries, study="SYN-ROSE3", notice="SYNTHETIC DATA")
    (folder / "queries.json").write_text(text, encoding="utf-8")


def stopped(trial: Path) -> str:
    with pytest.raises(Stopped) as told:
        update_queries(load_study(trial), lambda text: None)
    return str(told.value)


@pytest.mark.parametrize("owner", ["~$queries.xlsx", ".~lock.queries.xlsx#"])
def test_a_log_that_is_open_elsewhere_is_not_touched(trial: Path, owner: str) -> None:
    asked(trial, query(1))
    (trial / owner).write_text("someone")
    assert stopped(trial).startswith("CLI005 queries.xlsx: the log is open in a spreadsheet program")
    assert not (trial / "queries.xlsx").exists()
    (trial / owner).unlink()
    update_queries(load_study(trial), lambda text: None)
    assert len(read_query_log(trial / "queries.xlsx").rows) == 1
    assert not list(trial.glob(".queries*.new"))


def test_two_commands_do_not_write_at_once(trial: Path) -> None:
    asked(trial, query(1))
    held = take_lock(trial / LOCK, Address(file="queries.xlsx"))
    try:
        assert stopped(trial).startswith("CLI005 queries.xlsx: another command is updating the log")
    finally:
        held.release()
    assert not (trial / "queries.xlsx").exists()


def test_a_log_that_another_one_saves_meanwhile_is_not_overwritten(
    trial: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_log(trial, query(1))
    asked(trial, query(1), query(2))

    def slow(content: bytes | None, *args: Any, **options: Any) -> bytes:
        path.write_bytes(path.read_bytes() + b"\0")
        return with_queries(content, *args, **options)

    monkeypatch.setattr("il2cdisc.run.query_log.with_queries", slow)
    assert stopped(trial).startswith("CLI005 queries.xlsx: the log was saved by someone else")
    assert path.read_bytes().endswith(b"\0")
    assert not list(trial.glob(".queries*.new"))


def test_what_would_be_lost_refuses_the_update(trial: Path) -> None:
    import zipfile

    path = write_log(trial, query(1))
    asked(trial, query(1), query(2))
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/threadedComments/threadedComment1.xml", "<x/>")
    told = stopped(trial)
    assert told.startswith("CLI006 queries.xlsx: the workbook holds threaded comments")


def test_without_questions_of_a_build_nothing_is_written(trial: Path) -> None:
    assert stopped(trial).startswith("CLI007 outputs/checks/queries.json: there are no questions")
    asked(trial)
    place = trial / "outputs" / "checks" / "queries.json"
    place.write_text(place.read_text().replace("SYN-ROSE3", "OTHER"))
    assert "it is of study OTHER" in stopped(trial)
    assert not (trial / "queries.xlsx").exists()


def test_values_are_text_whatever_they_look_like(trial: Path) -> None:
    values = ["=1+1", "007", " padded ", "a\x0bb", "@x", "1e5", ""]
    given = [query(number, value) for number, value in enumerate(values, start=1)]
    asked(trial, *given)
    update_queries(load_study(trial), lambda text: None)
    book = openpyxl.load_workbook(trial / "queries.xlsx")
    kept = [book["Queries"].cell(row, 9) for row in range(2, 9)]
    assert [cell.value for cell in kept] == ["=1+1", "007", "padded", "a b", "@x", "1e5", None]
    assert {cell.data_type for cell in kept[:-1]} == {"s"}
    log = read_query_log(trial / "queries.xlsx", study="SYN-ROSE3")
    assert log.problems == ()
    assert {str(log.state(item)) for item in given} == {"in the log"}


def test_dates_of_excel_are_days_as_well(trial: Path) -> None:
    path = write_log(trial, query(1))
    book = openpyxl.load_workbook(path)
    sheet = book["Queries"]
    sheet["L2"], sheet["N2"] = datetime.fromisoformat("2024-12-01T10:00"), date(2024, 12, 2)
    sheet["O2"], sheet["P2"] = "Site 5", " It is right. "
    book.save(path)
    log = read_query_log(path, study="SYN-ROSE3")
    assert log.problems == ()
    assert str(log.state(query(1))) == "answered"
    assert str(log.state(query(1, "another value"))) == "open again"


def test_the_same_questions_give_the_same_bytes(trial: Path) -> None:
    one = write_log(trial, query(1)).read_bytes()
    assert write_log(trial, query(1)).read_bytes() == one
    sheet = openpyxl.load_workbook(trial / "queries.xlsx")["Queries"]
    assert sheet["A2"].value == "SYN-ROSE3 (SYNTHETIC DATA)"
