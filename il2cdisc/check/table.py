"""A dataset as it was re-read, and what many rules ask of its columns: found once, of distinct values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base import numbers
from il2cdisc.base.columns import CodedColumn, CodedTable, Codes
from il2cdisc.base.datasets import Variable, byte_length, byte_lengths
from il2cdisc.base.moments import moments_of
from il2cdisc.base.rows import in_order
from il2cdisc.check.dated import Dated
from il2cdisc.spec.models import DatasetSpec, VariableSpec
from il2cdisc.spec.selection import Selection

Rows = NDArray[np.signedinteger[Any]]
Flags = NDArray[np.bool_]
NO_ROWS: Rows = np.empty(0, dtype="int64")


@dataclass(frozen=True)
class CheckedTable:
    """One dataset re-read from its file; `spec` is None where the workbook does not know it.

    `table`: texts (blank = missing) for Char, numbers for Num, in file order.
    """

    name: str
    label: str
    file: str
    variables: tuple[Variable, ...]
    table: CodedTable
    spec: DatasetSpec | None = None

    def __len__(self) -> int:
        """Number of records."""
        return len(self.table)

    @cached_property
    def by_name(self) -> dict[str, Variable]:
        """Variables of the file by name."""
        return {variable.name: variable for variable in self.variables}

    @cached_property
    def seq(self) -> str:
        """Name of the sequence variable, empty when there is none."""
        names = ("ASEQ", f"{self.name[:2]}SEQ")
        return next((name for name in names if name in self.by_name), "")

    @cached_property
    def specified(self) -> tuple[VariableSpec, ...]:
        """Variables that workbook and file both have, in the workbook's order."""
        variables = self.spec.variables if self.spec else ()
        return tuple(variable for variable in variables if variable.name in self.by_name)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The workbook's keys that the file has."""
        return tuple(key for key in self.spec.keys if key in self.by_name) if self.spec else ()

    @cached_property
    def longest(self) -> dict[str, int]:
        """Bytes of the longest value of each Char variable, at least 1."""
        chars = [v.name for v in self.variables if v.type == "Char"]
        return {name: byte_length(pd.Series(self.table[name].values)) for name in chars}

    def longer_than(self, name: str, length: int, among: Rows | None = None) -> Rows:
        """Positions of texts (of those in `among`, if given) of more than `length` bytes."""
        if self.longest[name] <= length:
            return NO_ROWS
        return self.distinct(name).rows(byte_lengths(pd.Series(self.table[name].values)) > length, among)

    def numbers(self, name: str) -> NDArray[np.float64]:
        """The values of a Num variable."""
        return self.table[name].numbers

    def values(self, name: str, rows: Rows) -> list[Any]:
        """The values of a column at some rows: texts or numbers, NaN where one is missing."""
        return self.table[name].series(rows).tolist()

    @cached_property
    def _distinct(self) -> dict[str, Distinct]:
        return {}

    def distinct(self, name: str) -> Distinct:
        """The distinct values of a column, found once: rules ask for them again and again."""
        if name not in self._distinct:
            self._distinct[name] = Distinct(self.table[name])
        return self._distinct[name]

    @cached_property
    def _dated(self) -> dict[str, Dated]:
        return {}

    def dated(self, name: str) -> Dated:
        """What the dates of a column may mean, read once."""
        if name not in self._dated:
            column = self.table[name]
            texts = pd.Series(column.values).astype("str")
            self._dated[name] = Dated(moments_of(texts), column.codes)
        return self._dated[name]

    @cached_property
    def selection(self) -> Selection:
        """The records by where-clause."""
        return Selection(self.table)

    @cached_property
    def key_steps(self) -> NDArray[np.int8]:
        """For each record but the first: 1 where its keys are greater than those of the record before, -1
        where they are smaller, 0 where they are the same. Missing values come first."""
        steps = np.zeros(max(len(self) - 1, 0), dtype="int8")
        for key in reversed(self.keys):  # the first key that changes decides
            change = np.sign(np.diff(self.distinct(key).ranks())).astype("int8")
            steps = np.where(change != 0, change, steps)
        return steps


@dataclass(frozen=True)
class Distinct:
    """A column as its distinct values, in the order in which they appear: texts or numbers; and, for each
    row, the position of its value in them, -1 for missing."""

    column: CodedColumn

    @property
    def codes(self) -> Codes:
        return self.column.codes

    @cached_property
    def values(self) -> tuple[Any, ...]:
        return tuple(self.column.distinct)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The values as text, numbers as a workbook writes them."""
        return tuple(value if isinstance(value, str) else number_text(value) for value in self.values)

    @cached_property
    def decimals(self) -> NDArray[np.int64]:
        """Of each value the decimal places that it needs, -1 where it is no number."""
        found = (decimals(text) for text in self.texts)
        return np.fromiter((-1 if n is None else n for n in found), dtype="int64", count=len(self.texts))

    def ranks(self) -> NDArray[np.int32]:
        """For each row the place of its value among all in order, -1 for missing."""
        count = len(self.column.values)
        places = np.full(count + 1, -1, dtype="int32")
        places[in_order([pd.Series(self.column.values)])] = np.arange(count)
        return places[self.codes]

    def each(self, of_values: Sequence[Any], missing: Any) -> NDArray[Any]:
        """Something known of each value, for each row; `missing` for rows without a value."""
        return np.array([*of_values, missing])[self.codes]

    def has(self, value: Any) -> Flags:
        """The rows that have a value; those without any for an empty text."""
        code = self.values.index(value) if value in self.values else -1 if value == "" else -2
        return self.codes == code

    def rows(self, chosen: Sequence[bool] | Flags, among: Rows | None = None) -> Rows:
        """Positions of the rows (of those in `among`, if given) whose value is a chosen one."""
        known = np.append(np.asarray(chosen, dtype=bool), False)  # the last one is for missing values
        if not known.any():
            return NO_ROWS
        held = known[self.codes if among is None else self.codes[among]]
        return np.flatnonzero(held) if among is None else among[held]

    def where(self, wrong: Callable[[str], bool], among: Rows | None = None) -> Rows:
        """Positions of rows (of those in `among`) for whose value, as text, `wrong` holds; it is asked once
        a value."""
        texts = self.texts
        if among is None:
            return self.rows(np.fromiter(map(wrong, texts), dtype=bool, count=len(texts)))
        chosen = np.zeros(len(texts), dtype=bool)
        for code in self.present(among):
            chosen[code] = wrong(texts[code])
        return self.rows(chosen, among)

    def where_not_in(self, allowed: Iterable[str]) -> Rows:
        """Positions of values (as text) that are not among the allowed; a missing one is none."""
        known = frozenset(allowed)
        return self.where(lambda text: text not in known)

    def present(self, rows: Rows | Flags | slice) -> list[int]:
        """Positions of the values that some rows have."""
        found = np.unique(self.codes[rows]).tolist()
        return found[1:] if found[:1] == [-1] else found


def number_text(value: float) -> str:
    """A number as a workbook writes it: 1.0 → `1`, 0.5 → `0.5`, never with an exponent."""
    return numbers.number_text(float(value))


def decimals(value: str) -> int | None:
    """Decimal places of a number written as text, trailing zeros apart; None when it is no number."""
    found = numbers.read_number(value)
    return len(found.text.partition(".")[2].rstrip("0")) if found.is_number else None
