"""Tables: values from R, the CDISC pilot's exact tests, and enumeration of every table."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2cdisc.base.rounding import fixed
from il2cdisc.stats import contingency
from il2cdisc.stats.cmh import cmh
from il2cdisc.stats.contingency import (
    chi_square,
    chi_square_corrected,
    cochran_armitage,
    fisher_exact,
    mcnemar,
    mcnemar_corrected,
    mcnemar_exact,
)
from il2cdisc.stats.estimates import NotEstimableError

SMALL = [[8, 2], [1, 9]]
NINE = [[3, 1, 2], [1, 5, 6], [4, 9, 5]]


def test_equal_r():
    """R 4.2: chisq.test, fisher.test, mcnemar.test, binom.test."""
    for found, statistic, df, p in (
        (chi_square(SMALL), 9.8989898989899, 1, 0.00165369516370034),
        (chi_square_corrected(SMALL), 7.27272727272727, 1, 0.00700094198944864),
        (chi_square(NINE), 5.325, 4, 0.255545698646975),
        (mcnemar([[794, 86], [150, 570]]), 17.3559322033898, 1, 3.09929344104522e-05),
        (mcnemar_corrected([[794, 86], [150, 570]]), 16.8177966101695, 1, 4.11456228134594e-05),
    ):
        assert (found.statistic, found.df, found.p_value) == pytest.approx((statistic, df, p), rel=1e-12)
    assert fisher_exact(SMALL) == pytest.approx(0.00547749464158133, rel=1e-11)
    assert fisher_exact(NINE) == pytest.approx(0.282360228768355, rel=1e-11)
    assert mcnemar_exact([[794, 86], [150, 570]]) == pytest.approx(3.716e-05, rel=1e-3)
    assert mcnemar_exact([[0, 1], [8, 0]]) == pytest.approx(2 * (1 + 9) / 2**9)


@pytest.mark.parametrize(
    ("table", "printed"),
    [  # arms placebo, low, high; low, normal, high: CDISC pilot, tables 14-6.02 and 14-6.03
        ([[16, 65, 3], [15, 66, 1], [5, 74, 1]], "0.042"),
        ([[0, 75, 9], [0, 60, 22], [0, 68, 12]], "0.023"),
        ([[0, 84, 0], [0, 71, 11], [0, 74, 7]], "0.001"),
        ([[2, 73, 9], [8, 71, 3], [3, 75, 2]], "0.045"),
        ([[4, 80, 0], [3, 70, 9], [4, 68, 8]], "0.010"),
        ([[65, 86 - 65], [77, 84 - 77]], "0.007"),  # any adverse event, low against placebo, 14-5.01
        ([[65, 86 - 65], [76, 84 - 76]], "0.014"),
        ([[8, 78], [21, 63]], "0.008"),
        ([[20, 66], [39, 45]], "0.002"),
    ],
)
def test_equals_the_pilot(table, printed):
    assert fixed(fisher_exact(table), 3) == printed


def test_equals_the_pilot_unrounded():
    """Early termination by reason, tables 14-1.02: unrounded values recomputed by R."""
    assert fisher_exact([[60, 26], [28, 56], [30, 54]]) == pytest.approx(6.06e-07, rel=1e-3)
    assert fisher_exact([[3, 83], [0, 84], [1, 83]]) == pytest.approx(0.328126, abs=5e-7)
    assert fisher_exact([[8, 78], [44, 40], [39, 45]]) == pytest.approx(1.29e-10, rel=5e-3)


def _enumerated(table) -> float:
    """The p-value by all tables of the same margins, cell by cell."""
    table = np.array(table)
    rows, columns = table.sum(axis=1), table.sum(axis=0)

    def weight(t) -> float:
        return math.exp(-sum(math.lgamma(k + 1) for k in np.ravel(t)))

    total = extreme = 0.0
    shape = (len(rows) - 1, len(columns) - 1)
    for cells in product(range(int(columns.max()) + 1), repeat=shape[0] * shape[1]):
        inner = np.array(cells).reshape(shape)
        full = np.zeros((len(rows), len(columns)), dtype=int)
        full[:-1, :-1] = inner
        full[:-1, -1] = rows[:-1] - inner.sum(axis=1)
        full[-1] = columns - full[:-1].sum(axis=0)
        if (full >= 0).all():
            w = weight(full)
            total += w
            extreme += w if w <= weight(table) * (1 + 1e-7) else 0.0
    return extreme / total


@given(st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=2, max_size=3))
@settings(max_examples=12, deadline=None)
def test_fisher_equals_enumeration(table):
    counts = np.array(table)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) > 1:
        expected = _enumerated(counts)
        assert fisher_exact(table) == pytest.approx(expected, rel=1e-9)
        assert fisher_exact(np.array(table).T) == pytest.approx(expected, rel=1e-9)
        assert fisher_exact(np.array(table)[::-1, ::-1]) == pytest.approx(expected, rel=1e-9)


def test_trend_equals_r_and_statsmodels_after_its_divisor():
    """R 4.2: prop.trend.test(c(83, 90, 129, 70), c(86, 93, 136, 82)), smokers among lung patients."""
    from statsmodels.stats.contingency_tables import Table

    table = np.array([[83, 90, 129, 70], [3, 3, 7, 12]])
    found = cochran_armitage(table)
    assert (found.statistic, found.p_value) == pytest.approx((8.2249, 0.004132), rel=1e-4)
    n = table.sum()
    peer = Table(table).test_ordinal_association()
    assert found.statistic == pytest.approx(peer.zscore**2 * n / (n - 1), rel=1e-10)
    assert cmh(table).correlation.statistic == pytest.approx(found.statistic * (n - 1) / n, rel=1e-10)
    doubled = cochran_armitage(table, scores=[10, 20, 30, 40])
    assert doubled.statistic == pytest.approx(found.statistic)


def test_empty_rows_are_left_out():
    assert fisher_exact([[8, 2, 0], [0, 0, 0], [1, 9, 0]]) == pytest.approx(fisher_exact(SMALL))
    assert chi_square([[8, 2, 0], [0, 0, 0], [1, 9, 0]]) == chi_square(SMALL)


def test_wrong_tables_are_refused():
    with pytest.raises(ValueError, match="whole numbers"):
        chi_square([[1.5, 2], [3, 4]])
    with pytest.raises(ValueError, match=r"2 x 2 table is needed, this one has the shape \(3, 3\)"):
        mcnemar(NINE)


@pytest.mark.parametrize("table", [[[9] * 8] * 3, [[6] * 5] * 4, [[5] * 80] * 2, [[3] * 6] * 6])
def test_a_table_too_large_is_refused_before_a_partial_table_is_built(table, monkeypatch):
    monkeypatch.setattr(contingency, "_next_column", None)
    with pytest.raises(NotEstimableError, match="too large"):
        contingency.fisher_exact(table)


@pytest.mark.parametrize(
    "table", [[[2, 1, 3, 0], [1, 4, 0, 2], [3, 0, 2, 2]], [[3, 1, 2, 2, 0], [1, 2, 2, 0, 4]]]
)
def test_the_limits_are_those_of_the_tables_that_would_be_built(table, monkeypatch):
    """Each limit, at the count of the loop itself: that many pass, one fewer does not."""
    counts = np.array(table)
    counts = counts[:, np.argsort(counts.sum(axis=0), kind="stable")[::-1]]
    nodes = {tuple(counts.sum(axis=1).tolist()): np.zeros(1)}
    tried, held = [], []
    for size in counts.sum(axis=0)[:0:-1].tolist():
        ways = {rest: contingency._number_of_columns(rest, size) for rest in nodes}
        tried.append(sum(ways.values()))
        held.append(sum(ways[rest] * len(logs) for rest, logs in nodes.items()))
        nodes = contingency._next_column(nodes, size, np.zeros(99))
    for name, limit in (("MOST_COLUMNS", max(tried)), ("LARGEST", max(held))):
        with monkeypatch.context() as patched:
            patched.setattr(contingency, name, limit)
            assert 0 < contingency.fisher_exact(table) <= 1
            patched.setattr(contingency, name, limit - 1)
            patched.setattr(contingency, "_next_column", None)
            with pytest.raises(NotEstimableError, match="too large"):
                contingency.fisher_exact(table)
