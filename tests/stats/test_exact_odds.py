"""Exact odds ratio: R's values, the tails of the noncentral distribution, one stratum and several."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nchypergeom_fisher

from il2cdisc.stats.contingency import fisher_exact
from il2cdisc.stats.estimates import NotEstimableError
from il2cdisc.stats.exact_odds import exact_odds_ratio

SMALL = [[8, 2], [1, 9]]
# admitted, rejected by sex (male, female) in six departments (Bickel 1975)
ADMISSIONS = [
    [[512, 313], [89, 19]],
    [[353, 207], [17, 8]],
    [[120, 205], [202, 391]],
    [[138, 279], [131, 244]],
    [[53, 138], [94, 299]],
    [[22, 351], [24, 317]],
]
TABLE = st.lists(st.lists(st.integers(0, 8), min_size=2, max_size=2), min_size=2, max_size=2)


def test_limits_leave_half_of_alpha():
    """R prints 27.3263 (2.05800, 1740.08) for this table: its root search stops at a tolerance of 1e-4."""
    found = exact_odds_ratio(SMALL).ratio
    assert (found.estimate, found.lower) == pytest.approx((27.3263204893229, 2.05799877496607), rel=1e-4)
    assert nchypergeom_fisher.cdf(8, 20, 10, 9, found.upper) == pytest.approx(0.025, rel=1e-9)
    assert nchypergeom_fisher.sf(7, 20, 10, 9, found.lower) == pytest.approx(0.025, rel=1e-9)
    assert nchypergeom_fisher.mean(20, 10, 9, found.estimate) == pytest.approx(8, rel=1e-9)


def test_several_strata_equal_r():
    """R 4.2: mantelhaen.test(UCBAdmissions, exact = TRUE), to the tolerance of its root search."""
    found = exact_odds_ratio(ADMISSIONS)
    assert found.p_value == pytest.approx(0.227762526798206, rel=1e-8)
    values = (found.ratio.estimate, found.ratio.lower, found.ratio.upper)
    assert values == pytest.approx((0.905076193637823, 0.769714040580826, 1.06341699278002), rel=1e-4)


def test_zero_cells_have_infinite_limits():
    found = exact_odds_ratio([[5, 0], [2, 4]]).ratio
    assert (found.estimate, found.upper) == (math.inf, math.inf)
    assert nchypergeom_fisher.pmf(5, 11, 7, 5, found.lower) == pytest.approx(0.025, rel=1e-9)
    turned = exact_odds_ratio([[0, 5], [4, 2]]).ratio
    assert (turned.estimate, turned.lower) == (0, 0)


def test_an_empty_stratum_says_nothing():
    alone = exact_odds_ratio([[0, 1], [1, 0]])
    assert exact_odds_ratio([[[0, 0], [0, 0]], [[0, 1], [1, 0]]]) == alone
    assert alone.ratio.upper == pytest.approx(39.0)  # 1 / (1 + odds ratio) = 0.025
    assert alone.p_value == 1.0


@given(TABLE, TABLE)
@settings(max_examples=40, deadline=None)
def test_symmetry_and_fisher(first, second):
    counts = np.array([first, second])
    try:
        found = exact_odds_ratio(counts)
    except NotEstimableError:
        return
    turned = exact_odds_ratio(counts[:, ::-1])
    assert turned.p_value == pytest.approx(found.p_value, rel=1e-8)
    inverse = [1 / x if x else math.inf for x in (turned.ratio.upper, turned.ratio.lower)]
    assert (found.ratio.lower, found.ratio.upper) == pytest.approx(inverse, rel=1e-8)
    assert found.ratio.lower <= found.ratio.estimate <= found.ratio.upper
    if counts[0].sum(axis=0).all() and counts[0].sum(axis=1).all():
        assert exact_odds_ratio(counts[0]).p_value == pytest.approx(fisher_exact(counts[0]), rel=1e-8)


def test_one_possible_table_is_a_sentence(snapshot):
    with pytest.raises(NotEstimableError) as caught:
        exact_odds_ratio([[[3, 4], [0, 0]], [[2, 0], [5, 0]]])
    assert str(caught.value) == snapshot
    with pytest.raises(ValueError, match="2 x 2 tables of counts"):
        exact_odds_ratio([[1, 2, 3], [4, 5, 6]])
