"""MMRM as a method of displays: R's numbers by visit, the structure that was used, and what fails."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from il2cdisc.base.problems import Stopped
from il2cdisc.results.frame import HEADER
from il2cdisc.results.rows import shaped_rows
from il2cdisc.results.run import run
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.tlf import Line
from il2cdisc.spec.where import select
from il2cdisc.stats.mmrm import mmrm

R = json.loads((Path(__file__).parents[1] / "stats" / "reference" / "sim36_mmrm.json").read_text())
MIXED = json.loads((Path(__file__).parents[1] / "stats" / "reference" / "mixed.json").read_text())
VISITS = ["V1", "V2", "V3", "V4", "V5", "V6"]
MODEL = {
    "method": "MMRM",
    "variables": ["CHG"],
    "by": "AVISIT",
    "by_levels": VISITS,
}
OPTIONS = {
    "reference": "PBO",
    "factors": "STRATA",
    "covariates": "BASE",
    "interactions": "TRTP BASE",
}
LINES = (Line(label="p", template="{p_value}"), Line(label="Covariance", template="{covariance}"))


@pytest.mark.parametrize(
    ("df", "key", "weights", "means"),
    [("kenward-roger", "krl", "equal", "emm"), ("satterthwaite", "sat", "observed", "emm_prop")],
)
def test_equals_r_at_every_visit(visits, comparison, statistics, df, key, weights, means):
    made = comparison(**MODEL, options=OPTIONS | {"df": df, "weights": weights})
    results = run([made], visits)
    assert results.problems == ()
    expected = {(row["TRT"], row["AVISIT"]): row for row in R[key][means]}
    differences = {row["AVISIT"]: row for row in R[key]["diff"]}
    for row, visit in enumerate(VISITS):
        for arm in ("ACT", "PBO"):
            found, there = statistics(results.frame, arm, row), expected[arm, visit]
            assert found["lsmean"] == pytest.approx(there["emmean"], rel=1e-8)
            assert found["lsmean_se"] == pytest.approx(there["SE"], rel=1e-8)
            assert (found["lsmean_lower"], found["lsmean_upper"]) == pytest.approx(
                (there["lower.CL"], there["upper.CL"]), rel=1e-8
            )
            assert found["covariance"] == "UN"
        found, there = statistics(results.frame, "ACT", row), differences[visit]
        names = {"difference": "estimate", "difference_se": "SE", "df": "df", "p_value": "p.value"}
        names |= {"difference_lower": "lower.CL", "difference_upper": "upper.CL"}
        assert {name: found[name] for name in names} == pytest.approx(
            {name: there[other] for name, other in names.items()}, rel=1e-8
        )
        assert "difference" not in statistics(results.frame, "PBO", row)


def test_where_names_the_records_of_the_visit_and_of_the_fit(visits, comparison):
    visits["ADVS"].loc[3, "BASE"] = np.nan
    frame = run([comparison(**MODEL, options=OPTIONS)], visits).frame
    own = frame[(frame["analysis"] != HEADER) & (frame["group2_level"] == "V4")]
    complete = visits["ADVS"].dropna(subset=["CHG", "BASE", "STRATA"])
    for result in own[own["statistic"] == "n"].itertuples():
        rows = select(visits["ADVS"], parse(result.where))
        there = (complete["AVISIT"] == "V4") & (complete["TRTP"] == result.group1_level)
        assert int(rows.sum()) == result.value == int(there.sum())
    (where,) = set(own.loc[own["statistic"] != "n", "where"])
    assert int(select(visits["ADVS"], parse(where)).sum()) == len(complete)


def test_next_structure_is_used_where_the_first_does_not_converge_and_reported(
    visits, comparison, statistics
):
    """No subject has both V1 and V6: an unstructured covariance can't be estimated."""
    advs = visits["ADVS"]
    late = advs["USUBJID"].astype(int) // 2 % 2 == 0
    data = visits | {"ADVS": advs[~((advs["AVISIT"] == "V1") & late) & ~((advs["AVISIT"] == "V6") & ~late)]}
    options = OPTIONS | {"covariance": "UN AR1 CS"}
    results = run([comparison(**MODEL, options=options, lines=LINES)], data)
    (problem,) = results.problems
    assert (problem.code, problem.kind.severity.value) == ("RES020", "information")
    assert problem.what == "T-1 X: the covariance is AR1, not UN"
    assert "UN: no subject has both V1 and V6" in problem.values[0]
    found = statistics(results.frame, "ACT", 5)
    assert found["covariance"] == "AR1"
    levels = pd.Categorical(data["ADVS"]["TRTP"], ["PBO", "ACT"])
    fit = mmrm(
        "CHG ~ TRTP + AVISIT + STRATA + BASE + TRTP:AVISIT + BASE:AVISIT",
        data["ADVS"].assign(TRTP=levels),
        subject="USUBJID",
        visit="AVISIT",
        covariance="AR1",
    )
    there = fit.differences("TRTP", by="AVISIT", reference="PBO").iloc[-1]
    assert found["difference"] == pytest.approx(there["estimate"], rel=1e-12)


