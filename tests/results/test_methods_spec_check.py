"""`spec check` reports wrong options of the methods at their cells, and accepts right ones."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

ROOT = Path(__file__).parents[2]
Command = Callable[..., "CompletedProcess[str]"]
TREATMENT = {"Dataset": "ADHAMD", "Variables": "CHG", "Treatment": "TRTP"}
VISITS = {"By": "AVISIT", "By Levels": "Day 5\nDay 15\nDay 29\nDay 60"}
RIGHT = [
    {"Method": "MMRM", **VISITS,
     "Options": "factors = STRAT1R\ncovariates = BASE\ncovariance = UN TOEPH AR1"},
    {"Method": "ANCOVA", "Lines": "p = {interaction_p_value}",
     "Options": "factors = STRAT1R\ninteraction = STRAT1R\nstandard_errors = HC3"},
    {"Method": "Pooled ANCOVA", "Options": "draw = AVISITN\ncovariates = BASE"},
    {"Method": "Tipping point", "Options": "draw = AVISITN\ndeltas = 0 1\nimputed = DTYPE\nimputed_as = MI"},
    {"Method": "Wilcoxon", **VISITS},
    {"Method": "t-test", "Options": "variances = unequal"},
    {"Method": "ANOVA"},
    {"Method": "Dose response", "Options": "dose = AVAL\nfactors = STRAT1R\ncovariates = BASE"},
    {"Method": "Correlation", "Variables": "CHG\nBASE", "Options": "adjust = holm"},
    {"Method": "PLS", "Variables": "CHG\nBASE\nAVAL", "Options": "resamples = 10\nseed = 1"},
]  # fmt: skip
WRONG = {
    "MMRM": ("Options", "covariance = UNN", "did you mean: UN"),
    "ANCOVA": ("Options", "standard_errors = HC9", "did you mean: HC"),
    "Pooled ANCOVA": ("Options", "draw = AVISITM", "ADHAMD has no variable 'AVISITM'"),
    "Tipping point": ("Options", "draws = AVISITN", "did you mean: draw"),
    "Wilcoxon": ("Options", "reference = Placeboo", "did you mean: Placebo"),
    "t-test": ("Options", "variance = equal", "did you mean: variances"),
    "ANOVA": ("Levels", "A", "ANOVA does not use Levels"),
    "Dose response": ("Options", "covariates = BASE", "needs the option dose"),
    "Correlation": ("Variables", "CHG", "a correlation needs two variables"),
    "PLS": ("Options", "component = 1", "did you mean: components"),
}


def check(command: Command, folder: Path, rows: list[dict[str, str]]) -> tuple[str, list[dict[str, str]]]:
    """What `spec check` says of the shipped displays with further analyses, and the cells of these."""
    path = folder / "specs" / "tlf.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["Analyses"]
    headers = [str(cell.value) for cell in sheet[1]]
    ancova = next(row for row in sheet.iter_rows(min_row=2) if row[headers.index("Method")].value == "ANCOVA")
    display = ancova[headers.index("Display")].value
    cells: list[dict[str, str]] = []
    for number, row in enumerate(rows):
        given = {**TREATMENT, "Display": display, "Order": 90 + number, "Analysis": f"NEW{number}"} | row
        sheet.append([given.get(header) for header in headers])
        letters = {header: get_column_letter(place) for place, header in enumerate(headers, 1)}
        cells.append({header: f"{letter}{sheet.max_row}" for header, letter in letters.items()})
    del book["Plan"]  # none of these was planned
    book.save(path)
    done = command("spec", "check", "--trial", folder)
    return done.stdout + done.stderr, cells


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    """A trial with workbooks and mappings of its own; what is not looked at is the shipped one's."""
    for name in ("specs", "mappings", "raw"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "study.toml", tmp_path / "study.toml")
    return tmp_path


def test_right_options_are_accepted_and_wrong_ones_reported_at_their_cells(
    trial: Path, command: Command
) -> None:
    wrong = [row | {WRONG[row["Method"]][0]: WRONG[row["Method"]][1]} for row in RIGHT]
    said, cells = check(command, trial, [*RIGHT, *wrong])
    of_right, of_wrong = cells[: len(RIGHT)], cells[len(RIGHT) :]
    for own in of_right:
        assert not [cell for cell in own.values() if f"Analyses!{cell}:" in said], said
    for row, own in zip(wrong, of_wrong, strict=True):
        header, _, told = WRONG[row["Method"]]
        place = f"specs/tlf.xlsx!Analyses!{own[header]}: "
        _, _, after = said.partition(place)
        assert told in after.split("\n    do: ")[0], (row["Method"], place, said)
