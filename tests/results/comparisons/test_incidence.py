"""Incidence with differences and rates, and shift tables, through displays."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from il2cdisc.results.rows import shaped_rows
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.where import select
from il2cdisc.stats.estimates import NotEstimableError
from il2cdisc.stats.rates import exact_rate, rate_difference_score, rate_difference_wald

ADSL = pd.DataFrame(
    {
        "USUBJID": ["01", "02", "03", "04", "05", "06"],
        "TRT": ["A", "A", "A", "B", "B", "B"],
        "STRATUM": ["1", "2", "2", "1", "2", "2"],
        "DAYS": [365.25, 730.5, 365.25, 365.25, 365.25, 36.525],
    }
)
ADAE = pd.DataFrame(
    {
        "USUBJID": ["01", "01", "01", "04", "05", "05"],
        "ASEQ": [1.0, 2, 3, 1, 1, 2],
        "TRT": ["A", "A", "A", "B", "B", "B"],
        "AEBODSYS": ["Skin", "Skin", "Gut", "Skin", "Skin", None],
        "AEDECOD": ["Rash", "Rash", "Nausea", "Itch", "Rash", None],
        "ASTDY": [10.0, 73.05, 5, 146.1, 20, 3],
    }
)


def incidence(trial, adae=ADAE, adsl=ADSL, variables=("AEBODSYS", "AEDECOD"), lines=(), **options):
    made = trial.display(
        "Incidence", "AB", total=True, dataset="ADAE", variables=variables, lines=lines, options=options
    )
    return made, trial.run(made, adsl, ADAE=adae)


def test_terms_are_those_of_occurrence_with_comparisons(trial):
    made, found = incidence(trial, reference="B")
    frame = found.frame[found.frame["analysis"] == "X"]
    shown = frame.drop_duplicates("row")[["group2_level", "level"]].to_numpy().tolist()
    assert shown == [["", "Gut"], ["Gut", "Nausea"], ["", "Missing"], ["Missing", "Missing"],
                     ["", "Skin"], ["Skin", "Itch"], ["Skin", "Rash"]]  # fmt: skip
    skin = trial.values(found, "Arm A", 4)
    assert (skin["n"], skin["p"], skin["events"]) == (1, pytest.approx(100 / 3), 2)
    assert skin["difference"] == pytest.approx(-100 / 3)
    assert skin["p_fisher"] == 1.0
    assert set(trial.values(found, "Arm B", 4)) == set(trial.values(found, "All", 4)) == {"n", "p", "events"}
    occurrence = trial.display(
        "Occurrence", "AB", total=True, dataset="ADAE", variables=["AEBODSYS", "AEDECOD"]
    )
    same = trial.run(occurrence, ADSL, ADAE=ADAE).frame
    same = same[same["analysis"] == "X"].drop(columns="method").reset_index(drop=True)
    own = frame[frame["statistic"].isin(["n", "p", "events"])].drop(columns="method")
    pd.testing.assert_frame_equal(own.reset_index(drop=True), same)
    rows = shaped_rows(made.analyses[0], frame)
    assert [(row.label, row.indent) for row in rows][:3] == [("Label", 0), ("Gut", 1), ("Nausea", 2)]


def test_every_count_leads_back_to_its_rows(trial):
    frame = incidence(trial)[1].frame
    own = frame[(frame["analysis"] == "X") & (frame["statistic"] == "events")]
    for row in own.itertuples():
        assert select(ADAE, parse(row.where)).sum() == row.value


def test_without_variables_all_rows_are_one_term(trial):
    made, found = incidence(trial, variables=(), lines=["{n} ({p})", "{difference}"])
    a, b = trial.values(found, "Arm A"), trial.values(found, "Arm B")
    assert (a["n"], b["n"], b["events"]) == (1, 2, 3)
    assert b["difference"] == pytest.approx(100 / 3)
    rows = shaped_rows(made.analyses[0], found.frame[found.frame["analysis"] == "X"])
    assert [(row.label, row.indent) for row in rows] == [("Label", 0), ("{difference}", 1)]


def test_lines_of_a_term_are_below_it(trial):
    made, found = incidence(trial, variables=("AEDECOD",), lines=["{n}", "{difference}"])
    rows = shaped_rows(made.analyses[0], found.frame[found.frame["analysis"] == "X"])
    assert [(row.label, row.indent, row.keep) for row in rows][1:3] == [
        ("Itch", 1, True),
        ("{difference}", 2, False),
    ]


def test_rates_by_hand(trial):
    found = incidence(trial, variables=(), exposure="DAYS", onset="ASTDY")[1]
    a, b = trial.values(found, "Arm A"), trial.values(found, "Arm B")
    assert (a["exposure"], b["exposure"]) == (pytest.approx(4), pytest.approx(2.1))
    assert a["event_rate"] == pytest.approx(100 * 3 / 4)
    # 01 is at risk up to its first event on day 5; 04 up to day 146.1, 05 up to day 3
    assert a["time_at_risk"] == pytest.approx(3 + 5 / 365.25)
    assert b["time_at_risk"] == pytest.approx(0.1 + 0.4 + 3 / 365.25)
    assert b["subject_rate"] == pytest.approx(100 * 2 / b["time_at_risk"])
    assert b["subject_rate_difference"] == pytest.approx(b["subject_rate"] - a["subject_rate"])
    whole = trial.values(incidence(trial, variables=(), exposure="DAYS", per="1")[1], "Arm B")
    assert whole["time_at_risk"] == whole["exposure"]
    assert whole["subject_rate"] == pytest.approx(2 / 2.1)
    frame = found.frame
    (where,) = frame[(frame["statistic"] == "exposure") & (frame["group1_level"] == "Arm A")]["where"]
    assert where == "TRT EQ A"


def test_rates_agree_with_r(trial):
    data = trial.subjects()
    events = data.loc[data.index.repeat(data["COUNT"]), ["USUBJID", "TRT"]].reset_index(drop=True)
    made = trial.display("Incidence", dataset="ADAE", options={"exposure": "EXPO", "unit": "years"})
    found = trial.run(made, data, ADAE=events)
    limits = [
        trial.values(found, f"Arm {arm}")[f"event_rate_{end}"] for arm in "ABC" for end in ("lower", "upper")
    ]
    assert limits == pytest.approx(trial.r["exact rate"], rel=1e-9)
    for arm in "BC":
        own = trial.values(found, f"Arm {arm}")
        limits = [own["event_rate_difference_lower"], own["event_rate_difference_upper"]]
        assert limits == pytest.approx(trial.r[f"rate difference {arm}"], rel=1e-6)


def test_rates_at_the_edges():
    assert exact_rate(0, 10).upper == pytest.approx(-np.log(0.025) / 10)
    assert exact_rate(0, 10).lower == 0
    none = rate_difference_score(0, 5, 0, 10)
    assert none.lower < none.estimate == 0 < none.upper
    assert none.upper == pytest.approx(1.959963984540054**2 / 5)  # d² = z² d / t1
    assert none.lower == pytest.approx(-(1.959963984540054**2) / 10)
    assert rate_difference_wald(0, 5, 0, 10).upper == 0
    turned = rate_difference_score(3, 5, 1, 10), rate_difference_score(1, 10, 3, 5)
    assert turned[0].lower == pytest.approx(-turned[1].upper, rel=1e-9)
    with pytest.raises(NotEstimableError, match="time at risk"):
        exact_rate(0, 0)
    with pytest.raises(ValueError, match="whole numbers"):
        exact_rate(1.5, 2)


def test_exposure_that_is_missing_and_onsets_below_1_are_reasons(trial):
    without = ADSL.assign(DAYS=ADSL["DAYS"].mask(ADSL["USUBJID"] == "02"))
    found = incidence(trial, adsl=without, variables=(), exposure="DAYS", lines=["{event_rate}"])[1]
    reason = "The exposure DAYS is missing or negative; subjects with that: 1."
    assert trial.reasons(found, "Arm A")["event_rate"] == reason
    assert trial.reasons(found, "Arm B")["event_rate_difference"] == reason
    assert trial.values(found, "Arm B")["event_rate"] > 0
    assert [problem.code for problem in found.problems] == ["RES047"]
    early = ADAE.assign(ASTDY=ADAE["ASTDY"].replace(3, -1))
    found = incidence(trial, adae=early, variables=(), exposure="DAYS", onset="ASTDY")[1]
    assert "less than 1" in trial.reasons(found, "Arm B")["subject_rate"]


def test_wrong_options_of_an_incidence_are_reported_at_their_cell(trial, snapshot):
    wrong = [
        ({"exposure": "SEX", "unit": "dayz", "per": "0", "rate_difference": "wold", "strata": "STRAT"}, []),
        ({"onset": "AGE", "reference": "B"}, ["{event_rate}"]),
        ({"exposure": "EXPOS", "difference": "score"}, []),
    ]
    made = [trial.display("Incidence", lines=lines, options=options) for options, lines in wrong]
    assert [text for display in made for text in trial.refused(display)] == snapshot


LABS = pd.DataFrame(
    {
        "USUBJID": ["01", "02", "03", "04", "05", "06"],
        "TRT": ["A", "A", "A", "B", "B", "B"],
        "BNRIND": ["LOW", "NORMAL", "NORMAL", "NORMAL", None, "HIGH"],
        "ANRIND": ["NORMAL", "NORMAL", "HIGH", None, "HIGH", "LOW"],
    }
)


def shift(trial, data=LABS, **options):
    made = trial.display(
        "Shift", "AB", dataset="ADLB", variables=["ANRIND"], levels=[("LOW", "Low"), ("NORMAL", "Normal")],
        by="BNRIND", by_levels=[("LOW", "Low"), ("NORMAL", "Normal")], options=options,
    )  # fmt: skip
    return made, trial.run(made, ADSL, ADLB=data)


def test_shift_counts_each_subject_once_with_missing_and_unnamed_values(trial):
    made, found = shift(trial)
    frame = found.frame[found.frame["analysis"] == "X"]
    own = frame[(frame["statistic"] == "n") & (frame["value"] > 0)]
    assert own[["group1_level", "group2_level", "level", "value"]].to_numpy().tolist() == [
        ["Arm A", "LOW", "NORMAL", 1],
        ["Arm A", "NORMAL", "NORMAL", 1],
        ["Arm A", "NORMAL", "HIGH", 1],
        ["Arm B", "NORMAL", "Missing", 1],
        ["Arm B", "HIGH", "LOW", 1],
        ["Arm B", "Missing", "HIGH", 1],
    ]
    for row in own.itertuples():
        assert select(LABS, parse(row.where)).sum() == row.value
    assert [problem.code for problem in found.problems] == ["RES010"]  # HIGH and missing are not in By Levels
    rows = shaped_rows(made.analyses[0], frame)
    assert [(row.label, row.indent, row.block) for row in rows[:6]] == [
        ("Label", 0, 0), ("Low", 1, 0), ("Low", 2, 0), ("Normal", 2, 0), ("HIGH", 2, 0), ("Missing", 2, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("denominator", "percent"), [("population", 100 / 3), ("present", 100 / 3), ("baseline", 50.0)]
)
def test_denominators_of_a_shift(trial, denominator, percent):
    frame = shift(trial, denominator=denominator)[1].frame
    own = frame[(frame["group2_level"] == "NORMAL") & (frame["level"] == "NORMAL")]
    (value,) = own[(own["statistic"] == "p") & (own["group1_level"] == "Arm A")]["value"]
    assert value == pytest.approx(percent)


def test_a_shift_of_two_records_is_a_finding(trial):
    found = shift(trial, pd.concat([LABS, LABS.iloc[[0]]], ignore_index=True))[1]
    assert "RES048" in [problem.code for problem in found.problems]
    assert "01 has several" in trial.reasons(found, "Arm A")["n"]
    made = trial.display("Shift", variables=["SEX"], levels=["F"], by="TRT", by_levels=["A"],
                         options={"denominator": "basline"})  # fmt: skip
    (text,) = trial.refused(made)
    assert "did you mean: baseline" in text
