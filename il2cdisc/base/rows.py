"""Rows seen over several columns at once: their order, which are alike, their numbers, first and last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import pa, pc, text_array


def in_order(columns: Sequence[pd.Series], descending: Sequence[bool] = ()) -> NDArray[np.int64]:
    """Positions of the rows sorted by the columns (at least one): missing first, ties in the given order.

    Text goes by code point, blank text as missing; numbers as numbers. `descending`: which of the columns
    go from high to low; a missing value is first there as well.

    >>> in_order([pd.Series(["B", None, "A"]), pd.Series([1.0, 2.0, 3.0])]).tolist()
    [1, 2, 0]
    >>> in_order([pd.Series([1.0, None, 3.0])], [True]).tolist()
    [1, 2, 0]
    """
    given = zip(columns, descending or [False] * len(columns), strict=True)
    table = pa.table({str(n): _reversed(c) if high else _filled(c) for n, (c, high) in enumerate(given)})
    keys = [(str(n), "ascending") for n in range(len(columns))]
    return np.asarray(pc.sort_indices(table, sort_keys=keys), dtype="int64")


def alike(columns: Sequence[pd.Series]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Groups of rows with the same values in all columns (at least one); missing is a value, as blank text.

    Gives the number of each row's group, and the position of the first row of each group.

    >>> group, first = alike([pd.Series(["B", None, "B", None])])
    >>> group.tolist(), first.tolist()
    ([0, 1, 0, 1], [0, 1])
    """
    group = _group_numbers(columns)
    return group, first_of_groups(group)


def first_of_groups(group: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first row of each group, of groups that are numbered in the order in which they appear.

    >>> first_of_groups(np.array([0, 1, 0, 2])).tolist()
    [0, 1, 3]
    """
    first = np.empty(int(group.max(initial=-1)) + 1, dtype="int64")
    first[group[::-1]] = np.arange(len(group) - 1, -1, -1)  # the last one that is written is the first row
    return first


def _group_numbers(columns: Sequence[pd.Series]) -> NDArray[np.int64]:
    """The numbers of `alike`: groups are numbered in the order in which they appear."""
    first, *others = [pc.dictionary_encode(_filled(column)) for column in columns]
    group = np.asarray(first.indices, dtype="int64")
    if not others:
        return group  # the dictionary is in the order of the rows
    size = len(first.dictionary)
    for coded in others:
        count = len(coded.dictionary)
        if size * count >= 2**62:
            group = pd.factorize(group)[0]
            size = len(group)
        group = group * count + np.asarray(coded.indices, dtype="int64")
        size *= count
    return np.asarray(pd.factorize(group)[0], dtype="int64")


def keyed(columns: Sequence[pd.Series]) -> NDArray[np.int64]:
    """The number of each row's group, as in `alike`; -1 where a value is missing, which is a key of nothing.

    >>> keyed([pd.Series(["B", None, "B", "A"])]).tolist()
    [0, -1, 0, 2]
    """
    missing = np.logical_or.reduce([column.isna().to_numpy() for column in columns])
    return np.where(missing, -1, _group_numbers(columns))


def matched(
    left: Sequence[pd.Series], right: Sequence[pd.Series]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """For each row of `left` the position of the row of `right` with the same values, -1 for none.

    A missing value matches nothing. Also gives the rows of `right` whose values another one has, too; of
    those the last is taken.

    >>> place, repeated = matched([pd.Series(["S2", "S3", None])], [pd.Series(["S1", "S2", "S1", None])])
    >>> place.tolist(), repeated.tolist()
    ([1, -1, -1], [True, False, True, False])
    """
    pairs = zip(left, right, strict=True)
    every = keyed([pd.concat(list(pair), ignore_index=True) for pair in pairs])
    ours, theirs = np.split(every, [len(left[0])])
    known = np.flatnonzero(theirs >= 0)
    position = np.full(every.max(initial=-1) + 2, -1)
    position[theirs[known]] = known  # the last place stays -1: that of a missing key
    count = np.append(np.bincount(theirs[known], minlength=len(position) - 1), 0)
    return position[ours], count[theirs] > 1


def counted(columns: Sequence[pd.Series]) -> NDArray[np.int64]:
    """Number of each row within its group of rows that are alike, from 1 in the order of the rows.

    >>> counted([pd.Series(["S1", "S2", "S1"])]).tolist()
    [1, 1, 2]
    """
    return counted_in(_group_numbers(columns))


def counted_in(group: NDArray[Any]) -> NDArray[np.int64]:
    """Number of each row within its group, given by whole numbers, from 1 in the order of the rows."""
    order = np.argsort(group, kind="stable")  # the rows of a group next to each other
    sorted_ = group[order]
    out = np.empty(len(group), dtype="int64")
    out[order] = np.arange(len(group)) - np.searchsorted(sorted_, sorted_) + 1
    return out


def extreme(
    group: NDArray[np.int64], order: Sequence[pd.Series], *, last: bool, descending: Sequence[bool] = ()
) -> NDArray[np.int64]:
    """Position of the first, or the last, row of each group by `order`; a group below 0 has none.

    A missing order value is first. Of rows at a tie the earlier one is the first, the later one the last.

    >>> visit, group = pd.Series([2.0, None, 1.0, None]), np.array([0, 0, 0, -1])
    >>> extreme(group, [visit], last=False).tolist(), extreme(group, [visit], last=True).tolist()
    ([1], [0])
    """
    rows = np.flatnonzero(group >= 0)
    columns = [pd.Series(group[rows]), *(column.iloc[rows] for column in order)]
    sorted_ = rows[in_order(columns, [False, *(descending or [False] * len(order))])]
    changes = group[sorted_][1:] != group[sorted_][:-1]
    ends = np.append(changes, True) if last else np.append(True, changes)
    return sorted_[ends[: len(sorted_)]]


def _filled(column: pd.Series) -> Any:
    """Arrow array without a missing value, which becomes the least that there is."""
    known = column.infer_objects() if column.dtype == object else column
    if pd.api.types.is_numeric_dtype(known.dtype):
        numbers = known.to_numpy("float64", na_value=np.nan)
        return pa.array(np.where(np.isnan(numbers), -np.inf, numbers + 0.0))  # + 0.0: none is minus zero
    return pc.fill_null(text_array(known), "")


def _reversed(column: pd.Series) -> Any:
    """Arrow array of numbers that go up as the values go down, without a missing value."""
    known = column.infer_objects() if column.dtype == object else column
    if pd.api.types.is_numeric_dtype(known.dtype):
        return _filled(-known.astype("float64"))
    text = _filled(known)
    place = np.asarray(pc.rank(text, sort_keys="descending", tiebreaker="dense"), dtype="float64")
    return pa.array(np.where(np.asarray(pc.equal(text, "")), -np.inf, place))
