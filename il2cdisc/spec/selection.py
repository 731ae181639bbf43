"""Rows by where-clause, for many clauses over one table: each is evaluated over distinct values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.columns import CodedTable, narrow
from il2cdisc.spec.where import Clause, columns, comparisons, select

Rows = NDArray[np.signedinteger[Any]]
"""Positions of rows, from 0, in their order."""


class Selection:
    """Selects rows of a frame, or of a table of codes, by clauses, most of which ask for the same columns."""

    def __init__(self, table: pd.DataFrame | CodedTable) -> None:
        self._table = table
        self._kinds: dict[tuple[str, ...], _Kinds] = {}
        self._found: dict[tuple[tuple[str, str, tuple[str, ...]], ...], Rows] = {}

    def rows(self, clause: Clause) -> Rows:
        """Positions of the rows that satisfy a clause; raises `Stopped` as `select` does."""
        asked = tuple((item.variable, item.comparator, item.values) for item in comparisons(clause))
        if (found := self._found.get(asked)) is None:
            found = self._found[asked] = self._select(clause)
        return found

    def _select(self, clause: Clause) -> Rows:
        names = columns(clause)
        if not names:
            return np.arange(len(self._table))
        if any(name not in self._table for name in names):
            return np.flatnonzero(select(self._no_rows, clause))  # says which columns are not there
        if names not in self._kinds:
            kind, first = groups([self._codes(name) for name in names])
            self._kinds[names] = _Kinds.of(self._rows_at(names, first), kind)
        kinds = self._kinds[names]
        return kinds.rows(select(kinds.frame, clause).to_numpy())

    @property
    def _no_rows(self) -> pd.DataFrame:
        table = self._table
        return table.frame(rows=slice(0, 0)) if isinstance(table, CodedTable) else table.iloc[:0]

    def _codes(self, name: str) -> NDArray[Any]:
        table = self._table
        return table[name].codes if isinstance(table, CodedTable) else pd.factorize(table[name])[0]

    def _rows_at(self, names: Sequence[str], rows: Rows) -> pd.DataFrame:
        table = self._table
        return table.frame(names, rows) if isinstance(table, CodedTable) else table[list(names)].iloc[rows]


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Rows by what they have in some columns. `frame`: a row of each kind; `order`: the rows of the first
    kind, then those of the second, ...; `starts`: where in it each kind begins, and the end."""

    frame: pd.DataFrame
    order: NDArray[np.int32]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, frame: pd.DataFrame, kind: NDArray[np.int64]) -> _Kinds:
        order = np.argsort(narrow(kind, len(frame)), kind="stable").astype("int32")
        return cls(frame, order, np.append(0, np.cumsum(np.bincount(kind, minlength=len(frame)))))

    def rows(self, chosen: NDArray[np.bool_]) -> Rows:
        """The rows of some kinds; those of one alone are held by all who ask for them together."""
        parts = [self.order[self.starts[at] : self.starts[at + 1]] for at in np.flatnonzero(chosen).tolist()]
        return parts[0] if len(parts) == 1 else np.sort(np.concatenate([self.order[:0], *parts]))


def groups(columns: Sequence[NDArray[Any]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows that are alike in all columns of codes (from -1): for each row the number of its group, in the
    order in which they appear, and the first row of each group."""
    number = np.zeros(len(columns[0]) if columns else 0, dtype="int64")
    for codes in columns:
        both: Any = number * (int(codes.max(initial=-1)) + 2) + codes + 1
        number = np.asarray(pd.factorize(both)[0], dtype="int64")
    return number, np.unique(number, return_index=True)[1]
