"""Tests of independence in one two-way table: chi-square, Fisher's exact test of any size, McNemar.

`scipy.stats.fisher_exact` samples tables at random when there are more than two rows or columns; here they
are enumerated, so that the p-value is exact and the same on every run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import ArrayLike

from il2cdisc.stats.arguments import Floats, Integers
from il2cdisc.stats.distributions import binomial_cdf, chi_square_tail
from il2cdisc.stats.estimates import HypothesisTest, NotEstimableError, Result
from il2cdisc.stats.proportions import clopper_pearson


class TooLargeError(NotEstimableError):
    """An exact distribution that can't be enumerated in reasonable time and memory."""


LARGEST = 20_000_000
MOST_COLUMNS = 400_000
"""The most partial tables that `fisher_exact` holds at once, and the most columns that it tries."""
GRID = 3_000_000
"""The largest grid, times the size of a column, on which partial tables are counted before they are built."""
TOO_LARGE = "The table is too large for Fisher's exact test."


def chi_square(table: ArrayLike) -> HypothesisTest:
    """Pearson's chi-square of independence in a table of counts, (r - 1)(c - 1) degrees of freedom.

    Empty rows and columns are left out. Raises `NotEstimableError` if fewer than two rows or columns have
    a count.
    """
    return _chi_square(_without_empty(_table(table)), 0.0)


def chi_square_corrected(table: ArrayLike) -> HypothesisTest:
    """Pearson's chi-square of a 2 x 2 table with Yates's correction for continuity.

    Each |observed - expected| is lessened by 0.5, at most to 0 (Yates 1934). Errors as `chi_square`, and
    `ValueError` for another shape.
    """
    return _chi_square(_without_empty(_two_by_two(table)), 0.5)


def _chi_square(counts: Integers, correction: float) -> HypothesisTest:
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    distance = np.abs(counts - expected)
    distance = distance - np.minimum(correction, distance)
    statistic = float((distance**2 / expected).sum())
    df = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    return HypothesisTest(statistic, df, chi_square_tail(statistic, df))


