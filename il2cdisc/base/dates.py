"""ISO 8601 dates that may be partial, as SDTM holds them (SDTMIG 3.4 section 4.4): read, checked, counted.

A partial date is text: `2022`, `2022-03`, `2022---15` (month unknown), `2022-03-04T08:30`.
Rules here take one value; `over_distinct` applies them to a column.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from itertools import permutations, product
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd
import pyarrow as _arrow  # pyright: ignore[reportMissingTypeStubs]
from numpy.typing import NDArray

from il2cdisc.base.date_patterns import MONTH_NUMBERS, MONTHS, UNKNOWN_PARTS, Parts, compiled

pa: Any = _arrow
Numbers = TypeVar("Numbers", pd.Series, NDArray[np.float64])

_ISO = re.compile(
    r"(?P<y>[0-9]{4})"
    r"(?:-(?P<m>[0-9]{2}|-)(?:-(?P<d>[0-9]{2}|-)"
    r"(?:T(?P<H>[0-9]{2}|-)(?::(?P<M>[0-9]{2}|-)(?::(?P<S>[0-9]{2}(?:\.[0-9]+)?))?)?)?)?)?"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(_DAY.pattern + "T[0-9]{2}:[0-9]{2}")
_TIME = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2})(\.[0-9]+)?)?")
_HOUR = re.compile(r"([0-9]{2})(?:[:.]([A-Za-z?-]{2,3})(?:[:.]([A-Za-z?-]{2,3}))?)?")
_MIDNIGHT = re.compile(r"00?[:.]00(?:[:.]00(?:\.0+)?)?")
_EPOCH = date(1960, 1, 1)


class DateKind(StrEnum):
    """What a text is, seen as a date."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    NO_TIME = "date with a time that can't be read"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class DateReading:
    """What a text says as a date: ISO 8601 (empty for INVALID), and in words what is missing or wrong."""

    kind: DateKind
    iso: str
    said: str = ""


def over_distinct(column: pd.Series, rule: Callable[[str], Any]) -> pd.Series:
    """`rule` of each non-missing text value, called once per distinct value; missing stays missing.

    >>> over_distinct(pd.Series(["12 mg", None, "5 mg"]), lambda dose: float(dose.split()[0])).tolist()
    [12.0, nan, 5.0]
    """
    codes, found = pd.factorize(column)
    results = pd.Series([rule(value) for value in found.tolist()], dtype=None if len(found) else "float64")
    values = pd.api.extensions.take(results.array, codes, allow_fill=True)
    return pd.Series(values, index=column.index, name=column.name)


def text_over_distinct(column: pd.Series, rule: Callable[[Any], str | None]) -> pd.Series:
    """`over_distinct` of a rule that gives text, as text (`str`); None is missing.

    >>> text_over_distinct(pd.Series(["mild", None]), str.upper).tolist()
    ['MILD', nan]
    """
    given = pa.array(column, from_pandas=True)
    if isinstance(given, pa.ChunkedArray):
        given = given.combine_chunks()
    coded = given.dictionary_encode()
    distinct = (None if value is None else rule(value) for value in coded.dictionary.to_pylist())
    made = pa.array(distinct, type=pa.large_string())
    values = pd.array(made.take(coded.indices), dtype="str")
    return pd.Series(values, index=column.index, name=column.name)


@lru_cache(maxsize=8192)
def read_date(text: str, *patterns: str) -> DateReading:
    """A text as a date, or date and time, written by one of the `patterns` or in ISO 8601.

    Under any pattern parts may be unknown (`UNK/03/2022` is 2022-03) or left out (`2003`, `09/2013`,
    `Sep-2013`); a known day in an unknown month gives `2022---15`. A time stays, but for midnight under a
    pattern without a time: spreadsheets and statistics files write it behind every date. Nothing is guessed
    and nothing dropped: a text with anything else in it is INVALID. Raises `ValueError` for a pattern that
    is none.
    """
    bare = text.strip(" \t")
    found: list[DateReading] = []
    for pattern in patterns:
        parts = compiled(pattern).parts(bare)
        if parts is not None:
            found.append(_reading(parts, with_time=bool(compiled(pattern).time)))
            if found[-1].kind is not DateKind.INVALID:
                return found[-1]
    if not found and is_iso(bare) and len(bare) > len("2022"):
        return DateReading(
            DateKind.COMPLETE if is_complete(bare) else DateKind.PARTIAL, bare, "month missing"
        )
    written = " or ".join(patterns)
    return found[0] if found else DateReading(DateKind.INVALID, "", f"is not written as {written}")


