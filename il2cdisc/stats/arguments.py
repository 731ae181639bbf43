"""Checks of arguments and data that estimators share; wrong data are told in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from il2cdisc.stats.distributions import normal_quantile
from il2cdisc.stats.estimates import NotEstimableError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
LARGEST_VALUE = 1e150
"""Squares of larger values, and sums of them, are beyond the largest number."""


def check_confidence(confidence: float) -> None:
    """Raise `ValueError` unless the confidence level is a share between 0 and 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"the confidence level {confidence} is not between 0 and 1")


def z_quantile(confidence: float) -> float:
    """The normal quantile of a two-sided interval: 1.96 for 0.95."""
    check_confidence(confidence)
    return normal_quantile(0.5 + confidence / 2)


def numbers(values: ArrayLike | pd.Series, name: str = "values") -> Floats:
    """One column as float64, missing as NaN.

    Raises `ValueError` for another shape, and `NotEstimableError` for an infinite value, or one whose square
    is beyond the largest number: that is of the data.
    """
    column = numbers_of_any_size(values, name)
    refuse_large(column, f"The {name}")
    return column


def numbers_of_any_size(values: ArrayLike | pd.Series, name: str = "values") -> Floats:
    """The same where what is computed does not depend on the scale: every finite number."""
    if isinstance(values, pd.Series):
        values = cast("Floats", values.to_numpy("float64", na_value=np.nan))  # pyright: ignore[reportUnknownMemberType]
    column: Floats = np.asarray(values, dtype="float64")
    if column.ndim != 1:
        raise ValueError(f"{name}: one column is needed, the shape is {column.shape}")
    if np.isinf(column).any():
        raise NotEstimableError(f"The {name} is infinite in {np.isinf(column).sum()} of {len(column)} rows.")
    return column


def refuse_large(values: Floats, name: str) -> None:
    """Raise `NotEstimableError` for a value whose square is beyond the largest number: no model has one."""
    largest = float(np.nanmax(np.abs(values), initial=0.0)) if len(values) else 0.0
    if largest > LARGEST_VALUE:
        count = int((np.abs(values) > LARGEST_VALUE).sum())
        raise NotEstimableError(
            f"{name} is too large to compute with in {count} of {len(values)} rows: {largest:g}."
        )


def refuse_negative(times: Floats) -> None:
    """Raise `NotEstimableError` where a time is negative."""
    if (times < 0).any():
        count = f"{int((times < 0).sum())} of {len(times)} rows"
        raise NotEstimableError(f"The time is negative in {count}; the least is {times.min():g}.")


def labels(values: ArrayLike | pd.Series, name: str = "labels") -> NDArray[np.object_]:
    """One column of labels as objects, missing as None. Raises `ValueError` for another shape."""
    column = np.asarray(values, dtype=object)
    if column.ndim != 1:
        raise ValueError(f"{name}: one column is needed, the shape is {column.shape}")
    out = column.copy()
    out[pd.isna(column)] = None
    return out


def same_length(**columns: Sequence[object] | NDArray[np.generic]) -> None:
    """Raise `ValueError` unless all columns have as many rows."""
    sizes = {name: len(column) for name, column in columns.items()}
    if len(set(sizes.values())) > 1:
        raise ValueError("rows differ: " + ", ".join(f"{name} has {n}" for name, n in sizes.items()))


def present(values: ArrayLike | pd.Series, name: str, *, least: int = 1) -> Floats:
    """The values that are not missing; `NotEstimableError` if there are fewer than `least`."""
    column = numbers(values, name)
    column = column[~np.isnan(column)]
    if len(column) < least:
        raise NotEstimableError(
            f"The {name} needs at least {how_many(least, 'value')}; there {is_are(len(column))}."
        )
    return column


def pairs(x: ArrayLike | pd.Series, y: ArrayLike | pd.Series, *, least: int) -> tuple[Floats, Floats]:
    """The rows in which both columns have a value; `NotEstimableError` if there are fewer than `least`."""
    a, b = numbers(x, "variable x"), numbers(y, "variable y")
    same_length(x=a, y=b)
    both = ~(np.isnan(a) | np.isnan(b))
    n = int(both.sum())
    if n < least:
        raise NotEstimableError(f"At least {least} complete pairs are needed; there {is_are(n)}.")
    return a[both], b[both]


def how_many(n: int, noun: str) -> str:
    """A number with its noun: `1 value`, `2 values`."""
    return f"{n} {noun}" + ("" if n == 1 else "s")


def is_are(n: int) -> str:
    """The end of a sentence about a number: `is none`, `is 1`, `are 5`."""
    return "is none" if n == 0 else "is 1" if n == 1 else f"are {n}"


def listed(names: Sequence[str]) -> str:
    """Names as a phrase: `a, b and c`."""
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
