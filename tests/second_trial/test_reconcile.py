"""Lists of a safety database and of a laboratory against the trial, through the command."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

TRIAL = Path(__file__).parent
Command = Callable[..., Any]


@pytest.fixture(scope="module")
def serious(read: Callable[[str], Any]) -> dict[str, str]:
    """The serious event of the trial."""
    ae = read("ae")
    (row,) = ae[ae["AESER"] == "Y"].to_dict("records")
    return {str(name): value for name, value in row.items()}


def listed(tmp_path: Path, *lines: str, header: str = "SUBJID,AESPID,Term,AESTDTC,AESER") -> Path:
    path = tmp_path / "sae.csv"
    path.write_text("\n".join([header, *lines, ""]))
    return path


def line(serious: dict[str, str], **changed: str) -> str:
    given = {"patient": serious["patient"], "AESPID": serious["AESPID"], "AETERM": serious["AETERM"],
             "AESTDTC": serious["AESTDTC"], "AESER": "yes"} | changed  # fmt: skip
    return ",".join(f'"{value}"' for value in given.values())


def test_a_list_that_agrees(tmp_path: Path, command: Command, second: Path, serious: dict[str, str]) -> None:
    path = listed(tmp_path, line(serious, AETERM=str(serious["AETERM"]).upper()))
    column = "AETERM=Term"
    done = command("reconcile", path, "--trial", TRIAL, "--out", second, "--column", column)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "no differences"


def test_every_difference_is_listed_as_text_and_in_files(
    tmp_path: Path, command: Command, second: Path, serious: dict[str, str]
) -> None:
    path = listed(
        tmp_path,
        line(serious, AESTDTC="2024-12-24"),
        "5001,1,head ache,2024-01-24,yes",
        "5001,77,=cmd,2024-01-24,yes",
        "5001,77,again,2024-01-24,yes",
    )
    report = tmp_path / "report"
    done = command(
        "reconcile", path, "--trial", TRIAL, "--out", second, "--column", "AETERM=Term", "--report", report
    )
    assert done.returncode == 1
    assert done.stdout.startswith("SYNTHETIC DATA\n")
    told = json.loads((report / "reconciliation.json").read_text())
    kinds = [(item["kind"], item["variable"]) for item in told["differences"]]
    assert sorted(kinds) == [
        ("different value", "AESER"),
        ("different value", "AESTDTC"),
        ("only in the file", ""),
        ("several in the file", ""),
    ]
    places = {item["in_trial"].split(" ")[0] for item in told["differences"] if item["in_trial"]}
    assert places == {"AE"}
    sheet = openpyxl.load_workbook(report / "reconciliation.xlsx")["Differences"]
    assert sheet["A1"].value == "SYNTHETIC DATA"
    assert sheet.max_row == 5 + len(kinds)
    again = (report / "reconciliation.xlsx").read_bytes()
    command(
        "reconcile", path, "--trial", TRIAL, "--out", second, "--column", "AETERM=Term", "--report", report
    )
    assert (report / "reconciliation.xlsx").read_bytes() == again


def test_a_serious_event_that_the_list_does_not_have(
    tmp_path: Path, command: Command, second: Path, serious: dict[str, str]
) -> None:
    done = command("reconcile", listed(tmp_path), "--trial", TRIAL, "--out", second)
    assert done.returncode == 1
    record = f"only in the trial: SUBJID {serious['patient']}, AESPID {serious['AESPID']} (AE USUBJID="
    assert record in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["--column", "AETERM=Trem"],
            "CLI008 {file} Trem: the file has no column Trem\n    did you mean: Term",
        ),
        (["--column", "AETERMS=Term"], "CLI008 --column: the trial has no variable AETERMS"),
        (["--column", "AETERM"], "CLI008 --column: is not VARIABLE=HEADER"),
        (["--keys", "SUBJID,AEFOO"], "CLI009 {file}: AEFOO is not a column of both sides"),
        (["--samples", "assay"], "TOML"),
    ],
)
def test_what_cannot_be_compared_is_said(
    tmp_path: Path, command: Command, second: Path, arguments: list[str], told: str
) -> None:
    path = listed(tmp_path, "1,1,x,2024-01-01,yes")
    done = command("reconcile", path, "--trial", TRIAL, "--out", second, *arguments)
    assert done.returncode == 2
    if told != "TOML":
        assert done.stderr.startswith(told.format(file=path)), done.stderr
    else:
        assert "there is no form 'assay' to reconcile with" in done.stderr
        assert "did you mean: assays" in done.stderr


def test_samples_of_a_laboratory(tmp_path: Path, command: Command) -> None:
    """Its own list without one result and with another value, in another format of dates."""
    lines = (TRIAL / "raw" / "lab" / "results.txt").read_text("cp1252").splitlines()
    changed = [lines[0], lines[1].replace("\t139\t", "\t140\t"), *lines[3:]]
    path = tmp_path / "list.txt"
    path.write_text("\n".join([*changed, ""]), encoding="cp1252")
    options = ["--samples", "assays", "--keys", "accession_no,analyte_txt", "--delimiter", "\t"]
    options += ["--encoding", "cp1252", "--written", "mm/dd/yyyy"]
    done = command("reconcile", path, "--trial", TRIAL, *options)
    assert done.returncode == 1
    value = (
        "different value: accession_no 40101, analyte_txt Haemoglobin: value_txt is '140' in the file, "
        "'139' in the trial (list.txt:2; raw/lab/results.txt:2)"
    )
    assert [text.strip() for text in done.stdout.splitlines()[3:]] == [
        "only in the trial: accession_no 40101, analyte_txt Glucose (raw/lab/results.txt:3)",
        value,
        "2 differences",
    ]