def iso_date(text: str, pattern: str | Sequence[str]) -> str:
    """ISO 8601 text of a date as `read_date` reads it; raises `ValueError` for what can't be read whole.

    >>> iso_date("04/03/2022", "dd/mm/yyyy")
    '2022-03-04'
    """
    found = read_date(text, *_patterns(pattern))
    if found.kind in (DateKind.INVALID, DateKind.NO_TIME):
        raise ValueError(f"{text!r} {found.said}")
    return found.iso


def day_of(text: str, pattern: str | Sequence[str]) -> str | None:
    """The day of a date that is known to the day, `2022-03-04`; None of any other text.

    >>> day_of("04/03/2022", "dd/mm/yyyy"), day_of("UN/03/2022", "dd/mm/yyyy")
    ('2022-03-04', None)
    """
    found = read_date(text, *_patterns(pattern))
    return found.iso[:10] if is_complete(found.iso) else None


def iso_time(text: str) -> str:
    """ISO 8601 time of `8:30`, `08.30` or `08:30:15`; raises `ValueError` otherwise (24:00, 8:5, 0830)."""
    found = _TIME.fullmatch(text.strip(" \t"))
    if found is None or int(found[1]) > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
        raise ValueError(f"{text!r} is not a time of day")
    second = f":{found[3]}{(found[4] or '').rstrip('0').rstrip('.')}" if found[3] else ""
    return f"{int(found[1]):02d}:{found[2]}{second}"


@cache
def conflicting_patterns(*patterns: str) -> tuple[str, str, str] | None:
    """Two of the patterns that read some text differently, and that text; None where they never do.

    Found by writing dates by each pattern and reading them by the others: it depends on the patterns
    alone, not on data. Raises `ValueError` for a pattern that is none.
    """
    years, months, days = (1011, 1112, 1211, 2003, 2020), (1, 2, 11, 12), (1, 2, 3, 10, 11, 12, 20, 28)
    for one, two in permutations(patterns, 2):
        for year, month, day in product(years, months, days):
            for text in _written(one, year, month, day):
                readings = {read_date.__wrapped__(text, pattern).iso for pattern in (one, two)}
                if len(readings - {""}) > 1:
                    return one, two, text
    return None


@lru_cache(maxsize=65_536)
def is_iso(text: str) -> bool:
    """True when the text is an ISO 8601 date or date-time of SDTM's grammar, and a real one."""
    match = _ISO.fullmatch(text)
    if match is None:
        return False
    parts = match.groupdict()
    month, day = _number(parts["m"]), _number(parts["d"])
    if not _exists(int(parts["y"]), month, day):
        return False
    if (parts["m"] == "-" and parts["d"] in (None, "-")) or (parts["d"] == "-" and parts["H"] is None):
        return False
    hour, minute, second = (_number(parts[name]) for name in "HMS")
    return (hour or 0) <= 23 and (minute or 0) <= 59 and (second or 0) <= 59


def is_complete(text: str) -> bool:
    """True when year, month and day are all known."""
    return _DAY.match(text) is not None


def earliest_day(text: str) -> date:
    """The first day that a partial ISO date may mean: 2022-02 → 1 February 2022."""
    year, month, day = _ymd(text)
    return date(year, month or 1, day or 1)


def latest_day(text: str) -> date:
    """The last day that a partial ISO date may mean: 2022-02 → 28 February 2022."""
    year, month, day = _ymd(text)
    if month is None and day is not None:
        month = 12 if day <= 31 else None
    month = month or 12
    return date(year, month, day or monthrange(year, month)[1])


def next_day(text: str) -> str:
    """The day after an ISO 8601 date or date and time: `2022-02-28T08:30` gives `2022-03-01`."""
    return (date.fromisoformat(text[:10]) + timedelta(days=1)).isoformat()


def sas_day(value: date) -> int:
    """Days since 1960-01-01, as SAS counts."""
    return (value - _EPOCH).days


def from_sas_day(days: float) -> date:
    """The date of a SAS day number."""
    return _EPOCH + timedelta(days=int(days))


def sas_days(dates: pd.Series) -> pd.Series:
    """SAS day numbers (float, NaN when the date is missing or partial) of ISO 8601 text."""

    def rule(text: str) -> float:
        return float(sas_day(earliest_day(text))) if is_complete(text) else np.nan

    return over_distinct(dates, rule).astype("float64")


def sas_seconds(dates: pd.Series) -> pd.Series:
    """SAS date-time numbers (seconds since 1960-01-01) of ISO text with hour and minute, else NaN."""

    def rule(text: str) -> float:
        if not is_iso(text) or not _MOMENT.match(text):
            return np.nan
        moment = datetime.fromisoformat(text)
        return float((moment - datetime(1960, 1, 1)).total_seconds())  # noqa: DTZ001 - SAS has no time zone

    return over_distinct(dates, rule).astype("float64")


