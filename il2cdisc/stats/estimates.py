"""A statistic: its number, or the sentence that says why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """One statistic. `value` is NaN exactly when `error` holds the reason."""

    value: float
    error: str = ""


class NotEstimableError(ValueError):
    """A model can't be estimated; the message is a sentence for a reader of tables."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate between its confidence limits, in the unit of the estimate.

    A limit is infinite where the data can't bound it at the confidence level.
    """

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class HypothesisTest:
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
