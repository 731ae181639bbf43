"""Events by time at risk: one rate, and the difference of two."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from il2cdisc.stats.arguments import check_confidence, z_quantile
from il2cdisc.stats.distributions import gamma_quantile, root_between
from il2cdisc.stats.estimates import Interval, NotEstimableError


def exact_rate(events: int, time: float, *, confidence: float = 0.95) -> Interval:
    """Events per unit of time with the exact Poisson interval.

    Limits are half the chi-square quantiles on 2x and 2x + 2 degrees of freedom, over the time (Garwood,
    Biometrika 1936;28:437-442); the lower one is 0 without an event. Raises `NotEstimableError` for no time
    at risk, `ValueError` for impossible numbers.
    """
    check_confidence(confidence)
    _check(events, time)
    tail = (1 - confidence) / 2
    lower = gamma_quantile(tail, events) / time if events else 0.0
    return Interval(events / time, lower, gamma_quantile(1 - tail, events + 1) / time)


def rate_difference_wald(
    events1: int, time1: float, events2: int, time2: float, *, confidence: float = 0.95
) -> Interval:
    """First rate minus second, ± z sqrt(x1 / t1² + x2 / t2²): no width without events.

    Errors as `exact_rate`.
    """
    z = z_quantile(confidence)
    _check(events1, time1)
    _check(events2, time2)
    d = events1 / time1 - events2 / time2
    half = z * float(np.sqrt(events1 / time1**2 + events2 / time2**2))
    return Interval(d, d - half, d + half)


def rate_difference_score(
    events1: int, time1: float, events2: int, time2: float, *, confidence: float = 0.95
) -> Interval:
    """Score interval of the first rate minus the second (Miettinen and Nurminen 1985, for rates).

    All differences d with (r1 - r2 - d)² <= z² (r1' / t1 + r2' / t2), where r1' and r2' are the
    maximum-likelihood rates under r1' - r2' = d (Statistics in Medicine 1985;4:213-226). Errors as
    `exact_rate`.
    """
    z = z_quantile(confidence)
    _check(events1, time1)
    _check(events2, time2)
    estimate = events1 / time1 - events2 / time2

    def excess(d: float) -> float:
        """The distance of d from the estimate in standard errors, less z."""
        total = time1 + time2
        # t1 + t2 = x1 / (r + d) + x2 / r, a quadratic in r, the second rate
        half = (events1 + events2 - total * d) / (2 * total)
        second = max(half + float(np.sqrt(half**2 + events2 * d / total)), 0.0, -d)
        variance = (second + d) / time1 + second / time2
        # without variance no other difference than the estimate is possible
        return abs(d - estimate) / float(np.sqrt(variance)) - z if variance > 0 else -z

    step = (z**2 + z * float(np.sqrt(events1 + events2 + 1.0))) * (1 / time1 + 1 / time2)
    return Interval(
        estimate,
        _end(excess, estimate, -step),
        _end(excess, estimate, step),
    )


def _end(excess: Callable[[float], float], estimate: float, step: float) -> float:
    """Where the distance is z, on the side of the estimate that `step` goes to."""
    far = estimate + step
    while excess(far) < 0:
        far += step
    return root_between(excess, min(estimate, far), max(estimate, far))


def _check(events: int, time: float) -> None:
    if events % 1 or events < 0:
        raise ValueError(f"{events} events can't be: counts are whole numbers from 0 on")
    if not time >= 0:
        raise ValueError(f"the time at risk {time:g} is negative or missing")
    if time == 0:
        raise NotEstimableError("A rate needs time at risk; there is none.")
