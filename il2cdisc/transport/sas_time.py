"""Dates and times of SAS (days and seconds from 1960-01-01) as ISO 8601 text, and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from il2cdisc.transport.formats import parse_format

Numbers = NDArray[np.float64]
EPOCH = np.datetime64("1960-01-01", "D")
_DATES = frozenset(["DATE", "DDMMYY", "MMDDYY", "YYMMDD", "E8601DA"])
_DATETIMES = frozenset(["DATETIME", "E8601DT", "DATEAMPM"])
_TIMES = frozenset(["TIME", "TOD", "HHMM", "E8601TM"])
_FIRST_DAY, _LAST_DAY = -715_509, 2_936_549
"""0001-01-01 and 9999-12-31 in days of SAS."""
_DAY = 86_400
_OF_TIME = re.compile(r"(\d{2}):(\d{2}):(\d{2})")


def clock_type(sas_format: str) -> str:
    """What a format shows: `date`, `datetime`, `time`, or nothing for another or no format.

    >>> clock_type("DATE9."), clock_type("E8601DT19."), clock_type("8.2")
    ('date', 'datetime', '')
    """
    try:
        name = parse_format(sas_format).name
    except ValueError:
        return ""
    kinds = (("date", _DATES), ("datetime", _DATETIMES), ("time", _TIMES))
    return next((kind for kind, names in kinds if name in names), "")


def fits(kind: str, values: Numbers) -> bool:
    """Whether numbers without missing ones are whole, and within the years 1 to 9999 or within one day."""
    least, most = {
        "date": (_FIRST_DAY, _LAST_DAY),
        "datetime": (_FIRST_DAY * _DAY, (_LAST_DAY + 1) * _DAY - 1),
        "time": (0, _DAY - 1),
    }[kind]
    whole = not np.any(values % 1) and not np.any(np.signbit(values) & (values == 0))
    return whole and bool(np.all((values >= least) & (values <= most)))


def iso_texts(kind: str, values: Numbers) -> list[str]:
    """Numbers that `fits` accepts as ISO 8601.

    >>> iso_texts("date", np.array([22646.0])), iso_texts("time", np.array([34260.0]))
    (['2022-01-01'], ['09:31:00'])
    """
    whole = values.astype("int64")
    unit = "D" if kind == "date" else "s"
    moments = EPOCH.astype(f"datetime64[{unit}]") + whole
    texts = [str(moment) for moment in moments]
    return [text[11:] for text in texts] if kind == "time" else texts


def numbers_of(kind: str, texts: list[str]) -> Numbers:
    """ISO 8601 texts as numbers of SAS. Raises `ValueError` for another text."""
    read: Callable[[str], Any] = _of_time if kind == "time" else _of_date(kind)
    return np.array([read(text) for text in texts], dtype="float64")


def _of_time(text: str) -> int:
    found = _OF_TIME.fullmatch(text)
    hours, minutes, seconds = (int(part) for part in found.groups()) if found else (24, 0, 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(f"{text!r} is not a time")
    return hours * 3600 + minutes * 60 + seconds


def _of_date(kind: str) -> Callable[[str], int]:
    unit = "D" if kind == "date" else "s"
    form = re.compile(r"\d{4}-\d{2}-\d{2}" + ("" if kind == "date" else r"T\d{2}:\d{2}:\d{2}"))

    def read(text: str) -> int:
        if form.fullmatch(text) is None:
            raise ValueError(f"{text!r} is not a {kind}")
        return int((np.datetime64(text, unit) - EPOCH.astype(f"datetime64[{unit}]")).astype("int64"))

    return read
