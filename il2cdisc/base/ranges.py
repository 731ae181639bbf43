"""The reference range indicator: a result judged by the limits of its range."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from il2cdisc.base.numbers import Floats, Readings, above, at_least, at_most, below

INDICATORS = NORMAL, LOW, HIGH, ABNORMAL = "NORMAL", "LOW", "HIGH", "ABNORMAL"
"""Terms of the codelist NRIND (C78736) that a range decides."""


def indicators(
    values: Floats, low: Floats, high: Floats, results: Readings | None = None
) -> NDArray[np.int64]:
    """Place in `INDICATORS` of each result by its limits, -1 for none: --NRIND of SDTM and ANRIND of ADaM.

    The limits themselves are normal; numbers are compared in 15 significant digits. With one limit only that
    side is judged; without a value, without limits, or with the lower limit above the upper one nothing is.
    `results`: the texts behind the values, of which bounds (`<0.5`) have no value: one is LOW or HIGH where
    all that it may be is outside, NORMAL where all that it may be is inside.

    >>> values, low, high = np.array([3.0, 4.0, 12.0]), np.full(3, 4.0), np.full(3, 11.0)
    >>> [INDICATORS[place] for place in indicators(values, low, high)]
    ['LOW', 'NORMAL', 'HIGH']
    """
    place = np.full(len(values), -1)
    place[~np.isnan(values) & ~(np.isnan(low) & np.isnan(high))] = INDICATORS.index(NORMAL)
    place[below(values, low)] = INDICATORS.index(LOW)
    place[above(values, high)] = INDICATORS.index(HIGH)
    if results is not None and any(found.is_bound for found in results.distinct):
        less, most, more, least = (results.bounds(sign) for sign in ("<", "<=", ">", ">="))
        place[at_most(less, high) & ~(low > 0)] = INDICATORS.index(NORMAL)
        place[at_most(less, low) | below(most, low)] = INDICATORS.index(LOW)
        place[at_least(more, high) | above(least, high)] = INDICATORS.index(HIGH)
    return np.where(above(low, high), -1, place)
