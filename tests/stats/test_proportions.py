"""One proportion: values from R and from Newcombe's paper, and exact tail probabilities."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from il2cdisc.stats.proportions import clopper_pearson, wilson, wilson_corrected

COUNTS = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("events", "n", "exact", "score", "corrected"),
    [  # R 4.2: binom.test, prop.test
        (0, 10, (0, 0.308497107818761), (0, 0.277532799862889), (0, 0.344537218306922)),
        (10, 10, (0.691502892181239, 1), (0.722467200137111, 1), (0.655462781693077, 1)),
        (
            3,
            10,
            (0.0667395111777345, 0.652452850059997),
            (0.107791267406301, 0.603221852538855),
            (0.0809478242099945, 0.646329276488831),
        ),
        (
            7,
            53,
            (0.0547901018531811, 0.253368232863736),
            (0.0654785328446325, 0.248402553089049),
            (0.0591371526969509, 0.259529993716054),
        ),
        (1, 1, (0.025, 1), (0.206549314377238, 1), (0.054620755528852, 1)),
    ],
)
def test_equal_r(events, n, exact, score, corrected):
    for method, limits in ((clopper_pearson, exact), (wilson, score), (wilson_corrected, corrected)):
        found = method(events, n)
        assert (found.lower, found.upper) == pytest.approx(limits, rel=1e-12)
        assert found.estimate == events / n


def test_equal_stored_r_values(r_values):
    for row in r_values["clopper_pearson"]:
        for method, confidence, key in (
            (clopper_pearson, 0.95, "cp95"),
            (clopper_pearson, 0.90, "cp90"),
            (wilson, 0.95, "wilson95"),
            (wilson_corrected, 0.95, "wilson95_cc"),
        ):
            found = method(row["x"], row["n"], confidence=confidence)
            assert [found.lower, found.upper] == pytest.approx(row[key], rel=1e-12), (row, key)


@pytest.mark.parametrize(
    ("events", "n", "exact", "score", "corrected"),
    [  # Newcombe, Statistics in Medicine 1998;17:857-872, Table I
        (81, 263, (0.2527, 0.3676), (0.2553, 0.3662), (0.2535, 0.3682)),
        (15, 148, (0.0578, 0.1617), (0.0624, 0.1605), (0.0598, 0.1644)),
        (0, 20, (0.0, 0.1684), (0.0, 0.1611), (0.0, 0.2005)),
        (1, 29, (0.0009, 0.1776), (0.0061, 0.1718), (0.0018, 0.1963)),
    ],
)
def test_equal_newcombe(events, n, exact, score, corrected):
    for method, limits in ((clopper_pearson, exact), (wilson, score), (wilson_corrected, corrected)):
        found = method(events, n)
        assert (round(found.lower, 4), round(found.upper, 4)) == limits


@given(COUNTS)
def test_exact_limits_leave_half_of_alpha_in_each_tail(counts):
    events, n = counts
    found = clopper_pearson(events, n)
    if events > 0:
        assert binom.sf(events - 1, n, found.lower) == pytest.approx(0.025, rel=1e-9)
    if events < n:
        assert binom.cdf(events, n, found.upper) == pytest.approx(0.025, rel=1e-9)


@given(COUNTS)
def test_intervals_mirror_and_nest(counts):
    events, n = counts
    for method in (clopper_pearson, wilson, wilson_corrected):
        found, mirrored = method(events, n), method(n - events, n)
        assert 0 <= found.lower <= found.estimate <= found.upper <= 1
        assert (1 - found.upper, 1 - found.lower) == pytest.approx(
            (mirrored.lower, mirrored.upper), abs=1e-12
        )
        narrow = method(events, n, confidence=0.8)
        assert found.lower <= narrow.lower + 1e-12
        assert narrow.upper <= found.upper + 1e-12


def test_wrong_counts_are_refused():
    with pytest.raises(ValueError, match="5 events in 4 subjects can't be"):
        wilson(5, 4)
    with pytest.raises(ValueError, match="confidence level 95 is not between 0 and 1"):
        clopper_pearson(1, 4, confidence=95)