def test_order_of_visits_is_that_of_by_levels(visits, comparison, statistics):
    """AR(1) depends on it: the same records under names whose alphabet goes another way."""
    names = dict(zip(VISITS, ["Screening", "Baseline", "Week 10", "Week 2", "End", "Aftercare"], strict=True))
    renamed = visits | {"ADVS": visits["ADVS"].assign(AVISIT=visits["ADVS"]["AVISIT"].map(names))}
    options = OPTIONS | {"covariance": "AR1"}
    before = run([comparison(**MODEL, options=options)], visits).frame
    after = run([comparison(**MODEL | {"by_levels": list(names.values())}, options=options)], renamed).frame
    for row in range(6):
        assert statistics(after, "ACT", row)["difference"] == pytest.approx(
            statistics(before, "ACT", row)["difference"], rel=1e-10
        )


def test_effect_of_treatment_may_be_the_same_at_all_visits(visits, comparison, statistics):
    frame = run([comparison(**MODEL, options=OPTIONS | {"interactions": "none"})], visits).frame
    differences = [statistics(frame, "ACT", row)["difference"] for row in range(6)]
    assert differences == pytest.approx([differences[0]] * 6, rel=1e-10)


@pytest.fixture
def values(visits) -> dict[str, pd.DataFrame]:
    """AVAL at baseline (V0) and at the first four visits."""
    early = visits["ADVS"][visits["ADVS"]["AVISITN"] <= 4]
    base = early.drop_duplicates("USUBJID").assign(AVISIT="V0", AVISITN=0.0, AVAL=lambda frame: frame["BASE"])
    both = pd.concat([base, early.assign(AVAL=early["BASE"] + early["CHG"])], ignore_index=True)
    return visits | {"ADVS": both}


CONSTRAINED = MODEL | {"variables": ["AVAL"], "by_levels": ["V0", "V1", "V2", "V3", "V4"]}


def test_constrained_baseline_equals_r(values, comparison, statistics):
    options = {"reference": "PBO", "factors": "STRATA", "baseline": "V0", "df": "satterthwaite"}
    results = run([comparison(**CONSTRAINED, options=options)], values)
    assert results.problems == ()
    found = [statistics(results.frame, "ACT", row) for row in range(5)]
    assert [row["difference"] for row in found[1:]] == pytest.approx(MIXED["clda differences"], rel=1e-4)
    assert [row["difference_se"] for row in found[1:]] == pytest.approx(MIXED["clda se"], rel=1e-4)
    assert "difference" not in found[0]
    assert found[0]["lsmean"] == pytest.approx(statistics(results.frame, "PBO")["lsmean"], rel=1e-10)
    assert (found[0]["n"], found[4]["n"]) == (18, 14)


def test_sandwich_and_covariance_by_treatment(visits, comparison, statistics):
    """The degrees of freedom are Bell and McCaffrey's without being asked for."""
    levels = pd.Categorical(visits["ADVS"]["TRTP"], ["PBO", "ACT"])
    options = OPTIONS | {"covariance": "ARH1", "standard_errors": "sandwich", "covariance_by": "TRTP"}
    found = statistics(run([comparison(**MODEL, options=options)], visits).frame, "ACT", 5)
    fit = mmrm(
        "CHG ~ TRTP + AVISIT + STRATA + BASE + TRTP:AVISIT + BASE:AVISIT",
        visits["ADVS"].assign(TRTP=levels), subject="USUBJID", visit="AVISIT", covariance="ARH1",
        ddf="satterthwaite", standard_errors="sandwich", covariance_by="TRTP",
    )  # fmt: skip
    there = fit.differences("TRTP", by="AVISIT", reference="PBO").iloc[-1]
    assert [found["difference_se"], found["df"]] == pytest.approx([there["se"], there["df"]], rel=1e-9)


def test_baseline_without_a_record_is_the_reason(values, comparison):
    options = {"reference": "PBO", "baseline": "V0"}
    results = run([comparison(**CONSTRAINED, options=options, where="AVISITN GT 0")], values)
    assert errors(results.frame) == {"No complete record is at AVISIT V0, which is the baseline."}


