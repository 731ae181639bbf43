"""Response rates and tests of tables through displays, against R and published numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from il2cdisc.results.rows import shaped_rows
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.where import select

ODDS = ("odds_ratio", "odds_ratio_lower", "odds_ratio_upper",
        "exact_odds_ratio", "exact_odds_ratio_lower", "exact_odds_ratio_upper")  # fmt: skip
RESPONSE = {"method": "Response", "variables": ["RESP"], "levels": ["Y"]}


def response(trial, data=None, arms="ABC", **options):
    total = options.pop("total", False)
    lines = options.pop("lines", ())
    return trial.run(trial.display(**RESPONSE, arms=arms, total=total, lines=lines, options=options), data)


def two_groups(events1: int, n1: int, events2: int, n2: int) -> pd.DataFrame:
    """Subjects of arms A (first) and B with and without a response."""
    texts = ["Y"] * events1 + ["N"] * (n1 - events1) + ["Y"] * events2 + ["N"] * (n2 - events2)
    arms = ["A"] * n1 + ["B"] * n2
    return pd.DataFrame({"USUBJID": [f"{i:03d}" for i in range(n1 + n2)], "TRT": arms, "RESP": texts})


@pytest.mark.parametrize("arm", ["B", "C"])
def test_response_agrees_with_r(trial, arm):
    r, found = trial.r, trial.values(response(trial), f"Arm {arm}")
    exact = trial.values(response(trial, interval="clopper-pearson"), f"Arm {arm}")
    limits = [found["p_lower"], found["p_upper"], exact["p_lower"], exact["p_upper"]]
    assert limits == pytest.approx(r[f"share {arm}"], rel=1e-9)
    # R's fisher.test finds its odds ratio and limits to four digits
    assert [found[name] for name in ODDS] == pytest.approx(r[f"odds {arm}"], rel=2e-4)
    stratified = trial.values(response(trial, strata="STRATUM"), f"Arm {arm}")
    assert [stratified[name] for name in ODDS] == pytest.approx(r[f"stratified odds {arm}"], rel=2e-4)
    tests = [found["p_fisher"], found["p_chi_square"], stratified["p_cmh"]]
    assert tests == pytest.approx(r[f"tests {arm}"], rel=1e-9)


def test_denominator_is_the_column_or_those_with_a_value(trial):
    everyone, valued = response(trial, total=True), response(trial, total=True, denominator="present")
    data = trial.subjects()
    assert trial.values(everyone, "All")["total"] == 120
    assert trial.values(valued, "All")["total"] == data["RESP"].notna().sum() == 117
    for found, size in ((everyone, 120), (valued, 117)):
        values = trial.values(found, "All")
        assert values["n"] == (data["RESP"] == "Y").sum()
        assert values["p"] == pytest.approx(100 * values["n"] / size)
        assert set(values) == {"n", "total", "p", "p_lower", "p_upper"}  # a column of all is not compared
    frame = everyone.frame
    for row in frame[frame["statistic"].isin(["n", "total"])].itertuples():
        assert select(data, parse(row.where)).sum() == row.value


@pytest.mark.parametrize(
    ("counts", "method", "limits"),
    [
        ((56, 70, 48, 80), "miettinen-nurminen", (20.00, 5.28, 33.82)),
        ((9, 10, 3, 10), "miettinen-nurminen", (60.00, 17.00, 84.06)),
        ((56, 70, 48, 80), "newcombe", (20.00, 5.24, 33.39)),
        ((9, 10, 3, 10), "newcombe", (60.00, 17.05, 80.90)),
        ((56, 70, 48, 80), "wald", (20.00, 5.75, 34.25)),
    ],
)
def test_differences_are_the_published_ones(trial, counts, method, limits):
    """Newcombe, Statistics in Medicine 1998;17:873-890, table II: examples (a) and (b)."""
    found = trial.values(
        response(trial, two_groups(*counts), arms="AB", reference="B", difference=method), "Arm A"
    )
    shown = [round(found[name], 2) for name in ("difference", "difference_lower", "difference_upper")]
    assert tuple(shown) == limits


def test_a_stratified_difference_lies_between_those_of_the_strata(trial):
    data = trial.subjects()
    shares = data.assign(Y=data["RESP"] == "Y").groupby(["STRATUM", "TRT"])["Y"].mean().unstack()
    own = 100 * (shares["C"] - shares["A"])
    found = [
        trial.values(response(trial, strata="STRATUM", difference=method), "Arm C")
        for method in ("miettinen-nurminen", "newcombe", "mantel-haenszel")
    ]
    assert own.min() < found[0]["difference"] < own.max()
    for values in found:
        assert values["difference"] == pytest.approx(found[0]["difference"])
        assert values["difference_lower"] < values["difference"] < values["difference_upper"]


def test_no_response_leaves_limits_and_says_what_has_no_value(trial):
    results = response(trial, two_groups(0, 8, 0, 9), arms="AB", lines=["{odds_ratio}"])
    found = trial.values(results, "Arm B")
    assert (found["n"], found["total"], found["p"], found["difference"]) == (0, 9, 0, 0)
    assert found["p_upper"] > 20
    assert found["difference_lower"] < 0 < found["difference_upper"]
    reasons = trial.reasons(results, "Arm B")
    assert "is 0" in reasons["odds_ratio"]
    assert "two columns with a count" in reasons["p_fisher"]
    (problem,) = results.problems
    assert (problem.code, problem.what) == ("RES040", "T-1 X: no value for odds_ratio")


def test_an_empty_arm_is_a_reason_and_the_table_stands(trial):
    results = response(trial, two_groups(3, 8, 0, 0), arms="AB")
    assert trial.values(results, "Arm A")["n"] == 3
    reasons = trial.reasons(results, "Arm B")
    assert "at least 1 subject" in reasons["p"]
    assert "at least 1 subject in each group" in reasons["difference"]


def test_a_subject_without_stratum_is_not_left_out_silently(trial):
    data = trial.subjects()
    data.loc[3, "STRATUM"] = np.nan
    results = response(trial, data, strata="STRATUM")
    assert trial.values(results, "Arm A")["p"] > 0
    assert trial.reasons(results, "Arm B")["difference"] == "The stratum is missing; subjects without it: 1."


def test_wrong_options_of_a_response_are_reported_at_their_cell(trial, snapshot):
    options = {
        "reference": "a",
        "interval": "wilsen",
        "difference": "newcomb",
        "denominator": "all",
        "confidence": "95",
        "strata": "STRATA",
        "stratum": "SEX",
    }
    assert trial.refused(trial.display(**RESPONSE, options=options)) == snapshot


def association(trial, data=None, arms="ABC", levels=(), **options):
    made = trial.display("Association", arms, variables=["GRADE"], levels=levels, options=options)
    return trial.run(made, data)


GRADES = ("MILD", "MODERATE", "SEVERE")


def test_tests_of_tables_agree_with_r(trial):
    fisher, chi, against = trial.r["association"]
    assert trial.values(association(trial), "Arm C")["p_value"] == pytest.approx(fisher, rel=1e-7)
    found = association(trial, test="chi-square")
    assert trial.values(found, "Arm C")["p_value"] == pytest.approx(chi, rel=1e-9)
    assert set(trial.values(found, "Arm B")) == {"n"}  # the p-value of all arms is shown once
    pairs = association(trial, reference="A")
    assert trial.values(pairs, "Arm C")["p_value"] == pytest.approx(against, rel=1e-7)
    assert set(trial.values(pairs, "Arm B")) == {"n", "p_value"}
    general, means, statistic = trial.r["stratified association"]
    options = {"strata": "STRATUM", "levels": GRADES}
    found = trial.values(association(trial, test="general-association", **options), "Arm C")
    assert (found["p_value"], found["df"]) == (pytest.approx(general, rel=1e-9), 4)
    found = trial.values(association(trial, test="row-mean-scores", **options), "Arm C")
    assert [found["p_value"], found["statistic"]] == pytest.approx([means, statistic], rel=1e-9)


def test_a_table_that_is_too_large_is_drawn_if_a_seed_is_given(trial):
    random = np.random.default_rng(5)
    size = 3000
    data = pd.DataFrame(
        {
            "USUBJID": [f"{i:04d}" for i in range(size)],
            "TRT": random.choice(list("ABCDEFGH"), size),
            "GRADE": random.choice([f"G{i}" for i in range(8)], size),
        }
    )
    assert "too large" in trial.reasons(association(trial, data, "ABCDEFGH"), "Arm H")["p_value"]
    found = trial.values(association(trial, data, "ABCDEFGH", seed="7", draws="500"), "Arm H")
    assert found["p_value_lower"] < found["p_value"] < found["p_value_upper"]
    assert trial.values(association(trial, data, "ABCDEFGH", seed="7", draws="500"), "Arm H") == found


def test_levels_that_are_not_named_and_several_rows_are_reasons(trial):
    assert "SEVERE" in trial.reasons(association(trial, levels=GRADES[:2]), "Arm C")["p_value"]
    data = trial.subjects()
    twice = pd.concat([data, data.iloc[[4]]], ignore_index=True)
    assert "005 has several" in trial.reasons(association(trial, twice), "Arm C")["p_value"]


def test_the_label_of_a_test_is_that_of_the_analysis(trial):
    made = trial.display("Association", variables=["GRADE"], label="p-value (Fisher)")
    frame = trial.run(made).frame
    rows = shaped_rows(made.analyses[0], frame[frame["analysis"] == "X"])
    assert [row.label for row in rows] == ["p-value (Fisher)"]


def test_wrong_options_of_a_test_are_reported_at_their_cell(trial, snapshot):
    wrong = [
        {"test": "fischer", "scores": "rigid", "seed": "x"},
        {"test": "fisher", "strata": "STRATUM", "draws": "10"},
        {"test": "row-mean-scores", "seed": "1", "reference": "D"},
    ]
    made = [trial.display("Association", variables=["GRADE"], options=options) for options in wrong]
    assert [text for display in made for text in trial.refused(display)] == snapshot
