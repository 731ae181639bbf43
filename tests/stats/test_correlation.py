"""Correlations: R's values, all orders, residuals, and symmetry."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pearsonr, spearmanr

from il2cdisc.stats.correlation import (
    partial_pearson,
    partial_spearman,
    pearson,
    spearman,
    spearman_exact,
)

X = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
Y = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06001, 3.14, 1.29001]


def test_pearson_equals_r():
    """R 4.2: cor.test."""
    found = pearson(X, Y)
    assert (found.estimate, found.statistic, found.p_value) == pytest.approx(
        (0.847875557496233, 4.23102192015176, 0.00388321245082896), rel=1e-12
    )
    assert (found.lower, found.upper) == pytest.approx((0.420578443296742, 0.967311406164506), rel=1e-12)


def test_spearman_equals_r():
    """R 4.2: cor.test with its exact p-value; scipy's p-value is that of t, as SAS's."""
    found = spearman(X, Y)
    assert found.estimate == pytest.approx(0.583333333333333, rel=1e-12)
    assert spearman_exact(X, Y) == pytest.approx(0.107997134038801, rel=1e-12)
    assert found.p_value == pytest.approx(spearmanr(X, Y).pvalue, rel=1e-9)
    half = 1.959963984540054 * np.sqrt((1 + (7 / 12) ** 2 / 2) / 6)
    assert found.upper == pytest.approx(np.tanh(np.arctanh(7 / 12) + half), rel=1e-12)


def test_partial_correlation_equals_the_formula_of_three():
    """r_xy.z = (r_xy - r_xz r_yz) / sqrt((1 - r_xz²)(1 - r_yz²)); t and limits lose a degree of freedom."""
    z = [0.3, 1.1, 0.7, 2.2, 0.1, 1.9, 0.4, 2.5, 0.9]
    r_xy, r_xz, r_yz = (pearsonr(a, b).statistic for a, b in ((X, Y), (X, z), (Y, z)))
    expected = (r_xy - r_xz * r_yz) / np.sqrt((1 - r_xz**2) * (1 - r_yz**2))
    found = partial_pearson(X, Y, {"z": z})
    assert found.estimate == pytest.approx(expected, rel=1e-10)
    assert found.statistic == pytest.approx(expected * np.sqrt(6 / (1 - expected**2)), rel=1e-10)
    half = 1.959963984540054 / np.sqrt(9 - 1 - 3)
    assert found.lower == pytest.approx(np.tanh(np.arctanh(expected) - half), rel=1e-10)
    ranked = partial_spearman(X, Y, {"z": z})
    by_ranks = partial_pearson(*(np.argsort(np.argsort(v)) for v in (X, Y)), {"z": np.argsort(np.argsort(z))})
    assert (ranked.estimate, ranked.p_value) == pytest.approx((by_ranks.estimate, by_ranks.p_value))


def test_partial_correlation_equals_a_regression():
    """The t of a coefficient in a regression is the t of the partial correlation."""
    import statsmodels.api as sm

    random = np.random.default_rng(3)
    z = random.normal(size=(40, 2))
    x, y = z @ [1, 2] + random.normal(size=40), z @ [1, -1] + random.normal(size=40)
    y[3] = np.nan
    found = partial_pearson(x, y, {"a": z[:, 0], "b": z[:, 1]})
    use = ~np.isnan(y)
    fit = sm.OLS(y[use], sm.add_constant(np.column_stack([x, z])[use])).fit()
    assert found.n == 39
    assert (found.statistic, found.p_value) == pytest.approx((fit.tvalues[1], fit.pvalues[1]), rel=1e-9)


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=4, max_size=30))
@settings(max_examples=60)
def test_symmetry_and_order(rows):
    x, y = np.array(rows, dtype=float).T
    if np.ptp(x) and np.ptp(y):
        for method in (pearson, spearman):
            found, swapped, turned = method(x, y), method(y, x), method(x, -y)
            assert found.estimate == pytest.approx(swapped.estimate, abs=1e-12)
            assert found.estimate == pytest.approx(-turned.estimate, abs=1e-12)
            assert -1 <= found.lower <= found.estimate + 1e-12
            assert found.estimate - 1e-12 <= found.upper <= 1


def test_a_perfect_correlation_has_p_zero():
    found = pearson([1, 2, 3, 4], [2, 4, 6, 8])
    assert (found.estimate, found.lower, found.upper, found.p_value) == (1, 1, 1, 0)
    assert np.isnan(pearson([1, 2, 4], [2, 1, 5]).lower)
