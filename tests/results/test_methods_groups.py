"""Comparisons of groups as methods of displays: Wilcoxon, t-test, ANOVA and dose response."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from il2cdisc.base.problems import Stopped
from il2cdisc.results.frame import HEADER
from il2cdisc.results.run import run
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.tlf import DisplayColumn
from il2cdisc.spec.where import select

R = json.loads((Path(__file__).parents[1] / "stats" / "reference" / "continuous.json").read_text())
CHANGE = {"variables": ["CHG"], "where": "AVISIT EQ V2", "options": {"reference": "PBO"}}
MEASURES = ("difference", "difference_se", "difference_lower", "difference_upper", "df", "p_value")


def errors(frame: pd.DataFrame) -> set[str]:
    return set(frame["error"]) - {""}


def test_wilcoxon_equals_r(visits, comparison, statistics):
    results = run([comparison(method="Wilcoxon", **CHANGE)], visits)
    assert results.problems == ()
    found = statistics(results.frame, "ACT")
    values = [found[name] for name in ("shift", "shift_lower", "shift_upper", "p_value")]
    assert values == pytest.approx(R["wilcoxon"], rel=1e-9)
    assert (found["n"], found["test"]) == (16, "exact")
    assert set(statistics(results.frame, "PBO")) == {"n", "median"}
    own = results.frame[results.frame["analysis"] != HEADER].set_index(["group1_level", "statistic"])["where"]
    assert int(select(visits["ADVS"], parse(own["ACT", "n"])).sum()) == 16
    assert int(select(visits["ADVS"], parse(own["ACT", "p_value"])).sum()) == 32


def test_wilcoxon_of_large_groups_says_that_it_is_asymptotic(visits, comparison, statistics):
    n = 420
    random = np.random.default_rng(3)
    arms = pd.Series(["ACT", "PBO"] * (n // 2), dtype="str")
    names = pd.Series([f"S{i:03d}" for i in range(n)], dtype="str")
    data = {
        "ADSL": pd.DataFrame({"USUBJID": names, "TRTP": arms, "SAFFL": "Y"}).astype("str"),
        "ADVS": pd.DataFrame({"USUBJID": names, "TRTP": arms, "CHG": random.normal(size=n)}),
    }
    found = statistics(run([comparison(method="Wilcoxon", variables=["CHG"])], data).frame, "PBO")
    assert found["test"] == "asymptotic"


@pytest.mark.parametrize(("variances", "name"), [("equal", "TRUE"), ("unequal", "FALSE")])
def test_t_test_equals_r(visits, comparison, statistics, variances, name):
    options = {"reference": "PBO", "variances": variances}
    found = statistics(
        run([comparison(method="t-test", **CHANGE | {"options": options})], visits).frame, "ACT"
    )
    assert [found[measure] for measure in MEASURES] == pytest.approx(R[f"t-test {name}"], rel=1e-9)
    assert found["n"] == 16


def test_anova_of_baseline_stands_in_the_column_of_all(visits, comparison, statistics):
    """Of the columns S1 to S3 and All; the strata are the groups here."""
    advs = visits["ADVS"][(visits["ADVS"]["AVISIT"] == "V2") & visits["ADVS"]["CHG"].notna()]
    advs = advs.assign(TRTP=advs["STRATA"])
    data = {"ADSL": advs.assign(SAFFL="Y"), "ADVS": advs}
    strata = comparison(method="ANOVA", variables=["BASE"], arms=("S1", "S2", "S3"))
    every = strata.model_copy(update={"columns": (*strata.columns, DisplayColumn(label="All"))})
    for made, column in ((strata, "S3"), (every, "All")):
        frame = run([made], data).frame
        found = statistics(frame, column)
        assert [found[name] for name in ("f", "df", "df_error", "p_value")] == pytest.approx(
            R["anova"], rel=1e-9
        )
        assert len(frame[frame["analysis"] != HEADER]) == 4
        where = frame.loc[frame["statistic"] == "p_value", "where"].iloc[0]
        assert int(select(advs, parse(where)).sum()) == 32


def test_dose_response_is_the_slope_of_least_squares(visits, comparison, statistics):
    """Change on dose and baseline: with the normal equations, and the records of n are those of the model."""
    advs = visits["ADVS"].assign(DOSE=visits["ADVS"]["TRTP"].map({"PBO": 0.0, "ACT": 50.0}))
    made = comparison(
        method="Dose response", variables=["CHG"], where="AVISIT EQ V2",
        options={"dose": "DOSE", "covariates": "BASE"},
    )  # fmt: skip
    results = run([made], visits | {"ADVS": advs})
    found = statistics(results.frame, "PBO")
    used = advs[(advs["AVISIT"] == "V2") & advs["CHG"].notna() & advs["TRTP"].isin(["ACT", "PBO"])]
    x = np.column_stack([np.ones(len(used)), used["BASE"], used["DOSE"]])
    y = used["CHG"].to_numpy()
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    df = len(y) - 3
    se = np.sqrt(inverse[2, 2] * ((y - x @ beta) ** 2).sum() / df)
    p = 2 * stats.t.sf(abs(beta[2]) / se, df)
    names = ("n", "slope", "slope_se", "df", "p_value")
    assert [found[name] for name in names] == pytest.approx([len(y), beta[2], se, df, p])
    where = results.frame.loc[results.frame["statistic"] == "p_value", "where"].iloc[0]
    assert int(select(advs, parse(where)).sum()) == found["n"]


def test_a_dose_that_does_not_vary_has_no_slope(visits, comparison):
    data = visits | {"ADVS": visits["ADVS"].assign(DOSE=1.0)}
    results = run(
        [
            comparison(
                method="Dose response", variables=["CHG"], options={"dose": "DOSE"}, where="AVISIT EQ V2"
            )
        ],
        data,
    )
    assert len(errors(results.frame)) == 1
    assert {problem.code for problem in results.problems} == {"RES023"}


@pytest.mark.parametrize("method", ["Wilcoxon", "t-test", "ANOVA"])
def test_by_visit_and_variable(visits, comparison, method):
    made = comparison(method=method, variables=["CHG", "BASE"], by="AVISIT", by_levels=["V6", "V2"])
    frame = run([made], visits).frame
    rows = frame[frame["analysis"] != HEADER].drop_duplicates("row")
    assert list(zip(rows["group2_level"], rows["variable"], strict=True)) == [
        ("V6", "CHG"), ("V6", "BASE"), ("V2", "CHG"), ("V2", "BASE"),
    ]  # fmt: skip


@pytest.mark.parametrize("method", ["Wilcoxon", "t-test", "ANOVA"])
@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("AVISIT EQ V2 AND TRTP EQ PBO", ("at least 1", "none")),
        ("AVISIT IN (V2, V3)", ("The comparison needs one row per subject; 0001 has several.",)),
    ],
)
def test_empty_group_and_repeated_subject_are_the_reason(visits, comparison, method, where, why):
    results = run([comparison(method=method, variables=["CHG"], where=where)], visits)
    told = [error for error in errors(results.frame) if all(part in error for part in why)]
    assert told
    assert "RES023" in {problem.code for problem in results.problems}
    assert len(results.frame[results.frame["analysis"] != HEADER]) >= 4


def test_limits_of_groups_that_are_too_small_are_the_reason(visits, comparison):
    few = visits["ADVS"][visits["ADVS"]["USUBJID"].isin(["0001", "0002", "0003", "0004"])]
    results = run([comparison(method="Wilcoxon", **CHANGE)], visits | {"ADVS": few})
    assert errors(results.frame) == {"The groups are too small for a limit."}


def test_wrong_options_are_reported_with_the_nearest(visits, comparison, snapshot):
    wrong = [
        comparison(method="Wilcoxon", variables=["CHG"], options={"reference": "PB0", "conf": "0.9"}),
        comparison(method="t-test", variables=["STRATA"], options={"variances": "unequl"}),
        comparison(method="ANOVA", variables=["CHG"], arms=("ACT",), options={"reference": "ACT"}),
    ]
    with pytest.raises(Stopped) as stopped:
        run(wrong, visits)
    assert str(stopped.value) == snapshot
