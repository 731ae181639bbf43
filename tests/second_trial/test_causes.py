"""One wrong cell that many records are held against is one finding, at that cell."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TRIAL = Path(__file__).parent
Command = Callable[..., Any]


def findings(trial: Path, command: Command, code: str) -> list[dict[str, Any]]:
    done = command("build", "--trial", trial, "--until", "checks", "--out", trial / "checked")
    assert done.returncode == 0, done.stdout + done.stderr
    return found(trial / "checked", code)


def found(outputs: Path, code: str) -> list[dict[str, Any]]:
    told = json.loads((outputs / "checks" / "findings.json").read_text())["findings"]
    return [item for item in told if item["code"] == code]


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "cell", "what", "records"),
    [
        pytest.param(
            "dispensed.tsv", "\t22-JAN-2024\t", "\t22-JAN-2023\t", "CHK052", "dispensed.tsv:2 first_taken",
            "visits of the subject are outside their windows, counted from this first dose", 7, id="dose",
        ),
        pytest.param(
            "enrolment.csv", ",02-NOV-1988,", ",02-NOV-2061,", "CHK068", "enrolment.csv:3 born_on",
            "the birth on 2061-11-02 is after dates of the subject", 52, id="birth",
        ),
    ],
)  # fmt: skip
def test_the_cell_that_explains_many_records(
    second: Path, tmp_path: Path, command: Command,
    file: str, old: str, new: str, code: str, cell: str, what: str, records: int,
) -> None:  # fmt: skip
    trial = tmp_path / "trial"
    for part in ("raw", "specs", "mappings"):
        shutil.copytree(TRIAL / part, trial / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(TRIAL / "study.toml", trial)
    assert found(second, code) == []
    path = trial / "raw" / "site" / file
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    (finding,) = findings(trial, command, code)
    assert (finding["where"], finding["what"], finding["count"]) == (f"raw/site/{cell}", what, records)


def test_a_single_visit_outside_its_window_is_that_visit(tmp_path: Path, command: Command) -> None:
    trial = tmp_path / "trial"
    for part in ("raw", "specs", "mappings"):
        shutil.copytree(TRIAL / part, trial / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(TRIAL / "study.toml", trial)
    path = trial / "raw" / "site" / "attendance.csv"
    text = path.read_text()
    path.write_text(text.replace("5001;W12;15-APR-2024", "5001;W12;10-MAY-2024"))
    (finding,) = findings(trial, command, "CHK052")
    where = "SV USUBJID=SYN-ROSE3.DE7.5001 record 6 SVSTDTC"
    assert (finding["where"], finding["count"]) == (where, 1)
    assert finding["records"][0]["source"][0]["place"] == "raw/site/attendance.csv:7 attended_on"
