"""Row ids: ordinary columns named `@form` that ride through merge, melt, filter and concat.

A row id says which record of which source a row came from. It is a nullable integer, or, where rows
were aggregated, a tuple of integers in an object column. `edges` turns the id columns of a finished
dataset into lineage: one row a (target row, source, source row).
"""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MARK = "@"


def id_column(source: str) -> str:
    """Name of the id column of a source: `ae` → `@ae`."""
    return MARK + source


def id_columns(frame: pd.DataFrame) -> list[str]:
    """The id columns that a frame carries, in its order."""
    return [name for name in frame.columns if str(name).startswith(MARK)]


def numbered(frame: pd.DataFrame, source: str) -> pd.DataFrame:
    """A copy of `frame` with the id column of `source` in front, 0 to n-1."""
    ids = pd.Series(np.arange(len(frame), dtype="int64"), dtype="Int64")
    out = frame.reset_index(drop=True)
    out.insert(0, id_column(source), ids)
    return out


def gathered_ids(ids: pd.Series, groups: pd.Series | NDArray[np.integer[Any]]) -> pd.Series:
    """For each group, the sorted tuple of its distinct row ids: keeps ids through an aggregation."""
    codes, names = pd.factorize(groups)
    found: list[set[int]] = [set() for _ in names]
    for code, value in zip(codes.tolist(), ids.tolist(), strict=True):
        if code >= 0:
            found[code].update(_as_tuple(value))
    return pd.Series([tuple(sorted(item)) for item in found], index=names, dtype=object)


def edges(frame: pd.DataFrame) -> pd.DataFrame:
    """Edges of a finished dataset: columns `row` (position, int64), `source` (text), `id` (int64).

    Every id column is unrolled, tuples too; missing ids give no edge. Sorted by row, source, id.
    """
    every = np.arange(len(frame), dtype="int64")
    names = sorted(id_columns(frame))
    count = max(len(names), 1)
    places, ids = [every[:0]], [every[:0]]  # place: of the row and, within it, of the source
    for number, name in enumerate(names):
        column = frame[name]
        if column.dtype == object:
            tuples = [_as_tuple(value) for value in column.tolist()]
            rows = np.repeat(every, [len(found) for found in tuples])
            ids.append(np.fromiter(chain.from_iterable(tuples), dtype="int64", count=len(rows)))
        else:
            rows = every[column.notna().to_numpy()]
            ids.append(column.array.take(rows).to_numpy("int64"))
        places.append(rows * count + number)
    place, id_ = np.concatenate(places), np.concatenate(ids)
    order = np.lexsort((id_, place))
    place, id_ = place[order], id_[order]
    new = np.ones(len(place), dtype="bool")
    new[1:] = (np.diff(place) != 0) | (np.diff(id_) != 0)
    place, id_ = place[new], id_[new]
    source = pd.array([name[len(MARK) :] for name in names], dtype="str").take(place % count)
    return pd.DataFrame({"row": place // count, "source": source, "id": id_})


def _as_tuple(value: object) -> tuple[int, ...]:
    if isinstance(value, tuple | list | np.ndarray):
        return tuple(int(item) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return () if pd.isna(value) else (int(value),)  # pyright: ignore[reportCallIssue, reportArgumentType]
