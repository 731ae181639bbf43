"""Partial least squares of one response, importance of each variable, and its bootstrap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from il2cdisc.stats.arguments import (
    Floats,
    check_confidence,
    how_many,
    is_are,
    listed,
    numbers,
    same_length,
)
from il2cdisc.stats.estimates import NotEstimableError, Result
from il2cdisc.stats.threads import one_thread


@dataclass(frozen=True, slots=True, eq=False)
class Pls(Result):
    """A fitted model of `n` complete rows and as many components as `r_squared` has elements.

    `importance` (VIP), `coefficients` (response units per unit of the variable) by variable; `weights` and
    `loadings` (variables, components); `scores` (rows used, components); `r_squared` the response's share of
    variation explained by each component.
    """

    importance: Mapping[str, float]
    coefficients: Mapping[str, float]
    intercept: float
    weights: Floats
    loadings: Floats
    scores: Floats
    r_squared: tuple[float, ...]
    n: int
    used: NDArray[np.bool_]


def pls(response: ArrayLike | pd.Series, variables: pd.DataFrame, *, components: int) -> Pls:
    """Regress `response` on `components` latent directions of standardised `variables` (PLS1).

    Each direction is the covariance of what is left of the variables with the response; scores are
    orthogonal (Wold, Sjöström and Eriksson, Chemometrics and Intelligent Laboratory Systems 2001;58:109-130).
    Importance is VIP_j = sqrt(p sum_a w_ja² SS_a / sum_a SS_a), SS_a the response's sum of squares explained
    by component a: the mean of VIP² is 1. Rows with anything missing are left out; columns are scaled to
    variance 1. Raises `NotEstimableError` for a constant response or variable, too few rows, or more
    components than the variables carry; `ValueError` for wrong arguments.
    """
    y, x, used = _complete(response, variables)
    names = [str(name) for name in variables.columns]
    if not 1 <= components <= len(names):
        raise ValueError(f"{components} components of {how_many(len(names), 'variable')} can't be")
    _check(y, x, names, components)
    centre, scale = x.mean(axis=0), x.std(axis=0, ddof=1)
    parts = _components((x - centre) / scale, y - y.mean(), components)
    weights, loadings, scores, q = parts
    explained = q**2 * (scores**2).sum(axis=0)
    slopes = weights @ np.linalg.solve(loadings.T @ weights, q) / scale
    total = float(((y - y.mean()) ** 2).sum())
    return Pls(
        importance=dict(zip(names, _importance(weights, explained).tolist(), strict=True)),
        coefficients=dict(zip(names, slopes.tolist(), strict=True)),
        intercept=float(y.mean() - centre @ slopes),
        weights=weights,
        loadings=loadings,
        scores=scores,
        r_squared=tuple((explained / total).tolist()),
        n=len(y),
        used=used,
    )


def cross_validated(
    response: ArrayLike | pd.Series, variables: pd.DataFrame, *, components: int
) -> list[float]:
    """Q² of 1, 2, ... components, leaving out one row at a time: 1 - PRESS / total sum of squares.

    Scaling is done anew without the row. The number of components with the largest Q² predicts best. Errors
    as `pls`.
    """
    y, x, _ = _complete(response, variables)
    names = [str(name) for name in variables.columns]
    _check(y, x, names, components)
    press = np.zeros(components)
    for i in range(len(y)):
        kept = np.arange(len(y)) != i
        _check(y[kept], x[kept], names, components)
        centre, scale = x[kept].mean(axis=0), x[kept].std(axis=0, ddof=1)
        mean = y[kept].mean()
        weights, loadings, _, q = _components((x[kept] - centre) / scale, y[kept] - mean, components)
        row = (x[i] - centre) / scale
        for a in range(1, components + 1):
            slopes = weights[:, :a] @ np.linalg.solve(loadings[:, :a].T @ weights[:, :a], q[:a])
            press[a - 1] += (y[i] - mean - row @ slopes) ** 2
    return (1 - press / ((y - y.mean()) ** 2).sum()).tolist()


def bootstrap_importance(
    response: ArrayLike | pd.Series,
    variables: pd.DataFrame,
    *,
    components: int,
    resamples: int,
    seed: int,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Importance with percentile limits over resampled subjects: a row a variable, in the variables' order.

    Columns: variable, importance (of the data), lower, upper, share_above_one (of resamples), coefficient,
    coefficient_lower, coefficient_upper (of standardised variables: their sign is the direction). A resample
    in which a column is constant or too little is left is drawn again, at most as often as `resamples`.
    The seed alone decides the draws. Errors as `pls`.
    """
    check_confidence(confidence)
    if resamples < 2:
        raise ValueError("at least 2 resamples are needed")
    fit = pls(response, variables, components=components)
    y, x, _ = _complete(response, variables)
    names = list(fit.importance)
    random = np.random.Generator(np.random.PCG64(seed))
    found: list[Floats] = []
    slopes: list[Floats] = []
    with one_thread():  # the same bits whatever the number of cores
        for _ in range(2 * resamples):
            rows = random.integers(0, len(y), len(y))
            part = _resampled(y[rows], x[rows], names, components)
            if part is not None:
                found.append(part[0])
                slopes.append(part[1])
            if len(found) == resamples:
                break
    if len(found) < resamples:
        raise NotEstimableError(
            "More than half of the resamples can't be fitted; there are too few subjects."
        )
    importance, coefficients = np.array(found), np.array(slopes)
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    low, high = np.quantile(importance, tails, axis=0, method="averaged_inverted_cdf")
    down, up = np.quantile(coefficients, tails, axis=0, method="averaged_inverted_cdf")
    scale = x.std(axis=0, ddof=1)
    return pd.DataFrame(
        {
            "variable": names,
            "importance": list(fit.importance.values()),
            "lower": low,
            "upper": high,
            "share_above_one": (importance > 1).mean(axis=0),
            "coefficient": np.array(list(fit.coefficients.values())) * scale,
            "coefficient_lower": down,
            "coefficient_upper": up,
        }
    )


