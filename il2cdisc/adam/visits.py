"""Analysis visits: windows of study days, the record of each visit, and records that are expected."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import (
    mask_of,
    need_absent,
    need_columns,
    need_numbers,
    numbers,
    text_at,
    text_column,
)
from il2cdisc.adam.keys import with_columns
from il2cdisc.adam.merging import extreme_rows
from il2cdisc.adam.problems import BAD_WINDOWS
from il2cdisc.adam.rows import append_rows
from il2cdisc.base.numbers import at_least, at_most
from il2cdisc.base.problems import Stopped

WINDOW_COLUMNS = ("AVISIT", "AVISITN", "AWTARGET", "AWLO", "AWHI")
WINDOW_VARIABLES = ("AVISIT", "AVISITN", "AWTARGET", "AWTDIFF", "AWLO", "AWHI", "AWU")


def derive_vars_windows(
    dataset: pd.DataFrame,
    windows: pd.DataFrame,
    *,
    day: str = "ADY",
    unit: str = "DAYS",
    where: pd.Series | None = None,
) -> pd.DataFrame:
    """`dataset` with AVISIT, AVISITN, AWTARGET, AWTDIFF, AWLO, AWHI and AWU from a study day.

    `windows` has one row a visit: AVISIT, AVISITN, AWTARGET, AWLO, AWHI (see `windows_of`); a missing
    AWLO or AWHI is open. AWTDIFF counts days to the target without sign and without a day 0. A day in
    no window, and a row outside `where`, gets missing values. Which record represents a visit is
    chosen after: first by `["AWTDIFF", "-ADTM"]`, nearest then later.

    Raises `Stopped` with ADM006 when windows overlap or end before they begin.

    >>> windows = pd.DataFrame({"AVISIT": ["WEEK 1", "WEEK 3"], "AVISITN": [1.0, 2.0]})
    >>> windows = windows.assign(AWTARGET=[8.0, 15.0], AWLO=[2.0, 12.0], AWHI=[11.0, None])
    >>> vs = pd.DataFrame({"ADY": [1.0, 9.0, 15.0]})
    >>> derive_vars_windows(vs, windows)[["ADY", "AVISIT", "AVISITN", "AWTARGET", "AWTDIFF"]]
        ADY  AVISIT  AVISITN  AWTARGET  AWTDIFF
    0   1.0     NaN      NaN       NaN      NaN
    1   9.0  WEEK 1      1.0       8.0      1.0
    2  15.0  WEEK 3      2.0      15.0      0.0
    """
    name = "derive_vars_windows"
    need_numbers(name, dataset, [day])
    need_columns(name, windows, WINDOW_COLUMNS, "windows")
    need_absent(name, dataset, WINDOW_VARIABLES)
    low, high = (numbers(windows[column]) for column in ("AWLO", "AWHI"))
    low, high = np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)
    ascending = np.argsort(low, kind="stable")
    low, high = low[ascending], high[ascending]
    names = windows["AVISIT"].iloc[ascending].astype("str").tolist()
    _check_windows(name, names, low, high)
    days = np.where(mask_of(name, dataset, where), numbers(dataset[day]), np.nan)
    place = np.sum([at_least(days, first) for first in low], axis=0, dtype="int64") - 1
    # a day before the first window has the place -1, which is here the end of the appended -infinity
    inside = (place >= 0) & at_most(days, np.append(high, -np.inf)[place])
    place = np.where(inside, place, -1)
    tables = {
        "AVISITN": numbers(windows["AVISITN"])[ascending],
        "AWTARGET": numbers(windows["AWTARGET"])[ascending],
        "AWLO": np.where(np.isinf(low), np.nan, low),
        "AWHI": np.where(np.isinf(high), np.nan, high),
    }
    found = {column: np.append(table, np.nan)[place] for column, table in tables.items()}
    found["AWTDIFF"] = np.abs(_continuous(days) - _continuous(found["AWTARGET"]))
    texts = {
        "AVISIT": text_at(dataset.index, names, place),
        "AWU": text_at(dataset.index, [unit], np.where(inside, 0, -1)),
    }
    new = pd.DataFrame(texts | found, index=dataset.index)
    return with_columns(dataset, new[list(WINDOW_VARIABLES)])


def derive_var_window_flag(
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    new_var: str = "ANL01FL",
    later: Sequence[str] = ("ADT",),
    where: pd.Series | None = None,
) -> pd.DataFrame:
    """`dataset` with Y on the record that represents an analysis visit: nearest to target, then the later.

    `by` holds the visit (AVISIT); `later` are the columns that say which record is later.

    >>> vs = pd.DataFrame({"USUBJID": "S1", "AVISIT": "WEEK 1", "AWTDIFF": [2.0, 1.0], "ADT": [1.0, 2.0]})
    >>> derive_var_window_flag(vs, by=["USUBJID", "AVISIT"])
      USUBJID  AVISIT  AWTDIFF  ADT ANL01FL
    0      S1  WEEK 1      2.0  1.0     NaN
    1      S1  WEEK 1      1.0  2.0       Y
    """
    name = "derive_var_window_flag"
    need_absent(name, dataset, [new_var])
    # with "last", AWTDIFF descending, ties in every column go to the later row
    order = ["-AWTDIFF", *later]
    chosen = extreme_rows(name, dataset, by=by, order=order, mode="last", where=where)
    return dataset.assign(**{new_var: text_column(dataset.index, chosen, "Y")})


def _check_windows(function: str, names: list[str], low: np.ndarray, high: np.ndarray) -> None:
    problems = [
        BAD_WINDOWS.at(function, f"window {names[i]} ends ({high[i]:g}) before it begins ({low[i]:g})")
        for i in range(len(names))
        if high[i] < low[i]
    ]
    problems += [
        BAD_WINDOWS.at(function, f"windows {names[i]} and {names[i + 1]} overlap", values=[f"{low[i + 1]:g}"])
        for i in range(len(names) - 1)
        if low[i + 1] <= high[i]
    ]
    if problems:
        raise Stopped(problems)


def _continuous(day: np.ndarray) -> np.ndarray:
    """Study days on a scale without the gap at 0: 1 → 0, -1 → -1."""
    return np.where(day > 0, day - 1, day)


def derive_expected_records(
    dataset: pd.DataFrame, expected: pd.DataFrame, *, by: Sequence[str]
) -> pd.DataFrame:
    """`dataset` and, behind it, the rows of `expected` whose key it does not have, as they are.

    >>> vs = pd.DataFrame({"USUBJID": ["S1"], "AVISIT": ["WEEK 1"], "AVAL": [118.0]})
    >>> expected = pd.DataFrame({"USUBJID": "S1", "AVISIT": ["WEEK 1", "WEEK 3"]})
    >>> derive_expected_records(vs, expected, by=["USUBJID", "AVISIT"])
      USUBJID  AVISIT   AVAL
    0      S1  WEEK 1  118.0
    1      S1  WEEK 3    NaN
    """
    name = "derive_expected_records"
    need_columns(name, dataset, by)
    need_columns(name, expected, by, "expected")
    there = dataset[list(by)].drop_duplicates().assign(_there=True)
    found = expected[list(by)].merge(there, on=list(by), how="left")["_there"].notna().to_numpy()
    return append_rows(dataset, expected[~found]) if (~found).any() else dataset
