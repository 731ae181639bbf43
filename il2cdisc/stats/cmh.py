"""Cochran-Mantel-Haenszel statistics of stratified tables: 2 x 2 and general, as SAS PROC FREQ names them.

No library has the general ones. A table has strata first, then rows (groups), then columns (responses).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from il2cdisc.stats.arguments import Floats, labels, same_length, z_quantile
from il2cdisc.stats.distributions import chi_square_tail
from il2cdisc.stats.estimates import HypothesisTest, Interval, NotEstimableError, Result

Scores = Literal["table", "rank", "ridit", "modified ridit"]


@dataclass(frozen=True, slots=True, eq=False)
class CochranMantelHaenszel(Result):
    """The three statistics; `strata` counts those that took part (both dimensions vary in them)."""

    general_association: HypothesisTest
    row_means: HypothesisTest
    correlation: HypothesisTest
    strata: int


def stratified_table(
    row: ArrayLike | pd.Series,
    column: ArrayLike | pd.Series,
    stratum: ArrayLike | pd.Series | None = None,
    *,
    rows: Sequence[object],
    columns: Sequence[object],
) -> Floats:
    """Counts by stratum, row and column: an array (strata, rows, columns), strata in order of their text.

    A subject with anything missing, or with a label not among `rows` or `columns`, is left out.
    """
    r, c = labels(row, "row"), labels(column, "column")
    s = np.full(len(r), "", dtype=object) if stratum is None else labels(stratum, "stratum")
    same_length(row=r, column=c, stratum=s)
    i, j = pd.Index(list(rows)).get_indexer(pd.Index(r)), pd.Index(list(columns)).get_indexer(pd.Index(c))
    keep = (i >= 0) & (j >= 0) & ~pd.isna(s)
    found = sorted(set(s[keep]), key=str)
    table = np.zeros((len(found), len(rows), len(columns)))
    place = pd.Index(found, dtype=object).get_indexer(pd.Index(s[keep], dtype=object))
    np.add.at(table, (place, i[keep], j[keep]), 1)
    return table


def cmh(
    table: ArrayLike,
    *,
    scores: Scores = "table",
    row_scores: Sequence[float] | None = None,
    column_scores: Sequence[float] | None = None,
) -> CochranMantelHaenszel:
    """General association, difference of row mean scores, and nonzero correlation of stratified counts.

    `table` has the shape (strata, rows, columns), or (rows, columns) for one stratum. With n_h the counts of
    stratum h, m_h and V_h their mean and covariance given the margins, and B the contrast of the statistic,
    Q = G' V⁻ G, G = sum B_h (n_h - m_h), V = sum B_h V_h B_h' (Landis, Heyman and Koch, International
    Statistical Review 1978;46:237-254). Scores are `row_scores`, `column_scores` (by default 1, 2, ...) with
    "table"; "rank" midranks in the stratum, "ridit" those over N, "modified ridit" over N + 1 (the row mean
    statistic is then van Elteren's test). Strata of one subject and those without variation give nothing.
    Raises `NotEstimableError` when no stratum can be used; `ValueError` for wrong shapes.
    """
    counts = _stack(table)
    counts = counts[:, counts.sum(axis=(0, 2)) > 0][:, :, counts.sum(axis=(0, 1)) > 0]
    fixed = _table_scores(_stack(table), row_scores, column_scores)
    used = [stratum for stratum in counts if _varies(stratum)]
    if not used:
        raise NotEstimableError(
            "No stratum has subjects in two rows and two columns; there is nothing to compare."
        )
    n_rows, n_columns = used[0].shape
    association = _Sum((n_rows - 1) * (n_columns - 1))
    means, correlation = _Sum(n_rows - 1), _Sum(1)
    for stratum in used:
        n = stratum.sum()
        r, c = stratum.sum(axis=1) / n, stratum.sum(axis=0) / n
        across = (np.diag(r) - np.outer(r, r)) * n
        along = (np.diag(c) - np.outer(c, c)) * n / (n - 1)
        excess = stratum - n * np.outer(r, c)
        a, b = _scores(stratum, scores, fixed)
        spread = float(b @ along @ b)
        association.add(excess[:-1, :-1].ravel(), cast("Floats", np.kron(across[:-1, :-1], along[:-1, :-1])))
        means.add(np.asarray(excess[:-1] @ b, dtype="float64"), across[:-1, :-1] * spread)
        correlation.add(np.array([a @ excess @ b]), np.array([[float(a @ across @ a) * spread]]))
    return CochranMantelHaenszel(association.test(), means.test(), correlation.test(), len(used))


class _Sum:
    """Sums a statistic's vector and its covariance over strata."""

    def __init__(self, size: int) -> None:
        self.vector: Floats = np.zeros(size)
        self.covariance: Floats = np.zeros((size, size))

    def add(self, vector: Floats, covariance: Floats) -> None:
        self.vector = self.vector + vector
        self.covariance = self.covariance + covariance

    def test(self) -> HypothesisTest:
        """Degrees of freedom are the rank of the covariance: rows that never meet can't be compared."""
        scale = np.sqrt(np.diag(self.covariance))
        kept = scale > 0
        if not kept.any():
            return HypothesisTest(np.nan, np.nan, np.nan)
        g = self.vector[kept] / scale[kept]
        values, vectors = np.linalg.eigh(
            self.covariance[np.ix_(kept, kept)] / np.outer(scale[kept], scale[kept])
        )
        held = values > 1e-10 * values.max()
        df = int(held.sum())
        statistic = float(((vectors[:, held].T @ g) ** 2 / values[held]).sum())
        return HypothesisTest(statistic, df, chi_square_tail(statistic, df))


def mantel_haenszel_corrected(table: ArrayLike) -> HypothesisTest:
    """Mantel-Haenszel chi-square of 2 x 2 tables with correction for continuity.

    (|sum (a - E a)| - 0.5)² / sum Var a (Mantel and Haenszel, JNCI 1959;22:719-748), R's default, which
    leaves a difference below 0.5 as it is; SAS and `cmh` have it without correction. Errors as `cmh`.
    """
    strata = _two_by_two(table)
    n = strata.sum(axis=(1, 2))
    row, column = strata.sum(axis=2), strata.sum(axis=1)
    excess = abs(float((strata[:, 0, 0] - row[:, 0] * column[:, 0] / n).sum()))
    variance = float((row.prod(axis=1) * column.prod(axis=1) / (n**2 * (n - 1))).sum())
    correction = 0.5 if excess >= 0.5 else 0.0  # as R: none where it would pass 0
    statistic = (excess - correction) ** 2 / variance
    return HypothesisTest(statistic, 1, chi_square_tail(statistic, 1))


def mantel_haenszel_odds_ratio(table: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Common odds ratio of 2 x 2 tables: sum(ad/n) / sum(bc/n), interval on the log scale.

    The variance is that of Robins, Breslow and Greenland (Biometrics 1986;42:311-323), as in SAS and R.
    Infinite, or 0, with the limits 0 and infinity where a sum is 0. Errors as `cmh`.
    """
    z = z_quantile(confidence)
    a, b, c, d, n = _cells(_two_by_two(table))
    r, s = a * d / n, b * c / n
    top, bottom = float(r.sum()), float(s.sum())
    if top == 0 or bottom == 0:
        return Interval(np.inf if top > 0 else 0.0 if bottom > 0 else np.nan, 0.0, np.inf)
    p, q = (a + d) / n, (b + c) / n
    variance = (p @ r) / (2 * top**2) + (p @ s + q @ r) / (2 * top * bottom) + (q @ s) / (2 * bottom**2)
    half = z * float(np.sqrt(variance))
    ratio = top / bottom
    return Interval(ratio, ratio * float(np.exp(-half)), ratio * float(np.exp(half)))


def mantel_haenszel_risk_difference(table: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Common difference of the first column's shares, first row minus second, of 2 x 2 tables.

    Weights n1 n2 / n; variance of Sato (Biometrics 1989;45:1323-1324), as SAS's COMMON risk difference.
    Shares, not per cent. Errors as `cmh`.
    """
    z = z_quantile(confidence)
    a, b, c, d, n = _cells(_two_by_two(table))
    n1, n2 = a + b, c + d
    weights = n1 * n2 / n
    difference = float(((a * n2 - c * n1) / n).sum() / weights.sum())
    p = (n1**2 * c - n2**2 * a + n1 * n2 * (n2 - n1) / 2) / n**2
    q = (a * d + b * c) / (2 * n)
    half = z * float(np.sqrt(max(difference * p.sum() + q.sum(), 0.0)) / weights.sum())
    return Interval(difference, difference - half, difference + half)


def breslow_day(table: ArrayLike) -> HypothesisTest:
    """Breslow and Day's test that the odds ratio is the same in all 2 x 2 tables (SAS prints it so).

    Without Tarone's correction. Raises `NotEstimableError` with fewer than two strata that vary.
    """
    from statsmodels.stats.contingency_tables import (  # pyright: ignore[reportMissingTypeStubs]
        StratifiedTable,
    )

    strata = _two_by_two(table)
    if len(strata) < 2:
        raise NotEstimableError("A test of equal odds ratios needs at least 2 strata that vary; there is 1.")
    found = cast("Any", StratifiedTable(list(strata))).test_equal_odds(adjust=False)
    return HypothesisTest(float(found.statistic), len(strata) - 1, float(found.pvalue))


def _cells(strata: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    a, b, c, d = strata[:, 0, 0], strata[:, 0, 1], strata[:, 1, 0], strata[:, 1, 1]
    return a, b, c, d, a + b + c + d


def _stack(table: ArrayLike) -> Floats:
    counts = np.asarray(table, dtype="float64")
    counts = counts[np.newaxis] if counts.ndim == 2 else counts
    if counts.ndim != 3 or not np.isfinite(counts).all() or (counts < 0).any() or (counts % 1).any():
        raise ValueError(
            "counts of the shape (strata, rows, columns) are needed: whole numbers, none negative"
        )
    return counts


def _two_by_two(table: ArrayLike) -> Floats:
    counts = _stack(table)
    if counts.shape[1:] != (2, 2):
        raise ValueError(f"2 x 2 tables are needed, these have the shape {counts.shape[1:]}")
    used = counts[[_varies(stratum) for stratum in counts]]
    if not len(used):
        raise NotEstimableError(
            "No stratum has subjects in two rows and two columns; there is nothing to compare."
        )
    return used


def _varies(stratum: Floats) -> bool:
    return bool((stratum.sum(axis=1) > 0).sum() > 1 and (stratum.sum(axis=0) > 0).sum() > 1)


def _table_scores(
    counts: Floats, rows: Sequence[float] | None, columns: Sequence[float] | None
) -> tuple[Floats, Floats]:
    out: list[Floats] = []
    for given, axis, name in ((rows, 1, "row"), (columns, 2, "column")):
        size = counts.shape[axis]
        found = np.arange(1.0, size + 1) if given is None else np.asarray(given, dtype="float64")
        if found.shape != (size,):
            raise ValueError(f"there are {size} {name}s and {found.size} {name} scores")
        out.append(found[counts.sum(axis=(0, 3 - axis)) > 0])
    return out[0], out[1]


def _scores(stratum: Floats, kind: Scores, fixed: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    if kind == "table":
        return fixed
    n = stratum.sum()
    divisor = {"rank": 1.0, "ridit": n, "modified ridit": n + 1}[kind]
    return _midranks(stratum.sum(axis=1)) / divisor, _midranks(stratum.sum(axis=0)) / divisor


def _midranks(sizes: Floats) -> Floats:
    return np.cumsum(sizes) - (sizes - 1) / 2
