"""Times to an event through displays, against R's survival and cmprsk and the CDISC pilot."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from il2cdisc.results.rows import shaped_rows
from il2cdisc.spec.conditions import parse
from il2cdisc.spec.where import select

TIME = {"variables": ["TIME"], "options": {"censor": "CNSR"}}


def timed(trial, method, data=None, arms="ABC", levels=(), lines=(), total=False, **options):
    made = trial.display(
        method, arms, total=total, variables=["TIME"], levels=levels, lines=lines,
        options={"censor": "CNSR"} | options,
    )  # fmt: skip
    return trial.run(made, data)


@pytest.mark.parametrize("transform", ["log-log", "identity", "log"])
def test_kaplan_meier_agrees_with_r(trial, transform):
    found = timed(trial, "Kaplan-Meier", transform=transform, levels=["30", "60"])
    whole = trial.values(found, "Arm A")
    named = [f"{q}{end}" for q in ("q1", "median", "q3") for end in ("", "_lower", "_upper")]
    at = [f"survival{end}" for end in ("", "_lower", "_upper")] + ["at_risk"]
    shown = [whole[name] for name in named]
    shown += [trial.values(found, "Arm A", row)[name] for row in (1, 2) for name in at]
    kind = {"identity": "plain"}.get(transform, transform)
    assert shown == pytest.approx(trial.r[f"curve {kind}"], rel=1e-9, nan_ok=True)


def test_counts_lead_back_to_their_rows(trial):
    data = trial.subjects()
    data["TIME"] = data["TIME"].astype("float64")
    data.loc[5, "TIME"] = np.nan
    for method, options in (("Kaplan-Meier", {}), ("Cumulative incidence", {"competing": "2"})):
        frame = timed(trial, method, data, total=True, **options).frame
        own = frame[frame["statistic"].isin(["n", "events", "censored", "competing"])]
        assert len(own) >= 12
        for row in own.itertuples():
            assert select(data, parse(row.where)).sum() == row.value
        parts = own[(own["group1_level"] == "All") & (own["statistic"] != "n")]["value"]
        assert parts.sum() == 119


def test_rows_of_a_curve(trial):
    made = trial.display("Kaplan-Meier", variables=["TIME"], levels=[("30", "Day 30"), ("60", "Day 60")],
                         options={"censor": "CNSR"})  # fmt: skip
    frame = trial.run(made).frame
    rows = shaped_rows(made.analyses[0], frame[frame["analysis"] == "X"])
    assert [(row.label, row.indent, row.result) for row in rows][-7:] == [
        ("Q1, Q3", 1, 0),
        ("Survival, % (confidence interval)", 1, None),
        ("Day 30", 2, 1),
        ("Day 60", 2, 2),
        ("At risk", 1, None),
        ("Day 30", 2, 1),
        ("Day 60", 2, 2),
    ]


def test_a_median_that_is_not_reached_is_information(trial):
    data = trial.subjects().assign(CNSR=lambda d: d["CNSR"].where(d["TIME"] < 15, 1))
    found = timed(trial, "Kaplan-Meier", data, lines=["{median}"])
    assert trial.reasons(found, "Arm A")["median"] == "The curve does not fall to 0.5."
    assert [(p.code, p.kind.severity.name) for p in found.problems] == [("RES042", "INFORMATION")]


def test_log_rank_and_gray_agree_with_r(trial):
    names = ("statistic", "df", "p_value")

    def test_of(method, **options):
        found = trial.values(timed(trial, method, **options), "Arm C")
        return [found[name] for name in names]

    assert test_of("Log-rank") == pytest.approx(trial.r["log-rank"], rel=1e-9)
    assert test_of("Log-rank", strata="STRATUM") == pytest.approx(trial.r["log-rank strata"], rel=1e-9)
    assert test_of("Log-rank", reference="A") == pytest.approx(trial.r["log-rank C"], rel=1e-9)
    chi, p, df = trial.r["gray"][:3]
    assert test_of("Cumulative incidence", competing="2") == pytest.approx([chi, df, p], rel=1e-9)
    chi, p, df = trial.r["gray C"]
    found = test_of("Cumulative incidence", competing="2", reference="A")
    assert found == pytest.approx([chi, df, p], rel=1e-9)
    chi, p, df = trial.r["gray strata"]
    found = test_of("Cumulative incidence", competing="2", strata="STRATUM")
    assert found == pytest.approx([chi, df, p], rel=1e-9)


def test_cumulative_incidence_agrees_with_r(trial):
    found = timed(trial, "Cumulative incidence", competing="2", levels=["30", "60", "90"])
    for arm in "ABC":
        estimates, variances = np.array(trial.r[f"incidence {arm}"]).reshape(2, 3)
        rows = [trial.values(found, f"Arm {arm}", row) for row in (1, 2, 3)]
        assert [row["incidence"] for row in rows] == pytest.approx(100 * estimates, rel=1e-9)
        spread = np.exp(1.959963984540054 * np.sqrt(variances) / (estimates * np.log(estimates)))
        assert [row["incidence_lower"] for row in rows] == pytest.approx(100 * estimates ** (1 / spread))
        assert [row["incidence_upper"] for row in rows] == pytest.approx(100 * estimates**spread)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_cox_agrees_with_r(trial, ties):
    found = timed(trial, "Cox", ties=ties, strata="STRATUM", factors="SEX", covariates="AGE")
    own = trial.values(found, "Arm C")
    names = ("hazard_ratio", "hazard_ratio_lower", "hazard_ratio_upper", "p_value")
    assert [own[name] for name in names] == pytest.approx(trial.r[f"cox {ties}"], rel=1e-7)
    assert set(trial.values(found, "Arm A")) == {"n", "events"}


def test_restricted_mean_agrees_with_r(trial):
    found = timed(trial, "Restricted mean", horizon="90")
    own = {arm: trial.values(found, f"Arm {arm}") for arm in "ABC"}
    shown = [own[arm][name] for arm in "ABC" for name in ("mean", "mean_se")]
    assert shown == pytest.approx(trial.r["restricted mean"], rel=1e-9)
    assert own["C"]["difference"] == pytest.approx(own["C"]["mean"] - own["A"]["mean"])
    se = np.hypot(own["C"]["mean_se"], own["A"]["mean_se"])
    assert own["C"]["difference_upper"] - own["C"]["difference"] == pytest.approx(1.959963984540054 * se)


def test_a_horizon_behind_the_last_censored_time_is_refused_with_the_reason(trial):
    found = timed(trial, "Restricted mean", horizon="500", lines=["{mean}"])
    assert "the horizon is 500" in trial.reasons(found, "Arm A")["mean"]
    assert [problem.code for problem in found.problems] == ["RES044"]


@pytest.mark.parametrize(
    ("method", "code", "options", "word"),
    [
        ("Log-rank", "RES043", {}, "at least 1 event"),
        ("Cox", "RES046", {}, "at least 1 event"),
        ("Cumulative incidence", "RES045", {"competing": "2"}, "at least 1 event"),
    ],
)
def test_without_an_event_the_table_stands(trial, method, code, options, word):
    data = trial.subjects().assign(CNSR=1)
    found = timed(trial, method, data, lines=["{p_value}"], **options)
    assert word in trial.reasons(found, "Arm C")["p_value"]
    assert [problem.code for problem in found.problems] == [code]


def test_hazards_that_separate_an_empty_arm_and_two_rows_are_reasons(trial):
    data = trial.subjects()
    separated = data.assign(CNSR=data["CNSR"].mask(data["TRT"] == "C", 1))
    assert "0 or infinite" in trial.reasons(timed(trial, "Cox", separated), "Arm C")["hazard_ratio"]
    for method in ("Cox", "Log-rank"):
        found = timed(trial, method, data[data["TRT"] != "C"])
        assert "C has none" in trial.reasons(found, "Arm C")["p_value"]
        found = timed(trial, method, pd.concat([data, data.iloc[[0]]], ignore_index=True))
        assert "001 has several" in trial.reasons(found, "Arm C")["p_value"]


def test_wrong_options_of_times_are_reported_at_their_cell(trial, snapshot):
    wrong = [
        ("Kaplan-Meier", ["1", "Day 30"], ["{at_risk} {n}"], {"transform": "loglog", "confidence": "2"}),
        ("Kaplan-Meier", [], ["{survival}"], {"censor": "SEX"}),
        ("Log-rank", [], [], {"censor": "CNSR", "weights": "peeto", "reference": "PBO"}),
        ("Restricted mean", [], [], {"censor": "CNSR EXPO", "horizon": "-3"}),
        ("Cumulative incidence", [], [], {"censor": "CNSR", "competing": "two"}),
        ("Cox", [], [], {"censor": "CNSR", "ties": "efronn", "covariates": "SEX"}),
    ]
    found = [
        text
        for method, levels, lines, options in wrong
        for text in trial.refused(
            trial.display(method, variables=["TIME"], levels=levels, lines=lines, options=options)
        )
    ]
    assert found == snapshot
