"""The values of one variable of two datasets: brought to one type, and compared record by record."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.columns import CodedColumn, Flags, Rows
from il2cdisc.base.datasets import VariableType
from il2cdisc.base.numbers import number_text, read_number
from il2cdisc.base.problems import Stopped
from il2cdisc.compare.clocks import DAY, EXACT, Clock, clock_number, clock_text
from il2cdisc.compare.problems import BAD_TOLERANCE
from il2cdisc.compare.records import Matching
from il2cdisc.compare.tables import Attributes, Column, GivenTable, coded

NONE = -2  # a code that no row has


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far apart two numbers may be: `absolute`, or `relative` to the greater magnitude of the two."""

    absolute: float = 0.0
    relative: float = 0.0

    def __str__(self) -> str:
        parts = [("absolute", self.absolute), ("relative", self.relative)]
        given = [f"{name} {value:g}" for name, value in parts if value]
        return " or ".join(given) if given else "0 (numbers must be equal)"

    def unequal(self, left: NDArray[np.float64], right: NDArray[np.float64]) -> Flags:
        """Where two numbers are further apart; missing equals missing alone, an infinity itself alone."""
        same = (left == right) | (np.isnan(left) & np.isnan(right))
        if not self.absolute and not self.relative:
            return ~same
        finite = np.isfinite(left) & np.isfinite(right)
        with np.errstate(invalid="ignore", over="ignore"):
            apart = np.abs(left - right)
            allowed = np.maximum(self.absolute, self.relative * np.maximum(np.abs(left), np.abs(right)))
            return ~(same | (finite & (apart <= allowed)))


def tolerance_of(absolute: float, relative: float) -> Tolerance:
    """A tolerance that was asked for. Raises `Stopped` unless both parts are 0 or greater, and finite."""
    given = {"--tolerance": absolute, "--relative-tolerance": relative}
    wrong = {name: value for name, value in given.items() if not 0 <= value < math.inf}
    if wrong:
        what = "the tolerance is not a number from 0 on"
        raise Stopped([BAD_TOLERANCE.at(name, what, values=[value]) for name, value in wrong.items()])
    return Tolerance(absolute, relative)


@dataclass(frozen=True, slots=True)
class ComparedColumn:
    """A variable of one dataset. `column` is as it is compared, `given` as the file has it; `odd`: the rows
    whose text is not the number that it should be; `letters`: of its special missing values."""

    column: Column
    given: Column
    clock: Clock
    odd: Flags | None = None
    letters: CodedColumn | None = None

    def text(self, row: int) -> str:
        """A value as a person reads it; special missing values as `.A`, "" for a missing one."""
        if self.letters is not None and not self.letters.missing_at(row):
            return f".{self.letters.at(row)}"
        given = self.given
        value: Any = given.at(row) if isinstance(given, CodedColumn) else given[row]
        if isinstance(value, str):
            return value
        return "" if math.isnan(value) else clock_text(float(value), self.clock)


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """A variable of two datasets, in one type."""

    name: str
    type: VariableType
    left: ComparedColumn
    right: ComparedColumn

    @property
    def is_odd(self) -> bool:
        """Whether one of the two has text where numbers are compared."""
        return any(side.odd is not None and bool(side.odd.any()) for side in (self.left, self.right))


@dataclass(frozen=True, slots=True)
class VariableDifferences:
    """The records in which a variable differs, by their rows; `greatest` is the greatest distance of two
    numbers, None for text and where no two numbers are compared."""

    pair: ComparedPair
    left: Rows
    right: Rows
    greatest: float | None

    @property
    def name(self) -> str:
        return self.pair.name

    @property
    def count(self) -> int:
        return len(self.left)


def paired(name: str, left: GivenTable, right: GivenTable) -> ComparedPair | None:
    """A variable of both datasets in one type; None where one has text and the other numbers.

    A variable without a type (of CSV) takes that of the other dataset; of two such it is one of numbers if
    each value of both is one, written plainly (`007` and `1e5` are text).
    """
    ours, theirs = left.attributes[name], right.attributes[name]
    if ours.type and theirs.type and ours.type != theirs.type:
        return None
    columns = left.columns[name], right.columns[name]
    kind = ours.type or theirs.type or ("Num" if all(map(_is_plain, columns)) else "Char")
    if kind == "Char":
        sides = [ComparedColumn(column, column, Clock.NONE) for column in columns]
    else:
        clock = _common_clock(ours.clock, theirs.clock)
        pairs = zip((ours, theirs), columns, strict=True)
        sides = [_numbers(facts, column, clock) for facts, column in pairs]
    one, two = (
        replace(side, letters=table.letters.get(name))
        for side, table in zip(sides, (left, right), strict=True)
    )
    return ComparedPair(name, kind, one, two)


