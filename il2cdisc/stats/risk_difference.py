"""Difference of two proportions: intervals of Newcombe and of Miettinen and Nurminen, plain and stratified.

The difference is always the first group minus the second. Miettinen and Nurminen's interval is our own:
statsmodels' `confint_proportions_2indep(method="score")` gives 0.344 where 0.3382 is published, and fails
on zero cells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from il2cdisc.stats.arguments import Floats, check_confidence, z_quantile
from il2cdisc.stats.distributions import normal_two_sided, root_between
from il2cdisc.stats.estimates import HypothesisTest, Interval, NotEstimableError
from il2cdisc.stats.proportions import wilson_limits

StratumWeights = Literal["mantel-haenszel", "score"]


@dataclass(frozen=True, slots=True)
class _Counts:
    """Events and sizes of both groups, an element a stratum that has both groups."""

    x1: Floats
    n1: Floats
    x2: Floats
    n2: Floats

    @property
    def p1(self) -> Floats:
        return self.x1 / self.n1

    @property
    def p2(self) -> Floats:
        return self.x2 / self.n2

    @property
    def harmonic(self) -> Floats:
        return self.n1 * self.n2 / (self.n1 + self.n2)


def wald(events1: int, n1: int, events2: int, n2: int, *, confidence: float = 0.95) -> Interval:
    """d ± z sqrt(p1(1 - p1)/n1 + p2(1 - p2)/n2), within -1 and 1: for comparison with older tables only.

    It covers too seldom in small groups and has no width without variation. Errors as `newcombe`.
    """
    z = z_quantile(confidence)
    counts = _counts(events1, n1, events2, n2)
    p1, p2 = float(counts.p1[0]), float(counts.p2[0])
    half = z * float(np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2))
    return Interval(p1 - p2, max(-1.0, p1 - p2 - half), min(1.0, p1 - p2 + half))


def newcombe(events1: int, n1: int, events2: int, n2: int, *, confidence: float = 0.95) -> Interval:
    """Hybrid score interval of a difference of proportions: squares and adds Wilson's limits.

    Lower: d - sqrt((p1 - l1)² + (u2 - p2)²), upper alike (Newcombe, Statistics in Medicine
    1998;17:873-890, method 10). Shares, not per cent. Raises `NotEstimableError` if a group is empty,
    `ValueError` for impossible counts.
    """
    z = z_quantile(confidence)
    counts = _counts(events1, n1, events2, n2)
    p1, p2 = float(counts.p1[0]), float(counts.p2[0])
    l1, u1 = wilson_limits(p1, n1, z)
    l2, u2 = wilson_limits(p2, n2, z)
    d = p1 - p2
    return Interval(d, d - float(np.hypot(p1 - l1, u2 - p2)), d + float(np.hypot(u1 - p1, p2 - l2)))


def newcombe_stratified(
    events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike, *, confidence: float = 0.95
) -> Interval:
    """Stratified hybrid score interval with Mantel-Haenszel weights (SAS: COMMON CL=NEWCOMBE).

    One element a stratum; strata without both groups take no part. Each group's stratified Wilson limits
    L, U use w_h ~ n1h n2h / n_h and the common normal quantile z sqrt(sum w² v) / sum(w sqrt v), with
    v = p(1 - p) / n. The lower limit is d - z sqrt(A1 L1 (1 - L1) + A2 U2 (1 - U2)), A = sum w² / n (Yan
    and Su, Statistics in Biopharmaceutical Research 2010;2:329-335). Where a group has p of 0 or 1
    in every stratum the quantile is its limit as p goes there. Errors as `newcombe`.
    """
    z = z_quantile(confidence)
    counts = _counts(events1, n1, events2, n2)
    weights = counts.harmonic / counts.harmonic.sum()
    d = float(weights @ (counts.p1 - counts.p2))
    a1, l1, u1 = _stratified_wilson(counts.p1, counts.n1, weights, z)
    a2, l2, u2 = _stratified_wilson(counts.p2, counts.n2, weights, z)
    down = z * np.sqrt(a1 * l1 * (1 - l1) + a2 * u2 * (1 - u2))
    up = z * np.sqrt(a1 * u1 * (1 - u1) + a2 * l2 * (1 - l2))
    return Interval(d, d - float(down), d + float(up))


def _stratified_wilson(p: Floats, n: Floats, weights: Floats, z: float) -> tuple[float, float, float]:
    variance = p * (1 - p) / n
    if not variance.any():
        variance = 1 / n
    scale = float(np.sqrt(weights**2 @ variance) / (weights @ np.sqrt(variance)))
    limits = np.array([wilson_limits(a, b, z * scale) for a, b in zip(p, n, strict=True)])
    return float(weights**2 @ (1 / n)), float(weights @ limits[:, 0]), float(weights @ limits[:, 1])


def miettinen_nurminen(events1: int, n1: int, events2: int, n2: int, *, confidence: float = 0.95) -> Interval:
    """Score interval of a difference of proportions (Miettinen and Nurminen 1985).

    All differences d with (p1 - p2 - d)² / V(d) <= z², where V(d) = (p1'(1 - p1')/n1 + p2'(1 - p2')/n2)
    N/(N - 1) and p1', p2' are the maximum-likelihood estimates under p1' - p2' = d (Statistics in Medicine
    1985;4:213-226). Shares, not per cent. Raises `NotEstimableError` if a group is empty, `ValueError`
    for impossible counts.
    """
    return miettinen_nurminen_stratified([events1], [n1], [events2], [n2], confidence=confidence)


def miettinen_nurminen_stratified(
    events1: ArrayLike,
    n1: ArrayLike,
    events2: ArrayLike,
    n2: ArrayLike,
    *,
    confidence: float = 0.95,
    weights: StratumWeights = "mantel-haenszel",
) -> Interval:
    """Stratified score interval: all d with (sum w (p1 - p2 - d))² / sum(w² V(d)) <= z².

    One element a stratum; strata without both groups take no part. Weights: "mantel-haenszel" n1 n2 / N
    (coherent with the CMH test), or "score", Miettinen and Nurminen's own, which depend on d:
    1 / (R1(1 - R1) / (R2(1 - R2)) / n1 + 1 / n2) with R the weighted averages of p1', p2', found by
    iteration. The estimate is the d at which the score is 0. Errors as `miettinen_nurminen`.
    """
    check_confidence(confidence)
    z = z_quantile(confidence)
    counts = _counts(events1, n1, events2, n2)

    def score(d: float) -> float:
        return _score(counts, d, weights)

    start = float(counts.harmonic @ (counts.p1 - counts.p2) / counts.harmonic.sum())
    estimate = start if weights == "mantel-haenszel" or len(counts.x1) == 1 else _root(score, -1.0, 1.0)
    lower = _root(lambda d: score(d) - z, -1.0, estimate)
    upper = _root(lambda d: score(d) + z, estimate, 1.0)
    return Interval(estimate, lower, upper)


def miettinen_nurminen_test(
    events1: ArrayLike,
    n1: ArrayLike,
    events2: ArrayLike,
    n2: ArrayLike,
    *,
    difference: float = 0.0,
    weights: StratumWeights = "mantel-haenszel",
) -> HypothesisTest:
    """Two-sided score test that the common difference is `difference`; the statistic is z.

    The test that `miettinen_nurminen_stratified` inverts. With the difference 0 and Mantel-Haenszel weights
    z² is the Cochran-Mantel-Haenszel statistic without correction for continuity. Scalars or one element a
    stratum; errors as `miettinen_nurminen`, and `ValueError` for a difference not between -1 and 1.
    """
    if not -1 < difference < 1:
        raise ValueError(f"the difference {difference} is not between -1 and 1")
    z = _score(_counts(events1, n1, events2, n2), difference, weights)
    return HypothesisTest(z, np.nan, normal_two_sided(z))


def _counts(events1: ArrayLike, n1: ArrayLike, events2: ArrayLike, n2: ArrayLike) -> _Counts:
    columns = [np.atleast_1d(np.asarray(column, dtype="float64")) for column in (events1, n1, events2, n2)]
    if len({column.shape for column in columns}) > 1 or columns[0].ndim != 1:
        raise ValueError("events and sizes need one element a stratum each")
    x1, m1, x2, m2 = columns
    whole = all(bool((column == np.floor(column)).all()) for column in columns)
    if not whole or (x1 < 0).any() or (x1 > m1).any() or (x2 < 0).any() or (x2 > m2).any():
        raise ValueError("events must be whole numbers between 0 and the size of their group")
    both = (m1 > 0) & (m2 > 0)
    if not both.any():
        raise NotEstimableError("A difference of proportions needs at least 1 subject in each group.")
    return _Counts(x1[both], m1[both], x2[both], m2[both])


def _restricted(counts: _Counts, d: float) -> tuple[Floats, Floats]:
    """Maximum-likelihood proportions under p1 - p2 = d: the root of a cubic, in closed form."""
    total = counts.n1 + counts.n2
    l2 = (counts.n1 + 2 * counts.n2) * d - total - counts.x1 - counts.x2
    l1 = (counts.n2 * d - total - 2 * counts.x2) * d + counts.x1 + counts.x2
    l0 = counts.x2 * d * (1 - d)
    q = (l2 / (3 * total)) ** 3 - l1 * l2 / (6 * total**2) + l0 / (2 * total)
    p = np.where(q < 0, -1.0, 1.0) * np.sqrt(np.maximum((l2 / (3 * total)) ** 2 - l1 / (3 * total), 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(p == 0, 0.0, q / p**3)
    angle = (np.pi + np.arccos(np.clip(ratio, -1.0, 1.0))) / 3
    p2 = np.clip(2 * p * np.cos(angle) - l2 / (3 * total), max(0.0, -d), min(1.0, 1.0 - d))
    return np.clip(p2 + d, 0.0, 1.0), p2


def _score(counts: _Counts, d: float, weighting: StratumWeights) -> float:
    p1, p2 = _restricted(counts, d)
    total = counts.n1 + counts.n2
    variance = (p1 * (1 - p1) / counts.n1 + p2 * (1 - p2) / counts.n2) * total / (total - 1)
    w = counts.harmonic
    if weighting == "score":
        w = _score_weights(counts, p1, p2)
    w = w / w.sum()
    top, bottom = float(w @ (counts.p1 - counts.p2 - d)), float(np.sqrt(w**2 @ variance))
    if abs(top) < 1e-15:
        return 0.0
    return top / bottom if bottom > 0 else float(np.copysign(np.inf, top))


def _score_weights(counts: _Counts, p1: Floats, p2: Floats) -> Floats:
    w = counts.harmonic
    for _ in range(200):
        r1, r2 = float(w @ p1 / w.sum()), float(w @ p2 / w.sum())
        if not (0 < r1 < 1 and 0 < r2 < 1):
            return w
        new = 1 / (r1 * (1 - r1) / (r2 * (1 - r2)) / counts.n1 + 1 / counts.n2)
        if float(np.abs(new / w - 1).max()) < 1e-13:
            return new
        w = new
    return w


def _root(score: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function crosses 0 between `low` and `high`; an end where it does not."""
    start, end = low + 1e-13, high - 1e-13

    def bounded(d: float) -> float:
        return min(max(score(d), -1e3), 1e3)  # it is infinite where the restricted variance is 0

    if start >= end or bounded(start) <= 0:
        return low
    if bounded(end) >= 0:
        return high
    return root_between(bounded, start, end)
