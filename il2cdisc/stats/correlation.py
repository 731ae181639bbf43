"""Correlation of two columns, and with others held fixed, each with its interval and p-value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from il2cdisc.stats.arguments import (
    Floats,
    is_are,
    listed,
    numbers_of_any_size,
    pairs,
    same_length,
    z_quantile,
)
from il2cdisc.stats.distributions import midranks, t_two_sided
from il2cdisc.stats.estimates import NotEstimableError, Result


@dataclass(frozen=True, slots=True, eq=False)
class Correlation(Result):
    """A correlation of `n` complete rows; limits are NaN where one degree of freedom is left."""

    n: int
    estimate: float
    lower: float
    upper: float
    statistic: float
    p_value: float


def pearson(x: ArrayLike | pd.Series, y: ArrayLike | pd.Series, *, confidence: float = 0.95) -> Correlation:
    """Product-moment correlation of the complete pairs.

    t = r sqrt((n - 2) / (1 - r²)) on n - 2 df; limits tanh(atanh r ± z / sqrt(n - 3)) (Fisher 1921; R's
    cor.test, SAS with BIASADJ=NO). Raises `NotEstimableError` for fewer than 3 pairs or a constant column.
    """
    z = z_quantile(confidence)
    a, b = pairs(x, y, least=3)
    _refuse_constant({"x": a, "y": b})
    return _correlation(_product_moment(a, b), len(a), 0, z, 1.0)


def spearman(x: ArrayLike | pd.Series, y: ArrayLike | pd.Series, *, confidence: float = 0.95) -> Correlation:
    """Rank correlation of the complete pairs: Pearson's of the midranks.

    The p-value is of t on n - 2 df (as SAS; scipy too); limits by Fisher's transformation with the variance
    (1 + r²/2) / (n - 3) (Bonett and Wright, Psychometrika 2000;65:23-28). Errors as `pearson`.
    """
    z = z_quantile(confidence)
    a, b = pairs(x, y, least=3)
    _refuse_constant({"x": a, "y": b})
    r = _product_moment(_ranks(a), _ranks(b))
    return _correlation(r, len(a), 0, z, 1 + r * r / 2)


def spearman_exact(x: ArrayLike | pd.Series, y: ArrayLike | pd.Series) -> float:
    """Exact two-sided p-value of the rank correlation: all n! orders, ties as observed; up to 9 pairs.

    The share of orders whose correlation is at least as far from 0. Raises `NotEstimableError` as
    `spearman`, and for more than 9 pairs.
    """
    from itertools import permutations

    a, b = pairs(x, y, least=3)
    _refuse_constant({"x": a, "y": b})
    if len(a) > 9:
        raise NotEstimableError(f"The exact distribution takes at most 9 pairs; there are {len(a)}.")
    first, second = _ranks(a) - (len(a) + 1) / 2, _ranks(b) - (len(a) + 1) / 2
    orders = np.array(list(permutations(range(len(a)))), dtype="int8")
    products = second[orders] @ first
    return float((np.abs(products) >= abs(float(first @ second)) - 1e-9).mean())


def partial_pearson(
    x: ArrayLike | pd.Series,
    y: ArrayLike | pd.Series,
    fixed: Mapping[str, ArrayLike | pd.Series],
    *,
    confidence: float = 0.95,
) -> Correlation:
    """Correlation of x and y with k other columns held fixed: that of the residuals on them.

    t on n - 2 - k df; limits by Fisher's transformation with n - k - 3 (Fisher 1924; SAS PARTIAL). Rows with
    anything missing are left out. Raises `NotEstimableError` for fewer than k + 3 rows, a constant column, or
    columns that follow from others.
    """
    return _partial(x, y, fixed, confidence, ranked=False)


def partial_spearman(
    x: ArrayLike | pd.Series,
    y: ArrayLike | pd.Series,
    fixed: Mapping[str, ArrayLike | pd.Series],
    *,
    confidence: float = 0.95,
) -> Correlation:
    """Rank correlation with k other columns held fixed: `partial_pearson` of the midranks (as SAS).

    Limits with the variance (1 + r²/2) / (n - k - 3). Errors as `partial_pearson`.
    """
    return _partial(x, y, fixed, confidence, ranked=True)


def _partial(
    x: ArrayLike | pd.Series,
    y: ArrayLike | pd.Series,
    fixed: Mapping[str, ArrayLike | pd.Series],
    confidence: float,
    *,
    ranked: bool,
) -> Correlation:
    z = z_quantile(confidence)
    columns = {"x": numbers_of_any_size(x, "variable x"), "y": numbers_of_any_size(y, "variable y")}
    columns |= {name: numbers_of_any_size(values, name) for name, values in fixed.items()}
    same_length(**columns)
    empty = [name for name, column in columns.items() if np.isnan(column).all()]
    if empty:
        raise NotEstimableError(f"The variable {listed(empty)} is missing in all {len(columns['x'])} rows.")
    complete = ~np.isnan(np.column_stack(list(columns.values()))).any(axis=1)
    n, k = int(complete.sum()), len(fixed)
    if n < k + 3:
        raise NotEstimableError(f"At least {k + 3} complete rows are needed; there {is_are(n)}.")
    kept = {name: column[complete] for name, column in columns.items()}
    _refuse_constant(kept)
    if ranked:
        kept = {name: _ranks(column) for name, column in kept.items()}
    names = list(fixed)
    others = np.column_stack([np.ones(n)] + [_scaled(kept[name]) for name in names])
    q, r = np.linalg.qr(others)
    dependent = [name for name, rest in zip(["1", *names], np.abs(np.diag(r)), strict=True) if rest < 1e-9]
    if dependent:
        raise NotEstimableError(
            f"The variables held fixed are collinear: {listed(dependent)} follows from the others."
        )
    left: list[Floats] = []
    for name in ("x", "y"):
        column = _scaled(kept[name])
        rest = column - q @ (q.T @ column)
        if float(np.linalg.norm(rest)) < 1e-9:
            raise NotEstimableError(f"The variable {name} follows exactly from those held fixed.")
        left.append(rest)
    r_xy = float(left[0] @ left[1] / (np.linalg.norm(left[0]) * np.linalg.norm(left[1])))
    return _correlation(r_xy, n, k, z, 1 + r_xy**2 / 2 if ranked else 1.0)


def _correlation(r: float, n: int, fixed: int, z: float, inflation: float) -> Correlation:
    r = float(np.clip(r, -1.0, 1.0))  # rounding may pass 1; NaN stays
    df = n - 2 - fixed
    lower = upper = t = np.nan
    if abs(r) == 1:
        return Correlation(n, r, r, r, np.copysign(np.inf, r), 0.0)
    t = r * float(np.sqrt(df / ((1 - r) * (1 + r))))
    if df > 1:
        half = z * float(np.sqrt(inflation / (df - 1)))
        lower, upper = float(np.tanh(np.arctanh(r) - half)), float(np.tanh(np.arctanh(r) + half))
    return Correlation(n, r, lower, upper, t, t_two_sided(t, df))


def _product_moment(a: Floats, b: Floats) -> float:
    u, v = _scaled(a), _scaled(b)
    r = float(u @ v)
    return r if abs(r) < 1 - 1e-15 else float(np.sign(r))


def _scaled(column: Floats) -> Floats:
    """Centred, with length 1. Of numbers between -1 and 1 no square is lost below the smallest number."""
    column = column / np.abs(column).max()
    centred = column - column.mean()
    return centred / np.linalg.norm(centred)


def _ranks(column: Floats) -> Floats:
    return midranks(column)


def _refuse_constant(columns: Mapping[str, Floats]) -> None:
    for name, column in columns.items():
        if np.ptp(column) == 0:
            raise NotEstimableError(
                f"The variable {name} has the same value ({column[0]:g}) in all {len(column)} rows used."
            )
