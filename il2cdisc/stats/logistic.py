"""Logistic regression: maximum likelihood, Firth's penalised likelihood, and standardised risks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from il2cdisc.stats.arguments import Floats, listed, z_quantile
from il2cdisc.stats.distributions import normal_two_sided
from il2cdisc.stats.estimates import Interval, NotEstimableError, Result
from il2cdisc.stats.gee import separable
from il2cdisc.stats.log_ratio import LogRatio, Rows, complete_rows, log_ratio, standardised

STEPS = 200
"""Newton steps at the most."""


@dataclass(frozen=True, slots=True, eq=False)
class Logistic(Result):
    """A fitted model: coefficients by term ("intercept" first), their covariance in that order, `n` rows."""

    coefficients: Mapping[str, LogRatio]
    covariance: Floats
    log_likelihood: float
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class StandardisedRisk(Result):
    """A difference of risks, averaged over the covariates of all subjects.

    `risk` and `reference` are shares; `se` is that of the difference for a new sample, `se_fixed` for the
    covariates as they are. The interval and the p-value are normal and use `se`.
    """

    risk: float
    reference: float
    difference: Interval
    se: float
    se_fixed: float
    p_value: float


def logistic(
    response: ArrayLike | pd.Series, terms: Mapping[str, ArrayLike | pd.Series], *, confidence: float = 0.95
) -> Logistic:
    """Log odds of `response` (0 or 1) on an intercept and `terms`, by maximum likelihood; Wald limits.

    Rows with anything missing are left out. Raises `NotEstimableError` for a constant response, terms that
    are constant, collinear or separate the outcomes (there is no maximum: `firth` has an estimate), no more
    rows than parameters; `ValueError` for a response other than 0 and 1.
    """
    rows = binary_rows(response, terms)
    x, back = standardised(rows.x)
    if separable(rows.y, x):
        raise NotEstimableError(
            f"The terms separate the outcomes: an odds ratio of {listed(rows.names[1:])} is 0 or infinite."
        )
    beta, information, _ = maximum(rows.y, x, penalised=False)
    return _result(rows, x, back, beta, information, confidence)


def firth(
    response: ArrayLike | pd.Series, terms: Mapping[str, ArrayLike | pd.Series], *, confidence: float = 0.95
) -> Logistic:
    """As `logistic`, by the likelihood times the root of the information's determinant.

    Estimates are finite where terms separate the outcomes, and their bias is of a lower order (Firth,
    Biometrika 1993;80:27-38; Heinze and Schemper, Statistics in Medicine 2002;21:2409-2419). Standard errors
    and limits are Wald's, from the information at the estimate; `profile_likelihood` has those of the
    penalised likelihood, which are better where outcomes separate. Errors as `logistic`, but for separation.
    """
    rows = binary_rows(response, terms)
    x, back = standardised(rows.x)
    beta, information, _ = maximum(rows.y, x, penalised=True)
    return _result(rows, x, back, beta, information, confidence)


def standardised_risk(
    response: ArrayLike | pd.Series,
    terms: Mapping[str, ArrayLike | pd.Series],
    *,
    treatments: Sequence[str],
    treatment: str,
    confidence: float = 0.95,
) -> StandardisedRisk:
    """g-computation: each subject's risk under `treatment` and under the reference, averaged over all.

    `treatments` names the terms that are 1 in one group each (all 0: the reference), `treatment` is one of
    them. The other terms are covariates. The model is `logistic`'s, and need not be right for the difference
    to be (FDA, Adjusting for Covariates in Randomized Clinical Trials, 2023). `se_fixed` is the delta method
    with the sandwich (HC0) covariance (Ge and others, Drug Information Journal 2011;45:481-493); `se` is that
    of the stacked equations, which has the sampling of covariates, too. Errors as `logistic`.
    """
    z = z_quantile(confidence)
    fit = logistic(response, terms, confidence=confidence)
    rows = binary_rows(response, terms)
    beta = np.array([coefficient.estimate for coefficient in fit.coefficients.values()])
    own, mine = _predicted(rows, beta, treatments, treatment)
    reference, theirs = _predicted(rows, beta, treatments, "")
    gradient = mine - theirs
    difference = own - reference
    scores = rows.x * (rows.y - _expit(rows.x @ beta))[:, None]
    change = scores @ (fit.covariance @ gradient)
    estimate, n = float(difference.mean()), len(rows.y)
    se_fixed = float(np.sqrt((change**2).sum()))
    influence = (difference - estimate) / n + change
    se = float(np.sqrt((influence**2).sum()))
    if se == 0:
        raise NotEstimableError("The difference of risks has no variance.")
    limits = Interval(estimate, estimate - z * se, estimate + z * se)
    p = normal_two_sided(estimate / se)
    return StandardisedRisk(float(own.mean()), float(reference.mean()), limits, se, se_fixed, p)


def _predicted(rows: Rows, beta: Floats, treatments: Sequence[str], treatment: str) -> tuple[Floats, Floats]:
    """Each subject's risk as if all were in one group (n,), and the gradient of the mean (terms,)."""
    x = rows.x.copy()
    for name in treatments:
        x[:, rows.names.index(name)] = float(name == treatment)
    p = _expit(x @ beta)
    return p, (x * (p * (1 - p))[:, None]).mean(axis=0)


