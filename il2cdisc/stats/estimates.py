"""A statistic: its number, or the sentence that says why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray


class Result:
    """What an estimator returns, as a base of data classes: two are equal when all their fields are.

    A missing number equals a missing number, and arrays are compared by value. The data classes' own
    comparison says so too up to Python 3.12, where both hold the same NaN object, and no longer after it.
    """

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        names = [item.name for item in fields(self)]  # pyright: ignore[reportArgumentType]
        return all(_same(getattr(self, name), getattr(other, name)) for name in names)

    def __hash__(self) -> int:
        values = [getattr(self, item.name) for item in fields(self)]  # pyright: ignore[reportArgumentType]
        missing = [isinstance(value, float) and math.isnan(value) for value in values]
        return hash(tuple("" if none else value for none, value in zip(missing, values, strict=True)))


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        first, second = cast("NDArray[Any]", one), cast("NDArray[Any]", other)
        return bool(np.array_equal(first, second, equal_nan=first.dtype.kind == second.dtype.kind == "f"))
    return bool(one == other)


@dataclass(frozen=True, slots=True, eq=False)
class Estimate(Result):
    """One statistic. `value` is NaN exactly when `error` holds the reason."""

    value: float
    error: str = ""


class NotEstimableError(ValueError):
    """A model can't be estimated; the message is a sentence for a reader of tables."""


@dataclass(frozen=True, slots=True, eq=False)
class Interval(Result):
    """An estimate between its confidence limits, in the unit of the estimate.

    A limit is infinite where the data can't bound it at the confidence level.
    """

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, eq=False)
class HypothesisTest(Result):
    """A test statistic on `df` degrees of freedom (NaN where the null distribution has none) and its p-value.

    For an F statistic `df` are those of the numerator and `df_error` those of the denominator.
    """

    statistic: float
    df: float
    p_value: float
    df_error: float = math.nan


def found(value: float) -> Estimate:
    """An estimate that was found; a value that is not finite becomes an error."""
    number = float(value)
    return Estimate(number) if math.isfinite(number) else Estimate(math.nan, "The result is not finite.")


def missing(why: str) -> Estimate:
    """A statistic that there is not, with the reason as a sentence."""
    return Estimate(math.nan, why)
