"""Rows by where-clause, for many clauses over one table: each is evaluated over distinct values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.columns import CodedColumn, CodedTable, narrow
from il2cdisc.base.problems import Stopped
from il2cdisc.base.rows import first_of_groups
from il2cdisc.spec.conditions import Condition
from il2cdisc.spec.where import Clause, columns, comparisons, select

Rows = NDArray[np.signedinteger[Any]]
"""Positions of rows, from 0, in their order."""


class Selection:
    """Selects rows of a frame, or of a table of codes, by clauses, most of which ask for the same columns.

    A condition is evaluated once, over the distinct values of its column; a clause over the combinations of
    values that there are.
    """

    def __init__(self, table: pd.DataFrame | CodedTable) -> None:
        self._table = table
        self._kinds: dict[tuple[str, ...], _Kinds] = {}
        self._values: dict[str, _ColumnValues] = {}
        self._found: dict[tuple[_Asked, ...], Rows] = {}

    def rows(self, clause: Clause) -> Rows:
        """Positions of the rows that satisfy a clause; raises `Stopped` as `select` does."""
        asked = tuple((item.variable, item.comparator, item.values) for item in comparisons(clause))
        if (found := self._found.get(asked)) is None:
            found = self._found[asked] = self._select(clause, asked)
        return found

    def _select(self, clause: Clause, asked: tuple[_Asked, ...]) -> Rows:
        names = columns(clause)
        if not names:
            return np.arange(len(self._table))
        if any(name not in self._table for name in names):
            return np.flatnonzero(select(self._no_rows, clause))  # says which columns are not there
        values = {name: self._values_of(name) for name in names}
        if names not in self._kinds:
            self._kinds[names] = _Kinds.of({name: column.codes for name, column in values.items()})
        kinds = self._kinds[names]
        chosen = np.ones(kinds.count, dtype=bool)
        for name, comparator, wanted in asked:
            try:
                held = values[name].where(comparator, wanted)
            except Stopped:
                select(self._no_rows, clause)  # says it of the whole clause
                raise
            chosen &= held[kinds.codes[name]]
        return kinds.rows(chosen)

    @property
    def _no_rows(self) -> pd.DataFrame:
        table = self._table
        return table.frame(rows=slice(0, 0)) if isinstance(table, CodedTable) else table.iloc[:0]

    def _values_of(self, name: str) -> _ColumnValues:
        if name not in self._values:
            table = self._table
            column = table[name] if isinstance(table, CodedTable) else CodedColumn.of(table[name])
            self._values[name] = _ColumnValues(name, column)
        return self._values[name]


_Asked = tuple[str, str, tuple[str, ...]]
"""Variable, comparator and values of a condition."""


class _ColumnValues:
    """The distinct values of a column, and behind them a missing one, as a condition sees them.

    `codes`: the place of each row's value among them, -1, which is the last, for a missing one.
    """

    def __init__(self, name: str, column: CodedColumn) -> None:
        self.codes = column.codes
        self._name = name
        ends = np.append(np.arange(len(column.values)), -1)
        self._frame = pd.DataFrame({name: CodedColumn(column.values, ends).series()})
        self._found: dict[tuple[str, tuple[str, ...]], NDArray[np.bool_]] = {}

    def where(self, comparator: str, values: tuple[str, ...]) -> NDArray[np.bool_]:
        """Which of the values satisfy a condition. Raises `Stopped` as `select` does."""
        asked = (comparator, values)
        if asked not in self._found:
            condition = Condition(self._name, comparator, values)
            self._found[asked] = select(self._frame, [condition]).to_numpy()
        return self._found[asked]


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Rows by what they have in some columns. `codes`: of each column the value of each of `count` kinds;
    `order`: the rows of the first kind, then those of the second, ...; `starts`: where in it each kind
    begins, and the end."""

    count: int
    codes: Mapping[str, NDArray[np.signedinteger[Any]]]
    order: NDArray[np.int32]
    starts: NDArray[np.int64]

    @classmethod
    def of(cls, columns: Mapping[str, NDArray[np.signedinteger[Any]]]) -> _Kinds:
        kind, first = groups(list(columns.values()))
        count = len(first)
        order = np.argsort(narrow(kind, count), kind="stable").astype("int32")
        starts = np.append(0, np.cumsum(np.bincount(kind, minlength=count)))
        return cls(count, {name: codes[first] for name, codes in columns.items()}, order, starts)

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
    return number, first_of_groups(number)
