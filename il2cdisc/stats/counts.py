"""Regression of counts with time at risk: Poisson and negative binomial, log link."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from il2cdisc.stats.arguments import Floats, z_quantile
from il2cdisc.stats.estimates import NotEstimableError, Result
from il2cdisc.stats.log_ratio import LogRatio, Rows, complete_rows, log_ratio, standardised

STEPS = 200
"""Steps at the most."""
MOST_THETA = 1e6
"""A shape above which the counts don't vary more than Poisson's."""


@dataclass(frozen=True, slots=True, eq=False)
class CountModel(Result):
    """A fitted model: log rate ratios by term ("intercept" first), `covariance` in that order.

    `shape` is the negative binomial's theta (variance mu + mu² / theta), infinite for Poisson. `means` are
    those of the terms.
    """

    coefficients: Mapping[str, LogRatio]
    covariance: Floats
    shape: float
    log_likelihood: float
    means: Floats
    confidence: float

    def rate(self, given: Mapping[str, float]) -> LogRatio:
        """The rate per unit of time where terms have the values `given`, the others their means."""
        names = list(self.coefficients)
        row = np.array([given.get(name, mean) for name, mean in zip(names, self.means, strict=True)])
        beta = np.array([coefficient.estimate for coefficient in self.coefficients.values()])
        se = float(np.sqrt(row @ self.covariance @ row))
        return log_ratio(float(row @ beta), se, z_quantile(self.confidence))


def poisson_regression(
    response: ArrayLike | pd.Series,
    terms: Mapping[str, ArrayLike | pd.Series],
    *,
    time: ArrayLike | pd.Series,
    confidence: float = 0.95,
) -> CountModel:
    """Log rate of counts on an intercept and `terms`; the offset is the logarithm of `time`.

    Maximum likelihood; standard errors from the information, limits are Wald's. Rows with anything missing
    are left out. Raises `NotEstimableError` for no event, terms that are constant, collinear or without an
    event on one side, no more rows than parameters; `ValueError` for a count that is not whole, or a time
    that is not above 0.
    """
    rows, offset = _rows(response, terms, time)
    x, back = standardised(rows.x)
    beta = _fit(rows.y, x, offset, np.inf)
    return _result(rows, x, back, beta, offset, np.inf, confidence)


def negative_binomial_regression(
    response: ArrayLike | pd.Series,
    terms: Mapping[str, ArrayLike | pd.Series],
    *,
    time: ArrayLike | pd.Series,
    confidence: float = 0.95,
) -> CountModel:
    """As `poisson_regression`, with the variance mu + mu² / theta, theta by maximum likelihood, too.

    Standard errors are those of R's glm.nb: from the expected information, theta as it was estimated
    (Lawless, Canadian Journal of Statistics 1987;15:209-225). Raises `NotEstimableError` as
    `poisson_regression`, and where the counts don't vary more than Poisson's.
    """
    rows, offset = _rows(response, terms, time)
    x, back = standardised(rows.x)

    def profile(log_theta: float) -> float:
        theta = float(np.exp(log_theta))
        return -_log_likelihood(rows.y, x @ _fit(rows.y, x, offset, theta) + offset, theta)

    import scipy.optimize as optimize  # pyright: ignore[reportMissingTypeStubs]

    grid = np.linspace(-5.0, float(np.log(MOST_THETA)), 20)
    values = [profile(float(point)) for point in grid]
    best = int(np.argmin(values))
    if best == len(grid) - 1 or values[best] >= values[-1] - 1e-8:
        raise NotEstimableError("The counts do not vary more than Poisson's: theta has no finite estimate.")
    around = (float(grid[max(best - 1, 0)]), float(grid[best + 1]))
    found = cast("Any", optimize).minimize_scalar(
        profile, bounds=around, method="bounded", options={"xatol": 1e-9}
    )
    theta = float(np.exp(found.x))
    return _result(rows, x, back, _fit(rows.y, x, offset, theta), offset, theta, confidence)


def _rows(
    response: ArrayLike | pd.Series, terms: Mapping[str, ArrayLike | pd.Series], time: ArrayLike | pd.Series
) -> tuple[Rows, Floats]:
    rows, others = complete_rows(response, terms, time=time)
    if (rows.y < 0).any() or (rows.y % 1).any():
        raise ValueError("response: counts are whole numbers from 0 on")
    if (others["time"] <= 0).any():
        raise ValueError(f"time: {others['time'].min():g} is not above 0")
    if not rows.y.any():
        raise NotEstimableError("The model needs at least 1 event; there is none.")
    for i, name in enumerate(rows.names[1:], start=1):
        column = rows.x[:, i]
        for side in np.unique(column) if len(np.unique(column)) == 2 else ():
            if not rows.y[column == side].any():
                raise NotEstimableError(
                    f"No event where {name} is {side:g}: its rate ratio is 0 or infinite."
                )
    return rows, np.log(others["time"])


def _fit(y: Floats, x: Floats, offset: Floats, theta: float) -> Floats:
    """Fisher's scoring for a given theta."""
    beta = np.zeros(x.shape[1])
    beta[0] = np.log(y.sum() / np.exp(offset).sum())
    value = _log_likelihood(y, x @ beta + offset, theta)
    for _ in range(STEPS):
        mu = np.exp(x @ beta + offset)
        spread = 1 + mu / theta
        information = x.T @ (x * (mu / spread)[:, None])
        step = np.linalg.solve(information, x.T @ ((y - mu) / spread))
        if float(np.abs(step).max()) < 1e-11:
            return beta
        new = value
        for _ in range(60):
            with np.errstate(over="ignore", invalid="ignore"):
                new = _log_likelihood(y, x @ (beta + step) + offset, theta)
            if new >= value - 1e-12 * abs(value):
                break
            step = step / 2
        beta, value = beta + step, new
        if float(np.abs(beta).max()) > 30:
            break
    raise NotEstimableError("The likelihood has no maximum: a rate ratio is 0 or infinite.")


def _log_likelihood(y: Floats, eta: Floats, theta: float) -> float:
    import scipy.special as special  # pyright: ignore[reportMissingTypeStubs]

    gammaln = cast("Any", special).gammaln
    mu = np.exp(eta)
    if np.isinf(theta):
        return float((y * eta - mu - gammaln(y + 1)).sum())
    own = gammaln(y + theta) - gammaln(theta) - gammaln(y + 1)
    return float((own + y * (eta - np.log(theta + mu)) - theta * np.log1p(mu / theta)).sum())


def _result(
    rows: Rows, x: Floats, back: Floats, beta: Floats, offset: Floats, theta: float, confidence: float
) -> CountModel:
    z = z_quantile(confidence)
    eta = x @ beta + offset
    mu = np.exp(eta)
    covariance = back @ np.linalg.inv(x.T @ (x * (mu / (1 + mu / theta))[:, None])) @ back.T
    estimates, se = back @ beta, np.sqrt(np.diag(covariance))
    pairs = enumerate(rows.names)
    return CountModel(
        {name: log_ratio(float(estimates[i]), float(se[i]), z) for i, name in pairs},
        covariance,
        theta,
        _log_likelihood(rows.y, eta, theta),
        rows.x.mean(axis=0),
        confidence,
    )
