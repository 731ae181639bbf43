"""Analysis dates, date-times and study days from ISO 8601 text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import (
    need_absent,
    need_columns,
    need_numbers,
    need_one_of,
    numbers,
    refuse,
    text_at,
)
from il2cdisc.base.dates import earliest_day, is_complete, latest_day, over_distinct, sas_day

_LEVELS = {"none": 0, "D": 1, "M": 2}
_FLAGS = ("D", "M", "Y")
_DAY = 86400.0


def derive_vars_dt(
    dataset: pd.DataFrame,
    *,
    prefix: str,
    dtc: str,
    impute: Literal["none", "D", "M"] = "none",
    to: Literal["first", "last"] = "first",
    not_before: Sequence[str] = (),
    not_after: Sequence[str] = (),
    flag: bool = True,
) -> pd.DataFrame:
    """`dataset` with `{prefix}DT` (SAS day, float) and `{prefix}DTF` of an ISO 8601 text column.

    `impute` is the highest part that may be imputed: a day ("D"), or a month and day ("M"); a date
    that lacks more stays missing. `to` takes the first or last day that the text may mean. Columns in
    `not_before` (or `not_after`) pull an imputed date up (or down) to themselves, but only when they
    lie within what the text may mean. The flag says which part was imputed (D, M), missing if none.

    Before: AESTDTC `2022-03`, TRTSDT of 2022-03-10. After with `prefix="AST", impute="M",
    not_before=["TRTSDT"]`: ASTDT is 2022-03-10, ASTDTF is D. (ADaMIG 1.3 section 3.1.3.)
    """
    name = "derive_vars_dt"
    new, new_flag = f"{prefix}DT", f"{prefix}DTF"
    need_one_of(name, "impute", impute, list(_LEVELS))
    need_one_of(name, "to", to, ["first", "last"])
    need_columns(name, dataset, [dtc])
    need_numbers(name, dataset, [*not_before, *not_after])
    need_absent(name, dataset, [new, new_flag] if flag else [new])
    low, high, level = _possible_days(name, dataset[dtc])
    days = np.where(level <= _LEVELS[impute], low if to == "first" else high, np.nan)
    imputed = (level > 0) & ~np.isnan(days)
    for column in not_before:
        bound = numbers(dataset[column])
        days = np.where(imputed & (low <= bound) & (bound <= high), np.fmax(days, bound), days)
    for column in not_after:
        bound = numbers(dataset[column])
        days = np.where(imputed & (low <= bound) & (bound <= high), np.fmin(days, bound), days)
    columns: dict[str, Any] = {new: days}
    if flag:
        columns[new_flag] = text_at(dataset.index, _FLAGS, np.where(imputed, level - 1, -1))
    return dataset.assign(**columns)


def derive_vars_dtm(dataset: pd.DataFrame, *, prefix: str, dtc: str) -> pd.DataFrame:
    """`dataset` with `{prefix}DTM` (SAS seconds, float) where the text has a date, hour and minute.

    Nothing is imputed; seconds that the text does not give count as zero, which needs no flag when a
    study does not collect them. Before: `2022-03-10T08:30`, `2022-03-10`. After: a number, missing.
    """
    name = "derive_vars_dtm"
    need_columns(name, dataset, [dtc])
    need_absent(name, dataset, [f"{prefix}DTM"])
    return dataset.assign(**{f"{prefix}DTM": over_distinct(dataset[dtc], _seconds).astype("float64")})


def derive_vars_dy(dataset: pd.DataFrame, *, reference: str, source: Sequence[str]) -> pd.DataFrame:
    """`dataset` with a study day for each date in `source`: ADT → ADY, ASTDT → ASTDY, ADTM → ADY.

    Days from `reference` (a SAS day), plus one on and after it; there is no day 0 (ADaMIG 1.3 section
    3.3.2). Before: TRTSDT 100, ADT 99 and 100. After: ADY -1 and 1.
    """
    name = "derive_vars_dy"
    need_numbers(name, dataset, [reference, *source])
    targets: dict[str, str] = {}
    for column in source:
        match = re.fullmatch(r"(.*)DTM?", column)
        if match is None:
            raise refuse(name, f"source {column} ends neither in DT nor in DTM")
        targets[column] = f"{match[1]}DY"
    need_absent(name, dataset, targets.values())
    start = numbers(dataset[reference])
    new = {
        target: _study_day(_as_days(column, numbers(dataset[column])), start)
        for column, target in targets.items()
    }
    return dataset.assign(**new)


def _study_day(days: np.ndarray, start: np.ndarray) -> np.ndarray:
    distance = days - start
    return np.where(distance >= 0, distance + 1, distance)


def _as_days(column: str, values: np.ndarray) -> np.ndarray:
    return np.floor(values / _DAY) if column.endswith("DTM") else values


def _possible_days(function: str, text: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First and last possible day, and which parts are unknown: 0 none, 1 day, 2 month, 3 all."""
    codes, distinct = pd.factorize(text)
    table = np.array([*(_range(function, str(value)) for value in distinct.tolist()), (np.nan, np.nan, 3)])
    found = table[codes]  # a missing text has the code -1: the last line of the table
    return found[:, 0], found[:, 1], found[:, 2].astype(int)


def _range(function: str, text: str) -> tuple[float, float, int]:
    try:
        low = sas_day(earliest_day(text))
        if is_complete(text):
            return float(low), float(low), 0
        high = sas_day(latest_day(text))
    except ValueError:
        fix = "derive from a --DTC variable of SDTM, whose dates are ISO 8601"
        raise refuse(function, f"{text!r} is no ISO 8601 date", fix=fix) from None
    return float(low), float(high), 1 if re.match(r"\d{4}-\d{2}", text) else 2


def _seconds(text: str) -> float:
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?", text)
    if match is None:
        return np.nan
    days = sas_day(earliest_day(match[1]))
    return days * _DAY + int(match[2]) * 3600 + int(match[3]) * 60 + float(match[4] or 0)


def compute_pre_treatment(
    dataset: pd.DataFrame,
    *,
    date: str = "ADT",
    time: str = "ADTM",
    trt_start: str = "TRTSDT",
    trt_start_time: str = "TRTSDTM",
) -> pd.Series:
    """True where a record counts as before the first dose: an earlier day, or the same day in time.

    On the day of the first dose a record without a time counts as before it, one with a time when that is
    not after the dose (all of them when the time of the dose is unknown). False where a date is missing.
    `time=""` in a trial that knows days only: every record of that day counts as before.
    Before: TRTSDT 100 at 09:00; ADT 99, 100, 100 at 08:00, 100 at 10:00, 101. After: T, T, T, F, F.
    """
    name = "compute_pre_treatment"
    times = [time, trt_start_time] if time and trt_start_time else []
    need_numbers(name, dataset, [date, trt_start, *times])
    day, start = numbers(dataset[date]), numbers(dataset[trt_start])
    same = day == start
    if times:
        same &= ~(numbers(dataset[time]) > numbers(dataset[trt_start_time]))  # False when either is unknown
    return pd.Series((day < start) | same, index=dataset.index)
