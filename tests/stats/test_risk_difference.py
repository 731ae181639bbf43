"""Difference of proportions: published examples, SAS's values, and the tests that the intervals invert."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from il2cdisc.stats.cmh import cmh
from il2cdisc.stats.risk_difference import (
    miettinen_nurminen,
    miettinen_nurminen_stratified,
    miettinen_nurminen_test,
    newcombe,
    newcombe_stratified,
    wald,
)

Z = 1.959963984540054


def _group(least: int = 1):
    return st.integers(least, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("counts", "limits"),
    [  # Newcombe, Statistics in Medicine 1998;17:873-890, Table II, method 10
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
        ((0, 10, 0, 10), (-0.2775, 0.2775)),
        ((10, 10, 0, 20), (0.6791, 1.0)),
        ((10, 10, 0, 10), (0.6075, 1.0)),
    ],
)
def test_newcombe_equals_the_paper(counts, limits):
    found = newcombe(*counts)
    assert (round(found.lower, 4), round(found.upper, 4)) == limits


@pytest.mark.parametrize(
    ("counts", "limits"),
    [  # the same paper, method 6 (Miettinen and Nurminen)
        ((56, 70, 48, 80), (0.0528, 0.3382)),
        ((9, 10, 3, 10), (0.1700, 0.8406)),
        ((6, 7, 2, 7), (0.0342, 0.8534)),
        ((5, 56, 0, 29), (-0.0326, 0.1933)),
        ((0, 10, 0, 20), (-0.1658, 0.2844)),
        ((0, 10, 0, 10), (-0.2879, 0.2879)),
        ((10, 10, 0, 20), (0.7156, 1.0)),
    ],
)
def test_miettinen_nurminen_equals_the_paper(counts, limits):
    found = miettinen_nurminen(*counts)
    assert (round(found.lower, 4), round(found.upper, 4)) == limits


def test_wald_equals_r():
    """R 4.2: prop.test(c(8, 1), c(10, 10), correct = FALSE)."""
    found = wald(8, 10, 1, 10)
    assert (found.lower, found.upper) == pytest.approx((0.390102483847719, 1), rel=1e-12)


def test_statsmodels_still_has_it_wrong():
    """The reason for own code: its "score" interval is neither Mee's nor Miettinen and Nurminen's."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    upper = confint_proportions_2indep(56, 70, 48, 80, method="score", compare="diff")[1]
    assert round(float(upper), 3) == 0.344


def test_equals_a_sas_macro():
    """%rate0compare of SAS, as the tests of R's metalite.ae quote it (its iteration stops at 1e-6)."""
    test = miettinen_nurminen_test(46, 116, 70, 119)
    found = miettinen_nurminen(46, 116, 70, 119)
    assert test.statistic == pytest.approx(-2.932194791, rel=1e-9)
    assert found.estimate == pytest.approx(-0.19168357, rel=1e-8)
    assert (found.lower, found.upper) == pytest.approx((-0.3133431419, -0.06382126982), rel=5e-6)

    strata = ([24, 23, 23], [39, 39, 38], [16, 16, 17], [40, 39, 40])
    found, test = miettinen_nurminen_stratified(*strata), miettinen_nurminen_test(*strata)
    assert test.statistic == pytest.approx(2.9215992269, rel=1e-5)
    assert test.p_value == pytest.approx(2 * 0.0017411966, rel=1e-4)
    assert found.estimate == pytest.approx(0.19181238694, rel=1e-5)
    assert (found.lower, found.upper) == pytest.approx((0.063398653094, 0.31395972269), rel=3e-5)


def test_score_weights_equal_sas():
    """SAS values that the tests of R's cicalc quote for Miettinen and Nurminen's own weights."""
    strata = ([13, 20, 15, 12], [26, 28, 26, 20], [15, 15, 20, 12], [23, 22, 33, 22])
    found = miettinen_nurminen_stratified(*strata, weights="score")
    assert (round(found.lower, 5), round(found.upper, 5)) == (-0.16116, 0.10954)
    assert miettinen_nurminen_test(*strata, difference=found.estimate, weights="score").statistic == (
        pytest.approx(0, abs=1e-9)
    )


def test_stratified_newcombe_equals_sas():
    """COMMONRISKDIFF(CL=NEWCOMBE) of SAS, as the tests of R's tern quote it."""
    found = newcombe_stratified(
        [8, 4, 2, 5, 6, 5], [9, 4, 5, 7, 7, 8], [3, 6, 2, 3, 3, 3], [6, 12, 5, 4, 8, 5]
    )
    values = (found.estimate, found.lower, found.upper)
    assert [round(value, 6) for value in values] == [0.253906, 0.034680, 0.445441]


