"""Cumulative incidence and restricted means: closed forms. R's values are in tests/results/comparisons."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.stats.competing_risks import cumulative_incidence, gray_test
from il2cdisc.stats.estimates import NotEstimableError
from il2cdisc.stats.restricted_mean import restricted_mean, restricted_mean_difference
from il2cdisc.stats.survival import kaplan_meier

ROWS = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 2)), min_size=1, max_size=25)


@given(ROWS)
def test_incidences_of_both_causes_and_survival_are_one(rows):
    time, cause = np.array(rows).T
    one = cumulative_incidence(time, cause).incidence
    other = cumulative_incidence(time, np.array([0, 2, 1])[cause]).incidence
    assert one + other + kaplan_meier(time, cause > 0).survival == pytest.approx(np.ones(len(one)))


@given(ROWS)
def test_without_a_competing_event_it_is_one_minus_kaplan_meier(rows):
    time, cause = np.array(rows).T
    event = (cause == 1).astype(int)
    survival = kaplan_meier(time, event).survival
    assert cumulative_incidence(time, event).incidence == pytest.approx(1 - survival)


def test_without_censoring_it_is_a_share_with_its_binomial_variance():
    time, cause = np.arange(1, 2001), np.tile([1, 1, 2, 1, 2], 400)
    found = cumulative_incidence(time, cause).at([750, 2000, 2500])
    shares = np.array([450 / 2000, 1200 / 2000, 1200 / 2000])
    assert found["incidence"].to_numpy() == pytest.approx(shares)
    # Aalen's variance is the binomial one in large samples
    assert found["se"].to_numpy() == pytest.approx(np.sqrt(shares * (1 - shares) / 2000), rel=0.005)


def test_limits_lie_around_and_are_absent_after_the_last_censored_time():
    curve = cumulative_incidence([2, 4, 6, 9], [1, 2, 1, 0])
    found = curve.at([1, 3, 9, 10])
    assert found.loc[0, ["incidence", "lower", "upper"]].tolist() == [0, 0, 0]
    assert 0 < found.loc[1, "lower"] < found.loc[1, "incidence"] == 0.25 < found.loc[1, "upper"] < 1
    assert found.loc[3, ["incidence", "lower", "upper"]].isna().all()
    assert found["at_risk"].tolist() == [4, 3, 1, 0]


def test_gray_refuses_what_it_can_not_compare():
    for time, cause, group, word in (
        ([1, 2], [1, 1], ["A", "A"], "at least 2 groups"),
        ([1, 2], [0, 2], ["A", "B"], "at least 1 event"),
        ([1, 5], [0, 1], ["A", "B"], "at risk together"),
    ):
        with pytest.raises(NotEstimableError, match=word):
            gray_test(time, cause, group)
    with pytest.raises(ValueError, match="0, 1 and 2"):
        gray_test([1, 2], [1, 3], ["A", "B"])


@given(ROWS, st.floats(0.5, 12))
def test_restricted_mean_is_the_mean_of_times_without_censoring(rows, horizon):
    time = np.array(rows)[:, 0]
    found = restricted_mean(time, np.ones(len(time)), horizon=horizon)
    cut = np.minimum(time, horizon)
    assert found.mean.estimate == pytest.approx(cut.mean())
    assert found.se == pytest.approx(cut.std() / np.sqrt(len(cut)), abs=1e-7)


def test_restricted_mean_by_hand():
    # S is 1 to 2, 3/4 to 5, then 3/8 (5: 1 of 2 at risk, after a censoring at 3)
    found = restricted_mean([2, 3, 5, 8], [1, 0, 1, 1], horizon=6)
    assert found.mean.estimate == pytest.approx(2 + 3 * 0.75 + 0.375)
    late = 0.375
    assert found.se**2 == pytest.approx((3 * 0.75 + late) ** 2 / (4 * 3) + late**2 / (2 * 1))


def test_restricted_means_that_can_not_be_told():
    with pytest.raises(NotEstimableError, match="ends at 4"):
        restricted_mean([1, 4], [1, 0], horizon=5)
    assert restricted_mean([1, 4], [0, 1], horizon=5).mean.estimate == 4
    flat = restricted_mean([5, 6], [0, 0], horizon=5)
    assert (flat.mean.estimate, flat.se) == (5, 0)
    with pytest.raises(NotEstimableError, match="variance"):
        restricted_mean_difference(flat, flat)
    with pytest.raises(ValueError, match="horizons differ"):
        restricted_mean_difference(flat, restricted_mean([5, 6], [0, 0], horizon=4))
    with pytest.raises(ValueError, match="above 0"):
        restricted_mean([1], [1], horizon=0)
