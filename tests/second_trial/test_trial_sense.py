"""The trial's own checks through the command: what they find, what is wrong with them, and where it leads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.conftest import second_copied, without_displays

TRIAL = Path(__file__).parent
Command = Callable[..., Any]
PLANTED = (
    ("site/dispensed.tsv", "5001\tPK901\t10 mg\t20-FEB-2024", "5001\tPK901\t10 mg\t12-FEB-2024"),
    ("site/dispensed.tsv", "5002\tPK903\t40 mg", "5002\tPK900\t10 mg"),
    ("site/enrolment.csv", "A,14-JAN-2024", "A,02-JAN-2024"),
    ("site/events.txt", "24-JAN-2024|25-JAN-2024|no|1|no", "24-JAN-2024|25-JAN-2024|yes|4|no"),
    ("lab/results.txt", "\tALAT\t", "\tALAT\t4"),  # the first result gets another digit in front
)
"""File, what is there, and what is planted instead."""


def planted(folder: Path) -> Path:
    trial = without_displays(second_copied(folder))
    for file, old, new in PLANTED:
        path = trial / "raw" / file
        text = path.read_text(encoding="cp1252")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="cp1252")
    return trial


def build(trial: Path, command: Command) -> None:
    done = command("build", "--trial", trial)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, command: Command) -> Path:
    trial = planted(tmp_path_factory.mktemp("sense") / "trial")
    build(trial, command)
    return trial


def sense(outputs: Path) -> list[tuple[str, str, str, list[str]]]:
    """Code and check, what is said, and the raw cells of the findings of the sheets."""
    found = json.loads((outputs / "checks" / "findings.json").read_text())["findings"]
    return [
        (
            f"{item['code']} {item.get('check', '')}".strip(),
            item["what"],
            item["level"],
            [place["place"] for record in item["records"] for place in record.get("source", [])],
        )
        for item in found
        if item["code"] in ("RAW180", "RAW181") or "CHK320" <= item["code"] <= "CHK329"
    ]


def test_the_clean_trial_has_the_planted_packs_of_another_group_alone(second: Path) -> None:
    """Subject 5008, of the group with 10 mg, took the packs of 40 mg."""
    packs = ["raw/site/dispensed.tsv:14 strength_txt", "raw/site/dispensed.tsv:15 strength_txt"]
    assert sense(second) == [("CHK326", "the dose is 40 mg, planned are 10 mg", "warning", packs)]
    asked = json.loads((second / "checks" / "queries.json").read_text())["queries"]
    codes = ["CHK050", "MAP103", "MAP102", "CHK326", "CHK326", "CHK050"]
    assert [query["code"] for query in asked] == codes


def test_planted_contradictions_are_found_at_their_raw_cells(built: Path, snapshot: object) -> None:
    assert sense(built / "outputs") == snapshot


def test_they_are_asked_in_the_words_of_the_sheet(built: Path, snapshot: object) -> None:
    told = json.loads((built / "outputs" / "checks" / "queries.json").read_text())
    asked = [q for q in told["queries"] if " " in q["code"]]
    assert [(q["code"], q["file"], q["line"], q["field"], q["question"]) for q in asked] == snapshot


def test_medical_review_is_a_listing_and_no_question(built: Path) -> None:
    checks = built / "outputs" / "checks"
    sheet = openpyxl.load_workbook(checks / "medical_review.xlsx")["Medical review"]
    rows = [row for row in sheet.iter_rows(values_only=True) if str(row[0]).startswith("CHK322")]
    assert [(row[0], row[2], row[3], row[4][:1], row[6].split(":")[0]) for row in rows] == [
        ("CHK322 MR-01", "LB", "LBSTRESN", "4", "raw/lab/results.txt")
    ]
    assert sheet["A1"].value == "SYNTHETIC DATA"
    assert "MR-01" not in (checks / "queries.json").read_text()


def test_a_check_is_explained_by_its_disposition(built: Path, command: Command, tmp_path: Path) -> None:
    """A disposition closes the record's finding and its question; no other check of the same code."""
    trial = tmp_path / "trial"
    shutil.copytree(built, trial)
    found = json.loads((trial / "outputs" / "checks" / "findings.json").read_text())["findings"]
    item = next(one for one in found if one.get("check") == "EV-01")
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Dispositions"
    sheet.append(["Rule", "Finding ids", "Category", "Text", "By", "Role", "On"])
    sheet.append(["RAW180", item["id"], "confirmed by site", "So it is.", "A", "B", "2024-12-01"])
    book.save(trial / "specs" / "dispositions.xlsx")
    before = json.loads((trial / "outputs" / "checks" / "queries.json").read_text())["queries"]
    build(trial, command)
    after = json.loads((trial / "outputs" / "checks" / "queries.json").read_text())["queries"]
    assert [q["code"] for q in before if q not in after] == ["RAW180 EV-01"]


FAULTS: dict[str, dict[str, object]] = {
    "GR-01": {"By": None},
    "PK-01": {"Join Condition": "EXENDTCX GE EX.EXSTDTC"},
    "AC-01": {"Join": "EXX"},
    "SE-01": {"Condition": "AETOXGR GE 4 AND AESER EQ Maybe"},
    "AG-01": {"Condition": "AGE LT 18 AND AGE GT 65"},
    "EL-01": {"Condition": 'eligible_yn EQ no AND group_code NE "'},
    "AL-01": {"Condition": None},
    "EV-01": {"Condition": "ongoing EQ yes", "Variable": None},
    "TE-01": {"Message": "tablets until {last}", "Question": None},
    "MR-01": {"Condition": "LBTESTCD EQ ALT AND LBSTRESN GE high"},
}
"""Check → what is written into its cells."""


def test_a_check_with_a_fault_is_reported_at_its_cell_and_the_others_run(
    tmp_path: Path, command: Command, snapshot: object
) -> None:
    trial = planted(tmp_path / "trial")
    path = trial / "specs" / "sdtm.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["Checks"]
    headers = [cell.value for cell in sheet[1]]
    for row in range(2, sheet.max_row + 1):
        for header, value in FAULTS.get(str(sheet.cell(row, 1).value), {}).items():
            sheet.cell(row, headers.index(header) + 1).value = value
    sheet.append(["OK-01", "AE", "AESER EQ N AND AETOXGR GE 4", *[None] * 4, "AESER", "grade {AETOXGR}",
                  "Please check.", "hard", "Yes"])  # fmt: skip
    sheet.append(["MANY-01", "LB", 'LBTESTCD NE ""', *[None] * 4, None, "always", "Please check.", "hard",
                  "Yes"])  # fmt: skip
    book.save(path)
    done = command("spec", "check", "--trial", trial)
    assert done.returncode == 1
    assert done.stderr == snapshot
    build(trial, command)
    found = {name: what for name, what, *_ in sense(trial / "outputs")}
    assert set(found) == {"CHK320 OK-01", "CHK320 MANY-01", "CHK326", "CHK327"}
    assert found["CHK320 MANY-01"] == "check MANY-01 fires at half of the records of LB or more"
    told = json.loads((trial / "outputs" / "checks" / "queries.json").read_text())["queries"]
    assert [q["code"] for q in told if " " in q["code"]] == ["CHK320 OK-01"]  # MANY-01 asks nothing
