"""[trial] of study.toml: a frozen table of the trial's own, whose keys are attributes."""

from __future__ import annotations

import datetime
import pickle
from pathlib import Path

import pytest

from il2cdisc.study import TrialFacts, load_study
from il2cdisc.study.trial import TrialKeyError

STUDY = """
[study]
id = "SYN-T1"
title = "SYNTHETIC DATA - a trial"
protocol = "T1"
sponsor = "Example Sponsor"
subjects = "dm"
subject_key = "SUBJID"
synthetic = true
[build]
time = "2023-05-02T09:00:00"
[forms.dm]
file = "dm.csv"
subject = "SUBJID"
"""
TRIAL = """
[trial]
laboratory = "LABORATORY 1"
limit = 1.5
lock = 2023-05-01
open = false
[trial.visits]
"W 0" = "WEEK 0"
W12 = "WEEK 12"
[[trial.doses]]
code = "A"
steps = [1, 2]
[[trial.doses]]
code = "B"
steps = []
"""


def read(folder: Path, text: str) -> TrialFacts | None:
    (folder / "study.toml").write_text(STUDY + text, encoding="utf-8")
    return load_study(folder).trial


def test_a_table_of_the_trial(tmp_path: Path) -> None:
    trial = read(tmp_path, TRIAL)
    assert trial is not None
    assert (trial.laboratory, trial.limit, trial.open) == ("LABORATORY 1", 1.5, False)
    assert trial.lock == datetime.date(2023, 5, 1)
    assert (trial.visits.W12, trial.visits["W 0"]) == ("WEEK 12", "WEEK 0")
    assert dict(trial.visits) == {"W 0": "WEEK 0", "W12": "WEEK 12"}
    assert [(dose.code, dose.steps) for dose in trial.doses] == [("A", (1, 2)), ("B", ())]


def test_there_need_be_none(tmp_path: Path) -> None:
    assert read(tmp_path, "") is None
    assert read(tmp_path, "[trial]\n") == {}


def test_it_is_frozen(tmp_path: Path) -> None:
    trial = read(tmp_path, TRIAL)
    assert trial is not None
    with pytest.raises(AttributeError, match="frozen"):
        trial.limit = 2
    with pytest.raises(AttributeError, match="frozen"):
        del trial.visits.W12
    assert trial.limit == 1.5
    assert "W12" in trial.visits


def test_an_unknown_key_is_named_with_its_table_and_the_nearest_one(tmp_path: Path) -> None:
    trial = read(tmp_path, TRIAL)
    assert trial is not None
    with pytest.raises(TrialKeyError, match=r"^\[trial\] of study.toml has no key 'laboratry'$") as caught:
        trial.laboratry  # noqa: B018
    assert caught.value.hint == "laboratory"
    with pytest.raises(TrialKeyError, match=r"^\[trial.visits\] of study.toml has no key 'W13'$") as caught:
        trial.visits["W13"]
    assert caught.value.hint == "W12"
    assert trial.get("laboratry") is None
    assert not hasattr(trial.doses[0], "step")


def test_it_goes_to_another_process_as_it_is(tmp_path: Path) -> None:
    trial = read(tmp_path, TRIAL)
    assert trial is not None
    copy = pickle.loads(pickle.dumps(trial))
    assert copy == trial
    with pytest.raises(TrialKeyError, match=r"\[trial\.visits\]"):
        copy.visits.W13  # noqa: B018
