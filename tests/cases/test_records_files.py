"""Records that never vanish: missing forms, accepted counts, absent sheets, text outside ASCII."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from il2cdisc.check.context import Context
from il2cdisc.check.rules import all_rules
from il2cdisc.check.run import check_folder, run_rules
from il2cdisc.cli import app
from il2cdisc.spec.load import read_spec
from il2cdisc.spec.tlf_load import read_displays

ROOT = Path(__file__).parents[2]
SECOND = ROOT / "tests" / "second_trial"
PARTS = ("study.toml", "raw", "specs", "mappings")


def copied(trial: Path, folder: Path) -> Path:
    """A copy of a trial's own files, to be damaged."""
    for name in PARTS:
        source = trial / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / name)
    return folder


def edited(source: Path, target: Path, change: Callable[[Any], None]) -> Path:
    """A workbook, changed as a person does in a spreadsheet."""
    book = openpyxl.load_workbook(source)
    change(book)
    book.save(target)
    return target


def told(*arguments: str | Path) -> tuple[int, str]:
    """Exit code and all that a command says, standard error included."""
    done = CliRunner().invoke(app, [str(item) for item in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert "Traceback" not in done.output
    return done.exit_code, done.output


# --- Kind 3: sheets that are unknown or absent


def rename(before: str, after: str) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book[before].title = after

    return change


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Totals", "Total"),
        ("Plausibility", "Plausability"),
        ("Ranges", "Ranges "),
        ("Protocol Visits", "Protocol Visit"),
    ],
)
def test_3_a_misspelt_sheet_is_a_finding_that_says_what_was_meant(tmp_path, before, after):
    path = edited(ROOT / "specs" / "sdtm.xlsx", tmp_path / "sdtm.xlsx", rename(before, after))
    spec, problems = read_spec(path, "specs/sdtm.xlsx")
    (found,) = [problem for problem in problems if problem.code == "SPC120"]
    assert (str(found.where), found.hint, found.stops) == (f"specs/sdtm.xlsx!{after}", before, False)
    assert before in spec.absent
    assert [item.code for item in spec.findings if item.code == "SPC120"] == ["SPC120"]


def test_3_every_sheet_of_the_shipped_workbooks_is_known():
    for trial in (ROOT, SECOND):
        for name in ("sdtm.xlsx", "adam.xlsx"):
            _, problems = read_spec(trial / "specs" / name)
            assert "SPC120" not in [problem.code for problem in problems]


def test_3_a_sheet_of_a_persons_own_has_no_hint(tmp_path):
    path = edited(ROOT / "specs" / "adam.xlsx", tmp_path / "a.xlsx", lambda book: book.create_sheet("Xyz"))
    _, problems = read_spec(path, "specs/adam.xlsx")
    assert [(p.code, p.hint) for p in problems if p.code == "SPC120"] == [("SPC120", "")]


def test_3_a_column_or_sheet_of_the_displays_that_is_unknown(tmp_path):
    def change(book: Any) -> None:
        book["Displays"].cell(1, book["Displays"].max_column + 1, "Subtitel")
        book.create_sheet("Analyse")

    path = edited(ROOT / "specs" / "tlf.xlsx", tmp_path / "tlf.xlsx", change)
    displays, problems = read_displays(path, "specs/tlf.xlsx")
    assert len(displays) > 5
    assert [p.code for p in problems] == ["SPC004", "SPC120"]
    assert not any(p.stops for p in problems)


def test_3_a_rule_without_its_sheet_does_not_run_and_is_not_listed(tmp_path):
    path = edited(ROOT / "specs" / "sdtm.xlsx", tmp_path / "sdtm.xlsx", rename("Totals", "Total"))
    whole, _ = read_spec(ROOT / "specs" / "sdtm.xlsx")
    short, _ = read_spec(path)
    (tmp_path / "outputs" / "sdtm").mkdir(parents=True)
    need = {rule.kind.code for rule in all_rules() if "Totals" in rule.needs}
    assert need == {"CHK053", "CHK054"}
    assert need <= set(check_folder(tmp_path / "outputs", [whole]).rules)
    assert need.isdisjoint(check_folder(tmp_path / "outputs", [short]).rules)
    assert need & {item.code for item in run_rules(Context(short, {}))} == set()


def test_3_spec_check_says_what_is_absent(tmp_path):
    folder = copied(SECOND, tmp_path / "trial")
    book = folder / "specs" / "sdtm.xlsx"
    edited(book, book, rename("Plausibility", "Plausibilty"))
    code, said = told("spec", "check", "--trial", folder)
    assert code == 1
    assert "no sheet Plausibility with rows in specs/sdtm.xlsx: results are not compared" in said
    assert "no sheet Totals with rows in specs/sdtm.xlsx" in said
    assert "SPC120 specs/sdtm.xlsx!Plausibilty" in said
    assert "did you mean: Plausibility" in said


def test_3_an_optional_sheet_without_rows_is_as_good_as_absent(tmp_path):
    path = edited(
        ROOT / "specs" / "sdtm.xlsx", tmp_path / "sdtm.xlsx", lambda book: book["Totals"].delete_rows(2, 500)
    )
    spec, problems = read_spec(path)
    assert "Totals" in spec.absent
    assert pd.Series([p.code for p in problems]).isin(["SPC120"]).sum() == 0
