"""One wrong cell that many records are held against is one finding, at that cell."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import second_copied, without_displays

TRIAL = Path(__file__).parent
Command = Callable[..., Any]
CHANGES = (
    ("dispensed.tsv", "\t22-JAN-2024\t", "\t22-JAN-2023\t"),  # the first dose of 5001
    ("enrolment.csv", ",02-NOV-1988,", ",02-NOV-2061,"),  # the birth of 5002
    ("attendance.csv", "5003;W12;03-MAY-2024", "5003;W12;28-MAY-2024"),
)
"""File, what is there, and what takes its place: of three subjects."""


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory, command: Command) -> Path:
    """Outputs of a copy of the trial with all changes, built once."""
    trial = without_displays(second_copied(tmp_path_factory.mktemp("causes") / "trial"))
    for file, old, new in CHANGES:
        path = trial / "raw" / "site" / file
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))
    done = command("build", "--trial", trial)
    assert done.returncode == 0, done.stdout + done.stderr
    return trial / "outputs"


def found(outputs: Path, code: str) -> list[dict[str, Any]]:
    told = json.loads((outputs / "checks" / "findings.json").read_text())["findings"]
    return [item for item in told if item["code"] == code]


@pytest.mark.parametrize(
    ("code", "cell", "what", "records"),
    [
        pytest.param(
            "CHK052", "dispensed.tsv:2 first_taken",
            "visits of the subject are outside their windows, counted from this first dose", 7, id="dose",
        ),
        pytest.param(
            "CHK068", "enrolment.csv:3 born_on",
            "the birth on 2061-11-02 is after dates of the subject", 52, id="birth",
        ),
    ],
)  # fmt: skip
def test_the_cell_that_explains_many_records(
    second: Path, changed: Path, code: str, cell: str, what: str, records: int
) -> None:
    assert found(second, code) == []
    (finding,) = [item for item in found(changed, code) if item["where"].startswith("raw/")]
    assert (finding["where"], finding["what"], finding["count"]) == (f"raw/site/{cell}", what, records)


def test_a_single_visit_outside_its_window_is_that_visit(changed: Path) -> None:
    _, finding = found(changed, "CHK052")  # the first is that of the dose of another subject
    where = "SV USUBJID=SYN-ROSE3.DE7.5003 record 21 SVSTDTC"
    assert (finding["where"], finding["count"]) == (where, 1)
    assert finding["records"][0]["source"][0]["place"] == "raw/site/attendance.csv:22 attended_on"
