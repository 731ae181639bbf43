"""ISO 8601 dates that may be partial, as SDTM holds them (SDTMIG 3.4 section 4.4).

A partial date is text: `2022`, `2022-03`, `2022---15` (month unknown), `2022-03-04T08:30`.
Rules here take one value; `over_distinct` applies them to a column.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as _arrow  # pyright: ignore[reportMissingTypeStubs]

pa: Any = _arrow

UNKNOWN_PARTS = frozenset({"UNK", "UN", "UK", "NK", "XX", "XXXX", "--", "??", "ND", ""})

_ISO = re.compile(
    r"(?P<y>\d{4})"
    r"(?:-(?P<m>\d{2}|-)(?:-(?P<d>\d{2}|-)"
    r"(?:T(?P<H>\d{2}|-)(?::(?P<M>\d{2}|-)(?::(?P<S>\d{2}(?:\.\d+)?))?)?)?)?)?"
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEAR_ALONE = re.compile(r"([A-Za-z?\-]{2,4})[-/. ](\d{4})")
_EPOCH = date(1960, 1, 1)
_TOKENS = {
    "dd": r"(?P<d>\d{1,2}|[A-Za-z?\-]{2,3})",
    "mm": r"(?P<m>\d{1,2}|[A-Za-z?\-]{2,3})",
    "mon": r"(?P<b>[A-Za-z?\-]{2,3})",
    "yyyy": r"(?P<y>\d{4}|[A-Za-z?\-]{2,4})",
}
_MONTHS = {
    name: i
    for i, name in enumerate(
        ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), start=1
    )
}


def over_distinct(column: pd.Series, rule: Callable[[str], Any]) -> pd.Series:
    """`rule` of each non-missing text value, called once a distinct value; missing stays missing."""
    codes, found = pd.factorize(column)
    results = pd.Series([rule(value) for value in found.tolist()], dtype=None if len(found) else "float64")
    values = pd.api.extensions.take(results.array, codes, allow_fill=True)
    return pd.Series(values, index=column.index, name=column.name)


def text_over_distinct(column: pd.Series, rule: Callable[[Any], str | None]) -> pd.Series:
    """`over_distinct` of a rule that gives text, as text (`str`); None is missing."""
    given = pa.array(column, from_pandas=True)
    if isinstance(given, pa.ChunkedArray):
        given = given.combine_chunks()
    coded = given.dictionary_encode()
    distinct = (None if value is None else rule(value) for value in coded.dictionary.to_pylist())
    made = pa.array(distinct, type=pa.large_string())
    values = pd.array(made.take(coded.indices), dtype="str")
    return pd.Series(values, index=column.index, name=column.name)


def iso_date(text: str, pattern: str) -> str:
    """ISO 8601 text of a date written by `pattern` (of `dd`, `mm`, `mon`, `yyyy`), parts unknown allowed.

    `iso_date("UNK/03/2022", "dd/mm/yyyy") == "2022-03"`; a known day in an unknown month gives
    `2022---15`; one word for all that is unknown before the year (`UNK/2008`) gives the year. Raises
    `ValueError` when the text does not fit, is no calendar date, or lacks the year.
    """
    match = _compiled(pattern).fullmatch(text.strip())
    if match is not None and (whole := _whole(match)):
        return whole
    if match is None:
        year_alone = _YEAR_ALONE.fullmatch(text.strip())
        if year_alone and year_alone[1].upper() in UNKNOWN_PARTS and pattern.endswith("yyyy"):
            return year_alone[2]
        raise ValueError(f"{text!r} is not written as {pattern}")
    parts = match.groupdict()
    year = _part(parts.get("y"))
    month = _month(parts["b"]) if parts.get("b") is not None else _part(parts.get("m"))
    day = _part(parts.get("d"))
    if year is None:
        raise ValueError(f"{text!r} has no year")
    if month is not None and not 1 <= month <= 12:
        raise ValueError(f"{text!r}: there is no month {month}")
    if day is not None:
        longest = monthrange(year, month)[1] if month is not None else 31
        if not 1 <= day <= longest:
            raise ValueError(f"{text!r}: there is no such day in that month")
    if month is None and day is None:
        return f"{year:04d}"
    if day is None:
        return f"{year:04d}-{month:02d}"
    if month is None:
        return f"{year:04d}---{day:02d}"
    return f"{year:04d}-{month:02d}-{day:02d}"


def iso_time(text: str) -> str:
    """ISO 8601 time of `8:30`, `08.30` or `08:30:15`; raises `ValueError` otherwise."""
    match = re.fullmatch(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?", text.strip())
    if match is None or int(match[1]) > 23 or int(match[2]) > 59 or int(match[3] or 0) > 59:
        raise ValueError(f"{text!r} is no time of day")
    return f"{int(match[1]):02d}:{match[2]}" + (f":{match[3]}" if match[3] else "")


def is_iso(text: str) -> bool:
    """True when the text is an ISO 8601 date or date-time of SDTM's grammar, and a real one."""
    match = _ISO.fullmatch(text)
    if match is None:
        return False
    parts = match.groupdict()
    month, day = _number(parts["m"]), _number(parts["d"])
    if month is not None and not 1 <= month <= 12:
        return False
    if day is not None:
        longest = monthrange(int(parts["y"]), month)[1] if month is not None else 31
        if not 1 <= day <= longest:
            return False
    if (parts["m"] == "-" and parts["d"] in (None, "-")) or (parts["d"] == "-" and parts["H"] is None):
        return False
    hour, minute = _number(parts["H"]), _number(parts["M"])
    return (hour is None or hour <= 23) and (minute is None or minute <= 59)


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
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return np.nan
        if "T" not in text:
            return np.nan
        return float((moment - datetime(1960, 1, 1)).total_seconds())  # noqa: DTZ001 - SAS has no time zone

    return over_distinct(dates, rule).astype("float64")


