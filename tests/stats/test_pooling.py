"""Rubin's rules: SAS's published example, closed forms, invariance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2cdisc.stats.pooling import pool


def test_equals_the_example_of_sas():
    """Oxygen intake of the fitness data, SAS/STAT User's Guide, MIANALYZE, Example 1 (five imputations).

    Inputs are the printed means and standard errors, so results agree to the digits that these carry.
    """
    found = pool(
        [47.0120, 47.2407, 47.4995, 47.1485, 47.0042],
        [0.95984, 0.93540, 1.00766, 0.95439, 0.96528],
        df_complete=30,
    )
    assert found.estimate == pytest.approx(47.180993, abs=2e-5)
    assert found.se == pytest.approx(0.990266, abs=1e-5)
    assert found.df == pytest.approx(26.298, abs=2e-3)
    assert (found.lower, found.upper) == pytest.approx((45.1466, 49.2154), abs=1e-4)
    assert (found.between, found.within) == pytest.approx((0.041478, 0.930853), abs=1e-5)
    assert found.missing_information == pytest.approx(0.051977, abs=2e-5)


def test_by_hand():
    """Estimates 1, 2, 3 with variance 1: B = 1, T = 1 + 4/3, l = 4/7, df = 2 (7/4)²."""
    found = pool([1, 2, 3], [1, 1, 1])
    assert (found.within, found.between) == (1, 1)
    assert found.se == pytest.approx(math.sqrt(7 / 3))
    assert found.df == pytest.approx(2 * (7 / 4) ** 2)
    observed = 21 / 23 * 20 * (3 / 7)
    expected = 1 / (1 / (2 * (7 / 4) ** 2) + 1 / observed)
    assert pool([1, 2, 3], [1, 1, 1], df_complete=20).df == pytest.approx(expected)


def test_equal_estimates_lose_no_information():
    found = pool([2.0, 2.0], [0.5, 0.5], df_complete=10)
    assert (found.missing_information, found.df) == (0, pytest.approx(11 / 13 * 10))
    assert math.isinf(pool([2.0, 2.0], [0.5, 0.5]).df)
    assert pool([2.0, 2.0], [0.5, 0.5]).upper == pytest.approx(2 + 1.959963984540054 * 0.5)


@given(st.lists(st.tuples(st.floats(-10, 10), st.floats(0.1, 5)), min_size=2, max_size=8), st.floats(2, 100))
@settings(max_examples=50)
def test_order_does_not_matter_and_df_stay_below_both_bounds(rows, complete):
    estimates, ses = np.array(rows).T
    found, turned = pool(estimates, ses, df_complete=complete), pool(estimates[::-1], ses[::-1])
    assert found.estimate == pytest.approx(turned.estimate, abs=1e-9)
    assert found.lower <= found.estimate <= found.upper
    assert found.df <= min(complete, turned.df) + 1e-9
    assert found.se**2 >= found.within - 1e-12


def test_hardly_any_difference_between_imputations():
    """The share of missing information, 1e-170, has no square among floats."""
    found = pool([1e-85, -1e-85], [1.0, 1.0], df_complete=10)
    assert found.df == pytest.approx(11 / 13 * 10)


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match="standard error is negative"):
        pool([1, 2], [1, -1])
    with pytest.raises(ValueError, match="not above 0"):
        pool([1, 2], [1, 1], df_complete=0)
