"""Adjusted p-values: R's p.adjust, closed testing, graphs by hand."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2cdisc.stats.multiplicity import (
    benjamini_hochberg,
    bonferroni,
    fixed_sequence,
    graphical,
    hochberg,
    holm,
    hommel,
    serial_gatekeeping,
)

NAN = np.nan
P = [0.01, 0.02, 0.022, 0.09]
P_VALUES = st.lists(st.floats(0.0001, 1), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("method", "expected"),
    [  # R 4.2: p.adjust(c(0.01, 0.02, 0.022, 0.09), ...)
        (bonferroni, [0.04, 0.08, 0.088, 0.36]),
        (holm, [0.04, 0.06, 0.06, 0.09]),
        (hochberg, [0.04, 0.044, 0.044, 0.09]),
        (hommel, [0.03, 0.04, 0.044, 0.09]),
        (benjamini_hochberg, [0.022 * 4 / 3, 0.022 * 4 / 3, 0.022 * 4 / 3, 0.09]),
    ],
)
def test_equal_r(method, expected):
    assert method(P) == pytest.approx(expected, rel=1e-12)


@given(P_VALUES)
@settings(max_examples=60)
def test_closed_testing_gives_the_same(p):
    """A closed test rejects i when all intersections with i are: by Bonferroni Holm, by Simes Hommel."""
    p = np.array(p)
    by_bonferroni, by_simes = np.zeros(len(p)), np.zeros(len(p))
    for size in range(1, len(p) + 1):
        for chosen in combinations(range(len(p)), size):
            here = np.sort(p[list(chosen)])
            for i in chosen:
                by_bonferroni[i] = max(by_bonferroni[i], min(1, here[0] * size))
                by_simes[i] = max(by_simes[i], min(1, (here * size / np.arange(1, size + 1)).min()))
    assert holm(p) == pytest.approx(by_bonferroni, rel=1e-9)
    assert hommel(p) == pytest.approx(by_simes, rel=1e-9)
    assert (hommel(p) <= hochberg(p) + 1e-12).all()
    assert (hochberg(p) <= holm(p) + 1e-12).all()
    assert (holm(p) <= bonferroni(p) + 1e-12).all()
    assert (benjamini_hochberg(p) >= p - 1e-15).all()


def test_missing_counts_as_no_test():
    assert holm([0.01, NAN, 0.04]) == pytest.approx([0.02, NAN, 0.04], nan_ok=True)


def test_fixed_sequence_stops_at_the_first_that_fails():
    assert fixed_sequence([0.01, 0.2, 0.03]).tolist() == [0.01, 0.2, 0.2]
    assert fixed_sequence([0.01, NAN, 0.03]) == pytest.approx([0.01, NAN, NAN], nan_ok=True)


def test_gatekeeping_enters_a_family_after_the_one_before():
    found = serial_gatekeeping([0.01, 0.03, 0.001, 0.02], [1, 2, 2, 3])
    # family 2 by Holm: 0.03, 0.002; but not below 0.01; family 3 not below 0.03
    assert found == pytest.approx([0.01, 0.03, 0.01, 0.03])


def test_graph_by_hand():
    """Two primary hypotheses that share alpha, each with its secondary: a graph of Bretz and colleagues 2009.

    H2 goes at 0.005 / 0.5; it leaves H1 3/4 and H4 1/4. H1 goes at 0.01 / 0.75; it leaves H3 and H4 1/2 each.
    H3 goes at 0.1 / 0.5, and H4 has then all.
    """
    p = {"H1": 0.01, "H2": 0.005, "H3": 0.1, "H4": 0.5}
    transitions = {
        "H1": {"H2": 0.5, "H3": 0.5},
        "H2": {"H1": 0.5, "H4": 0.5},
        "H3": {"H2": 1},
        "H4": {"H1": 1},
    }
    found = graphical(p, {"H1": 0.5, "H2": 0.5}, transitions)
    assert found == pytest.approx({"H1": 0.01 / 0.75, "H2": 0.01, "H3": 0.2, "H4": 0.5})
    assert list(found) == ["H1", "H2", "H3", "H4"]


@given(P_VALUES)
@settings(max_examples=40)
def test_holm_and_fixed_sequence_are_graphs(p):
    names = [f"H{i}" for i in range(len(p))]
    values = dict(zip(names, p, strict=True))
    others = max(len(p) - 1, 1)
    complete = {a: {b: 1 / others for b in names if a != b} for a in names}
    even = graphical(values, dict.fromkeys(names, 1 / len(p)), complete)
    assert list(even.values()) == pytest.approx(holm(p).tolist(), rel=1e-6)
    chain = {a: {b: 1.0} for a, b in pairwise(names)}
    ordered = graphical(values, {names[0]: 1.0}, chain)
    assert list(ordered.values()) == pytest.approx(fixed_sequence(p).tolist())


def test_wrong_arguments_are_refused():
    with pytest.raises(ValueError, match=r"1\.5 is not a p-value"):
        holm([0.1, 1.5])
    with pytest.raises(ValueError, match="3 p-values and 2 families"):
        serial_gatekeeping([0.1, 0.2, 0.3], [1, 2])
    with pytest.raises(ValueError, match="sum to at most 1"):
        graphical({"a": 0.1, "b": 0.2}, {"a": 0.7, "b": 0.7}, {})
    with pytest.raises(ValueError, match="no p-value is given for"):
        graphical({"a": 0.1}, {"b": 1.0}, {})
