"""Rank tests: R's values, enumeration of all allotments with ties, and tests that intervals invert."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, rankdata

from il2cdisc.stats.ranks import (
    hodges_lehmann,
    hodges_lehmann_paired,
    kruskal_wallis,
    signed_rank,
    signed_rank_exact,
    wilcoxon,
    wilcoxon_exact,
)

X = np.array([1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3])
Y = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06001, 3.14, 1.29001])
X_TIES = np.array([1, 2, 2, 3, 4, 4, 5, 7, 8, 8.0])
Y_TIES = np.array([2, 3, 3, 5, 6, 6, 7, 9.0])

WHOLE = st.lists(st.integers(0, 5), min_size=1, max_size=5)


def test_equal_r_without_ties():
    """R 4.2: wilcox.test, exact and normal, rank sum and signed rank."""
    found = wilcoxon_exact(X, Y)
    assert (found.statistic, found.p_value) == pytest.approx((58, 0.135911147675854), rel=1e-12)
    assert wilcoxon(X, Y).p_value == pytest.approx(0.133320215589627, rel=1e-12)
    assert wilcoxon(X, Y, corrected=False).p_value == pytest.approx(0.122276677214714, rel=1e-12)
    shift = hodges_lehmann(X, Y)
    assert (shift.estimate, shift.lower, shift.upper) == pytest.approx((0.56, -0.37, 1.183), rel=1e-12)

    paired = signed_rank_exact(X - Y)
    assert (paired.statistic, paired.p_value) == (40, 0.0390625)
    assert signed_rank(X - Y).p_value == pytest.approx(0.0440109840129515, rel=1e-12)
    middle = hodges_lehmann_paired(X - Y)
    assert (middle.estimate, middle.lower, middle.upper) == pytest.approx((0.459995, 0.00999, 0.786))


def test_equal_r_with_ties():
    """R: wilcox.test, exactRankTests, coin. The estimate is the median of the differences, -1."""
    found = wilcoxon_exact(X_TIES, Y_TIES)
    assert (found.statistic, found.p_value) == pytest.approx((33, 0.55498423145482), rel=1e-12)
    assert wilcoxon(X_TIES, Y_TIES).p_value == pytest.approx(0.560934723673878, rel=1e-12)
    assert wilcoxon(X_TIES, Y_TIES, corrected=False).p_value == pytest.approx(0.531196298396378, rel=1e-12)
    shift = hodges_lehmann(X_TIES, Y_TIES)
    assert (shift.estimate, shift.lower, shift.upper) == (-1, -4, 2)


def test_scipy_ignores_ties_in_its_exact_test():
    """The reason for own code."""
    x, y = [1, 1, 2, 3], [2, 4, 4, 5, 6]
    peer = mannwhitneyu(x, y, method="exact").pvalue
    assert wilcoxon_exact(x, y).p_value != pytest.approx(peer, rel=0.01)
    assert wilcoxon_exact(x, y).p_value == pytest.approx(_enumerated(x, y), rel=1e-12)


def _enumerated(x, y) -> float:
    ranks = rankdata(np.concatenate([x, y]))
    m, mean = len(x), len(x) * ranks.mean()
    sums = [sum(ranks[list(chosen)]) for chosen in combinations(range(len(ranks)), m)]
    return float(np.mean(np.abs(np.array(sums) - mean) >= abs(ranks[:m].sum() - mean) - 1e-9))


@given(WHOLE, WHOLE)
@settings(max_examples=60, deadline=None)
def test_exact_equals_enumeration(x, y):
    if len({*x, *y}) > 1:
        assert wilcoxon_exact(x, y).p_value == pytest.approx(_enumerated(x, y), rel=1e-10)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_signed_rank_equals_enumeration(differences):
    d = np.array([value for value in differences if value != 0], dtype=float)
    if len(d):
        ranks = rankdata(np.abs(d))
        sums = np.array([ranks @ np.array(signs) for signs in product((0, 1), repeat=len(d))])
        far = np.abs(sums - ranks.sum() / 2) >= abs(ranks[d > 0].sum() - ranks.sum() / 2) - 1e-9
        found = signed_rank_exact(differences)
        assert found.p_value == pytest.approx(far.mean(), rel=1e-10)
        assert found.statistic == ranks[d > 0].sum()


@given(st.integers(3, 8), st.integers(3, 8), st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_interval_holds_the_shifts_that_are_not_rejected(m, n, seed):
    random = np.random.default_rng(seed)
    x, y = random.normal(0.5, 1, m), random.normal(0, 1, n)
    found = hodges_lehmann(x, y)
    for limit, inward in ((found.lower, 1e-9), (found.upper, -1e-9)):
        if np.isfinite(limit):
            assert wilcoxon_exact(x - limit - inward, y).p_value > 0.05
            assert wilcoxon_exact(x - limit + inward, y).p_value <= 0.05
        else:
            assert wilcoxon_exact(np.arange(m) + 100, np.arange(n)).p_value > 0.05


@given(WHOLE, WHOLE)
@settings(max_examples=60, deadline=None)
def test_swapping_the_groups_mirrors(x, y):
    shift, swapped = hodges_lehmann(x, y), hodges_lehmann(y, x)
    assert (-swapped.upper, -swapped.estimate, -swapped.lower) == (shift.lower, shift.estimate, shift.upper)
    assert shift.lower <= shift.estimate <= shift.upper
    if len({*x, *y}) > 1:
        for test in (wilcoxon_exact, wilcoxon):
            assert test(x, y).p_value == pytest.approx(test(y, x).p_value, rel=1e-9)
            assert test(x, y).statistic + test(y, x).statistic == len(x) * len(y)


def test_too_few_values_have_no_finite_limit():
    found = hodges_lehmann([1.0, 2.0], [0.0, 0.5])
    assert (found.estimate, found.lower, found.upper) == (1.25, -np.inf, np.inf)


def test_large_groups_agree_with_the_normal_approximation():
    random = np.random.default_rng(5)
    x, y = np.round(random.normal(0.3, 1, 90), 1), np.round(random.normal(0, 1, 70), 1)
    assert wilcoxon_exact(x, y).p_value == pytest.approx(wilcoxon(x, y).p_value, rel=0.01)


def test_kruskal_wallis_equals_r():
    """R 4.2: kruskal.test(weight ~ group, data = PlantGrowth)."""
    plants = {
        "ctrl": [4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14],
        "trt1": [4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69],
        "trt2": [6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26],
    }
    found = kruskal_wallis(plants)
    assert (found.statistic, found.df) == (pytest.approx(7.988229, abs=5e-7), 2)
    assert found.p_value == pytest.approx(np.exp(-found.statistic / 2))


def test_kruskal_wallis_of_two_groups_is_the_rank_sum_test():
    found = kruskal_wallis({"x": X_TIES, "y": Y_TIES})
    assert found.p_value == pytest.approx(wilcoxon(X_TIES, Y_TIES, corrected=False).p_value)
