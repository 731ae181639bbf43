"""Durations of ISO 8601 as days, with what one unit of them is worth."""

from __future__ import annotations

import re
from functools import lru_cache

_DURATION = re.compile(
    r"P(?:(\d+(?:\.\d+)?)Y)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)
_DAYS = (365.25, 30.4375, 7.0, 1.0, 1 / 24, 1 / 1440, 1 / 86400)


@lru_cache(maxsize=4096)
def in_days_of(text: str) -> tuple[float, float] | None:
    """Length in days, negative with a sign in front, and the days of the smallest unit; None for no duration.

    >>> in_days_of("P1DT12H"), in_days_of("-P2D"), in_days_of("two weeks")
    ((1.5, 0.041666666666666664), (-2.0, 1.0), None)
    """
    sign = -1.0 if text.startswith("-") else 1.0
    found = _DURATION.fullmatch(text.removeprefix("-").removeprefix("+"))
    if found is None or not any(found.groups()):
        return None
    parts = [(float(part), days) for part, days in zip(found.groups(), _DAYS, strict=True) if part]
    return sign * sum(count * days for count, days in parts), parts[-1][1]
