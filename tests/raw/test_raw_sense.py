"""Checks of raw forms of the sheet Checks: numbers, dates, visits as the dictionary says; blinded builds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from il2cdisc.base.problems import Problem
from il2cdisc.raw import link, load_dictionary, read_export
from il2cdisc.raw.dictionary import DictionaryColumn
from il2cdisc.raw.sense import check_raw_sense, is_withheld, marks, raw_contradictions
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.models import Spec
from il2cdisc.spec.trial_models import TrialCheck

SCHEDULE = '[schedule]\nvisits = "sv"\nvisit = "VISIT"\ndate = "DAY"\nwritten = "dd/mm/yyyy"\n'
MORE = 'delimiter = ";"\ndecimal = ","\nsubject = "PAT"\nrestricted = ["KIT"]\n'
SV = b"PAT,VISIT,DAY\n001,V1,05/01/2024\n001,V2,12/01/2024\n002,V1,01/02/2024\n"
EX = b"PAT;VISIT;GIVEN;VOL;KIT\n001;1;05/01/2024;0,5;K1\n001;2;11/01/2024;5,0;K1\n002;1;30/02/2024;ND;K2\n"


@pytest.fixture
def forms(trial: Any) -> Any:
    trial.form("sv", "sv.csv", SV, "PAT VISIT DAY")
    trial.form("ex", "ex.csv", EX, "PAT VISIT GIVEN VOL KIT", MORE)
    trial.toml = trial.toml.replace("[forms.dm]", SCHEDULE + "[forms.dm]", 1)
    return trial


def described(study: Any) -> Any:
    """The dictionary with types: dates, a number, and visits that each form writes in its own way."""
    given = load_dictionary(study.dictionary, "raw/dictionary.csv")
    types = {"DAY": ("date", "dd/mm/yyyy"), "GIVEN": ("date", "dd/mm/yyyy"), "VOL": ("decimal", "")}
    codes = {"sv.VISIT": {"V1": "Day 1", "V2": "Day 8"}, "ex.VISIT": {"1": "DAY 1", "2": "DAY 8"}}

    def typed(item: DictionaryColumn) -> DictionaryColumn:
        if item.name in codes:
            return replace(item, type="code", codes=codes[item.name])
        kind, pattern = types.get(item.column, ("text", ""))
        return replace(item, type=kind, range=pattern)

    return {form: tuple(map(typed, columns)) for form, columns in given.items()}


def check(condition: str = "", join: str = "", by: str = "", where: str = "", **more: Any) -> TrialCheck:
    keys = tuple((word, word) for word in by.split(", ") if word)
    return TrialCheck(
        id="T-1", dataset="ex", condition=parse(condition), join=join, keys=keys, sense="hard",
        join_condition=parse(where), message="volume of {VOL}", **{"variable": "VOL", **more},
    )  # fmt: skip


def found(forms: Any, *checks: TrialCheck, mode: str = "dummy") -> list[Problem]:
    study = forms.study()
    if mode == "real":
        study = study.model_copy(update={"treatment": study.treatment.model_copy(update={"mode": "real"})})
    dictionary = described(study)
    spec = Spec(shown="s", standard="SDTM", define={}, datasets={}, checks=checks)
    assert list(check_raw_sense(spec, study, dictionary)) == []
    export = link(read_export(study, load_dictionary(study.dictionary, "d")), study)
    return list(raw_contradictions(export, study, dictionary, spec))


def places(problems: list[Problem]) -> list[str]:
    return [f"{item.code} {place}: {item.what}" for item in problems for place in item.records]


@pytest.mark.parametrize(
    ("codes", "limits", "missing"),
    [
        ("999 ND", "40-130", "999 ND"),  # unknown is no weight
        ("1 2 3", "1-7", ""),  # grades are numbers
        ("0 1 9", "0-4", "9"),
        ("999 ND", "", "999 ND"),
        ("999", "see the manual", "999"),
        ("", "40-130", ""),
    ],
)
def test_a_code_outside_of_the_limits_is_no_number(codes: str, limits: str, missing: str) -> None:
    given = dict.fromkeys(codes.split(), "meaning")
    column = DictionaryColumn("vs", "WEIGHT", "Weight", "decimal", given, "kg", limits, "", 2)
    assert marks(column) == set(missing.split())


def test_numbers_are_read_with_the_decimal_mark_of_the_form(forms: Any) -> None:
    what = "volume of 5,0 (check T-1)"
    assert places(found(forms, check("VOL GT 0.5"))) == [f"RAW180 raw/ex.csv:3 VOL: {what}"]
    assert places(found(forms, check("VOL LT 0.5"))) == []


def test_dates_and_visits_are_joined_by_what_they_mean(forms: Any) -> None:
    """The dose of Day 8 is of the 11th, the visit of the 12th; an impossible day is not compared."""
    late = check("", "sv", "Subject, Visit", "DAY NE ex.GIVEN", variable="GIVEN")
    assert [text.partition(":")[0] for text in places(found(forms, late))] == ["RAW180 raw/ex.csv"]
    assert places(found(forms, late))[0].startswith("RAW180 raw/ex.csv:3 GIVEN")
    none = check("", "sv", "Subject, Visit", "DAY GE 2024-01-06", least=0, most=0)
    assert [item.records[0].line for item in found(forms, none)] == [2]


def test_a_blinded_build_runs_no_check_of_restricted_columns(forms: Any) -> None:
    kits = [
        check("KIT EQ K1", variable="VISIT"),
        check("VOL GT 0", variable="KIT"),
        check("VOL GT 0").model_copy(update={"message": "kit {KIT}"}),
    ]
    for one in kits:
        assert found(forms, one) == []
        assert found(forms, one, mode="real") != []
    study = forms.study()
    assert is_withheld(study, "ex", "KIT")
    assert not is_withheld(study, "ex", "VOL")


def test_a_check_with_a_fault_does_not_run(forms: Any) -> None:
    study = forms.study()
    dictionary = described(study)
    wrong = check("VOLL GT 0.5")
    spec = Spec(shown="s", standard="SDTM", define={}, datasets={}, checks=(wrong,))
    (problem,) = check_raw_sense(spec, study, dictionary)
    assert (problem.code, problem.hint) == ("SPC201", "VOL")
    export = link(forms.read(), study)
    assert list(raw_contradictions(export, study, dictionary, spec)) == []
