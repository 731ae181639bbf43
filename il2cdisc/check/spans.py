"""Records of one subject whose times overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.check.table import CheckedTable, Flags, Rows

OPEN = np.iinfo("int64").max
"""The end of what goes on."""


@dataclass(frozen=True)
class Spans:
    """From which to which instant each record may have been, in microseconds; `known`: its first day is."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    known: Flags

    @classmethod
    def of(cls, table: CheckedTable, start: str, end: str, ongoing: Flags | None = None) -> Spans:
        """The spans of records by two dates. A record without an end is as long as its start, unless it is
        `ongoing`; an end without a time is the beginning of its day."""
        first, last = table.dated(start), table.dated(end)
        begins = np.append(first.of_values.first, 0)[first.codes]
        ends = np.append(last.of_values.first, 0)[last.codes]
        ends = np.where(last.has_day, np.maximum(ends, begins), begins)
        if ongoing is not None:
            ends = np.where(ongoing & ~last.is_known, OPEN, ends)
        return cls(begins, ends, first.has_day)


def overlapping(group: Rows, spans: Spans, among: Flags | None = None) -> Rows:
    """For each record an earlier one of the same group that it overlaps, -1 for none.

    It begins before the other one ends, or both begin at the same instant; one that begins as the other one
    ends follows it. Groups below 0 are left alone.
    """
    out = np.full(len(group), -1, dtype="int64")
    rows = np.flatnonzero(spans.known & (group >= 0) & (True if among is None else among))
    if len(rows) < 2:
        return out
    rows = rows[np.lexsort((spans.end[rows], spans.start[rows], group[rows]))]
    own, starts, ends = group[rows], spans.start[rows], spans.end[rows]
    latest = pd.Series(ends).groupby(own).cummax().to_numpy()
    is_latest = np.append(True, (latest[1:] > latest[:-1]) | (own[1:] != own[:-1]))
    holder = rows[np.maximum.accumulate(np.where(is_latest, np.arange(len(rows)), 0))]
    same = own[1:] == own[:-1]
    follows = same & (starts[1:] < latest[:-1])
    together = same & (starts[1:] == starts[:-1])
    out[rows[1:]] = np.where(follows, holder[:-1], np.where(together, rows[:-1], -1))
    return out