def _is_plain(column: Column) -> bool:
    """Whether each value is a number, and text is one as il2cdisc writes it."""
    if not isinstance(column, CodedColumn):
        return True
    return all(number_text(_number(text), EXACT) == text for text in column.distinct)


def _number(text: str) -> float:
    found = read_number(text)
    return found.value if found.is_number else math.nan


def _common_clock(left: Clock, right: Clock) -> Clock:
    """What both count: moments that are compared with days are turned into days."""
    if {left, right} == {Clock.DAYS, Clock.SECONDS}:
        return Clock.DAYS
    return left or right


def _numbers(facts: Attributes, column: Column, clock: Clock) -> ComparedColumn:
    """A column of numbers, or of text that should be some, counted as `clock` says."""
    if not isinstance(column, CodedColumn):
        if clock is Clock.DAYS and facts.clock is Clock.SECONDS:
            column = column / DAY
        return ComparedColumn(column, column, clock)
    found = [_read(str(text), clock) for text in column.distinct]
    numbers = column.spread(np.array(found, dtype="float64"), math.nan)
    odd = column.where([math.isnan(value) for value in found])
    return ComparedColumn(numbers, column, clock, odd)


def _read(text: str, clock: Clock) -> float:
    number = _number(text)
    if not math.isnan(number):
        return number
    found = clock_number(text, clock)
    if math.isnan(found) and clock is Clock.DAYS:
        return clock_number(text, Clock.SECONDS) / DAY
    return found


def differences(pair: ComparedPair, matching: Matching, tolerance: Tolerance) -> VariableDifferences:
    """The records that are in both datasets and whose values of a variable differ."""
    rows = matching.left, matching.right
    unequal = _unequal_numbers if pair.type == "Num" else _unequal_texts
    flags, greatest = unequal(pair, rows, tolerance)
    if pair.left.letters is not None or pair.right.letters is not None:
        flags |= _unequal_codes(_letters(pair.left), _letters(pair.right), rows)
    at = np.flatnonzero(flags)
    return VariableDifferences(pair, rows[0][at], rows[1][at], greatest)


def _letters(side: ComparedColumn) -> CodedColumn:
    return side.letters if side.letters is not None else CodedColumn.blank(len(side.column))


def _unequal_numbers(
    pair: ComparedPair, rows: tuple[Rows, Rows], tolerance: Tolerance
) -> tuple[Flags, float | None]:
    left, right = (
        np.asarray(side.column, dtype="float64")[at]
        for side, at in zip((pair.left, pair.right), rows, strict=True)
    )
    flags = tolerance.unequal(left, right)
    both = flags & np.isfinite(left) & np.isfinite(right)
    with np.errstate(over="ignore"):  # two numbers near the ends of a double are infinitely far apart
        greatest = float(np.abs(left[both] - right[both]).max()) if both.any() else None
    for side, at in zip((pair.left, pair.right), rows, strict=True):
        if side.odd is not None:
            flags |= side.odd[at]
    return flags, greatest


def _unequal_texts(pair: ComparedPair, rows: tuple[Rows, Rows], _: Tolerance) -> tuple[Flags, None]:
    return _unequal_codes(coded(pair.left.column), coded(pair.right.column), rows), None


def _unequal_codes(left: CodedColumn, right: CodedColumn, rows: tuple[Rows, Rows]) -> Flags:
    """Where two columns of text differ: each distinct text is looked up once."""
    index = pd.Index(np.asarray(left.distinct, dtype=object))
    found = index.get_indexer(pd.Index(np.asarray(right.distinct, dtype=object)))
    places = np.append(np.where(found < 0, NONE, found), -1)
    return left.codes[rows[0]] != places[right.codes[rows[1]]]
