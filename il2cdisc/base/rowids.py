"""Row ids: ordinary columns named `@form` that ride through merge, melt, filter and concat.

A row id says which record of which source a row came from. It is a nullable integer, or, where rows
were aggregated, a tuple of integers in an object column. `edges` turns the id columns of a finished
dataset into lineage: one row a (target row, source, source row).
"""

from __future__ import annotations

from itertools import chain, pairwise
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


def numbered(frame: pd.DataFrame, source: str, rows: NDArray[np.int64] | None = None) -> pd.DataFrame:
    """A copy of `frame` with the id column of `source` in front: `rows`, or 0 to n-1."""
    ids = pd.Series(np.arange(len(frame), dtype="int64") if rows is None else rows, dtype="Int64")
    out = frame.reset_index(drop=True)
    out.insert(0, id_column(source), ids)
    return out


def gathered_ids(ids: pd.Series, groups: pd.Series | NDArray[np.integer[Any]]) -> pd.Series:
    """For each group, the sorted tuple of its distinct row ids: keeps ids through an aggregation.

    >>> gathered_ids(pd.Series([4, 2, 7]), pd.Series(["S1", "S1", "S2"])).to_dict()
    {'S1': (2, 4), 'S2': (7,)}
    """
    codes, names = pd.factorize(groups)
    positions, numbers = _unrolled(ids)
    group, numbers = _distinct(codes[positions], numbers)
    ends = np.searchsorted(group, np.arange(len(names) + 1)).tolist()  # rows without a group have -1
    found = numbers.tolist()
    lists = [tuple(found[first:end]) for first, end in pairwise(ends)]
    return pd.Series(lists, index=names, dtype=object)


def row_ids(ids: pd.Series) -> NDArray[np.int64]:
    """The distinct row ids of a column of ids or of tuples of them, in order."""
    return np.unique(_unrolled(ids)[1])


def edges(frame: pd.DataFrame) -> pd.DataFrame:
    """Edges of a finished dataset: columns `row` (position, int64), `source` (text), `id` (int64).

    Every id column is unrolled, tuples too; missing ids give no edge. Sorted by row, source, id.
    """
    names = sorted(id_columns(frame))
    count = max(len(names), 1)
    places, ids = [np.empty(0, dtype="int64")], [np.empty(0, dtype="int64")]
    for number, name in enumerate(names):
        positions, found = _unrolled(frame[name])
        places.append(positions * count + number)  # place: of the row and, within it, of the source
        ids.append(found)
    place, id_ = _distinct(np.concatenate(places), np.concatenate(ids))
    source = pd.array([name[len(MARK) :] for name in names], dtype="str").take(place % count)
    return pd.DataFrame({"row": place // count, "source": source, "id": id_})


def _unrolled(ids: pd.Series) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions and row ids, one by one, of a column of ids or of tuples of them; a missing one has none."""
    every = np.arange(len(ids), dtype="int64")
    if ids.dtype != object:
        known = every[ids.notna().to_numpy()]
        return known, ids.array.take(known).to_numpy("int64")
    held = ids.tolist()
    # rows that were copied, as imputed draws are, share their tuple: each is looked at once
    same = np.fromiter(map(id, held), dtype="int64", count=len(held))
    _, first, kind = np.unique(same, return_index=True, return_inverse=True)
    tuples = [_as_tuple(held[place]) for place in first.tolist()]
    sizes = np.array([len(item) for item in tuples], dtype="int64")
    found = np.fromiter(chain.from_iterable(tuples), dtype="int64", count=int(sizes.sum()))
    counts = sizes[kind]
    moved = (np.cumsum(sizes) - sizes)[kind] - (np.cumsum(counts) - counts)
    places = np.arange(int(counts.sum()), dtype="int64") + np.repeat(moved, counts)
    return np.repeat(every, counts), found[places]


def _distinct(
    first: NDArray[np.int64], second: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct pairs, in order."""
    order = np.argsort(first, kind="stable")  # fast where the second ones are in order already
    if not _ordered(first[order], second[order]):
        order = np.lexsort((second, first))
    first, second = first[order], second[order]
    new = np.ones(len(order), dtype="bool")
    new[1:] = (np.diff(first) != 0) | (np.diff(second) != 0)
    return first[new], second[new]


def _ordered(first: NDArray[np.int64], second: NDArray[np.int64]) -> bool:
    """Whether the second numbers go up, or stay, where the first are the same; the first are in order."""
    return bool(((np.diff(second) >= 0) | (np.diff(first) > 0)).all())


def _as_tuple(value: object) -> tuple[int, ...]:
    if isinstance(value, tuple | list | np.ndarray):
        return tuple(int(item) for item in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return () if pd.isna(value) else (int(value),)  # pyright: ignore[reportCallIssue, reportArgumentType]
