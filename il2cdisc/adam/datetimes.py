"""Date-times from partial ISO 8601 text, with flags of what was imputed, and their days and times of day."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Literal

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import need_absent, need_columns, need_numbers, need_one_of, numbers, text_at
from il2cdisc.adam.timing import DATE_FLAGS, IMPUTED_PARTS, need_dates
from il2cdisc.base.moments import DAYS_TO_SAS, moments_of
from il2cdisc.base.onset import possible_days

_TIME_FLAGS = ("S", "M", "H")
_TIME = re.compile(r"T(\d{2})(:\d{2})?(:\d{2})?")
_DAY = 86400.0


def derive_vars_imputed_dtm(
    dataset: pd.DataFrame,
    *,
    prefix: str,
    dtc: str,
    impute: Literal["none", "D", "M"] = "none",
    to: Literal["first", "last"] = "first",
    not_before: Sequence[str] = (),
    not_after: Sequence[str] = (),
    flag_seconds: bool = False,
) -> pd.DataFrame:
    """`dataset` with `{prefix}DTM` (SAS seconds), `{prefix}DTF` and `{prefix}TMF` of an ISO 8601 text column.

    The time is imputed as far as the text does not give it: to the `first` or the `last` second that it may
    mean (00:00:00 or 23:59:59 of a day). `impute` is the highest part of the date that may be imputed, as in
    `derive_vars_dt`. Columns of SAS seconds in `not_before` (or `not_after`) pull an imputed moment up (or
    down) to themselves, but only when they are within what the text may mean.

    DTF says D or M, TMF says H, M or S for the highest part imputed (ADaMIG 1.3 section 3.1.3). Seconds need
    no flag in a study that does not collect them, which is the default; `flag_seconds` gives S.

    >>> vs = pd.DataFrame({"VSDTC": ["1960-01-02T08:30", "1960-01-02", "1960-01"]})
    >>> derive_vars_imputed_dtm(vs, prefix="A", dtc="VSDTC", impute="D", to="last")
                  VSDTC       ADTM ADTF ATMF
    0  1960-01-02T08:30   117059.0  NaN  NaN
    1        1960-01-02   172799.0  NaN    H
    2           1960-01  2678399.0    D    H
    """
    name = "derive_vars_imputed_dtm"
    new = [f"{prefix}{end}" for end in ("DTM", "DTF", "TMF")]
    need_one_of(name, "impute", impute, list(IMPUTED_PARTS))
    need_one_of(name, "to", to, ["first", "last"])
    need_columns(name, dataset, [dtc])
    need_numbers(name, dataset, [*not_before, *not_after])
    need_absent(name, dataset, new)
    span = _span(name, dataset[dtc])
    moment = np.where(
        span.date_level <= IMPUTED_PARTS[impute], span.low if to == "first" else span.high, np.nan
    )
    for columns, nearest in ((not_before, np.fmax), (not_after, np.fmin)):
        for bound in (numbers(dataset[column]) for column in columns):
            moment = np.where(span.holds(bound) & ~np.isnan(moment), nearest(moment, bound), moment)
    return dataset.assign(**_columns(dataset, new, moment, span, flag_seconds=flag_seconds))


def derive_vars_event_dtm(
    dataset: pd.DataFrame,
    *,
    start: str,
    end: str,
    trt_start: str = "TRTSDTM",
    not_after: Sequence[str] = (),
    flag_seconds: bool = False,
) -> pd.DataFrame:
    """`dataset` with ASTDTM, ASTDTF, ASTTMF, AENDTM, AENDTF and AENTMF, start and end imputed together.

    `start` and `end` are ISO 8601 text; `trt_start` and the columns of `not_after` are SAS seconds. The rule
    is that of `derive_vars_event_dt`, to the second: a partial start is the earliest moment of its known part
    that is on or after the first dose, where the event did not end before it; else the earliest of its known
    part. A partial end is the latest moment of its known part, not after `not_after` where the known part
    allows it, nor before the start. Nothing is made of a date without a year.

    >>> ae = pd.DataFrame({"AESTDTC": ["1960-01-01"], "AEENDTC": ["1960-01-01"], "TRTSDTM": 36000.0})
    >>> derive_vars_event_dtm(ae, start="AESTDTC", end="AEENDTC")[["ASTDTM", "ASTTMF", "AENDTM", "AENTMF"]]
        ASTDTM ASTTMF   AENDTM AENTMF
    0  36000.0      H  86399.0      H
    """
    name = "derive_vars_event_dtm"
    first_new = ["ASTDTM", "ASTDTF", "ASTTMF"]
    last_new = ["AENDTM", "AENDTF", "AENTMF"]
    need_columns(name, dataset, [start, end])
    need_numbers(name, dataset, [trt_start, *not_after])
    need_absent(name, dataset, [*first_new, *last_new])
    began, ended = _span(name, dataset[start]), _span(name, dataset[end])
    dose = numbers(dataset[trt_start])
    first = np.where(began.holds(dose) & ~(ended.high < dose), dose, began.low)
    limit = reduce(np.fmin, [numbers(dataset[column]) for column in not_after], np.full(len(dataset), np.nan))
    last = np.where(ended.holds(limit), limit, ended.high)
    last = np.where((last < first) & ended.holds(first), first, last)
    columns = _columns(dataset, first_new, first, began, flag_seconds=flag_seconds)
    return dataset.assign(**columns, **_columns(dataset, last_new, last, ended, flag_seconds=flag_seconds))


def derive_vars_dtm_to_dt(dataset: pd.DataFrame, *, source: Sequence[str]) -> pd.DataFrame:
    """`dataset` with the day of each date-time in `source`: ASTDTM → ASTDT (SAS seconds → SAS days).

    >>> derive_vars_dtm_to_dt(pd.DataFrame({"ADTM": [86400.0, -1.0, None]}), source=["ADTM"])
          ADTM  ADT
    0  86400.0  1.0
    1     -1.0 -1.0
    2      NaN  NaN
    """
    return _parts(dataset, "derive_vars_dtm_to_dt", source, "DT")


def derive_vars_dtm_to_tm(dataset: pd.DataFrame, *, source: Sequence[str]) -> pd.DataFrame:
    """`dataset` with the time of day of each date-time in `source`: ASTDTM → ASTTM, seconds since midnight.

    >>> derive_vars_dtm_to_tm(pd.DataFrame({"ADTM": [86400.0, 30600.0, None]}), source=["ADTM"])
          ADTM      ATM
    0  86400.0      0.0
    1  30600.0  30600.0
    2      NaN      NaN
    """
    return _parts(dataset, "derive_vars_dtm_to_tm", source, "TM")


def _parts(dataset: pd.DataFrame, function: str, source: Sequence[str], part: str) -> pd.DataFrame:
    need_numbers(function, dataset, source)
    targets: Mapping[str, str] = {column: f"{column.removesuffix('DTM')}{part}" for column in source}
    need_absent(function, dataset, targets.values())
    new: dict[str, np.ndarray] = {}
    for column, target in targets.items():
        seconds = numbers(dataset[column])
        days = np.floor(seconds / _DAY)
        new[target] = days if part == "DT" else seconds - days * _DAY
    return dataset.assign(**new)


@dataclass(frozen=True, slots=True)
class _PossibleSeconds:
    """First and last SAS second that each text may mean, NaN for nothing, and what of it is unknown."""

    low: np.ndarray
    high: np.ndarray
    date_level: np.ndarray  # 0 nothing, 1 day, 2 month, 3 all
    time_level: np.ndarray  # 0 nothing, 1 second, 2 minute, 3 hour

    def holds(self, moment: np.ndarray) -> np.ndarray:
        """Where a moment is within what an incomplete text may mean."""
        return (self.low < self.high) & (self.low <= moment) & (moment <= self.high)


def _span(function: str, text: pd.Series) -> _PossibleSeconds:
    need_dates(function, text)
    moments = moments_of(text)
    known = moments.known > 0
    start, end = (_sas_seconds(instant, known) for instant in (moments.first, moments.end))
    codes, distinct = pd.factorize(text)
    levels = np.array([*(_time_level(str(value)) for value in distinct.tolist()), len(_TIME_FLAGS)])
    return _PossibleSeconds(start, np.fmax(start, end - 1), possible_days(text)[2], levels[codes])


def _sas_seconds(instant: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Seconds since 1960 of microseconds of the calendar; exact, as the whole number is made small before."""
    since = instant - DAYS_TO_SAS * 86_400_000_000
    return np.where(known, since / 1_000_000, np.nan)


def _time_level(text: str) -> int:
    found = _TIME.search(text)
    return len(_TIME_FLAGS) - (sum(part is not None for part in found.groups()) if found else 0)


def _columns(
    dataset: pd.DataFrame,
    new: Sequence[str],
    moment: np.ndarray,
    span: _PossibleSeconds,
    *,
    flag_seconds: bool,
) -> dict[str, Any]:
    """Moment and the flags of what was imputed of it."""
    made = ~np.isnan(moment)
    time = np.where(made & (span.time_level > (0 if flag_seconds else 1)), span.time_level - 1, -1)
    date = np.where(made & (span.date_level > 0), span.date_level - 1, -1)
    flags = text_at(dataset.index, DATE_FLAGS, date), text_at(dataset.index, _TIME_FLAGS, time)
    return dict(zip(new, (moment, *flags), strict=True))
