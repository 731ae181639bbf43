"""Options of display methods are checked before any data are read, each at its cell."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

TRIAL = Path(__file__).parent


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    folder = tmp_path / "trial"
    for part in ("raw", "specs", "mappings"):
        shutil.copytree(TRIAL / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("study.toml", "accepted.toml"):
        shutil.copy(TRIAL / name, folder)
    return folder


def test_wrong_options_are_reported_at_the_cell_with_what_was_meant(
    trial: Path, command: Callable[..., Any]
) -> None:
    path = trial / "specs" / "tlf.xlsx"
    book = load_workbook(path)
    sheet = book["Analyses"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    number = next(
        row
        for row in range(2, sheet.max_row + 1)
        if sheet.cell(row, columns["Method"]).value == "Categorical"
    )
    sheet.cell(number, columns["Method"]).value = "Response"
    sheet.cell(number, columns["Options"]).value = "interval = wilsen\nstrata = STRATUMM\nrefrence = X"
    place = f"specs/tlf.xlsx!Analyses!{sheet.cell(number, columns['Options']).coordinate}"
    book.save(path)
    done = command("spec", "check", "--trial", trial)
    told = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 2
    assert f"RES004 {place}: the option interval is 'wilsen'; it is one of wilson," in told
    assert "did you mean: wilson" in told
    assert f"RES004 {place}: Response knows no option 'refrence'" in told
    assert f"RES002 {place}: ADSL has no variable 'STRATUMM'" in told
