"""Confidence intervals of one proportion."""

from __future__ import annotations

import math

from il2cdisc.stats.arguments import check_confidence, z_quantile
from il2cdisc.stats.distributions import beta_quantile
from il2cdisc.stats.estimates import Interval, NotEstimableError


def clopper_pearson(events: int, n: int, *, confidence: float = 0.95) -> Interval:
    """The exact interval of `events` out of `n`, as a share.

    Limits are quantiles of beta(x, n - x + 1) and beta(x + 1, n - x): those p for which x or more, or x or
    fewer, events have the probability (1 - confidence) / 2 (Clopper and Pearson, Biometrika
    1934;26:404-413). Raises `NotEstimableError` if `n` is 0, `ValueError` for impossible counts.
    """
    check_confidence(confidence)
    _check_counts(events, n)
    tail = (1 - confidence) / 2
    lower = 0.0 if events == 0 else beta_quantile(tail, events, n - events + 1)
    upper = 1.0 if events == n else beta_quantile(1 - tail, events + 1, n - events)
    return Interval(events / n, lower, upper)


def wilson(events: int, n: int, *, confidence: float = 0.95) -> Interval:
    """The score interval of `events` out of `n`, as a share, without correction for continuity.

    It inverts the score test: (2np + z² ± z sqrt(z² + 4np(1 - p))) / (2(n + z²)) (Wilson, JASA
    1927;22:209-212). Errors as `clopper_pearson`.
    """
    z = z_quantile(confidence)
    _check_counts(events, n)
    lower, upper = wilson_limits(events / n, n, z)
    return Interval(events / n, lower, upper)


def wilson_corrected(events: int, n: int, *, confidence: float = 0.95) -> Interval:
    """The score interval with correction for continuity, as a share.

    Newcombe, Statistics in Medicine 1998;17:857-872, method 4. Errors as `clopper_pearson`.
    """
    z = z_quantile(confidence)
    _check_counts(events, n)
    p, bottom = events / n, 2 * (n + z * z)
    lower = upper = 0.0
    if events > 0:
        root = math.sqrt(z * z - 2 - 1 / n + 4 * p * (n * (1 - p) + 1))
        lower = max(0.0, (2 * n * p + z * z - 1 - z * root) / bottom)
    if events < n:
        root = math.sqrt(z * z + 2 - 1 / n + 4 * p * (n * (1 - p) - 1))
        upper = min(1.0, (2 * n * p + z * z + 1 + z * root) / bottom)
    return Interval(p, lower, upper if events < n else 1.0)


def wilson_limits(p: float, n: float, z: float) -> tuple[float, float]:
    """Limits of the score interval of the share `p` of `n` for the normal quantile `z`."""
    middle, bottom = 2 * n * p + z * z, 2 * (n + z * z)
    half = z * math.sqrt(z * z + 4 * n * p * (1 - p))
    lower = 0.0 if p <= 0 else (middle - half) / bottom
    upper = 1.0 if p >= 1 else (middle + half) / bottom
    return lower, upper


def _check_counts(events: int, n: int) -> None:
    if events % 1 or n % 1:
        raise ValueError(f"{events} events in {n} subjects: counts are whole numbers")
    if n < 0 or not 0 <= events <= n:
        raise ValueError(f"{events} events in {n} subjects can't be")
    if n == 0:
        raise NotEstimableError("A proportion needs at least 1 subject; there is none.")
