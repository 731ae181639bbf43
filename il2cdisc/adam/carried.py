"""Records of missing visits, carried from an observation: the last, the worst, the best, or baseline.

The order in which they compose: windows first (`derive_vars_windows`), as they say which visits are missing;
then the records here, which no window placed; then the flags. A flag that chooses the observed record of a
visit (ANL01FL) is made before, and named in `keep_missing`; one that also chooses carried records is made
after, with DTYPE in its `where`. Baseline, change and criteria come last, on observed and carried records
alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import mask_of, need_columns, need_numbers, need_one_of, numbers, text_column
from il2cdisc.adam.keys import key_numbers
from il2cdisc.adam.merging import extreme_rows
from il2cdisc.adam.rows import append_rows, blank
from il2cdisc.adam.visits import WINDOW_VARIABLES

CARRIED = ("LOCF", "WOCF", "BOCF", "BLOCF")
"""Values of DTYPE of carried records, which are not carried again (codelist DTYPE, C81224)."""


def derive_locf_records(
    dataset: pd.DataFrame,
    windows: pd.DataFrame,
    *,
    by: Sequence[str],
    order: Sequence[str] = ("ADT",),
    value: str = "AVAL",
    day: str = "ADY",
    where: pd.Series | None = None,
    keep_missing: Sequence[str] = (),
) -> pd.DataFrame:
    """`dataset` and, behind it, a row for each visit missing from a key, carried from its last observation.

    `windows` has the columns AVISIT, AVISITN and AWLO: the visits to be filled. Carried is the last row (by
    `order`, ties: the later row) of `where` with a value and a `day` before the window, whether it was
    scheduled or not and whether it represents a visit or not; where there is none, no row. Leave baseline
    out of `where`, and it is not carried. A visit is there when a row of `where` has a value and its AVISITN.
    A new row is a copy of the row that it is carried from (its date and ids too), with the missing visit,
    DTYPE `LOCF`, and missing values in `keep_missing` and in the window variables, as no window placed it.

    >>> windows = pd.DataFrame({"AVISIT": ["WEEK 1", "WEEK 3"], "AVISITN": [1.0, 2.0], "AWLO": [2.0, 11.0]})
    >>> vs = pd.DataFrame({"USUBJID": "S1", "ADT": [1.0, 2.0], "ADY": [5.0, 10.0], "AVAL": [118.0, 121.0]})
    >>> vs = vs.assign(AVISIT=["WEEK 1", None], AVISITN=[1.0, None], DTYPE=None)
    >>> derive_locf_records(vs, windows, by=["USUBJID"])
      USUBJID  ADT   ADY   AVAL  AVISIT  AVISITN DTYPE
    0      S1  1.0   5.0  118.0  WEEK 1      1.0   NaN
    1      S1  2.0  10.0  121.0     NaN      NaN   NaN
    2      S1  2.0  10.0  121.0  WEEK 3      2.0  LOCF
    """
    return _filled(
        "derive_locf_records", dataset, windows, by, list(order), value, day, where, keep_missing, "LOCF"
    )


def derive_analysed_locf_records(
    dataset: pd.DataFrame,
    visits: pd.DataFrame,
    *,
    by: Sequence[str],
    value: str = "AVAL",
    where: pd.Series | None = None,
    keep_missing: Sequence[str] = (),
) -> pd.DataFrame:
    """`dataset` and, behind it, a row for each visit missing from a key, from its last analysed visit.

    The way of the CDISC pilot: what was observed between windows is not carried; see `derive_locf_records`.

    `visits` has the columns AVISIT and AVISITN: the visits to be filled. Only rows of `where` with a
    value and a visit are carried, forward only: a key with no observation before a visit gets no row
    for it. A new row is a copy of the row that it is carried from (its date and ids too), with the
    missing visit, DTYPE `LOCF`, and missing values in `keep_missing` and in the window variables, as no
    window placed it. Leave the baseline out of `where` and it is not carried.

    >>> visits = pd.DataFrame({"AVISIT": ["WEEK 1", "WEEK 3"], "AVISITN": [1.0, 2.0]})
    >>> vs = pd.DataFrame({"USUBJID": "S1", "AVAL": [118.0, 121.0], "AVISIT": ["WEEK 1", None]})
    >>> vs = vs.assign(AVISITN=[1.0, None], DTYPE=None)
    >>> derive_analysed_locf_records(vs, visits, by=["USUBJID"])
      USUBJID   AVAL  AVISIT  AVISITN DTYPE
    0      S1  118.0  WEEK 1      1.0   NaN
    1      S1  121.0     NaN      NaN   NaN
    2      S1  118.0  WEEK 3      2.0  LOCF
    """
    name = "derive_analysed_locf_records"
    need_columns(name, dataset, [*by, value, "AVISIT", "AVISITN", "DTYPE", *keep_missing])
    need_columns(name, visits, ["AVISIT", "AVISITN"], "visits")
    key, visit = key_numbers(by, dataset)[0], numbers(dataset["AVISITN"])
    seen = mask_of(name, dataset, where) & dataset[value].notna().to_numpy() & (key >= 0) & ~np.isnan(visit)
    observed = np.flatnonzero(seen)
    wanted = visits[["AVISIT", "AVISITN"]].drop_duplicates()
    if not len(observed) or wanted.empty:
        return dataset
    # all visits of the first key, then of the second ...: observations and wanted visits have a place there
    key, keys = pd.factorize(key[observed])
    steps = np.unique(np.append(numbers(wanted["AVISITN"]), visit[observed]))
    place = key * len(steps) + np.searchsorted(steps, visit[observed])
    ascending = np.argsort(place, kind="stable")
    place = place[ascending]
    grid_key = np.repeat(np.arange(len(keys)), len(wanted))
    grid_visit = np.tile(np.arange(len(wanted)), len(keys))
    grid = grid_key * len(steps) + np.searchsorted(steps, numbers(wanted["AVISITN"]))[grid_visit]
    before = np.searchsorted(place, grid) - 1
    gap = ~np.isin(grid, place) & (before >= 0) & (place[before] // len(steps) == grid_key)
    rows = dataset.iloc[observed[ascending[before[gap]]]].reset_index(drop=True)
    rows["AVISIT"] = wanted["AVISIT"].iloc[grid_visit[gap]].astype("str").array
    rows["AVISITN"] = numbers(wanted["AVISITN"])[grid_visit[gap]]
    rows["DTYPE"] = text_column(rows.index, np.ones(len(rows), dtype=bool), "LOCF")
    return append_rows(dataset, without_window(rows, keep_missing))


def derive_wocf_records(
    dataset: pd.DataFrame,
    windows: pd.DataFrame,
    *,
    by: Sequence[str],
    worst: Literal["high", "low"],
    order: Sequence[str] = ("ADT",),
    value: str = "AVAL",
    day: str = "ADY",
    where: pd.Series | None = None,
    keep_missing: Sequence[str] = (),
) -> pd.DataFrame:
    """`dataset` and, behind it, a row for each visit missing from a key, carried from its worst observation.

    As `derive_locf_records`, but carried is the row with the highest (or lowest) value before the window, of
    equal ones the last by `order`; DTYPE is `WOCF`.

    >>> windows = pd.DataFrame({"AVISIT": ["WEEK 1", "WEEK 3"], "AVISITN": [1.0, 2.0], "AWLO": [2.0, 11.0]})
    >>> vs = pd.DataFrame({"USUBJID": "S1", "ADT": [1.0, 2.0], "ADY": [5.0, 10.0], "AVAL": [125.0, 121.0]})
    >>> vs = vs.assign(AVISIT=["WEEK 1", None], AVISITN=[1.0, None], DTYPE=None)
    >>> derive_wocf_records(vs, windows, by=["USUBJID"], worst="high").tail(1)
      USUBJID  ADT  ADY   AVAL  AVISIT  AVISITN DTYPE
    2      S1  1.0  5.0  125.0  WEEK 3      2.0  WOCF
    """
    name = "derive_wocf_records"
    need_one_of(name, "worst", worst, ["high", "low"])
    need_numbers(name, dataset, [value])
    ranked = [value if worst == "high" else f"-{value}", *order]
    return _filled(name, dataset, windows, by, ranked, value, day, where, keep_missing, "WOCF")


def derive_bocf_records(
    dataset: pd.DataFrame,
    windows: pd.DataFrame,
    *,
    by: Sequence[str],
    best: Literal["high", "low"],
    order: Sequence[str] = ("ADT",),
    value: str = "AVAL",
    day: str = "ADY",
    where: pd.Series | None = None,
    keep_missing: Sequence[str] = (),
) -> pd.DataFrame:
    """`dataset` and, behind it, a row for each visit missing from a key, carried from its best observation.

    As `derive_wocf_records`, with the highest (or lowest) value before the window as the best; DTYPE is
    `BOCF`, which is the best observation, not baseline (`derive_blocf_records`).

    >>> windows = pd.DataFrame({"AVISIT": ["WEEK 1", "WEEK 3"], "AVISITN": [1.0, 2.0], "AWLO": [2.0, 11.0]})
    >>> vs = pd.DataFrame({"USUBJID": "S1", "ADT": [1.0, 2.0], "ADY": [5.0, 10.0], "AVAL": [125.0, 121.0]})
    >>> vs = vs.assign(AVISIT=["WEEK 1", None], AVISITN=[1.0, None], DTYPE=None)
    >>> derive_bocf_records(vs, windows, by=["USUBJID"], best="low").tail(1)
      USUBJID  ADT   ADY   AVAL  AVISIT  AVISITN DTYPE
    2      S1  2.0  10.0  121.0  WEEK 3      2.0  BOCF
    """
    name = "derive_bocf_records"
    need_one_of(name, "best", best, ["high", "low"])
    need_numbers(name, dataset, [value])
    ranked = [value if best == "high" else f"-{value}", *order]
    return _filled(name, dataset, windows, by, ranked, value, day, where, keep_missing, "BOCF")


def derive_blocf_records(
    dataset: pd.DataFrame,
    visits: pd.DataFrame,
    *,
    by: Sequence[str],
    flag: str = "ABLFL",
    value: str = "AVAL",
    where: pd.Series | None = None,
    keep_missing: Sequence[str] = ("ABLFL",),
) -> pd.DataFrame:
    """`dataset` and, behind it, a row for each visit missing from a key, carried from its baseline record.

    `visits` has the columns AVISIT and AVISITN: the visits to be filled. A visit is there when a row of
    `where` has a value and its AVISITN. Baseline is the row whose `flag` is Y, with a value; a key without
    one gets no row. A new row is a copy of it with the missing visit, DTYPE `BLOCF`, and missing values in
    `keep_missing` and in the window variables.

    >>> visits = pd.DataFrame({"AVISIT": ["WEEK 1", "WEEK 3"], "AVISITN": [1.0, 2.0]})
    >>> vs = pd.DataFrame({"USUBJID": "S1", "AVAL": [118.0, 121.0], "ABLFL": ["Y", None]})
    >>> vs = vs.assign(AVISIT=["BASELINE", "WEEK 1"], AVISITN=[0.0, 1.0], DTYPE=None)
    >>> derive_blocf_records(vs, visits, by=["USUBJID"])
      USUBJID   AVAL ABLFL    AVISIT  AVISITN  DTYPE
    0      S1  118.0     Y  BASELINE      0.0    NaN
    1      S1  121.0   NaN    WEEK 1      1.0    NaN
    2      S1  118.0   NaN    WEEK 3      2.0  BLOCF
    """
    name = "derive_blocf_records"
    need_columns(name, dataset, [*by, value, flag, "AVISITN", "DTYPE", *keep_missing])
    need_columns(name, visits, ["AVISIT", "AVISITN"], "visits")
    known = _observed(name, dataset, value, where)
    base = (dataset[flag] == "Y").to_numpy(dtype=bool) & dataset[value].notna().to_numpy()
    key, visit = key_numbers(by, dataset)[0], numbers(dataset["AVISITN"])
    made: list[pd.DataFrame] = []
    for number, visit_name in zip(numbers(visits["AVISITN"]), visits["AVISIT"], strict=True):
        there = np.unique(key[known & (visit == number)])
        rows = dataset[base & (key >= 0) & ~np.isin(key, there)]
        made.append(_of_visit(rows, number, str(visit_name)))
    return _behind(dataset, made, "BLOCF", keep_missing)


def without_window(rows: pd.DataFrame, keep_missing: Sequence[str]) -> pd.DataFrame:
    """`rows` with missing values in `keep_missing` and in the variables of a window: none placed them."""
    windowed = [name for name in WINDOW_VARIABLES if name.startswith("AW") and name in rows]
    return blank(rows, list(dict.fromkeys([*windowed, *keep_missing])))


def _filled(
    name: str,
    dataset: pd.DataFrame,
    windows: pd.DataFrame,
    by: Sequence[str],
    order: list[str],
    value: str,
    day: str,
    where: pd.Series | None,
    keep_missing: Sequence[str],
    dtype: str,
) -> pd.DataFrame:
    """Rows of missing visits behind `dataset`, each from the last row by `order` before the window."""
    ordered = [item.removeprefix("-") for item in order]
    need_columns(name, dataset, [*by, *ordered, value, "AVISITN", "DTYPE", *keep_missing])
    need_numbers(name, dataset, [day])
    need_columns(name, windows, ["AVISIT", "AVISITN", "AWLO"], "windows")
    known = _observed(name, dataset, value, where)
    key, days, visit = key_numbers(by, dataset)[0], numbers(dataset[day]), numbers(dataset["AVISITN"])
    made: list[pd.DataFrame] = []
    limits = zip(numbers(windows["AVISITN"]), numbers(windows["AWLO"]), windows["AVISIT"], strict=True)
    for number, first, visit_name in limits:
        there = np.unique(key[known & (visit == number)])
        earlier = pd.Series(known & (days < first) & ~np.isin(key, there), index=dataset.index)
        last = extreme_rows(name, dataset, by=by, order=order, mode="last", where=earlier)
        made.append(_of_visit(dataset[last], number, str(visit_name)))
    return _behind(dataset, made, dtype, keep_missing)


def _observed(name: str, dataset: pd.DataFrame, value: str, where: pd.Series | None) -> np.ndarray:
    """Rows of `where` with a value that is not itself carried."""
    carried = dataset["DTYPE"].isin(CARRIED).to_numpy(dtype=bool)
    return mask_of(name, dataset, where) & dataset[value].notna().to_numpy() & ~carried


def _of_visit(rows: pd.DataFrame, number: float, visit: str) -> pd.DataFrame:
    return rows.assign(AVISITN=number, AVISIT=text_column(rows.index, np.ones(len(rows), bool), visit))


def _behind(
    dataset: pd.DataFrame, made: list[pd.DataFrame], dtype: str, keep_missing: Sequence[str]
) -> pd.DataFrame:
    rows = pd.concat(made, ignore_index=True) if made else dataset.iloc[:0]
    if rows.empty:
        return dataset
    rows["DTYPE"] = text_column(rows.index, np.ones(len(rows), dtype=bool), dtype)
    return append_rows(dataset, without_window(rows, keep_missing))