def day_numbers(days: Numbers, first: Numbers) -> Numbers:
    """Study days (--DY, ADY) of SAS days; NaN unless both are known.

    Days from `first`, plus one on and after it: there is no day 0 (SDTMIG 3.4 section 4.4.4, ADaMIG 1.3
    section 3.3.2).

    >>> day_numbers(np.array([99.0, 100.0, 101.0, np.nan]), np.full(4, 100.0)).tolist()
    [-1.0, 1.0, 2.0, nan]
    """
    distance = days - first
    return cast(Numbers, distance + (distance >= 0))


def _patterns(pattern: str | Sequence[str]) -> Sequence[str]:
    return (pattern,) if isinstance(pattern, str) else pattern


def _written(pattern: str, year: int, month: int, day: int) -> tuple[str, str]:
    """A date written by a pattern, with and without leading zeros."""
    head = pattern.partition("hh")[0]
    name = MONTHS[month - 1][:3].title()
    full = (("yyyy", f"{year}"), ("mon", name), ("dd", f"{day:02d}"), ("mm", f"{month:02d}"))
    bare = (("yyyy", f"{year}"), ("mon", name), ("dd", f"{day}"), ("mm", f"{month}"))
    return _filled(head, full), _filled(head, bare)


def _filled(pattern: str, tokens: Sequence[tuple[str, str]]) -> str:
    for token, value in tokens:
        pattern = pattern.replace(token, value)
    return pattern.strip()


def _reading(parts: Parts, *, with_time: bool) -> DateReading:
    """The date of the parts of a text, or what is wrong with it."""
    try:
        year, month, day = _part(parts.year), _month(parts.month), _part(parts.day)
    except ValueError as error:
        return DateReading(DateKind.INVALID, "", str(error))
    if year is None:
        return DateReading(DateKind.INVALID, "", "has no year")
    if not _exists(year, month, day):
        return DateReading(DateKind.INVALID, "", "does not exist")
    lost = [name for name, part in (("day", day), ("month", month)) if part is None]
    text = f"{year:04d}"
    if day is not None:
        text += "--" if month is None else f"-{month:02d}"
        text += f"-{day:02d}"
    elif month is not None:
        text += f"-{month:02d}"
    if lost:
        return DateReading(DateKind.PARTIAL, text, f"{' and '.join(lost)} missing")
    return _with_time(text, parts.time, with_time=with_time)


def _with_time(day: str, time: str | None, *, with_time: bool) -> DateReading:
    """A known day with its time of day; one of unknown minutes keeps its hour."""
    if time is None or (not with_time and _MIDNIGHT.fullmatch(time)):
        return DateReading(DateKind.COMPLETE, day)
    units = re.split("[:.]", time)
    if all(unit.upper() in UNKNOWN_PARTS for unit in units):
        return DateReading(DateKind.COMPLETE, day)
    hour = _HOUR.fullmatch(time)
    if hour and int(hour[1]) <= 23 and all(unit.upper() in UNKNOWN_PARTS for unit in units[1:]):
        return DateReading(DateKind.COMPLETE, f"{day}T{hour[1]}")
    try:
        return DateReading(DateKind.COMPLETE, f"{day}T{iso_time(time)}")
    except ValueError:
        return DateReading(DateKind.NO_TIME, day, f"has {time!r}, which is not a time of day")


def _exists(year: int, month: int | None, day: int | None) -> bool:
    """Whether there is such a day: of a known or an unknown month, from year 1 on."""
    if year < 1 or not 1 <= (1 if month is None else month) <= 12:
        return False
    return day is None or 1 <= day <= (31 if month is None else monthrange(year, month)[1])


def _part(text: str | None) -> int | None:
    if text is None or text.strip().upper() in UNKNOWN_PARTS:
        return None
    if not text.isdecimal():
        raise ValueError(f"has {text!r} in the place of a number")
    return int(text)


def _month(text: str | None) -> int | None:
    if text is None or text.upper() in UNKNOWN_PARTS:
        return None
    if text.isdecimal():
        return int(text)
    if text.upper() not in MONTH_NUMBERS:
        raise ValueError(f"has {text!r} in the place of a month")
    return MONTH_NUMBERS[text.upper()]


def _number(text: str | None) -> int | None:
    return int(float(text)) if text not in (None, "-") else None


def _ymd(text: str) -> tuple[int, int | None, int | None]:
    match = _ISO.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an ISO 8601 date")
    return int(match["y"]), _number(match["m"]), _number(match["d"])
