"""Periods, subperiods and phases: as a reference dataset, on subjects and on records; their treatments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import (
    need_absent,
    need_columns,
    need_numbers,
    need_unique,
    numbers,
    refuse,
)
from il2cdisc.adam.keys import key_numbers, latest_places, rows_at, with_columns
from il2cdisc.adam.problems import BAD_PERIODS
from il2cdisc.base.numbers import number_text
from il2cdisc.base.problems import Stopped
from il2cdisc.base.rows import in_order

_PLACES = {"xx": r"(?P<xx>\d{2})", "w": r"(?P<w>\d)"}
_PERIODS = {
    ("xx",): ("APERIOD",),
    ("w",): ("APHASEN",),
    ("w", "xx"): ("APERIOD", "ASPER"),
}
"""The places in a pattern → the variables that number its rows (ADaMIG 1.3)."""


def create_period_dataset(
    dataset: pd.DataFrame, *, new_vars: Mapping[str, str], by: Sequence[str] = ("USUBJID",)
) -> pd.DataFrame:
    """The period reference dataset of subjects: one row per subject and period that has a value.

    `dataset` is ADSL. `new_vars` are `{new name: pattern}`: in a pattern `xx` stands for the number of a
    period and `w` for that of a phase, or of a subperiod where both are there. Rows get APERIOD, APHASEN, or
    APERIOD and ASPER, and are in the order of the subjects and of these. A subject without any value of a
    period has no row of it.

    Raises `Stopped` with ADM003 for patterns without places or with different ones, ADM001 when no column
    fits one.

    >>> adsl = pd.DataFrame({"USUBJID": ["S1", "S2"], "AP01SDT": [100.0, 90.0], "AP01EDT": [110.0, 95.0]})
    >>> adsl = adsl.assign(AP02SDT=[111.0, None], AP02EDT=[120.0, None])
    >>> create_period_dataset(adsl, new_vars={"APERSDT": "APxxSDT", "APEREDT": "APxxEDT"})
      USUBJID  APERIOD  APERSDT  APEREDT
    0      S1      1.0    100.0    110.0
    1      S1      2.0    111.0    120.0
    2      S2      1.0     90.0     95.0
    """
    name = "create_period_dataset"
    need_columns(name, dataset, by)
    need_unique(name, dataset, by, "dataset")
    counters = _counters(name, new_vars.values())
    columns = {new: _columns_of(name, dataset, pattern) for new, pattern in new_vars.items()}
    every = sorted({place for found in columns.values() for place in found})
    parts: list[pd.DataFrame] = []
    for place in every:
        taken = {new: found[place] for new, found in columns.items() if place in found}
        values = dataset[list(taken.values())].set_axis(list(taken), axis=1)
        count: dict[str, Any] = dict(zip(counters, map(float, place), strict=True))
        part = with_columns(dataset[list(by)].assign(**count), values)
        parts.append(part[values.notna().any(axis=1).to_numpy()])
    rows = pd.concat(parts).reindex(columns=[*by, *counters, *new_vars])
    return rows.sort_index(kind="stable").reset_index(drop=True)


def derive_vars_period_dates(
    dataset: pd.DataFrame,
    periods: pd.DataFrame,
    *,
    new_vars: Mapping[str, str],
    by: Sequence[str] = ("USUBJID",),
) -> pd.DataFrame:
    """`dataset` (ADSL) with the columns of each period: the reverse of `create_period_dataset`.

    `periods` has one row per key and period, numbered by APERIOD, APHASEN, or APERIOD and ASPER. `new_vars`
    are `{pattern: column of periods}`. The variables of a number are next to each other, in the order of the
    patterns.

    >>> adsl = pd.DataFrame({"USUBJID": ["S1", "S2"]})
    >>> phases = pd.DataFrame({"USUBJID": ["S1", "S1"], "APHASEN": [1.0, 2.0], "PHSDT": [90.0, 100.0]})
    >>> derive_vars_period_dates(adsl, phases, new_vars={"PHwSDT": "PHSDT"})
      USUBJID  PH1SDT  PH2SDT
    0      S1    90.0   100.0
    1      S2     NaN     NaN
    """
    name = "derive_vars_period_dates"
    counters = _counters(name, new_vars)
    need_columns(name, dataset, by)
    need_columns(name, periods, [*by, *new_vars.values()], "periods")
    need_numbers(name, periods, counters, "periods")
    need_unique(name, periods, [*by, *counters], "periods")
    numbered = periods[list(counters)].dropna().drop_duplicates()
    numbered = (
        numbered.take(in_order([numbered[column] for column in counters])) if len(numbered) else numbered
    )
    ours, theirs = key_numbers(by, dataset, periods)
    new: dict[str, pd.Series] = {}
    for place in numbered.itertuples(index=False, name=None):
        chosen = np.flatnonzero(
            np.logical_and.reduce([numbers(periods[c]) == n for c, n in zip(counters, place, strict=True)])
        )
        position = np.full(max(ours.max(initial=-1), theirs.max(initial=-1)) + 2, -1)
        position[theirs[chosen]] = chosen
        position[-1] = -1  # that of a missing key
        for pattern, column in new_vars.items():
            new[_name_of(pattern, place)] = rows_at(periods[[column]], position[ours])[column].reset_index(
                drop=True
            )
    need_absent(name, dataset, new)
    return with_columns(dataset, pd.DataFrame(new)) if new else dataset


def derive_vars_period(
    dataset: pd.DataFrame,
    periods: pd.DataFrame,
    *,
    date: str = "ADT",
    new_vars: Sequence[str] = ("APERIOD",),
    start: str = "APERSDT",
    end: str = "APEREDT",
    by: Sequence[str] = ("USUBJID",),
) -> pd.DataFrame:
    """`dataset` with variables of the period that a row's date is in: APERIOD, APERIODC, TRTP, TRTA.

    `periods` has a row per key and period with its first and last day (see `create_period_dataset`); the last
    day belongs to it, a missing last day is open. `date`, `start` and `end` are on one scale: SAS days, or
    SAS seconds. A date in no period, a missing date or key gets missing values.

    Raises `Stopped` with ADM041 when periods of a key overlap or end before they start.

    >>> periods = pd.DataFrame({"USUBJID": "S1", "APERIOD": [1.0, 2.0], "APERSDT": [100.0, 111.0]})
    >>> periods = periods.assign(APEREDT=[110.0, None], TRTA=["ACTIVE", "CONTROL"])
    >>> vs = pd.DataFrame({"USUBJID": "S1", "ADT": [99.0, 110.0, 111.0]})
    >>> derive_vars_period(vs, periods, new_vars=["APERIOD", "TRTA"])
      USUBJID    ADT  APERIOD     TRTA
    0      S1   99.0      NaN      NaN
    1      S1  110.0      1.0   ACTIVE
    2      S1  111.0      2.0  CONTROL
    """
    return _within("derive_vars_period", dataset, periods, date, new_vars, (start, end), by)


def derive_vars_subperiod(
    dataset: pd.DataFrame,
    periods: pd.DataFrame,
    *,
    date: str = "ADT",
    new_vars: Sequence[str] = ("ASPER",),
    start: str = "ASPRSDT",
    end: str = "ASPREDT",
    by: Sequence[str] = ("USUBJID",),
) -> pd.DataFrame:
    """`dataset` with variables of the subperiod of a row's date: ASPER, ASPERC; see `derive_vars_period`.

    >>> parts = pd.DataFrame({"USUBJID": "S1", "ASPER": [1.0, 2.0], "ASPRSDT": [100.0, 105.0]})
    >>> parts = parts.assign(ASPREDT=[104.0, 110.0])
    >>> derive_vars_subperiod(pd.DataFrame({"USUBJID": ["S1"], "ADT": [107.0]}), parts)
      USUBJID    ADT  ASPER
    0      S1  107.0    2.0
    """
    return _within("derive_vars_subperiod", dataset, periods, date, new_vars, (start, end), by)


def derive_vars_phase(
    dataset: pd.DataFrame,
    phases: pd.DataFrame,
    *,
    date: str = "ADT",
    new_vars: Sequence[str] = ("APHASEN", "APHASE"),
    start: str = "PHSDT",
    end: str = "PHEDT",
    by: Sequence[str] = ("USUBJID",),
) -> pd.DataFrame:
    """`dataset` with variables of the phase of a row's date: APHASE, APHASEN; see `derive_vars_period`.

    >>> phases = pd.DataFrame({"USUBJID": "S1", "APHASEN": [1.0, 2.0], "APHASE": ["TREATED", "AFTER"]})
    >>> phases = phases.assign(PHSDT=[100.0, 111.0], PHEDT=[110.0, None])
    >>> derive_vars_phase(pd.DataFrame({"USUBJID": ["S1"], "ADT": [120.0]}), phases)
      USUBJID    ADT  APHASEN APHASE
    0      S1  120.0      2.0  AFTER
    """
    return _within("derive_vars_phase", dataset, phases, date, new_vars, (start, end), by)


def derive_var_trtp(
    dataset: pd.DataFrame, *, period: str = "APERIOD", new_var: str = "TRTP", source: str = "TRTxxP"
) -> pd.DataFrame:
    """`dataset` with the planned treatment of each row's period: that of TRT01P, TRT02P … of its number.

    The columns of ADSL are on the rows (`derive_vars_merged`). TRTPN is made by `new_var` and `source`
    TRTxxPN. Missing without a period. Raises `Stopped` with ADM001 for a period whose column is not there.

    >>> ae = pd.DataFrame({"APERIOD": [1.0, 2.0, None], "TRT01P": "ACTIVE", "TRT02P": "CONTROL"})
    >>> derive_var_trtp(ae)
       APERIOD  TRT01P   TRT02P     TRTP
    0      1.0  ACTIVE  CONTROL   ACTIVE
    1      2.0  ACTIVE  CONTROL  CONTROL
    2      NaN  ACTIVE  CONTROL      NaN
    """
    return _of_period("derive_var_trtp", dataset, period, new_var, source)


def derive_var_trta(
    dataset: pd.DataFrame, *, period: str = "APERIOD", new_var: str = "TRTA", source: str = "TRTxxA"
) -> pd.DataFrame:
    """`dataset` with the actual treatment of each row's period: TRTA of TRTxxA; see `derive_var_trtp`.

    >>> derive_var_trta(pd.DataFrame({"APERIOD": [2.0], "TRT01A": "ACTIVE", "TRT02A": "CONTROL"}))
       APERIOD  TRT01A   TRT02A     TRTA
    0      2.0  ACTIVE  CONTROL  CONTROL
    """
    return _of_period("derive_var_trta", dataset, period, new_var, source)


def _of_period(function: str, dataset: pd.DataFrame, period: str, new_var: str, source: str) -> pd.DataFrame:
    _counters(function, [source])
    need_numbers(function, dataset, [period])
    need_absent(function, dataset, [new_var])
    values = numbers(dataset[period])
    found = np.unique(values[~np.isnan(values)])
    if np.any((found % 1 != 0) | (found < 1) | (found > 99)):
        raise refuse(function, f"{period} is not a number from 1 to 99", values=list(map(number_text, found)))
    names = [_name_of(source, (number,)) for number in found]
    need_columns(function, dataset, names)
    out = dataset[names[0]].copy() if names else pd.Series(None, index=dataset.index, dtype="str")
    for number, column in zip(found, names, strict=True):
        out = out.where(values != number, dataset[column])
    return dataset.assign(**{new_var: out.where(~np.isnan(values))})


def _within(
    function: str,
    dataset: pd.DataFrame,
    periods: pd.DataFrame,
    date: str,
    new_vars: Sequence[str],
    limits: tuple[str, str],
    by: Sequence[str],
) -> pd.DataFrame:
    need_columns(function, dataset, by)
    need_numbers(function, dataset, [date])
    need_columns(function, periods, [*by, *new_vars], "periods")
    need_numbers(function, periods, limits, "periods")
    need_absent(function, dataset, new_vars)
    ours, theirs = key_numbers(by, dataset, periods)
    first, last = (numbers(periods[column]) for column in limits)
    last = np.where(np.isnan(last), np.inf, last)
    _check_limits(function, periods[list(by)], theirs, first, last)
    days = numbers(dataset[date])
    place = latest_places(ours, days, theirs, first)
    inside = (place >= 0) & (days <= np.append(last, -np.inf)[place])
    return with_columns(dataset, rows_at(periods[list(new_vars)], np.where(inside, place, -1)))


def _check_limits(
    function: str, keys: pd.DataFrame, key: np.ndarray, first: np.ndarray, last: np.ndarray
) -> None:
    """Stop when a period ends before it starts, or begins before the one before it ended."""
    known = np.flatnonzero((key >= 0) & ~np.isnan(first))
    order = known[np.lexsort((first[known], key[known]))]
    wrong = last[order] < first[order]
    wrong[1:] |= (key[order][1:] == key[order][:-1]) & (first[order][1:] <= last[order][:-1])
    if wrong.any():
        shown = [" ".join(map(str, row)) for row in keys.iloc[order[wrong]].itertuples(index=False)]
        what = "periods with the same key overlap, or end before they start"
        raise Stopped([BAD_PERIODS.at(function, what, values=shown)])


def _counters(function: str, patterns: Any) -> tuple[str, ...]:
    """The variables that number the rows of patterns, which must have the same places."""
    places = {tuple(sorted(re.findall(r"xx|w", pattern))) for pattern in patterns}
    if len(places) != 1 or not places <= set(_PERIODS):
        what = f"{', '.join(patterns)} do not have the same places xx (a period) and w (a phase)"
        raise refuse(function, what, fix="Write patterns as APxxSDT, PHwSDT or PxxSwSDT.")
    return _PERIODS[places.pop()]


def _columns_of(function: str, dataset: pd.DataFrame, pattern: str) -> dict[tuple[int, ...], str]:
    """Numbers of period and subperiod, or of the phase → the column that a pattern means."""
    text = re.sub(r"xx|w", lambda found: _PLACES[found[0]], re.escape(pattern))
    found = {str(name): re.fullmatch(text, str(name)) for name in dataset.columns}
    columns = {
        tuple(int(number) for number in match.groups()): name for name, match in found.items() if match
    }
    if not columns:
        need_columns(function, dataset, [pattern])
    return columns


def _name_of(pattern: str, place: Sequence[float]) -> str:
    """The name that a pattern means for numbers: APxxSDT and 1 → AP01SDT."""
    left = iter(place)
    return re.sub(r"xx|w", lambda found: f"{int(next(left)):0{len(found[0])}d}", pattern)
