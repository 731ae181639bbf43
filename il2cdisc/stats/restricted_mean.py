"""Restricted mean survival time: the mean of the time to an event, or to a horizon if that is earlier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from il2cdisc.stats.arguments import z_quantile
from il2cdisc.stats.distributions import normal_two_sided
from il2cdisc.stats.estimates import Interval, NotEstimableError, Result
from il2cdisc.stats.survival import kaplan_meier


@dataclass(frozen=True, slots=True, eq=False)
class RestrictedMean(Result):
    """The area under a survival curve up to `horizon`, with its standard error, in the unit of time."""

    mean: Interval
    se: float
    horizon: float


@dataclass(frozen=True, slots=True, eq=False)
class RestrictedMeanDifference(Result):
    """A difference of two restricted means with its limits, standard error and two-sided p-value (normal)."""

    difference: Interval
    se: float
    p_value: float


def restricted_mean(
    time: ArrayLike | pd.Series, event: ArrayLike | pd.Series, *, horizon: float, confidence: float = 0.95
) -> RestrictedMean:
    """The area under the Kaplan-Meier curve from 0 to `horizon`; limits are normal.

    The variance is the sum over event times of A(t)² d / (n (n - d)), A(t) the area from t to the horizon
    (Irwin 1949; Klein and Moeschberger, Survival Analysis, 2nd edition, 4.5; R's survival prints it so).
    Raises `NotEstimableError` without a subject, and where the last time is before the horizon and is one of
    censoring: the curve is unknown from there on. `ValueError` for a horizon that is not above 0 and the
    errors of `kaplan_meier`.
    """
    if not horizon > 0:
        raise ValueError(f"the horizon {horizon:g} is not above 0")
    curve = kaplan_meier(time, event, confidence=confidence)
    if curve.time[-1] < horizon and curve.survival[-1] > 0:
        raise NotEstimableError(
            f"The curve ends at {curve.time[-1]:g}, where a subject is censored; the horizon is {horizon:g}."
        )
    inside = curve.time < horizon
    starts = np.concatenate([[0.0], curve.time[inside]])
    heights = np.concatenate([[1.0], curve.survival[inside]])
    areas = heights * np.diff(np.concatenate([starts, [horizon]]))
    rest = np.cumsum(areas[::-1])[::-1][1:]  # from each time on
    n, d = curve.at_risk[inside].astype("float64"), curve.events[inside].astype("float64")
    last = n == d  # the curve is 0 from there on: no area, no variance
    weights = np.where(last, 0.0, d / (n * np.where(last, 1.0, n - d)))
    mean, se = float(areas.sum()), float(np.sqrt(rest**2 @ weights))
    half = z_quantile(confidence) * se
    return RestrictedMean(Interval(mean, mean - half, mean + half), se, horizon)


def restricted_mean_difference(
    one: RestrictedMean, reference: RestrictedMean, *, confidence: float = 0.95
) -> RestrictedMeanDifference:
    """`one` minus `reference`, of independent groups, by the normal distribution.

    Royston and Parmar, BMC Medical Research Methodology 2013;13:152. Raises `NotEstimableError` where neither
    has an event before the horizon (no variance), `ValueError` for different horizons.
    """
    if one.horizon != reference.horizon:
        raise ValueError(f"the horizons differ: {one.horizon:g} and {reference.horizon:g}")
    se = float(np.hypot(one.se, reference.se))
    if se == 0:
        raise NotEstimableError("Neither group has a variance: no event that leaves subjects at risk.")
    d = one.mean.estimate - reference.mean.estimate
    half = z_quantile(confidence) * se
    return RestrictedMeanDifference(Interval(d, d - half, d + half), se, normal_two_sided(d / se))
