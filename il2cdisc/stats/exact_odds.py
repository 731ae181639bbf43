"""Exact inference for the common odds ratio of 2 x 2 tables, given all margins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from il2cdisc.stats.arguments import Floats, check_confidence
from il2cdisc.stats.distributions import hypergeometric
from il2cdisc.stats.estimates import Interval, NotEstimableError, Result


@dataclass(frozen=True, slots=True, eq=False)
class ExactOddsRatio(Result):
    """The conditional maximum-likelihood odds ratio with exact limits, and the p-value that it is 1."""

    ratio: Interval
    p_value: float


def exact_odds_ratio(table: ArrayLike, *, confidence: float = 0.95) -> ExactOddsRatio:
    """Exact conditional inference on one 2 x 2 table, or on several as strata (strata, 2, 2).

    Given all margins the sum of the first cells has a noncentral distribution: the convolution of the
    strata's hypergeometric ones, times the odds ratio to its power. The estimate makes its mean the observed
    sum; each limit gives one tail the probability (1 - confidence) / 2 (0 or infinite at the end of the
    range); the two-sided p-value sums what is at most as probable as the observed (Mehta, Patel and Gray,
    JASA 1985;80:969-973; R's fisher.test and mantelhaen.test(exact = TRUE)). Raises `NotEstimableError`
    where the margins leave one table only, `ValueError` for other shapes.
    """
    check_confidence(confidence)
    counts = np.asarray(table, dtype="float64")
    counts = counts[np.newaxis] if counts.ndim == 2 else counts
    wrong = not np.isfinite(counts).all() or (counts < 0).any() or (counts % 1).any()
    if counts.shape[1:] != (2, 2) or wrong:
        raise ValueError("2 x 2 tables of counts are needed: whole numbers, none negative")
    chances, lowest = np.ones(1), 0
    for stratum in counts.astype("int64").tolist():
        own, first = _hypergeometric(stratum)
        chances, lowest = np.convolve(chances, own), lowest + first
    if len(chances) == 1:
        raise NotEstimableError("A row or column is empty in each table; the odds ratio can't be told.")
    place = int(counts[:, 0, 0].sum()) - lowest
    with np.errstate(divide="ignore"):
        logs = np.log(chances)
    values = np.arange(len(chances), dtype="float64")
    tail = (1 - confidence) / 2
    at_end = (place == 0, place == len(chances) - 1)

    def probabilities(log_odds: float) -> Floats:
        weights = logs + log_odds * values
        weights = np.exp(weights - weights.max())
        return weights / weights.sum()

    estimate = 0.0 if at_end[0] else np.inf
    if not any(at_end):
        estimate = _solve(lambda b: float(probabilities(b) @ values) - place)
    lower = 0.0 if at_end[0] else _solve(lambda b: float(probabilities(b)[place:].sum()) - tail)
    upper = np.inf if at_end[1] else _solve(lambda b: tail - float(probabilities(b)[: place + 1].sum()))
    central = chances / chances.sum()
    p = float(central[central <= central[place] * (1 + 1e-7)].sum())
    return ExactOddsRatio(Interval(estimate, lower, upper), min(p, 1.0))


def _hypergeometric(stratum: list[list[int]]) -> tuple[Floats, int]:
    """Probabilities of the first cell given the margins, from its lowest value on."""
    (a, b), (c, d) = stratum
    row, column, n = a + b, a + c, a + b + c + d
    lowest, highest = max(0, row + column - n), min(row, column)
    if lowest == highest:  # the margins leave one table only; scipy has no value for an empty one
        return np.ones(1), lowest
    return hypergeometric(np.arange(lowest, highest + 1), n, column, row), lowest


def _solve(rising: Callable[[float], float]) -> float:
    """The odds ratio at which a function that rises with its logarithm is 0."""
    low, high = -100.0, 100.0
    while high - low > 1e-14 * max(1.0, abs(low)):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return float(np.exp((low + high) / 2))
