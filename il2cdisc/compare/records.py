"""Which record of one dataset is which of the other: by keys, or by their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from il2cdisc.base.columns import CodedColumn, CodedTable, Rows, row_numbers, stacked


@dataclass(frozen=True, slots=True)
class Matching:
    """Rows of two datasets: `left[i]` and `right[i]` are one record, in the order of the left.

    `only_*` have no record in the other dataset. Not matched are `repeated_*`, whose keys another record of
    their own dataset has, and `doubtful_*`, whose keys several records of the other dataset have.
    """

    left: Rows
    right: Rows
    only_left: Rows
    only_right: Rows
    repeated_left: Rows
    repeated_right: Rows
    doubtful_left: Rows
    doubtful_right: Rows

    @property
    def in_order(self) -> bool:
        """Whether the records of both come in the same order."""
        return bool((np.diff(self.right) > 0).all())


def match_by_number(left: int, right: int) -> Matching:
    """The first record with the first, and so on; the longer dataset has the others alone.

    >>> found = match_by_number(3, 2)
    >>> found.left.tolist(), found.only_left.tolist(), found.only_right.tolist()
    ([0, 1], [2], [])
    """
    both, none = np.arange(min(left, right)), np.empty(0, dtype="int64")
    return Matching(both, both, np.arange(right, left), np.arange(left, right), *[none] * 4)


def match_by_keys(left: Sequence[CodedColumn], right: Sequence[CodedColumn]) -> Matching:
    """Records with the same values in all key columns, which are text or numbers in both; a missing value is
    a value like any other.

    >>> one, two = (CodedColumn.of(pd.Series(keys)) for keys in ([1.0, 2.0, 3.0, 3.0], [2.0, 4.0, 1.0]))
    >>> found = match_by_keys([one], [two])
    >>> list(zip(found.left.tolist(), found.right.tolist())), found.only_right.tolist()
    ([(0, 2), (1, 0)], [1])
    >>> found.only_left.tolist(), found.repeated_left.tolist()
    ([], [2, 3])
    """
    split = len(left[0])
    tables = [CodedTable({str(n): c for n, c in enumerate(side)}, len(side[0])) for side in (left, right)]
    every = stacked(tables)
    found: Any = pd.factorize(row_numbers([every[name] for name in every.names]))
    groups, count = np.asarray(found[0], dtype="int64"), len(found[1])
    ours, theirs = groups[:split], groups[split:]
    in_left, in_right = (np.bincount(side, minlength=count) for side in (ours, theirs))
    repeated = (in_left > 1) | (in_right > 1)
    place = np.full(count, -1, dtype="int64")
    place[theirs] = np.arange(len(theirs))
    matched = np.flatnonzero(~repeated[ours] & (in_right[ours] > 0))
    return Matching(
        matched,
        place[ours[matched]],
        np.flatnonzero(~repeated[ours] & (in_right[ours] == 0)),
        np.flatnonzero(~repeated[theirs] & (in_left[theirs] == 0)),
        np.flatnonzero(in_left[ours] > 1),
        np.flatnonzero(in_right[theirs] > 1),
        np.flatnonzero((in_left[ours] == 1) & (in_right[ours] > 1)),
        np.flatnonzero((in_right[theirs] == 1) & (in_left[theirs] > 1)),
    )
