"""Proportional odds regression of an ordered response, by maximum likelihood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from il2cdisc.stats.arguments import Floats, Integers, listed, z_quantile
from il2cdisc.stats.distributions import chi_square_tail
from il2cdisc.stats.estimates import HypothesisTest, NotEstimableError, Result
from il2cdisc.stats.gee import separable
from il2cdisc.stats.log_ratio import LogRatio, Rows, complete_rows, log_ratio, standardised

STEPS = 100
"""Newton steps at the most."""
TINY = 1e-300
"""The least probability of a response: below it the logarithm is not a number."""


@dataclass(frozen=True, slots=True, eq=False)
class ProportionalOdds(Result):
    """A fitted model: coefficients by term, the thresholds between adjacent levels, `n` rows.

    `covariance` is that of the thresholds, then of the coefficients. `proportional` is the score test of the
    assumption that each coefficient is the same at every threshold; with two levels there is none.
    """

    coefficients: Mapping[str, LogRatio]
    thresholds: Floats
    covariance: Floats
    log_likelihood: float
    n: int
    proportional: HypothesisTest | None


def proportional_odds(
    response: ArrayLike | pd.Series,
    terms: Mapping[str, ArrayLike | pd.Series],
    *,
    levels: int,
    confidence: float = 0.95,
) -> ProportionalOdds:
    """Log odds of a higher level of `response` (0 to `levels` - 1) on `terms`; Wald limits.

    logit P(response <= k) = threshold k - terms: a coefficient is the log of the odds ratio of being above
    any level, the same at each (McCullagh, JRSS B 1980;42:109-142; as R's MASS::polr). Standard errors are
    from the observed information. Rows with anything missing are left out. Raises `NotEstimableError` for a
    level without a row, terms that are constant, collinear or separate the levels, no more rows than
    parameters; `ValueError` for fewer than two levels, or a response other than their numbers.
    """
    z = z_quantile(confidence)
    rows, y = _rows(response, terms, levels)
    x, back = standardised(rows.x)
    x, back = x[:, 1:], back[1:, 1:]  # the thresholds are the intercepts
    upper, lower = _designs(y, x, levels)
    _refuse_separation(y, x, levels, rows.names[1:])
    theta, information, value = _newton(y, upper, lower, levels, x.shape[1])
    inverse = np.linalg.inv(information)
    k = levels - 1
    shift = np.zeros((k + len(back), k + len(back)))  # thresholds and coefficients of the terms as given
    shift[:k, :k], shift[k:, k:] = np.eye(k), back
    shift[:k, k:] = (rows.x[:, 1:].mean(axis=0) @ back)[None, :]
    covariance, own = shift @ inverse @ shift.T, shift @ theta
    se = np.sqrt(np.diag(covariance))
    pairs = enumerate(rows.names[1:], start=k)
    return ProportionalOdds(
        {name: log_ratio(float(own[i]), float(se[i]), z) for i, name in pairs},
        own[:k],
        covariance,
        value,
        len(y),
        _score_test(y, x, theta, levels) if levels > 2 else None,
    )


def _rows(
    response: ArrayLike | pd.Series, terms: Mapping[str, ArrayLike | pd.Series], levels: int
) -> tuple[Rows, Integers]:
    if levels < 2:
        raise ValueError(f"levels is {levels}; an ordered response has at least 2")
    rows, _ = complete_rows(response, terms)
    if not np.isin(rows.y, np.arange(levels)).all():
        raise ValueError(f"response: values other than 0 to {levels - 1}")
    y = rows.y.astype("int64")
    empty = [str(level + 1) for level in range(levels) if not (y == level).any()]
    if empty:
        word = "levels" if len(empty) > 1 else "level"
        raise NotEstimableError(f"No row used has the {word} {listed(empty)} of {levels} of the response.")
    if len(y) <= levels - 1 + len(rows.names) - 1:
        count = levels - 1 + len(rows.names) - 1
        raise NotEstimableError(f"The model has {count} parameters and {len(y)} complete rows.")
    return rows, y


def _designs(y: Integers, x: Floats, levels: int) -> tuple[Floats, Floats]:
    """Rows by parameters: the thresholds above and below the response, each less the terms.

    A row at the highest (lowest) level has no threshold above (below) it: its row is 0.
    """
    steps = np.eye(levels - 1)
    upper = np.column_stack([np.vstack([steps, steps[:1] * 0])[y], -x])
    lower = np.column_stack([np.vstack([steps[:1] * 0, steps])[y], -x])
    upper[y == levels - 1], lower[y == 0] = 0.0, 0.0
    return upper, lower


def _refuse_separation(y: Integers, x: Floats, levels: int, names: list[str]) -> None:
    """Raise where the likelihood has no maximum: a direction separates responses at every threshold."""
    above, below = y < levels - 1, y > 0
    upper, lower = _designs(y, x, levels)
    stacked = np.vstack([upper[above], lower[below]])
    at_most = np.concatenate([np.ones(int(above.sum())), np.zeros(int(below.sum()))])
    if separable(at_most, stacked):
        raise NotEstimableError(
            f"The terms separate the levels: an odds ratio of {listed(names)} is 0 or infinite."
        )


def _newton(
    y: Integers, upper: Floats, lower: Floats, levels: int, terms: int
) -> tuple[Floats, Floats, float]:
    """Thresholds and coefficients at the maximum, the observed information there, the log-likelihood.

    The log-likelihood is concave (Pratt, JASA 1981;76:103-106): steps are halved while it falls.
    """
    shares = np.cumsum(np.bincount(y, minlength=levels))[:-1] / len(y)
    theta = np.concatenate([np.log(shares / (1 - shares)), np.zeros(terms)])
    value, score, information = _at(y, upper, lower, theta, levels)
    for _ in range(STEPS):
        step = np.linalg.solve(information, score)
        if float(np.abs(step).max()) < 1e-10:
            return theta, information, value
        new = value, score, information
        for _ in range(60):
            new = _at(y, upper, lower, theta + step, levels)
            if new[0] >= value - 1e-12 * abs(value):
                break
            step = step / 2
        theta = theta + step
        value, score, information = new
    raise NotEstimableError(f"The likelihood did not reach its maximum in {STEPS} steps.")


def _at(
    y: Integers, upper: Floats, lower: Floats, theta: Floats, levels: int
) -> tuple[float, Floats, Floats]:
    """The log-likelihood, its score and the observed information; no likelihood where thresholds cross."""
    k = levels - 1
    if (np.diff(theta[:k]) <= 0).any():
        return -np.inf, np.zeros_like(theta), np.eye(len(theta))
    a, b = upper @ theta, lower @ theta
    a[y == k], b[y == 0] = np.inf, -np.inf
    p = np.maximum(_between(a, b), TINY)
    fa, fb = _density(a), _density(b)
    gradient = (upper * fa[:, None] - lower * fb[:, None]) / p[:, None]
    curve_a, curve_b = fa * -np.tanh(a / 2) / p, fb * -np.tanh(b / 2) / p
    second = upper.T @ (upper * curve_a[:, None]) - lower.T @ (lower * curve_b[:, None])
    return float(np.log(p).sum()), gradient.sum(axis=0), gradient.T @ gradient - second


def _between(a: Floats, b: Floats) -> Floats:
    """The probability between two logits, b < a, without cancellation in either tail."""
    high = b > 0
    return np.where(high, _expit(-b) - _expit(-a), _expit(a) - _expit(b))


def _score_test(y: Integers, x: Floats, theta: Floats, levels: int) -> HypothesisTest | None:
    """The score test of proportional odds: coefficients of each threshold of its own, from the fit.

    As SAS prints it (Peterson and Harrell, Applied Statistics 1990;39:205-217): the information is the
    expected one of the larger model at the estimate of this one. None where it is singular.
    """
    k, p = levels - 1, x.shape[1]
    cumulative = _expit(theta[:k][None, :] - (x @ theta[k:])[:, None])  # (rows, thresholds)
    slope = cumulative * (1 - cumulative)
    cell = np.diff(np.column_stack([np.zeros(len(y)), cumulative, np.ones(len(y))]), axis=1)
    size = k * (1 + p)
    score, information = np.zeros(size), np.zeros((size, size))
    row = np.arange(len(y))
    columns = np.column_stack([np.ones(len(y)), -x])
    for level in range(levels):
        change = np.zeros((len(y), size))  # of the probability of the level
        for step, sign in ((level, 1.0), (level - 1, -1.0)):
            if 0 <= step < k:
                own = slice(step * (1 + p), (step + 1) * (1 + p))
                change[:, own] += sign * slope[:, [step]] * columns
        relative = change / cell[row, [level]][:, None]
        score += relative[y == level].sum(axis=0)
        information += change.T @ relative
    if np.linalg.cond(information) > 1e12:
        return None
    statistic = float(score @ np.linalg.solve(information, score))
    df = p * (k - 1)
    return HypothesisTest(statistic, df, chi_square_tail(statistic, df))


def _density(eta: Floats) -> Floats:
    e = np.exp(-np.abs(eta))
    return e / (1 + e) ** 2


def _expit(eta: Floats) -> Floats:
    return np.exp(-np.logaddexp(0, -eta))
