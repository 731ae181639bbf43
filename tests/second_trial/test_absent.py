"""What is missing or can't be in raw files: reported at its lines, with a stop that follows from it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from syrupy.assertion import SnapshotAssertion

from il2cdisc.base.problems import Problems, Stopped, at_line
from il2cdisc.run.build import build
from il2cdisc.run.make import make
from il2cdisc.run.survey import make_plan
from il2cdisc.sdtm import collected, dataset, filter_not_exist, subject
from il2cdisc.sdtm.ledger import row_ledger
from il2cdisc.study import load_study

TRIAL = Path(__file__).parent


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    folder = tmp_path / "trial"
    for part in ("raw", "specs", "mappings"):
        shutil.copytree(TRIAL / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("study.toml", "accepted.toml"):
        shutil.copy(TRIAL / name, folder)
    return folder


def change(path: Path, line: int, old: str, new: str) -> None:
    lines = path.read_bytes().split(b"\n")
    assert old.encode() in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old.encode(), new.encode(), 1)
    path.write_bytes(b"\n".join(lines))


def found(trial: Path, code: str) -> list[str]:
    findings = Problems()
    make(make_plan(load_study(trial)), lambda _: None, findings)
    return [str(item).splitlines()[0] for item in findings.items if item.code == code]


def test_no_date_of_the_trial_as_it_is_is_after_the_cut_or_before_1904(trial: Path) -> None:
    assert found(trial, "RAW126") == []


@pytest.mark.parametrize(
    ("new", "told"),
    [
        ("04-APR-2031", ["is after the data cut of 2024-11-30"]),
        ("04-APR-1021", ["is before 1904"]),
        ("05-APR-2024", []),
    ],
)
def test_a_date_that_no_dataset_holds_is_checked_too(trial: Path, new: str, told: list[str]) -> None:
    enrolment = trial / "raw" / "site" / "enrolment.csv"
    change(enrolment, 11, "04-APR-2024", new)
    where = f"RAW126 raw/site/enrolment.csv:11 allocated_on: allocated_on = '{new}' "
    assert found(trial, "RAW126") == [where + text for text in told]


def test_control_characters_stop_at_every_field(trial: Path, snapshot: SnapshotAssertion) -> None:
    change(trial / "raw" / "site" / "milestones.csv", 18, ";", ";\x07")
    change(trial / "raw" / "lab" / "results.txt", 31, "\t", "\t\x02")
    change(trial / "raw" / "lab" / "results.txt", 40, "\t", "\t\x1f")
    with pytest.raises(Stopped) as stopped:
        build(load_study(trial), lambda _: None)
    assert str(stopped.value) == snapshot


def test_a_stop_comes_with_the_records_that_are_gone(trial: Path, snapshot: SnapshotAssertion) -> None:
    """A code that is none stops, and half of a file is missing: both are said at once."""
    results = trial / "raw" / "lab" / "results.txt"
    lines = results.read_bytes().split(b"\n")
    results.write_bytes(b"\n".join(lines[: len(lines) // 2]) + b"\n")
    change(trial / "raw" / "site" / "events.txt", 4, "no", "NO!")
    with pytest.raises(Stopped) as stopped:
        build(load_study(trial), lambda _: None)
    assert str(stopped.value) == snapshot


def test_an_empty_name_of_a_file_is_named_at_its_line(trial: Path) -> None:
    text = (trial / "study.toml").read_text()
    (trial / "study.toml").write_text(text.replace('file = "site/enrolment.csv"', 'file = ""'))
    line = text[: text.index('file = "site/enrolment.csv"')].count("\n") + 1
    with pytest.raises(Stopped) as stopped:
        build(load_study(trial), lambda _: None)
    assert f"STU003 study.toml:{line} forms.enrol.file: 'file' is missing." in str(stopped.value)


def test_queried_rows_are_left_out_and_reported(make_rows: Callable[..., pd.DataFrame]) -> None:
    tubes, results = make_rows("tubes", ["A", "B", None]), make_rows("runs", ["A", "C", None])
    on = {"tubes.code": "runs.code"}
    without = filter_not_exist(tubes, results, on=on)
    assert without["tubes.code"].tolist()[0] == "B"
    assert len(without) == 2  # a missing key matches nothing, a missing one least of all
    mapping = dataset(
        "LB",
        tubes[tubes["tubes.code"] == "A"],
        USUBJID=subject(),
        LBREFID=collected("tubes.code"),
        queried={"the laboratory has no line of the tube": without},
    )
    problems = Problems()
    ledger = row_ledger(
        {"tubes": 3},
        {"LB": tubes.iloc[:1]},
        [mapping],
        {},
        lambda form, row, column: at_line(f"raw/{form}.csv", row + 2, column),
        problems,
    )
    assert ledger[["state", "rows", "reason"]].to_numpy().tolist() == [
        ["left out", 2, "the laboratory has no line of the tube"],
        ["mapped", 1, ""],
    ]
    (problem,) = problems.items
    assert (problem.code, problem.count, problem.out_of) == ("MAP138", 2, 3)
    assert str(problem.where) == "raw/tubes.csv:3"
    assert not problem.stops


@pytest.fixture
def make_rows() -> Callable[..., pd.DataFrame]:
    def rows(form: str, codes: list[str | None]) -> pd.DataFrame:
        frame = pd.DataFrame({f"{form}.code": pd.array(codes, dtype="str")})
        return frame.assign(**{"USUBJID": "S-1", f"@{form}": range(len(codes))})

    return rows