def binary_rows(response: ArrayLike | pd.Series, terms: Mapping[str, ArrayLike | pd.Series]) -> Rows:
    """The complete rows of a response that is 0 or 1. Errors as `logistic`."""
    rows, _ = complete_rows(response, terms)
    if not np.isin(rows.y, (0, 1)).all():
        raise ValueError("response: values other than 0 and 1")
    if np.ptp(rows.y) == 0:
        raise NotEstimableError(
            f"The response has the same value ({rows.y[0]:g}) in all {len(rows.y)} rows used."
        )
    return rows


def maximum(
    y: Floats, x: Floats, *, penalised: bool, start: Floats | None = None, held: int | None = None
) -> tuple[Floats, Floats, float]:
    """The estimate, the information there and the log-likelihood: Newton's steps, halved while it falls.

    `x` (rows, terms) are standardised terms. The coefficient `held` stays as it is in `start`.
    """
    beta = np.zeros(x.shape[1]) if start is None else start.copy()
    free = np.array([i for i in range(x.shape[1]) if i != held])
    value, score, information = _at(y, x, beta, penalised)
    for _ in range(STEPS):
        step = np.zeros_like(beta)
        step[free] = np.linalg.solve(information[np.ix_(free, free)], score[free])
        if float(np.abs(step).max()) < 1e-11:
            return beta, information, value
        new = value, score, information
        for _ in range(60):
            new = _at(y, x, beta + step, penalised)
            if new[0] >= value - 1e-12 * abs(value):
                break
            step = step / 2
        beta = beta + step
        value, score, information = new
    raise NotEstimableError(f"The likelihood did not reach its maximum in {STEPS} steps.")


def _at(y: Floats, x: Floats, beta: Floats, penalised: bool) -> tuple[float, Floats, Floats]:
    """The log-likelihood, its score and the information."""
    eta = x @ beta
    p = _expit(eta)
    weights = p * (1 - p)
    information = x.T @ (x * weights[:, None])
    value = float(y @ eta - np.logaddexp(0, eta).sum())
    residual = y - p
    if penalised:
        value += 0.5 * float(np.linalg.slogdet(information)[1])
        leverage = weights * np.einsum("ij,jk,ik->i", x, np.linalg.inv(information), x)
        residual = residual + leverage * (0.5 - p)
    return value, x.T @ residual, information


def _result(
    rows: Rows, x: Floats, back: Floats, beta: Floats, information: Floats, confidence: float
) -> Logistic:
    z = z_quantile(confidence)
    covariance = back @ np.linalg.inv(information) @ back.T
    estimates, se = back @ beta, np.sqrt(np.diag(covariance))
    pairs = enumerate(rows.names)
    return Logistic(
        {name: log_ratio(float(estimates[i]), float(se[i]), z) for i, name in pairs},
        covariance,
        _at(rows.y, x, beta, False)[0],
        len(rows.y),
    )


def _expit(eta: Floats) -> Floats:
    return np.exp(-np.logaddexp(0, -eta))
