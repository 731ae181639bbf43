"""Keys of rows as whole numbers, and the rows of another frame that have the same key."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import need_unique
from il2cdisc.base.rows import keyed, matched


def key_numbers(by: Sequence[str], *frames: pd.DataFrame) -> list[np.ndarray]:
    """For each frame the number of each row's key, over all frames, as they come; -1 where a part is missing.

    >>> one, two = pd.DataFrame({"USUBJID": ["S2", None]}), pd.DataFrame({"USUBJID": ["S1", "S2"]})
    >>> [numbers.tolist() for numbers in key_numbers(["USUBJID"], one, two)]
    [[0, -1], [2, 0]]
    """
    columns = [_column(name, frames) for name in by]
    every = keyed(columns) if columns else np.zeros(sum(map(len, frames)), dtype="int64")
    return np.split(every, np.cumsum([len(frame) for frame in frames])[:-1])


def _column(name: str, frames: Sequence[pd.DataFrame]) -> pd.Series:
    parts = [frame[name] for frame in frames]
    return pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]


def partners(
    function: str, dataset: pd.DataFrame, other: pd.DataFrame, by: Sequence[str], of: str
) -> np.ndarray:
    """For each row of `dataset` the position of the row of `other` with the same key, -1 for none.

    Stops with ADM002 when `other` (its name in the message: `of`) has several rows of a key.
    """
    columns = ([frame[name] for name in by] for frame in (dataset, other))
    place, repeated = matched(*columns)
    if repeated.any():
        need_unique(function, other, by, of)
    return place


def with_columns(dataset: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """`dataset` with the columns of `new` behind its own, row for row whatever the index of `new`."""
    return pd.concat([dataset, new.set_axis(dataset.index)], axis=1)


def rows_at(frame: pd.DataFrame, positions: np.ndarray) -> pd.DataFrame:
    """The rows of `frame` at `positions`; where one is -1 every column is missing."""
    return frame.reset_index(drop=True).reindex(positions)


def latest_places(
    ours: np.ndarray, value: np.ndarray, theirs: np.ndarray, other: np.ndarray, *, itself: bool = True
) -> np.ndarray:
    """For each row of ours the position of their row of the same key with the greatest value up to its own.

    `ours` and `theirs` are keys as of `key_numbers`, `value` and `other` numbers on one scale; of equal
    values the later row is taken. -1 where there is none, or a key or value is missing. `itself`: an equal
    value counts, too.

    >>> key, days = np.array([0, 0, 1]), np.array([5.0, 2.0, 9.0])
    >>> latest_places(key, days, np.array([0, 0]), np.array([2.0, 4.0])).tolist()
    [1, 0, -1]
    """
    known = np.flatnonzero((theirs >= 0) & ~np.isnan(other))
    steps = np.unique(other[known])
    there = theirs[known] * (len(steps) + 1) + np.searchsorted(steps, other[known]) + 1
    order = np.argsort(there, kind="stable")
    reached = np.searchsorted(steps, value, side="right" if itself else "left")
    place = np.searchsorted(there[order], ours * (len(steps) + 1) + reached, side="right") - 1
    found = np.append(known[order], -1)[place]  # before the first the place is -1: the appended one
    same = (ours >= 0) & ~np.isnan(value) & (np.append(theirs, -2)[found] == ours)
    return np.where(same, found, -1)
