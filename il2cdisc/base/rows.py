"""Rows seen over several columns at once: their order, which are alike, and their numbers among those."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import pa, pc, text_array


def in_order(columns: Sequence[pd.Series]) -> NDArray[np.int64]:
    """Positions of the rows sorted by the columns (at least one): missing first, ties as they stand.

    Text goes by code point, blank text as missing; numbers as numbers.
    """
    table = pa.table({str(n): _filled(column) for n, column in enumerate(columns)})
    keys = [(str(n), "ascending") for n in range(len(columns))]
    return np.asarray(pc.sort_indices(table, sort_keys=keys), dtype="int64")


def alike(columns: Sequence[pd.Series]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Groups of rows with the same values in all columns (at least one); missing is a value, as blank text.

    Gives the number of each row's group, and the position of the first row of each group.
    """
    group = np.zeros(len(columns[0]), dtype="int64")
    for column in columns:
        coded = pc.dictionary_encode(_filled(column))
        group = group * len(coded.dictionary) + np.asarray(coded.indices, dtype="int64")
        group = pd.factorize(group)[0]  # numbered anew: stays below the row count
    return group, np.unique(group, return_index=True)[1]


def counted(columns: Sequence[pd.Series]) -> NDArray[np.int64]:
    """Number of each row within its group of rows that are alike, from 1 in the order of the rows."""
    return counted_in(alike(columns)[0])


def counted_in(group: NDArray[Any]) -> NDArray[np.int64]:
    """Number of each row within its group, given by whole numbers, from 1 in the order of the rows."""
    order = np.argsort(group, kind="stable")  # the rows of a group beside each other, as they stand
    sorted_ = group[order]
    out = np.empty(len(group), dtype="int64")
    out[order] = np.arange(len(group)) - np.searchsorted(sorted_, sorted_) + 1
    return out


def _filled(column: pd.Series) -> Any:
    """Arrow array without a missing value: the least that there is stands for it."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        numbers = column.to_numpy("float64", na_value=np.nan)
        return pa.array(np.where(np.isnan(numbers), -np.inf, numbers + 0.0))  # + 0.0: none is minus zero
    return pc.fill_null(text_array(column), "")