def errors(frame: pd.DataFrame) -> set[str]:
    return set(frame["error"]) - {""}


def test_two_records_of_a_subject_at_a_visit_are_the_reason(visits, comparison):
    advs = pd.concat([visits["ADVS"], visits["ADVS"].iloc[[7]]], ignore_index=True)
    results = run([comparison(**MODEL, options=OPTIONS)], visits | {"ADVS": advs})
    assert errors(results.frame) == {
        "A subject may have one row a visit; more than one have 0002 at V2 (USUBJID, AVISIT)."
    }
    (problem,) = results.problems
    assert problem.code == "RES021"
    assert problem.what == (
        "T-1 X: no value for lsmean, lsmean_se, difference, difference_se, difference_lower, "
        "difference_upper, p_value"
    )


def test_one_visit_is_the_reason(visits, comparison, statistics):
    results = run([comparison(**MODEL | {"by_levels": ["V6"]}, options=OPTIONS)], visits)
    assert {problem.code for problem in results.problems} == {"RES010", "RES021"}
    assert errors(results.frame) == {"The factor AVISIT has one level only (V6) in the 21 rows used."}
    assert statistics(results.frame, "ACT")["n"] == 10


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("TRTP EQ PBO", "The model needs at least 1 complete row in each group; ACT has none."),
        ("CHG GT 1000", "The model has no complete row: the data have no rows."),
    ],
)
def test_empty_group_and_no_record_are_the_reason(visits, comparison, change, why):
    results = run([comparison(**MODEL, options=OPTIONS, where=change)], visits)
    assert errors(results.frame) == {why}
    assert len(results.frame[results.frame["analysis"] != HEADER]) == 6 * (2 * 6 + 6)


def test_visit_without_a_record_has_its_reason_and_the_others_stand(visits, comparison, statistics):
    made = comparison(**MODEL | {"by_levels": [*VISITS, "V7"]}, options=OPTIONS)
    frame = run([made], visits).frame
    assert errors(frame) == {"No complete record is at AVISIT V7."}
    assert statistics(frame, "ACT", 6)["n"] == 0
    assert statistics(frame, "ACT", 5)["difference"] == pytest.approx(R["krl"]["diff"][5]["estimate"])


def test_model_that_does_not_converge_is_the_reason_of_each_statistic(visits, comparison):
    advs = visits["ADVS"].drop_duplicates("USUBJID").copy()
    later = visits["ADVS"].drop_duplicates("USUBJID", keep="last")
    odd = advs["USUBJID"].astype(int) // 2 % 2 == 1
    mixed = pd.concat([advs[odd], later[~later["USUBJID"].isin(advs.loc[odd, "USUBJID"])]])
    results = run([comparison(**MODEL, options=OPTIONS | {"covariance": "UN CS"})], visits | {"ADVS": mixed})
    assert {problem.code for problem in results.problems} == {"RES021"}
    reasons = errors(results.frame)
    assert any("No covariance structure converged. UN: " in why and "; CS: " in why for why in reasons)
    assert not any(math.isfinite(value) for value in results.frame.loc[
        results.frame["statistic"] == "difference", "value"])  # fmt: skip


def test_rows_of_the_display_are_lines_below_each_visit(visits, comparison):
    made = comparison(**MODEL, label="Change", options=OPTIONS, lines=LINES)
    frame = run([made], visits).frame
    rows = shaped_rows(made.analyses[0], frame[frame["analysis"] == "X"])
    assert [(row.label, row.indent) for row in rows[:4]] == [
        ("Change", 0),
        ("V1", 1),
        ("p", 2),
        ("Covariance", 2),
    ]
    assert len(rows) == 1 + 6 * 3


def test_wrong_options_are_reported_with_the_nearest(visits, comparison, snapshot):
    options = {
        "reference": "PLB",
        "factors": "STRATA",
        "covariates": "BASE STRATA",
        "interactions": "TRTP BASIS",
        "covariance": "UN TOEPHH AR(1)",
        "df": "kenward",
        "weights": "equl",
        "confidence": "95",
        "visits": "6",
        "baseline": "V0",
        "covariance_by": "TRTP STRATA",
        "standard_errors": "sandwhich",
    }
    both = OPTIONS | {"standard_errors": "sandwich", "df": "kenward-roger"}
    with pytest.raises(Stopped) as stopped:
        run(
            [
                comparison(**MODEL, options=options),
                comparison(**MODEL | {"by_levels": []}),
                comparison(**MODEL, options=both),
            ],
            visits,
        )
    assert str(stopped.value) == snapshot
