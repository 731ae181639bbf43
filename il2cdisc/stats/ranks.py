"""Rank tests: Wilcoxon's two tests, exact with ties too, Hodges-Lehmann estimates, Kruskal-Wallis.

`scipy.stats.mannwhitneyu(method="exact")` ignores ties. Here the exact distribution is that of the midranks
as observed, by the shift algorithm (Streitberg and Röhmel, Statistical Software Newsletter 1986;12:10-17).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import ArrayLike

from il2cdisc.stats.arguments import (
    Floats,
    Integers,
    check_confidence,
    how_many,
    numbers,
    present,
    z_quantile,
)
from il2cdisc.stats.distributions import midranks, normal_two_sided
from il2cdisc.stats.estimates import HypothesisTest, Interval, NotEstimableError, Result

LARGEST = 4_000_000_000
"""The most additions that an exact distribution may take: some seconds."""
MOST_DIFFERENCES = 50_000_000
"""The most differences of two groups that are held at once: 400 MB."""


def wilcoxon_exact(x: ArrayLike, y: ArrayLike) -> HypothesisTest:
    """Exact two-sided Wilcoxon-Mann-Whitney test, ties included; missing values are left out.

    The statistic is U = the number of pairs with x above y, ties as a half. With midranks as scores, p is the
    probability, over all equally likely allotments, of a rank sum at least as far from its mean as the one
    observed (as SAS NPAR1WAY EXACT, and R's coin and exactRankTests). Raises `NotEstimableError` when a
    group is empty, all values are equal, or the groups are too large.
    """
    a, b, ranks = _two_groups(x, y)
    m, n = len(a), len(b)
    scores = np.rint(2 * ranks).astype("int64")  # whole numbers
    scores = scores - scores.min()
    step = int(np.gcd.reduce(scores))
    scores = scores // step
    few = min(m, n)
    own = scores[:m] if m <= n else scores[m:]
    chances = _sums_of_subsets(scores, few)
    mean = few * scores.sum() / (m + n)
    far = np.abs(np.arange(len(chances)) - mean) >= abs(own.sum() - mean) - 1e-9
    return HypothesisTest(_u(ranks, m), np.nan, min(1.0, float(chances[far].sum())))


def wilcoxon(x: ArrayLike, y: ArrayLike, *, corrected: bool = True) -> HypothesisTest:
    """Two-sided Wilcoxon-Mann-Whitney test by the normal approximation with the variance for ties.

    The statistic is U as in `wilcoxon_exact`; z = (U - mn/2 ∓ 0.5) / sd, with 0.5 if `corrected` (SAS's and
    R's default). Errors as `wilcoxon_exact`.
    """
    a, b, ranks = _two_groups(x, y)
    m, n = len(a), len(b)
    total = m + n
    u = _u(ranks, m)
    variance = m * n / 12 * (total + 1 - _ties(ranks) / (total * (total - 1)))
    far = max(abs(u - m * n / 2) - (0.5 if corrected else 0.0), 0.0)
    return HypothesisTest(u, np.nan, normal_two_sided(far / float(np.sqrt(variance))))


def hodges_lehmann(x: ArrayLike, y: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Hodges-Lehmann estimate of the shift x - y with its exact interval.

    The estimate is the median of all mn differences; the limits are those of rank k from below and above, k
    the largest with P(U < k) <= (1 - confidence) / 2 in the distribution of U without ties (Hodges and
    Lehmann, Annals of Mathematical Statistics 1963;34:598-611; R's wilcox.test). With ties the closed
    interval covers at least as often (Noether 1967). A limit is infinite where the groups are too small for
    the level. Raises `NotEstimableError` when a group is empty.
    """
    check_confidence(confidence)
    a, b = present(x, "first group"), present(y, "second group")
    differences = np.sort(np.subtract.outer(a, b).ravel())
    chances = _sums_of_subsets(np.arange(len(a) + len(b)), min(len(a), len(b)))
    chances = chances[np.flatnonzero(chances)[0] :]  # from U = 0 on
    return _order_statistics(differences, chances, confidence)


def hodges_lehmann_moses(x: ArrayLike, y: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Hodges-Lehmann estimate of the shift x - y with asymptotic (Moses) limits.

    The limits are the differences of rank C from below and above, C the largest whole number up to
    mn/2 - z sqrt(mn(m + n + 1) / 12) (Hollander and Wolfe 1999, §4.3; SAS NPAR1WAY with HL). A limit is
    infinite where C is 0. Raises `NotEstimableError` when a group is empty, or there are too many differences
    to hold.
    """
    z = z_quantile(confidence)
    a, b = present(x, "first group"), present(y, "second group")
    m, n = len(a), len(b)
    if m * n > MOST_DIFFERENCES:
        raise NotEstimableError(f"The differences of {m} and {n} values are too many to put in order.")
    differences = np.sort(np.subtract.outer(a, b).ravel())
    place = max(0, math.floor(m * n / 2 - z * math.sqrt(m * n * (m + n + 1) / 12)))
    lower = float(differences[place - 1]) if place else -np.inf
    upper = float(differences[m * n - place]) if place else np.inf
    return Interval(float(np.median(differences)), lower, upper)


@dataclass(frozen=True, slots=True, eq=False)
class RankSum(Result):
    """A comparison of two groups by ranks: test and shift by the same `method`, exact or asymptotic."""

    test: HypothesisTest
    shift: Interval
    method: Literal["exact", "asymptotic"]


def rank_sum(x: ArrayLike, y: ArrayLike, *, confidence: float = 0.95) -> RankSum:
    """Wilcoxon's test and Hodges-Lehmann's shift: exact where that can be computed, else asymptotic.

    `wilcoxon_exact` with `hodges_lehmann`, or `wilcoxon` with `hodges_lehmann_moses` for groups whose exact
    distribution takes more than `LARGEST` additions (some 190 + 190 values). `method` says which it was.
    Errors as `wilcoxon_exact`.
    """
    a, b, ranks = _two_groups(x, y)
    scores = np.rint(2 * ranks).astype("int64")
    few = min(len(a), len(b))
    large = [_additions(scores - scores.min(), few), _additions(np.arange(len(ranks)), few)]
    if max(large) <= LARGEST:
        return RankSum(wilcoxon_exact(a, b), hodges_lehmann(a, b, confidence=confidence), "exact")
    return RankSum(wilcoxon(a, b), hodges_lehmann_moses(a, b, confidence=confidence), "asymptotic")


def signed_rank_exact(differences: ArrayLike) -> HypothesisTest:
    """Exact two-sided Wilcoxon signed-rank test, ties included; zeros and missing values are left out.

    The statistic is the sum of the ranks of positive differences. p is the probability, over all equally
    likely signs, of a sum at least as far from its mean. Raises `NotEstimableError` if all differences are 0.
    """
    ranks, positive = _signed_ranks(differences)
    scores = np.rint(2 * ranks).astype("int64")
    chances = _sums_of_signs(scores)
    mean = scores.sum() / 2
    far = np.abs(np.arange(len(chances)) - mean) >= abs(scores[positive].sum() - mean) - 1e-9
    return HypothesisTest(float(ranks[positive].sum()), np.nan, min(1.0, float(chances[far].sum())))


def signed_rank(differences: ArrayLike, *, corrected: bool = True) -> HypothesisTest:
    """Two-sided Wilcoxon signed-rank test by the normal approximation with the variance for ties (as R).

    Statistic and errors as `signed_rank_exact`.
    """
    ranks, positive = _signed_ranks(differences)
    n, v = len(ranks), float(ranks[positive].sum())
    variance = n * (n + 1) * (2 * n + 1) / 24 - _ties(ranks) / 48
    far = max(abs(v - n * (n + 1) / 4) - (0.5 if corrected else 0.0), 0.0)
    return HypothesisTest(v, np.nan, normal_two_sided(far / float(np.sqrt(variance))))


def hodges_lehmann_paired(differences: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """The median of the Walsh averages of differences (missing left out) with its exact interval.

    As `hodges_lehmann`, with the distribution of the signed-rank sum without ties.
    """
    check_confidence(confidence)
    d = present(differences, "Hodges-Lehmann estimate")
    walsh = np.sort(((d[:, np.newaxis] + d) / 2)[np.tril_indices(len(d))])
    return _order_statistics(walsh, _sums_of_signs(np.arange(1, len(d) + 1)), confidence)


def kruskal_wallis(groups: Mapping[str, ArrayLike]) -> HypothesisTest:
    """Kruskal-Wallis test of several groups, corrected for ties, chi-square with groups - 1 df.

    Raises `NotEstimableError` for fewer than two groups, an empty one, or values that are all equal.
    """
    import scipy.stats as scipy_stats  # pyright: ignore[reportMissingTypeStubs]

    columns = {name: numbers(values, name) for name, values in groups.items()}
    columns = {name: column[~np.isnan(column)] for name, column in columns.items()}
    empty = [name for name, column in columns.items() if not len(column)]
    if empty or len(columns) < 2:
        raise NotEstimableError(
            f"The test needs at least 1 value in each group; {empty[0]} has none."
            if empty
            else "The test needs at least 2 groups."
        )
    _refuse_constant(np.concatenate(list(columns.values())))
    found = cast("Any", scipy_stats).kruskal(*columns.values())
    return HypothesisTest(float(found.statistic), len(columns) - 1, float(found.pvalue))


def _two_groups(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats, Floats]:
    a, b = present(x, "first group"), present(y, "second group")
    both = np.concatenate([a, b])
    _refuse_constant(both)
    return a, b, midranks(both)


def _signed_ranks(differences: ArrayLike) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    d = numbers(differences, "differences")
    d = d[~np.isnan(d) & (d != 0)]
    if not len(d):
        raise NotEstimableError("The signed-rank test needs at least 1 difference that is not 0.")
    return midranks(np.abs(d)), d > 0


def _refuse_constant(values: Floats) -> None:
    if np.ptp(values) == 0:
        raise NotEstimableError(f"All {how_many(len(values), 'value')} are the same ({values[0]:g}).")


def _u(ranks: Floats, m: int) -> float:
    return float(ranks[:m].sum()) - m * (m + 1) / 2


def _ties(ranks: Floats) -> float:
    sizes = np.unique(ranks, return_counts=True)[1].astype("float64")
    return float((sizes**3 - sizes).sum())


def _additions(scores: Integers, size: int) -> int:
    """How many additions the shift algorithm takes."""
    return len(scores) * size * int(np.sort(scores)[len(scores) - size :].sum())


def _sums_of_subsets(scores: Integers, size: int) -> Floats:
    """Probabilities of each sum 0, 1, ... of `size` scores drawn without replacement (shift algorithm)."""
    largest = int(np.sort(scores)[len(scores) - size :].sum())
    if _additions(scores, size) > LARGEST:
        raise NotEstimableError(f"The exact distribution of {len(scores)} values is too large.")
    ways = np.zeros((size + 1, largest + 1))
    ways[0, 0] = 1.0
    reached = 0  # the largest sum so far
    for i, score in enumerate(np.sort(scores).tolist()):
        most, before = min(i + 1, size), min(reached, largest - score) + 1
        reached = min(reached + score, largest)
        # the right side is computed before it is stored: every score is used once
        ways[1 : most + 1, score : score + before] = (
            ways[1 : most + 1, score : score + before] + ways[:most, :before]
        )
        if i % 500 == 499:  # 2 to the power of 500: far from the largest float
            ways *= 2.0**-500
    return ways[size] / ways[size].sum()


def _sums_of_signs(scores: Integers) -> Floats:
    """Probabilities of each sum 0, 1, ... of a random subset of the scores."""
    total = int(scores.sum())
    if len(scores) * total > LARGEST:
        raise NotEstimableError(f"The exact distribution of {len(scores)} values is too large.")
    chances = np.zeros(total + 1)
    chances[0] = 1.0
    for score in scores.tolist():
        moved = np.zeros_like(chances)
        moved[score:] = chances[: total + 1 - score]
        chances = (chances + moved) / 2
    return chances


def _order_statistics(ordered: Floats, chances: Floats, confidence: float) -> Interval:
    """The median of ordered values, and those that the distribution of their rank statistic leaves inside."""
    outside = int((np.cumsum(chances) <= (1 - confidence) / 2 * (1 + 1e-12)).sum())
    lower = float(ordered[outside - 1]) if outside else -np.inf
    upper = float(ordered[len(ordered) - outside]) if outside else np.inf
    return Interval(float(np.median(ordered)), lower, upper)
