"""Comparison of two means: Student's, Welch's and the paired t-test with their intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from il2cdisc.stats.arguments import check_confidence, pairs, present
from il2cdisc.stats.distributions import t_quantile, t_two_sided
from il2cdisc.stats.estimates import NotEstimableError, Result


@dataclass(frozen=True, slots=True, eq=False)
class MeanDifference(Result):
    """A mean, or a difference of means, with its t statistic; in the unit of the values."""

    estimate: float
    se: float
    df: float
    lower: float
    upper: float
    statistic: float
    p_value: float


def t_test(x: ArrayLike, y: ArrayLike, *, confidence: float = 0.95) -> MeanDifference:
    """Student's t-test of mean x - mean y with a pooled variance, m + n - 2 df; missing values are left out.

    Raises `NotEstimableError` for an empty group, no degree of freedom, or values without any variation.
    """
    a, b = present(x, "first group"), present(y, "second group")
    df = len(a) + len(b) - 2
    if df < 1:
        raise NotEstimableError("The t-test needs at least 3 values; there are 2.")
    pooled = (float(((a - a.mean()) ** 2).sum()) + float(((b - b.mean()) ** 2).sum())) / df
    se = float(np.sqrt(pooled * (1 / len(a) + 1 / len(b))))
    return _from_t(float(a.mean() - b.mean()), se, df, confidence)


def welch_test(x: ArrayLike, y: ArrayLike, *, confidence: float = 0.95) -> MeanDifference:
    """Welch's t-test of mean x - mean y, df of Satterthwaite (Biometrika 1947;34:28-35).

    Errors as `t_test`; each group needs two values.
    """
    a, b = present(x, "first group", least=2), present(y, "second group", least=2)
    u, v = float(a.var(ddof=1)) / len(a), float(b.var(ddof=1)) / len(b)
    if u + v == 0:
        raise NotEstimableError("No group varies; the difference has no standard error.")
    df = (u + v) ** 2 / (u**2 / (len(a) - 1) + v**2 / (len(b) - 1))
    return _from_t(float(a.mean() - b.mean()), float(np.sqrt(u + v)), df, confidence)


def paired_t_test(x: ArrayLike, y: ArrayLike, *, confidence: float = 0.95) -> MeanDifference:
    """t-test of the mean of x - y over complete pairs, n - 1 df. Errors as `t_test`."""
    a, b = pairs(x, y, least=2)
    d = a - b
    return _from_t(float(d.mean()), float(d.std(ddof=1) / np.sqrt(len(d))), len(d) - 1, confidence)


def _from_t(estimate: float, se: float, df: float, confidence: float) -> MeanDifference:
    check_confidence(confidence)
    if se <= 1e-14 * abs(estimate) or se == 0:
        raise NotEstimableError("The values don't vary; the difference has no standard error.")
    t = estimate / se
    half = t_quantile(0.5 + confidence / 2, df) * se
    return MeanDifference(estimate, se, df, estimate - half, estimate + half, t, t_two_sided(t, df))
