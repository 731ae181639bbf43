"""Estimands of a trial whose displays have no plan: that they have no analyses is said."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

TRIAL = Path(__file__).parent
ESTIMAND = {
    "Estimand": "E1", "Objective": "Primary", "Treatment": "Three arms", "Population": "Allocated",
    "Variable": "Change", "Summary Measure": "Difference", "Dataset": "ADLB", "Flag": "ANL01FL",
}  # fmt: skip
EVENT = {"Estimand": "E1", "Event": "DISCONTINUED", "Strategy": "Treatment policy"}


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    for part in ("raw", "specs", "mappings"):
        shutil.copytree(TRIAL / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(TRIAL / "study.toml", tmp_path)
    path = tmp_path / "specs" / "adam.xlsx"
    book = load_workbook(path)
    for name, row in (("Estimands", ESTIMAND), ("Intercurrent Events", EVENT)):
        sheet = book.create_sheet(name)
        sheet.append(list(row))
        sheet.append(list(row.values()))
    book.save(path)
    return tmp_path


def test_a_plan_without_a_row_is_said(trial: Path, command: Callable[..., Any]) -> None:
    path = trial / "specs" / "tlf.xlsx"
    book = load_workbook(path)
    book.create_sheet("Plan").append(["Section", "Display", "Analysis", "Status"])
    book.save(path)
    done = command("spec", "check", "--trial", trial)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    note = "no sheet Plan with rows in specs/tlf.xlsx: no analysis is tied to an estimand"
    assert said.count(note) == 1
    assert "no sheet Estimands" not in said
