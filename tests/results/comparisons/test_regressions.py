"""Regressions of responses and counts through displays, against R."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

MODEL = {"factors": "SEX", "covariates": "AGE"}


def responding(trial, method, data=None, lines=(), **options):
    data = trial.subjects() if data is None else data
    data = data.assign(RESP=data["RESP"].fillna("N"))  # as R's values: a missing response is none
    made = trial.display(method, variables=["RESP"], levels=["Y"], lines=lines, options=MODEL | options)
    return trial.run(made, data)


def counted(trial, data=None, lines=(), **options):
    made = trial.display(
        "Event rate", variables=["COUNT"], lines=lines, options=MODEL | {"time": "EXPO"} | options
    )
    return trial.run(made, data)


@pytest.mark.parametrize(("estimation", "key"), [("likelihood", "logistic"), ("firth", "firth")])
def test_logistic_regression_agrees_with_r(trial, estimation, key):
    found = responding(trial, "Logistic regression", estimation=estimation)
    estimates, errors = np.array(trial.r[key]).reshape(2, -1)
    for arm, place in (("B", 1), ("C", 2)):
        own = trial.values(found, f"Arm {arm}")
        assert [own["log_odds_ratio"], own["log_odds_ratio_se"]] == pytest.approx(
            [estimates[place], errors[place]], rel=1e-6
        )
        upper = estimates[place] + 1.959963984540054 * errors[place]
        assert own["odds_ratio_upper"] == pytest.approx(np.exp(upper), rel=1e-6)
    assert set(trial.values(found, "Arm A")) == {"n", "events"}


def test_separation_is_a_reason_and_firth_has_an_estimate(trial):
    data = trial.subjects()
    data["RESP"] = data["RESP"].mask(data["TRT"] == "C", "Y")
    found = responding(trial, "Logistic regression", data, lines=["{odds_ratio}"])
    assert "separate the outcomes" in trial.reasons(found, "Arm C")["odds_ratio"]
    assert trial.values(found, "Arm C")["events"] == 40
    assert [problem.code for problem in found.problems] == ["RES049"]
    found = responding(trial, "Logistic regression", data, estimation="firth")
    assert trial.values(found, "Arm C")["odds_ratio"] > 10


def test_profile_limits_are_those_of_r_beside_walds(trial):
    """R profiles by interpolation: its limits have five digits."""
    found = responding(trial, "Logistic regression")
    lower_b, upper_b, lower_c, upper_c, p_b, p_c = trial.r["logistic profile"]
    for arm, limits, p in (("B", (lower_b, upper_b), p_b), ("C", (lower_c, upper_c), p_c)):
        own = trial.values(found, f"Arm {arm}")
        assert np.log([own["profile_lower"], own["profile_upper"]]) == pytest.approx(limits, rel=1e-4)
        assert own["p_profile"] == pytest.approx(p, rel=1e-8)
        assert own["profile_upper"] != pytest.approx(own["odds_ratio_upper"], rel=1e-3)


def test_profile_limits_of_the_penalised_likelihood_where_outcomes_are_separated(trial):
    data = trial.subjects()
    data["RESP"] = data["RESP"].mask(data["TRT"] == "C", "Y")
    found = responding(trial, "Logistic regression", data, estimation="firth", factors="")
    own = trial.values(found, "Arm C")
    lower, upper, p = trial.r["firth profile"]
    assert np.log([own["profile_lower"], own["profile_upper"]]) == pytest.approx([lower, upper], rel=1e-6)
    assert own["p_profile"] == pytest.approx(p, rel=1e-5)
    lost = trial.reasons(responding(trial, "Logistic regression", data, factors=""), "Arm C")
    assert "separate the outcomes" in lost["profile_upper"]


def ordered(trial, data=None, levels=("MILD", "MODERATE", "SEVERE"), lines=(), **options):
    made = trial.display(
        "Proportional odds", variables=["GRADE"], levels=levels, lines=lines, options=MODEL | options
    )
    return trial.run(made, data)


def test_proportional_odds_agree_with_r(trial):
    """Standard errors of MASS::polr are from a numerical Hessian: four digits."""
    found, values = ordered(trial), trial.r["ordinal"]
    for place, arm in enumerate("BC"):
        own = trial.values(found, f"Arm {arm}")
        assert own["log_odds_ratio"] == pytest.approx(values[place], rel=1e-6)
        assert own["log_odds_ratio_se"] == pytest.approx(values[6 + place], rel=1e-4)
        assert own["p_proportional"] == pytest.approx(trial.r["ordinal score"][2], rel=1e-6)
    assert trial.values(found, "Arm A") == {"n": 40}
    other = trial.values(ordered(trial, levels=("SEVERE", "MODERATE", "MILD")), "Arm C")
    assert other["odds_ratio"] == pytest.approx(1 / own["odds_ratio"])


def test_levels_that_the_data_have_besides_are_a_reason_and_those_of_nobody_are_left_out(trial):
    few = ordered(trial, levels=("MILD", "SEVERE"), lines=["{odds_ratio}"])
    assert trial.reasons(few, "Arm B")["odds_ratio"] == "Levels does not name MODERATE, which the data have."
    assert [problem.code for problem in few.problems] == ["RES054"]
    many = ordered(trial, levels=("NONE", "MILD", "MODERATE", "SEVERE"))  # the scale has a level of nobody
    assert trial.values(many, "Arm B") == trial.values(ordered(trial), "Arm B")
    same = ordered(trial, trial.subjects().assign(GRADE="MILD"))
    assert trial.reasons(same, "Arm B")["p_value"] == "All 120 rows used have the value MILD."
    data = trial.subjects()
    data["GRADE"] = data["GRADE"].mask(data["TRT"] == "C", "SEVERE").mask(data["TRT"] != "C", "MILD")
    two = ordered(trial, data, levels=("MILD", "SEVERE"), factors="", covariates="")
    assert "separate the levels" in trial.reasons(two, "Arm C")["p_value"]


def test_two_levels_are_a_logistic_regression(trial):
    data = trial.subjects()
    data["GRADE"] = data["GRADE"].replace("SEVERE", "MODERATE")
    found = ordered(trial, data, levels=("MILD", "MODERATE"))
    logistic = trial.run(
        trial.display("Logistic regression", variables=["GRADE"], levels=["MODERATE"], options=MODEL), data
    )
    for arm in ("Arm B", "Arm C"):
        own, other = trial.values(found, arm), trial.values(logistic, arm)
        for name in ("odds_ratio", "odds_ratio_lower", "log_odds_ratio_se", "p_value"):
            assert own[name] == pytest.approx(other[name], rel=1e-8)
        assert "one threshold" in trial.reasons(found, arm)["p_proportional"]


@pytest.mark.parametrize("arm", ["B", "C"])
def test_standardised_risk_agrees_with_r(trial, arm):
    found = trial.values(responding(trial, "Standardised risk"), f"Arm {arm}")
    given = trial.values(responding(trial, "Standardised risk", standard_errors="sample"), f"Arm {arm}")
    shown = [found["risk"], found["difference"], given["difference_se"], found["difference_se"]]
    assert shown == pytest.approx(trial.r[f"standardised {arm}"], rel=1e-7)


@pytest.mark.parametrize("model", ["poisson", "negative-binomial"])
def test_event_rates_agree_with_r(trial, model):
    found = counted(trial, model=model)
    values = trial.r[model.replace("-", " ")]
    own = trial.values(found, "Arm C")
    assert [own["log_rate_ratio"], own["log_rate_ratio_se"]] == pytest.approx(
        [values[2], values[7]], rel=1e-5
    )
    assert own["rate"] / trial.values(found, "Arm A")["rate"] == pytest.approx(own["rate_ratio"])


def test_rates_without_covariates_are_events_by_time(trial):
    data = trial.subjects()
    options = {"factors": "", "covariates": "", "model": "poisson", "per": "100"}
    found = counted(trial, **options)
    for arm in "ABC":
        own, rows = trial.values(found, f"Arm {arm}"), data[data["TRT"] == arm]
        assert own["rate"] == pytest.approx(100 * rows["COUNT"].sum() / rows["EXPO"].sum())


def test_a_count_without_an_event_in_an_arm_and_time_0_are_reasons(trial):
    data = trial.subjects()
    none = counted(trial, data.assign(COUNT=data["COUNT"].mask(data["TRT"] == "C", 0)), lines=["{rate}"])
    assert "0 or infinite" in trial.reasons(none, "Arm A")["rate"]
    assert [problem.code for problem in none.problems] == ["RES052"]
    zero = counted(trial, data.assign(EXPO=data["EXPO"].mask(data.index == 1, 0)))
    assert "EXPO is not above 0; rows: 1" in trial.reasons(zero, "Arm B")["rate_ratio"]


def test_repeated_response_agrees_with_r(trial):
    data = trial.subjects()
    long = data.melt(["USUBJID", "TRT", "SEX", "AGE"], ["V1", "V2", "V3"], "AVISIT", "RESPONSE")
    made = trial.display(
        "Repeated response", dataset="ADRS", variables=["RESPONSE"], levels=["1"],
        options=MODEL | {"factors": "SEX AVISIT"},
    )  # fmt: skip
    found = trial.run(made, data, ADRS=long)
    own = [trial.values(found, f"Arm {arm}") for arm in "BC"]
    shown = [values["log_odds_ratio"] for values in own] + [values["log_odds_ratio_se"] for values in own]
    assert shown == pytest.approx(trial.r["gee"], rel=1e-5)
    assert own[0]["n"] == 120


def test_two_rows_of_a_subject_and_a_factor_of_one_level_are_reasons(trial):
    data = trial.subjects()
    twice = pd.concat([data, data.iloc[[0]]], ignore_index=True)
    for method in ("Logistic regression", "Standardised risk"):
        assert "001 has several" in trial.reasons(responding(trial, method, twice), "Arm B")["p_value"]
    women = responding(trial, "Logistic regression", data.assign(SEX="F"))
    assert "one level only (F)" in trial.reasons(women, "Arm B")["p_value"]


def test_wrong_options_of_regressions_are_reported_at_their_cell(trial, snapshot):
    wrong = [
        ("Logistic regression", "RESP", {"estimation": "frith", "factors": "SEXX", "reference": "Z"}),
        ("Standardised risk", "RESP", {"standard_errors": "samples", "covariates": "SEX"}),
        ("Proportional odds", "GRADE", {"confidence": "2", "estimation": "firth"}),
        ("Repeated response", "RESP", {"working": "ar1", "confidence": "0"}),
        ("Event rate", "COUNT", {"model": "poison", "per": "x"}),
    ]
    made = [
        trial.display(method, variables=[name], levels=[] if name == "COUNT" else ["Y"], options=options)
        for method, name, options in wrong
    ]
    assert [text for display in made for text in trial.refused(display)] == snapshot
