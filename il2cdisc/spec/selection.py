"""Rows by where-clause, for many clauses over one frame: each is evaluated over distinct values only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.spec.where import Clause, columns, comparisons, select

Rows = NDArray[np.int64]


class Selection:
    """Selects rows of a frame by clauses, most of which ask for the same columns."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._kinds: dict[tuple[str, ...], tuple[pd.DataFrame, NDArray[np.int32]]] = {}
        self._found: dict[tuple[tuple[str, str, tuple[str, ...]], ...], Rows] = {}

    def rows(self, clause: Clause) -> Rows:
        """Positions of the rows that satisfy a clause; raises `Stopped` as `select` does."""
        asked = tuple((item.variable, item.comparator, item.values) for item in comparisons(clause))
        if (found := self._found.get(asked)) is None:
            found = self._found[asked] = self._select(clause)
        return found

    def _select(self, clause: Clause) -> Rows:
        names = columns(clause)
        if not names or any(name not in self._frame for name in names):
            return np.flatnonzero(select(self._frame, clause))
        if names not in self._kinds:
            kind, first = groups([pd.factorize(self._frame[name])[0] for name in names])
            self._kinds[names] = (self._frame[list(names)].iloc[first], kind.astype("int32"))
        frame, kind = self._kinds[names]
        return np.flatnonzero(select(frame, clause).to_numpy()[kind])


def groups(columns: Sequence[NDArray[Any]]) -> tuple[Rows, Rows]:
    """Rows that are alike in all columns of codes (from -1): for each row the number of its group, in the
    order in which they appear, and the first row of each group."""
    number = np.zeros(len(columns[0]) if columns else 0, dtype="int64")
    for codes in columns:
        both: Any = number * (codes.max(initial=-1) + 2) + codes + 1
        number = np.asarray(pd.factorize(both)[0], dtype="int64")
    return number, np.unique(number, return_index=True)[1]
