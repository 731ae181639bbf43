"""Limits and tests of an odds ratio by the profile of its (penalised) likelihood."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from il2cdisc.stats.arguments import z_quantile
from il2cdisc.stats.distributions import chi_square_tail
from il2cdisc.stats.estimates import Interval, NotEstimableError, Result
from il2cdisc.stats.gee import separable
from il2cdisc.stats.log_ratio import standardised
from il2cdisc.stats.logistic import binary_rows, maximum

FURTHEST = 60.0
"""Log odds a standard deviation of the term, from the estimate: a limit beyond is infinite."""


@dataclass(frozen=True, slots=True, eq=False)
class ProfileLikelihood(Result):
    """A log odds ratio, its ratio with limits, and the likelihood-ratio test of no effect (1 df)."""

    estimate: float
    ratio: Interval
    statistic: float
    p_value: float


def profile_likelihood(
    response: ArrayLike | pd.Series,
    terms: Mapping[str, ArrayLike | pd.Series],
    *,
    term: str,
    penalised: bool,
    confidence: float = 0.95,
) -> ProfileLikelihood:
    """The odds ratio of `term` in the model of `logistic`, or `penalised` of `firth`, by its profile.

    The limits are where twice the log-likelihood, at its maximum over the other coefficients, is the quantile
    of chi-square below its maximum; the test compares the maximum with that without an effect of the term
    (Heinze and Schemper, Statistics in Medicine 2002;21:2409-2419). Of the penalised likelihood the penalty
    is that of all terms, also where one is held. Errors as `logistic` and `firth`.
    """
    rows = binary_rows(response, terms)
    x, _ = standardised(rows.x)
    place = rows.names.index(term)
    spread = float(rows.x[:, place].std())
    if not penalised and separable(rows.y, x):
        raise NotEstimableError("The terms separate the outcomes: the likelihood has no maximum.")
    best, information, value = maximum(rows.y, x, penalised=penalised)

    def fall(held: float) -> float:
        start = best.copy()
        start[place] = held
        return 2 * (value - maximum(rows.y, x, penalised=penalised, start=start, held=place)[2])

    estimate, se = float(best[place]), float(np.sqrt(np.linalg.inv(information)[place, place]))
    allowed = z_quantile(confidence) ** 2
    lower, upper = (_limit(fall, estimate, side * se, allowed) / spread for side in (-1, 1))
    statistic = max(fall(0.0), 0.0)
    ratio = Interval(*(_exp(log) for log in (estimate / spread, lower, upper)))
    return ProfileLikelihood(estimate / spread, ratio, statistic, chi_square_tail(statistic, 1))


def _limit(fall: Callable[[float], float], estimate: float, step: float, allowed: float) -> float:
    """Where the likelihood has fallen as far as is allowed, from the estimate in the direction of `step`."""
    from scipy.optimize import brentq  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

    inside, width = estimate, step
    while fall(estimate + width) < allowed:
        inside, width = estimate + width, 1.5 * width
        if abs(width) > FURTHEST:
            return math.copysign(math.inf, step)

    def beyond(held: float) -> float:
        return fall(held) - allowed

    return float(cast("Any", brentq)(beyond, inside, estimate + width, xtol=1e-10))


def _exp(log: float) -> float:
    with np.errstate(over="ignore"):  # a limit above the largest number is infinite
        return float(np.exp(log))
