"""Numbers that are dates and times: which unit a SAS format has, and the values in ISO 8601."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from enum import StrEnum

from il2cdisc.base.numbers import number_text

EPOCH = datetime(1960, 1, 1)  # noqa: DTZ001 - SAS counts in no time zone
DAY = 86_400
EXACT = 17
"""Significant digits that tell any two doubles apart."""
_SECONDS = re.compile(r"(E8601DT|B8601DT|DATETIME|DATEAMPM|DTDATE|MDYAMPM|NLDATM)")
_TIME = re.compile(r"(E8601TM|B8601TM|TIME|TOD|HHMM)")
_DAYS = re.compile(r"(E8601DA|B8601DA|DATE|DDMMYY|MMDDYY|YYMMDD|JULIAN|WORDDAT|WEEKDAT|NLDATE)")


class Clock(StrEnum):
    """What a number counts: nothing of a clock, days or seconds since 1960-01-01, seconds of a day."""

    NONE = ""
    DAYS = "days"
    SECONDS = "seconds"
    TIME = "time"


def clock_of(sas_format: str) -> Clock:
    """What the numbers of a variable count, by its SAS format.

    >>> clock_of("DATE9."), clock_of("E8601DT19."), clock_of("8.2")
    (<Clock.DAYS: 'days'>, <Clock.SECONDS: 'seconds'>, <Clock.NONE: ''>)
    """
    name = sas_format.upper()
    for pattern, clock in ((_SECONDS, Clock.SECONDS), (_TIME, Clock.TIME), (_DAYS, Clock.DAYS)):
        if pattern.match(name):
            return clock
    return Clock.NONE


def clock_text(value: float, clock: Clock) -> str:
    """A number as a person reads it: dates and times in ISO 8601, others with all digits that they need.

    >>> clock_text(23380.0, Clock.DAYS), clock_text(0.1, Clock.NONE), clock_text(61.5, Clock.TIME)
    ('2024-01-05', '0.1', '00:01:01.500000')
    """
    if math.isfinite(value):
        try:
            if clock is Clock.DAYS and value.is_integer():
                return (EPOCH + timedelta(days=value)).date().isoformat()
            if clock is Clock.SECONDS:
                return (EPOCH + timedelta(seconds=value)).isoformat()
            if clock is Clock.TIME and 0 <= value < DAY:
                return (EPOCH + timedelta(seconds=value)).time().isoformat()
        except OverflowError:  # no date that a calendar has
            pass
    return number_text(value, EXACT)


def clock_number(text: str, clock: Clock) -> float:
    """The number that a date or time in ISO 8601 is; NaN for all that is none.

    >>> clock_number("2024-01-05", Clock.DAYS), clock_number("1960-01-01T00:01", Clock.SECONDS)
    (23380.0, 60.0)
    """
    try:
        if clock is Clock.DAYS:
            return float((date.fromisoformat(text) - EPOCH.date()).days)
        if clock is Clock.SECONDS:
            return (datetime.fromisoformat(text).replace(tzinfo=None) - EPOCH).total_seconds()
        if clock is Clock.TIME:
            moment = datetime.fromisoformat(f"1960-01-01T{text}")
            return (moment.replace(tzinfo=None) - EPOCH).total_seconds()
    except ValueError:
        pass
    return math.nan