def _resampled(y: Floats, x: Floats, names: Sequence[str], components: int) -> tuple[Floats, Floats] | None:
    try:
        _check(y, x, names, components)
        z = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
        weights, loadings, scores, q = _components(z, y - y.mean(), components)
    except NotEstimableError:
        return None
    explained = q**2 * (scores**2).sum(axis=0)
    return _importance(weights, explained), weights @ np.linalg.solve(loadings.T @ weights, q)


def _components(z: Floats, y: Floats, components: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Weights, loadings, scores and the response's loadings, by deflation (NIPALS has one step here)."""
    p = z.shape[1]
    weights, loadings = np.empty((p, components)), np.empty((p, components))
    scores, q = np.empty((len(y), components)), np.empty(components)
    size = float(np.linalg.norm(z) * np.linalg.norm(y))
    for a in range(components):
        w = z.T @ y
        length = float(np.linalg.norm(w))
        if length <= 1e-10 * size:
            raise NotEstimableError(
                f"The variables carry {how_many(a, 'component')} of the response, not {components}."
            )
        w = w / length
        t = z @ w
        norm = float(t @ t)
        load = z.T @ t / norm
        weights[:, a], loadings[:, a], scores[:, a], q[a] = w, load, t, float(y @ t) / norm
        z = z - np.outer(t, load)
        y = y - q[a] * t
    return weights, loadings, scores, q


def _importance(weights: Floats, explained: Floats) -> Floats:
    return np.sqrt(len(weights) * (weights**2 @ explained) / explained.sum())


def _complete(
    response: ArrayLike | pd.Series, variables: pd.DataFrame
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    if variables.columns.empty:
        raise ValueError("at least one variable is needed")
    y = numbers(response, "response")
    x = np.column_stack([numbers(variables[name], f"variable {name}") for name in variables.columns])
    same_length(response=y, variables=x)
    used: NDArray[np.bool_] = np.asarray(~np.isnan(np.column_stack([y, x])).any(axis=1), dtype=np.bool_)
    gone = [str(name) for name, column in zip(variables.columns, x.T, strict=True) if np.isnan(column).all()]
    if len(y) and gone:
        raise NotEstimableError(f"The variable {listed(gone)} is missing in all {len(y)} rows.")
    return y[used], x[used], used


def _check(y: Floats, x: Floats, names: Sequence[str], components: int) -> None:
    if len(y) < components + 2:
        raise NotEstimableError(
            f"{how_many(components, 'component').capitalize()} need{'s' if components == 1 else ''} "
            f"{components + 2} complete rows; there {is_are(len(y))}."
        )
    if np.ptp(y) == 0:
        raise NotEstimableError(f"The response has the same value ({y[0]:g}) in all {len(y)} rows used.")
    flat = np.ptp(x, axis=0) == 0
    if flat.any():
        name = names[int(flat.argmax())]
        raise NotEstimableError(f"The variable {name} has one value only in the {len(y)} rows used.")
