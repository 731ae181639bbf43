"""Contradictions planted in raw data: each is reported at its raw line, and asked about once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.conftest import second_copied, without_displays

TRIAL = Path(__file__).parent
EVENTS, STEPS, DOSES, VISITS = (
    "site/events.txt",
    "site/milestones.csv",
    "site/dispensed.tsv",
    "site/attendance.csv",
)
PLANTED = [  # code, file, what is there, what is put in its place, the column that is reported
    ("CHK220", EVENTS, "|18-FEB-2024|25-FEB-2024|", "|18-FEB-2024|11-FEB-2024|", "ceased_on"),
    ("CHK255", EVENTS, "|30-MAR-2024|no|1|no|likely|none|gone",
     "|30-MAR-2024|no|1|no|likely|none|not gone", "result_txt"),
    ("CHK259", EVENTS, "|17-JAN-2024|23-JAN-2024|no|2|no|unlikely",
     "|17-JAN-2024|23-JAN-2024|no|2|no|likely", "caused_txt"),
    ("CHK260", EVENTS, "|26-MAR-2024|23-APR-2024|no|2|no|likely|less",
     "|26-MAR-2024|23-APR-2024|no|2|no|likely|stopped", "action_txt"),
    ("CHK226", STEPS, "5003;study ended;31-MAY-2024", "5003;study ended;20-MAR-2024", "step_on"),
    ("CHK228", DOSES, "5005\tPK909\t40 mg\t27-MAR-2024\t21-MAY-2024",
     "5005\tPK909\t40 mg\t27-MAY-2024\t28-MAY-2024", "first_taken"),
    ("CHK269", STEPS, "5006;allocated;28-FEB-2024", "5006;allocated;10-MAR-2024", "step_on"),
    ("CHK278", DOSES, "5002\tPK903\t40 mg\t29-FEB-2024", "5002\tPK903\t40 mg\t20-FEB-2024", "first_taken"),
    ("CHK230", VISITS, "5007;W02;30-MAR-2024", "5007;W02;30-JUN-2024", "attended_on"),
]  # fmt: skip
WRITTEN = ("5001;W02;05-FEB-2024", "5001;W02;2024-02-05")
LEFT_OUT = "6002;W02;05-MAY-2024\n"
"""Lines of the attendance: a date written in another way, and one that is taken out."""
ASKED = [code for code, *_ in PLANTED]
Command = Callable[..., Any]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory, command: Command) -> Path:
    """A copy of the trial with all of them, built once."""
    trial = without_displays(second_copied(tmp_path_factory.mktemp("sense") / "trial"))
    for _, file, old, new, _ in PLANTED:
        path = trial / "raw" / file
        text = path.read_bytes().decode("utf-8")
        assert text.count(old) == 1, old
        path.write_bytes(text.replace(old, new).encode())
    path = trial / "raw" / VISITS
    text = path.read_text("utf-8")
    assert LEFT_OUT in text and WRITTEN[0] in text
    path.write_text(text.replace(LEFT_OUT, "").replace(*WRITTEN), "utf-8")
    done = command("build", "--trial", trial)
    assert done.returncode == 0, done.stdout + done.stderr
    (trial / "said.txt").write_text(done.stdout, "utf-8")
    return trial


@pytest.fixture(scope="module")
def findings(planted: Path) -> list[dict[str, Any]]:
    return json.loads((planted / "outputs" / "checks" / "findings.json").read_text("utf-8"))["findings"]


def places(finding: dict[str, Any]) -> set[str]:
    """The raw cells of a finding: that of its cause, else those of its records."""
    cause = finding.get("cause", {}).get("place")
    return (
        {cause}
        if cause
        else {place["place"] for item in finding["records"] for place in item.get("source", [])}
    )


@pytest.mark.parametrize(("code", "file", "old", "new", "column"), PLANTED, ids=[item[0] for item in PLANTED])
def test_a_contradiction_is_reported_at_its_raw_line(
    planted: Path, findings: list[dict[str, Any]], code: str, file: str, old: str, new: str, column: str
) -> None:
    lines = (planted / "raw" / file).read_text("utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, start=1) if new in text)
    found = set().union(*(places(finding) for finding in findings if finding["code"] == code))
    assert f"raw/{file}:{line} {column}" in found


def test_a_site_is_asked_once_about_each_and_nothing_is_suggested(planted: Path) -> None:
    book = openpyxl.load_workbook(planted / "outputs" / "checks" / "queries.xlsx", read_only=True)
    rows = [
        row for row in book["Queries"].iter_rows(values_only=True) if row[0] and str(row[0]).startswith("Q-")
    ]
    book.close()
    asked = [row for row in rows if row[9] in ASKED]
    assert {row[9] for row in asked} == set(ASKED)
    assert len({(row[4], row[5], row[6], row[9]) for row in asked}) == len(asked)
    assert all("lease " in row[8] for row in asked)


def test_a_visit_whose_own_form_is_missing_is_asked_for_once(
    planted: Path, findings: list[dict[str, Any]]
) -> None:
    """Protocol Schedule expects the form; that SV does not have the visit is no second question."""
    asked = json.loads((planted / "outputs" / "checks" / "queries.json").read_text("utf-8"))["queries"]
    assert [query["code"] for query in asked if "6002" in str(query)] == ["RAW130"]
    assert "CHK234" not in {item["code"] for item in findings}


def test_a_date_written_in_iso_beside_the_pattern_is_read_and_said(planted: Path) -> None:
    said = (planted / "said.txt").read_text("utf-8")
    assert "RAW127 Date in another format" in said
    assert "'2024-02-05' is not written as dd-mon-yyyy; it was read as ISO 8601" in said
    assert "RAW123" not in said


def test_a_check_says_its_class_and_when_it_is_right(command: Command) -> None:
    done = command("rule", "CHK220")
    assert done.returncode == 0
    assert "Class: hard" in done.stdout
    assert "Right when: " in done.stdout


def test_the_listing_for_medical_review_is_written(planted: Path) -> None:
    book = openpyxl.load_workbook(planted / "outputs" / "checks" / "medical_review.xlsx", read_only=True)
    texts = [str(cell) for row in book["Medical review"].iter_rows(values_only=True) for cell in row if cell]
    book.close()
    assert texts[0] == "SYNTHETIC DATA"
    assert "the site is not asked about them." in " ".join(texts)