def study_days(dates: pd.Series, reference: pd.Series) -> pd.Series:
    """Study day (--DY): days from `reference`, plus one on and after it; no day 0 (SDTMIG 3.4 §4.4.4).

    Both are ISO 8601 text of the same length; float with NaN unless both have a complete date.
    """
    return day_numbers(sas_days(dates), sas_days(reference))


def day_numbers(days: pd.Series, first: pd.Series) -> pd.Series:
    """Study days of SAS days: days from `first`, plus one on and after it; NaN unless both are known."""
    distance = days - first
    return distance + (distance >= 0)


def _whole(match: re.Match[str]) -> str:
    """The date of year, month and day in digits; "" for all that needs a closer look."""
    parts = match.groupdict()
    year, month, day = parts.get("y"), parts.get("m"), parts.get("d")
    if not (year and month and day and (year + month + day).isdecimal()):
        return ""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    out, rest = "", pattern
    while rest:
        for token in ("yyyy", "mon", "dd", "mm"):
            if rest.startswith(token):
                out += _TOKENS[token]
                rest = rest[len(token) :]
                break
        else:
            out += re.escape(rest[0])
            rest = rest[1:]
    return re.compile(out)


def _part(text: str | None) -> int | None:
    if text is None or text.upper() in UNKNOWN_PARTS:
        return None
    if not text.isdigit():
        raise ValueError(f"{text!r} is neither a number nor a word for unknown")
    return int(text)


def _month(text: str) -> int | None:
    if text.upper() in UNKNOWN_PARTS:
        return None
    if text.upper() not in _MONTHS:
        raise ValueError(f"{text!r} is no month")
    return _MONTHS[text.upper()]


def _number(text: str | None) -> int | None:
    return int(float(text)) if text not in (None, "-") else None


def _ymd(text: str) -> tuple[int, int | None, int | None]:
    match = _ISO.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no ISO 8601 date")
    return int(match["y"]), _number(match["m"]), _number(match["d"])
