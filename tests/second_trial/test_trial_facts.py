"""[trial] of study.toml reaches the mappings of SDTM and ADaM; an unknown key is named at its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from il2cdisc.base.problems import Problems
from il2cdisc.run.make import MadeDatasets, make
from il2cdisc.run.survey import make_plan, survey
from il2cdisc.study import load_study, read_study

TRIAL = Path(__file__).parent


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    """A copy of the trial, to be changed."""
    for name in ("raw", "specs", "mappings"):
        shutil.copytree(TRIAL / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(TRIAL / "study.toml", tmp_path)
    return tmp_path


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new), encoding="utf-8")


def made(trial: Path) -> MadeDatasets:
    return make(make_plan(load_study(trial)), lambda _: None, Problems())


def categories(of: MadeDatasets) -> dict[str, str]:
    lb = of.sdtm["LB"].frame
    return dict(zip(lb["LBTEST"], lb["LBCAT"], strict=True))


def oldest_of_the_first_group(of: MadeDatasets) -> float:
    adsl = of.adam["ADSL"].frame
    return float(adsl.loc[adsl["AGEGR1"] == "<50", "AGE"].max())


def told(trial: Path) -> list[str]:
    return sorted(str(problem) for problem in survey(*read_study(trial)).problems.stops)


def line_of(path: Path, text: str) -> int:
    return next(n for n, line in enumerate(path.read_text().splitlines(), start=1) if text in line)


@pytest.fixture(scope="module")
def before() -> MadeDatasets:
    """The datasets of the trial as it is."""
    return made(TRIAL)


def test_what_the_file_says_is_what_the_mappings_do(before: MadeDatasets, trial: Path) -> None:
    assert categories(before)["Glucose"] == "CHEMISTRY"
    assert 40 < oldest_of_the_first_group(before) < 50
    edited(trial / "study.toml", "Glucose = false", "Glucose = true")
    edited(trial / "study.toml", '">=50" = 50', '">=50" = 40')
    after = made(trial)
    assert categories(after) == {**categories(before), "Glucose": "HEMATOLOGY"}
    assert oldest_of_the_first_group(after) < 40


def test_an_unknown_key_is_a_problem_of_the_plan_at_the_line_that_asks_for_it(trial: Path) -> None:
    edited(trial / "mappings" / "sdtm" / "lb.py", "trial.blood_count", "trial.blod_count")
    edited(trial / "mappings" / "adam" / "adsl.py", "trial.age_groups", 'trial["age_group"]["old"]')
    sdtm = line_of(trial / "mappings" / "sdtm" / "lb.py", "blod_count")
    adam = line_of(trial / "mappings" / "adam" / "adsl.py", "age_group")
    found = [text for text in told(trial) if text.startswith("MAP007")]
    assert [text.splitlines() for text in found] == [
        [
            f"MAP007 mappings/adam/adsl.py:{adam}: [trial] of study.toml has no key 'age_group'",
            "    did you mean: age_groups",
            "    do: Correct the name, or add the key to study.toml.",
        ],
        [
            f"MAP007 mappings/sdtm/lb.py:{sdtm}: [trial] of study.toml has no key 'blod_count'",
            "    did you mean: blood_count",
            "    do: Correct the name, or add the key to study.toml.",
        ],
    ]


def test_an_unknown_key_of_a_table_in_it(trial: Path) -> None:
    edited(trial / "mappings" / "adam" / "adsl.py", "trial.age_groups", 'trial.age_groups["<60"]')
    (problem,) = [text for text in told(trial) if text.startswith("MAP007")]
    assert "[trial.age_groups] of study.toml has no key '<60'\n    did you mean: <50\n" in problem


def test_without_the_table_a_mapping_that_asks_for_it_is_a_problem(trial: Path) -> None:
    text = (trial / "study.toml").read_text(encoding="utf-8")
    begin, end = text.index("[trial.blood_count]"), text.index("[text]")
    (trial / "study.toml").write_text(text[:begin] + text[end:], encoding="utf-8")
    fix = "    do: Add the table [trial] to study.toml, or remove the parameter."
    found = told(trial)
    assert (
        f"MAP005 mappings/sdtm/lb.py: lb asks for trial, and study.toml has no table [trial]\n{fix}" in found
    )
    assert f"ADM014 adsl(): needs trial, and study.toml has no table [trial]\n{fix}" in found


def test_a_raw_form_of_that_name_is_another_thing(before: MadeDatasets, trial: Path) -> None:
    for name in ("study.toml", "raw/columns.csv", "mappings/sdtm/lb.py"):
        edited(trial / name, "assays", "trial")
    book = openpyxl.load_workbook(trial / "specs" / "sdtm.xlsx")
    for cell in (cell for row in book["Protocol Schedule"].iter_rows() for cell in row):
        cell.value = cell.value.replace("assays", "trial") if isinstance(cell.value, str) else cell.value
    book.save(trial / "specs" / "sdtm.xlsx")
    assert "raw_trial: pd.DataFrame, raw_attendance: pd.DataFrame, trial: TrialFacts" in (
        trial / "mappings" / "sdtm" / "lb.py"
    ).read_text(encoding="utf-8")
    after = made(trial).sdtm["LB"].frame
    renamed = {name: name.replace("assays", "trial") for name in before.sdtm["LB"].frame.columns}
    pd.testing.assert_frame_equal(after, before.sdtm["LB"].frame.rename(columns=renamed))