@given(_group(), _group())
@settings(max_examples=40)
def test_the_interval_holds_what_the_test_does_not_reject(first, second):
    (x1, n1), (x2, n2) = first, second
    found = miettinen_nurminen(x1, n1, x2, n2)
    assert -1 <= found.lower <= found.estimate <= found.upper <= 1
    for limit, sign in ((found.lower, 1), (found.upper, -1)):
        if abs(limit) < 1 - 1e-9:
            z = miettinen_nurminen_test(x1, n1, x2, n2, difference=limit).statistic
            assert sign * z == pytest.approx(Z, abs=1e-6)


@given(_group(), _group(), st.floats(-0.95, 0.95))
@settings(max_examples=40)
def test_the_score_equals_a_numerical_maximum_of_the_likelihood(first, second, d):
    (x1, n1), (x2, n2) = first, second

    def minus_log_likelihood(p2: float) -> float:
        p1 = p2 + d
        terms = ((x1, p1), (n1 - x1, 1 - p1), (x2, p2), (n2 - x2, 1 - p2))
        return -sum(k * np.log(max(p, 1e-300)) for k, p in terms if k)

    bounds = (max(0.0, -d), min(1.0, 1 - d))
    p2 = minimize_scalar(minus_log_likelihood, bounds=bounds, method="bounded", options={"xatol": 1e-12}).x
    p1 = p2 + d
    n = n1 + n2
    variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * n / (n - 1)
    expected = (x1 / n1 - x2 / n2 - d) / np.sqrt(variance)
    if abs(expected) < 1e3:
        found = miettinen_nurminen_test(x1, n1, x2, n2, difference=d).statistic
        assert found == pytest.approx(expected, rel=1e-3, abs=1e-3)


@given(_group(), _group())
@settings(max_examples=40)
def test_swapping_the_groups_mirrors_the_interval(first, second):
    for method in (newcombe, miettinen_nurminen):
        found, swapped = method(*first, *second), method(*second, *first)
        assert (-swapped.upper, -swapped.lower) == pytest.approx((found.lower, found.upper), abs=1e-9)
        assert found.lower <= found.estimate + 1e-12
        assert found.estimate <= found.upper + 1e-12


@given(st.lists(st.tuples(_group(2), _group(2)), min_size=1, max_size=4))
@settings(max_examples=40)
def test_the_test_of_no_difference_is_the_cmh_test(strata):
    x1, n1 = np.array([first for first, _ in strata]).T
    x2, n2 = np.array([second for _, second in strata]).T
    if 0 < x1.sum() + x2.sum() < n1.sum() + n2.sum():
        z = miettinen_nurminen_test(x1, n1, x2, n2).statistic
        tables = np.stack([np.stack([x1, n1 - x1], axis=1), np.stack([x2, n2 - x2], axis=1)], axis=1)
        assert z**2 == pytest.approx(cmh(tables).general_association.statistic, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("weights", ["mantel-haenszel", "score"])
def test_one_stratum_is_the_plain_interval(weights):
    plain = miettinen_nurminen(9, 10, 3, 10)
    found = miettinen_nurminen_stratified([9, 4], [10, 6], [3, 0], [10, 0], weights=weights)
    assert (found.lower, found.upper) == pytest.approx((plain.lower, plain.upper), abs=1e-12)
    one = newcombe_stratified([9], [10], [3], [10])
    assert one.estimate == pytest.approx(0.6)
    assert one.lower < 0.6 < one.upper


@pytest.mark.parametrize("events", [0, 8])
def test_strata_without_any_variation_have_finite_intervals(events):
    sizes = [8, 8]
    for method in (newcombe_stratified, miettinen_nurminen_stratified):
        found = method([events, events], sizes, [events, events], sizes)
        assert found.estimate == 0
        assert -1 < found.lower < 0 < found.upper < 1


def test_wrong_counts_are_refused():
    with pytest.raises(ValueError, match="whole numbers between 0 and the size"):
        newcombe(5, 4, 1, 4)
    with pytest.raises(ValueError, match="one element a stratum"):
        newcombe_stratified([1, 2], [4, 4], [1], [4])
    with pytest.raises(ValueError, match="difference 1 is not between -1 and 1"):
        miettinen_nurminen_test(1, 4, 1, 4, difference=1)