def fisher_exact(table: ArrayLike) -> float:
    """The two-sided p-value of Fisher's exact test, for a table of any number of rows and columns.

    The probability, given both margins, of all tables that are at most as probable as the one observed
    (Fisher 1935; Freeman and Halton, Biometrika 1951;38:141-149; SAS and R do so too). Tables are built
    column by column; partial tables that leave the same row totals are kept together (the nodes of Mehta
    and Patel's network, JASA 1983;78:427-434). Probabilities within a relative 1e-7 count as equal. Raises
    `NotEstimableError` for fewer than two rows or columns with a count, or a table too large.
    """
    counts = _without_empty(_table(table))
    if counts.shape[0] > counts.shape[1]:
        counts = counts.T
    order = np.argsort(counts.sum(axis=0), kind="stable")[::-1]  # the largest column follows from the rest
    counts = counts[:, order]
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    _refuse_too_large(rows, columns[:0:-1].tolist())
    log_factorial = _log_factorials(int(counts.sum()))
    constant = float(
        log_factorial[rows].sum() + log_factorial[columns].sum() - log_factorial[int(counts.sum())]
    )
    observed = constant - float(log_factorial[counts].sum())
    nodes: dict[tuple[int, ...], Floats] = {tuple(rows.tolist()): np.zeros(1)}
    *first, last = columns[:0:-1].tolist()
    for size in first:
        nodes = _next_column(nodes, size, log_factorial)
    total = 0.0
    for logs, _, weights in _steps(nodes, last, log_factorial, also_rest=True):
        values = constant + np.add.outer(logs, weights)
        total += float(np.exp(values[values <= observed + 1e-7]).sum())
    return min(total, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Fisher(Result):
    """Fisher's test: its p-value, and how it was found.

    `method` is "exact" or "Monte Carlo"; of the latter `draws` is the number of tables drawn, and `lower` and
    `upper` are the 99 % limits of the p-value. Of an exact one both are the p-value, and `draws` is 0.
    """

    p_value: float
    method: Literal["exact", "Monte Carlo"]
    draws: int
    lower: float
    upper: float


def fisher_monte_carlo(table: ArrayLike, *, seed: int, draws: int = 10_000) -> Fisher:
    """Fisher's test by `draws` tables with the margins of the one observed, drawn from `seed`.

    p = (1 + m) / (1 + draws), m the number of tables at most as probable as the one observed (as R's
    fisher.test with simulate.p.value; Davison and Hinkley 1997, §4.2); limits by Clopper and Pearson. Tables
    by Patefield's algorithm (Applied Statistics 1981;30:91-97) in scipy. The same seed gives the same result.
    Errors as `chi_square`, and `ValueError` for fewer than 1 draw.
    """
    import scipy.stats as scipy_stats  # pyright: ignore[reportMissingTypeStubs]

    if draws < 1:
        raise ValueError(f"draws is {draws}; at least 1 table must be drawn")
    counts = _without_empty(_table(table))
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    log_factorial = _log_factorials(int(counts.sum()))
    observed = float(log_factorial[counts].sum())
    source = cast("Any", scipy_stats).random_table(rows, columns)
    drawn = source.rvs(size=draws, random_state=np.random.default_rng(seed), method="patefield")
    sums = log_factorial[drawn.astype("int64")].sum(axis=(1, 2))
    extreme = int((sums >= observed - 1e-7).sum())
    limits = clopper_pearson(extreme, draws, confidence=0.99)
    return Fisher((1 + extreme) / (1 + draws), "Monte Carlo", draws, limits.lower, limits.upper)


def fisher(table: ArrayLike, *, seed: int, draws: int = 10_000) -> Fisher:
    """Fisher's test of a table of any size: exact where that can be computed, else by Monte Carlo.

    `method` says which it was. Errors as `chi_square`.
    """
    try:
        p_value = fisher_exact(table)
    except TooLargeError:
        return fisher_monte_carlo(table, seed=seed, draws=draws)
    return Fisher(p_value, "exact", 0, p_value, p_value)


def _refuse_too_large(rows: Integers, sizes: Sequence[int]) -> None:
    """Raise `TooLargeError`, before a table is built, where the columns of `sizes` are too many.

    The columns that would be tried at each step are counted as a product of polynomials: for each row, what
    it has given before and gives to the column. The partial tables are counted on the grid of what the rows
    have given (all but the last row, which follows), where that is small; else `_steps` counts them.
    """
    shape = [min(int(row), sum(sizes)) + 1 for row in rows[:-1]]
    small = math.prod(shape) * max(sizes) <= GRID
    tables, given = (np.zeros(shape), sum(np.indices(shape))) if small else (np.ones(1), np.zeros(1))
    tables[(0,) * tables.ndim] = 1
    before = 0
    for size in sizes:
        if small:
            tables = _column_added(tables, size)
            left = before + size - given  # what the last row has given
            tables[(left < 0) | (left > rows[-1])] = 0
        if tables.sum() > LARGEST or _columns_tried(rows, before, size) > MOST_COLUMNS:
            raise TooLargeError(TOO_LARGE)
        before += size


def _columns_tried(rows: Integers, before: int, size: int) -> float:
    """How many columns of a size follow on all nodes, whose rows have given so much before."""
    ways = np.zeros((before + 1, size + 1))
    ways[0, 0] = 1
    for row in rows.tolist():
        ways = _shared_out(ways, row)
    return float(ways[before, size])


def _shared_out(ways: Floats, row: int) -> Floats:
    """Ways to share out two totals, with one more row that gives at most `row` to both together."""
    out = np.zeros_like(ways)
    for first in range(min(row, ways.shape[0] - 1) + 1):
        most = min(row - first, ways.shape[1] - 1)
        sums = np.cumsum(ways, axis=1)
        sums[:, most + 1 :] -= sums[:, : -most - 1].copy()
        out[first:] += sums[: ways.shape[0] - first]
    return out


def _column_added(tables: Floats, size: int) -> Floats:
    """Partial tables with one more column: each row gives any part of `size` (the last row the rest)."""
    left = [tables]  # by how much of the column has been given
    left += [np.zeros_like(tables) for _ in range(size)]
    for axis in range(tables.ndim):
        new: list[Floats] = []
        for total in range(size + 1):
            moved = np.zeros_like(tables)
            if total:
                moved[_cut(axis, 1, None)] = new[total - 1][_cut(axis, None, -1)]
            new.append(left[total] + moved)
        left = new
    return np.add.reduce(left)


def _cut(axis: int, start: int | None, stop: int | None) -> tuple[slice, ...]:
    return (*(slice(None) for _ in range(axis)), slice(start, stop))


def _next_column(
    nodes: dict[tuple[int, ...], Floats], size: int, log_factorial: Floats
) -> dict[tuple[int, ...], Floats]:
    """All ways to fill one more column; each node holds the log weights of its partial tables."""
    found: dict[tuple[int, ...], list[Floats]] = {}
    for logs, left, weights in _steps(nodes, size, log_factorial, also_rest=False):
        for key, weight in zip(left.tolist(), weights.tolist(), strict=True):
            found.setdefault(tuple(key), []).append(logs + weight)
    return {left: np.concatenate(parts) for left, parts in sorted(found.items())}


def _steps(
    nodes: dict[tuple[int, ...], Floats], size: int, log_factorial: Floats, *, also_rest: bool
) -> Iterator[tuple[Floats, Integers, Floats]]:
    """From each node: its log weights, the row totals that each next column leaves, the column's log weight.

    With `also_rest` what is left is the last column and counts too.
    """
    numbers = {rest: _number_of_columns(rest, size) for rest in nodes}
    held = sum(numbers[rest] * len(logs) for rest, logs in nodes.items())
    if sum(numbers.values()) > MOST_COLUMNS or held > LARGEST:
        raise TooLargeError(TOO_LARGE)
    for rest, logs in nodes.items():
        column = _columns(rest, size)
        left = np.array(rest) - column
        weights = -log_factorial[column].sum(axis=1)
        yield logs, left, weights - log_factorial[left].sum(axis=1) if also_rest else weights


def _columns(rest: tuple[int, ...], size: int) -> Integers:
    """All columns of total `size` that the remaining row totals allow, one a row."""
    filled = np.zeros((1, 0), dtype="int64")
    left = np.array([size], dtype="int64")
    for i, row in enumerate(rest[:-1]):
        low = np.maximum(0, left - sum(rest[i + 1 :]))
        many = np.minimum(row, left) - low + 1
        parent = np.repeat(np.arange(len(left)), many)
        value = low[parent] + np.arange(len(parent)) - np.repeat(np.cumsum(many) - many, many)
        filled = np.column_stack([filled[parent], value])
        left = left[parent] - value
    return np.column_stack([filled, left])


def _number_of_columns(rest: tuple[int, ...], size: int) -> float:
    ways = np.eye(1, size + 1)[0]
    for row in rest:
        ways = np.convolve(ways, np.ones(min(row, size) + 1))[: size + 1]
    return float(ways[size])


def cochran_armitage(table: ArrayLike, *, scores: Sequence[float] | None = None) -> HypothesisTest:
    """Cochran-Armitage trend of the first row's share over ordered columns of a 2 x k table; z² with 1 df.

    Scores are 1, 2, ... unless given. z² = N / (N - 1) times the correlation statistic of
    Cochran-Mantel-Haenszel: its variance has N, as SAS and R's prop.trend.test (Armitage, Biometrics
    1955;11:375-386); statsmodels' `test_ordinal_association` has N - 1. Errors as `chi_square`.
    """
    counts = _table(table)
    if counts.shape[0] != 2:
        raise ValueError(f"a table of two rows is needed, this one has the shape {counts.shape}")
    given = np.arange(1.0, counts.shape[1] + 1) if scores is None else np.asarray(scores, dtype="float64")
    if given.shape != (counts.shape[1],):
        raise ValueError(f"there are {counts.shape[1]} columns and {given.size} scores")
    _without_empty(counts)
    columns = counts.sum(axis=0)
    n, share = columns.sum(), counts[0].sum() / columns.sum()
    centred = given - (columns @ given) / n
    trend = float(counts[0] @ centred)
    variance = float(share * (1 - share) * (columns @ centred**2))
    if variance <= 1e-12 * float(given @ given):
        raise NotEstimableError("All columns with a count have the same score; there is no trend.")
    return HypothesisTest(trend**2 / variance, 1, chi_square_tail(trend**2 / variance, 1))


def mcnemar(table: ArrayLike) -> HypothesisTest:
    """McNemar's chi-square of a 2 x 2 table of pairs, (b - c)² / (b + c), one degree of freedom.

    Rows are the first answer, columns the second (McNemar, Psychometrika 1947;12:153-157). Raises
    `NotEstimableError` if no pair changed, `ValueError` for another shape.
    """
    return _mcnemar(table, 0.0)


def mcnemar_corrected(table: ArrayLike) -> HypothesisTest:
    """McNemar's chi-square with correction for continuity, (|b - c| - 1)² / (b + c). Errors as `mcnemar`."""
    return _mcnemar(table, 1.0)


def mcnemar_exact(table: ArrayLike) -> float:
    """Two-sided exact p-value of McNemar's test: b of b + c as binomial with 1/2. Errors as `mcnemar`."""
    b, c = _changed(table)
    return min(1.0, 2 * binomial_cdf(min(b, c), b + c, 0.5))


def _mcnemar(table: ArrayLike, correction: float) -> HypothesisTest:
    b, c = _changed(table)
    statistic = max(abs(b - c) - correction, 0.0) ** 2 / (b + c)
    return HypothesisTest(statistic, 1, chi_square_tail(statistic, 1))


def _changed(table: ArrayLike) -> tuple[int, int]:
    counts = _two_by_two(table)
    b, c = int(counts[0, 1]), int(counts[1, 0])
    if b + c == 0:
        raise NotEstimableError("McNemar's test needs at least 1 pair that changed; there is none.")
    return b, c


def _table(table: ArrayLike) -> Integers:
    counts = np.asarray(table, dtype="float64")
    if counts.ndim != 2 or not np.isfinite(counts).all() or (counts < 0).any() or (counts % 1).any():
        raise ValueError("a table of counts is needed: two dimensions, whole numbers, none negative")
    return counts.astype("int64")


def _two_by_two(table: ArrayLike) -> Integers:
    counts = _table(table)
    if counts.shape != (2, 2):
        raise ValueError(f"a 2 x 2 table is needed, this one has the shape {counts.shape}")
    return counts


def _without_empty(counts: Integers) -> Integers:
    kept = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    for size, name in zip(kept.shape, ("row", "column"), strict=True):
        if size < 2:
            raise NotEstimableError(
                f"A test of independence needs two {name}s with a count; the table has {size or 'none'}."
            )
    return kept


def _log_factorials(largest: int) -> Floats:
    return np.array([math.lgamma(n + 1) for n in range(largest + 1)])
