"""Moments: ISO 8601 dates and times that may be partial, compared by what they may mean, never as text.

A text stands for all instants that it may mean: `2022-03-05T10:01` for a minute, `2022-03` for a month.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import pa, pc, text_array
from il2cdisc.base.dates import earliest_day, is_complete, is_iso, latest_day, next_day, text_over_distinct

BEFORE, SAME, AFTER, UNKNOWN = -1, 0, 1, 2
Orders = NDArray[np.int8]
Flags = NDArray[np.bool_]

DAY = 86_400_000_000
"""Microseconds of a day."""
_TIME = re.compile(r"T(\d{2})(?::(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?)?")
_NOTHING, _PARTIAL, _WHOLE_DAY, _TIMED = range(4)
_PLAIN = r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?)?$"
_LASTS = {
    len("2022-03-05"): (DAY, _WHOLE_DAY),
    len("2022-03-05T10:01"): (60_000_000, _TIMED),
    len("2022-03-05T10:01:59"): (1_000_000, _TIMED),
}
"""Length of a plain text → how long what it means lasts, and what is known of it."""
_DAYS_TO_1970 = date(1970, 1, 1).toordinal()
DAYS_TO_SAS = date(1960, 1, 1).toordinal()
"""Days from the start of the calendar to the first day that SAS counts."""
MANY = 64
"""From so many texts on they are read at once."""
_Span = tuple[int, int, int]


@dataclass(frozen=True)
class Moments:
    """What the texts of a column may mean: from `first` up to but without `end`, in microseconds.

    `known` is 0 for nothing (missing, or no ISO 8601 date), 1 for a partial date, 2 for a day, 3 for a time.
    """

    first: NDArray[np.int64]
    end: NDArray[np.int64]
    known: NDArray[np.int64]

    @property
    def has_day(self) -> Flags:
        """True where year, month and day are known."""
        return self.known >= _WHOLE_DAY

    @property
    def has_time(self) -> Flags:
        """True where at least the hour is known."""
        return self.known >= _TIMED

    @property
    def days(self) -> NDArray[np.int64]:
        """Days from the start of the calendar; of a partial date those of the first that it may mean."""
        return self.first // DAY

    def take(self, places: NDArray[Any]) -> Moments:
        """The moments at positions; -1 is nothing."""
        first, end, known = (np.append(held, 0)[places] for held in (self.first, self.end, self.known))
        return Moments(first, end, known)


def moments_of(column: pd.Series) -> Moments:
    """The moments of a text column, each distinct text read once."""
    codes, distinct = pd.factorize(column)
    if len(distinct) >= MANY:
        return _read_at_once(pd.Series(distinct, dtype="str")).take(codes)
    spans = [_span(str(text)) for text in distinct.tolist()]
    table = np.array([*spans, (0, 0, _NOTHING)], dtype="int64")
    found = table[codes]  # a missing text has the code -1: the last line of the table
    return Moments(found[:, 0], found[:, 1], found[:, 2])


def _read_at_once(texts: pd.Series) -> Moments:
    """The moments of many texts: days, and days with a time, by Arrow; the others one by one."""
    given = text_array(texts)
    size = np.asarray(pc.utf8_length(given), dtype="int64")
    plain = np.asarray(pc.match_substring_regex(given, _PLAIN), dtype=bool)
    first, end, known = (np.zeros(len(texts), dtype="int64") for _ in range(3))
    for length, (lasts, kind) in _LASTS.items():
        rows = np.flatnonzero(plain & (size == length))
        if not len(rows):
            continue
        try:
            read = given.take(pa.array(rows)).cast(pa.timestamp("us"))
        except pa.ArrowInvalid:  # a day that does not exist, or 25 o'clock
            plain[rows] = False
            continue
        first[rows] = np.asarray(read.cast(pa.int64())) + _DAYS_TO_1970 * DAY
        end[rows], known[rows] = first[rows] + lasts, kind
    rest = np.flatnonzero(~plain)
    if len(rest):
        spans = np.array([_span(str(text)) for text in texts.iloc[rest].tolist()], dtype="int64")
        first[rest], end[rest], known[rest] = spans.T
    return Moments(first, end, known)


def compared(left: pd.Series, right: pd.Series) -> Orders:
    """For each row whether `left` is BEFORE, the SAME as, or AFTER `right`, or whether that is UNKNOWN.

    SAME: equal as far as both are known, from the day on; what a record at such a tie counts as is the
    caller's to say. UNKNOWN: one is missing, or may be before as well as after because its day is not known.

    Before: 10:00 and 10:02 of a day against 10:01:00, 10:01 against 10:01:00, the day alone against a time
    of it, 2022-03 against 2022-03-05, 2022-02 against 2022-03-05.
    After: BEFORE, AFTER, SAME, SAME, UNKNOWN, BEFORE.
    """
    return in_order(moments_of(left), moments_of(right))


def in_order(one: Moments, other: Moments) -> Orders:
    """`compared` of moments that were read before."""
    out = np.full(len(one.known), UNKNOWN, dtype="int8")
    out[one.has_day & other.has_day] = SAME
    both = (one.known > _NOTHING) & (other.known > _NOTHING)
    out[both & (one.end <= other.first)] = BEFORE
    out[both & (one.first >= other.end)] = AFTER
    return out


def in_time(column: pd.Series, instead: pd.Series | None = None, *, last: bool = False) -> pd.Series:
    """Seconds that sort as the moments do, by the first instant that each may mean; NaN for none.

    `last`: by the end of what each may mean. `instead`, on the same rows, speaks where the date is partial
    or missing and its own day is known.

    >>> vs = pd.DataFrame({"VSDTC": ["2022-03-05T10:00", "2022-03-05", None]})
    >>> vs.assign(place=in_time(vs["VSDTC"]).rank())
                  VSDTC  place
    0  2022-03-05T10:00    2.0
    1        2022-03-05    1.0
    2               NaN    NaN
    """
    given = moments_of(column)
    at = np.where(given.known > _NOTHING, given.end if last else given.first, np.nan)
    if instead is not None:
        other = moments_of(instead)
        at = np.where(~given.has_day & other.has_day, other.end if last else other.first, at)
    return pd.Series(at / 1_000_000, index=column.index, dtype="float64")


def days_after(column: pd.Series, instead: pd.Series | None = None) -> pd.Series:
    """The day after each date, as far as the date itself is known; missing where nothing of it is.

    Of a partial date it is the day after that of `instead` (whole dates on the same rows), cut to the parts
    that are known; without it the year, where all days that the date may mean are followed by days of it.

    >>> ex = pd.DataFrame({"EXENDTC": ["2022-02-28T08:30", "2022-03", "2022"]})
    >>> ex.assign(day=days_after(ex["EXENDTC"]))
                EXENDTC         day
    0  2022-02-28T08:30  2022-03-01
    1           2022-03        2022
    2              2022         NaN
    """
    other = instead if instead is not None else pd.Series(None, index=column.index, dtype="str")
    pairs = (column + " " + other.fillna("")).astype("str")
    return text_over_distinct(pairs, lambda pair: _day_after(*pair.split(" ")))


def _day_after(text: str, instead: str) -> str | None:
    if not is_iso(text):
        return None
    if is_complete(text):
        return next_day(text)
    if is_iso(instead) and is_complete(instead) and "--" not in text:
        return next_day(instead)[: len(text)]
    first, last = (next_day(day.isoformat()) for day in (earliest_day(text), latest_day(text)))
    return first[:4] if first[:4] == last[:4] else None


@lru_cache(maxsize=65_536)
def _span(text: str) -> _Span:
    if not is_iso(text):
        return 0, 0, _NOTHING
    first, last = earliest_day(text).toordinal() * DAY, latest_day(text).toordinal() * DAY
    if not is_complete(text):
        return first, last + DAY, _PARTIAL
    clock = _TIME.fullmatch(text, 10)
    if clock is None:  # without a time, or with one whose hour is not known
        return first, first + DAY, _WHOLE_DAY
    at, lasts = _time_of_day(clock)
    return first + at, first + at + lasts, _TIMED


def _time_of_day(clock: re.Match[str]) -> tuple[int, int]:
    """Microseconds since midnight, and how long what is known of the time lasts."""
    hour, minute, second, fraction = clock.groups()
    if minute is None:
        return int(hour) * 3_600_000_000, 3_600_000_000
    at = (int(hour) * 60 + int(minute)) * 60_000_000
    if second is None:
        return at, 60_000_000
    at += int(second) * 1_000_000
    if fraction is None:
        return at, 1_000_000
    return at + int(fraction.ljust(6, "0")), 10 ** (6 - len(fraction))
