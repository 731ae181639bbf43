"""Evaluates a check of the sheet Checks over coded columns: which records fire, and with which joined record.

A literal condition is asked of the distinct values of a column (`where.select`). Two variables are compared
as dates at common precision, as numbers, or as text; with a value that is missing, or a date that may be
either, the comparison does not hold. A side joined with itself: each record with those before it, or where
records are counted, with all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.columns import CodedColumn, Flags, Rows
from il2cdisc.base.moments import AFTER, BEFORE, SAME, Moments, in_order, moments_of
from il2cdisc.base.numbers import above, at_least, at_most, below, equal, number_text
from il2cdisc.spec.calculated import Calculated, formulas, is_own
from il2cdisc.spec.conditions import Condition
from il2cdisc.spec.sense_lint import is_reference, referred
from il2cdisc.spec.trial_models import TrialCheck
from il2cdisc.spec.where import select

MOST_PAIRS = 50_000_000
"""A join that compares more pairs of records is refused: its key is too wide."""
_AT_ONCE = 1_000_000
_ORDERS = {
    "EQ": (SAME,),
    "NE": (BEFORE, AFTER),
    "LT": (BEFORE,),
    "LE": (BEFORE, SAME),
    "GT": (AFTER,),
    "GE": (AFTER, SAME),
}
_COMPARED = {"EQ": equal, "LT": below, "LE": at_most, "GT": above, "GE": at_least}


class CheckSide(Protocol):
    """Records of a dataset or form, as a check sees them."""

    @property
    def rows(self) -> int: ...
    def column(self, name: str) -> CodedColumn:
        """A variable: numbers, or texts, dates in ISO 8601."""
        ...

    def is_date(self, name: str) -> bool: ...
    def key(self, word: str) -> CodedColumn:
        """What a key of a join stands for: `Subject`, `Visit`, `Date`, or a variable."""
        ...


@dataclass(frozen=True)
class Fired:
    """Own rows that fire, and of each the first joined row (-1: none). `looked`: all own rows that were
    compared, and the first joined row of each."""

    rows: Rows
    joined: Rows
    looked: Rows
    looked_joined: Rows


class TooManyPairs(Exception):  # noqa: N818 - a verdict on a check, not an error of ours
    """A join would compare more than `MOST_PAIRS` pairs of records."""


def fired(check: TrialCheck, own: CheckSide, other: CheckSide | None) -> Fired:
    """The records of `own` at which a check fires. Raises `TooManyPairs`."""
    chosen = _selected(check, own, check.condition)
    looked = np.flatnonzero(chosen).astype("int64")
    if other is None:
        none = np.full(len(looked), -1, dtype="int64")
        return Fired(looked, none, looked, none)
    crossed = [item for item in check.join_condition if _crosses(item, check)]
    plain = [item for item in check.join_condition if not _crosses(item, check)]
    candidates = np.flatnonzero(_selected(check, other, plain)).astype("int64")
    mine, theirs = _keys(check, own, other, looked, candidates)
    has_key = mine >= 0
    looked, mine = looked[has_key], mine[has_key]
    order = np.argsort(theirs, kind="stable")
    order = order[theirs[order] >= 0]
    candidates, theirs = candidates[order], theirs[order]
    first = np.searchsorted(theirs, mine, side="left")
    count = np.searchsorted(theirs, mine, side="right") - first
    reached = np.append(candidates, -1)[np.where(count > 0, first, len(candidates))]
    earlier = check.join == check.dataset and not check.counts
    if crossed or earlier:
        if int(count.sum()) > MOST_PAIRS:
            raise TooManyPairs
        pairs = _Pairs(looked, candidates, first, count)
        joined, held = _holding(check, own, other, crossed, pairs, earlier=earlier)
    else:
        joined, held = reached, count
    fires = held >= check.least
    if check.most is not None:
        fires &= held <= check.most
    return Fired(looked[fires], joined[fires], looked, reached)


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Own rows, and of each those from `first` on, `count` of them, of the rows that have its key."""

    looked: Rows
    candidates: Rows
    first: Rows
    count: Rows


def _holding(
    check: TrialCheck,
    own: CheckSide,
    other: CheckSide,
    crossed: Sequence[Condition],
    pairs: _Pairs,
    *,
    earlier: bool,
) -> tuple[Rows, Rows]:
    """Of each own row the first row with its key for which the conditions between the two hold (-1: none),
    and how many there are; `earlier`: of those before it alone."""
    joined, held = np.full(len(pairs.looked), -1, dtype="int64"), np.zeros(len(pairs.looked), dtype="int64")
    compare = [_comparison(check, own, other, item) for item in crossed]
    count = pairs.count
    for part in _parts(count):
        at = np.repeat(part, count[part])
        offset = np.arange(len(at)) - np.repeat(np.cumsum(count[part]) - count[part], count[part])
        left, right = pairs.looked[at], pairs.candidates[pairs.first[at] + offset]
        holds = right < left if earlier else np.ones(len(at), dtype=bool)
        for one in compare:
            holds &= one.holds(left, right)
        hits = np.flatnonzero(holds)
        found, places, times = np.unique(at[hits], return_index=True, return_counts=True)
        joined[found], held[found] = right[hits[places]], times
    return joined, held


def _parts(count: Rows) -> Iterator[Rows]:
    """Positions in portions of at most about a million pairs."""
    portion = np.cumsum(count) // _AT_ONCE
    for number in np.unique(portion).tolist():
        yield np.flatnonzero(portion == number)


def _crosses(item: Condition, check: TrialCheck) -> bool:
    """Whether a condition on the joined side names a variable of the own side."""
    found = formulas(check).get(item.variable)
    if found is not None:
        return any(is_own(name, check) for name in found.names)
    return referred(item, check)[0] == check.dataset


def _selected(check: TrialCheck, side: CheckSide, where: Iterable[Condition]) -> Flags:
    """Which records of one side satisfy the conditions that need no other side."""
    out = np.ones(side.rows, dtype=bool)
    rows, computed = np.arange(side.rows), formulas(check)
    for item in where:
        if is_reference(item, check) or item.variable in computed:
            out &= _comparison(check, side, side, item).holds(rows, rows)
            continue
        column = side.column(item.variable)
        missing = pd.Series([None], dtype="float64" if _is_number(column) else "str")
        asked = pd.concat([pd.Series(column.values), missing], ignore_index=True)
        kept = select(pd.DataFrame({item.variable: asked}), [item]).to_numpy(dtype=bool)
        out &= kept[column.codes]
    return out


@dataclass(frozen=True)
class _Comparison:
    """A variable of `right` rows against one of `left` rows."""

    comparator: str
    left: CodedColumn
    right: CodedColumn
    dates: tuple[Moments, Moments] | None

    def holds(self, left: Rows, right: Rows) -> Flags:
        """For pairs of rows: whether the variable of the right one compares so with that of the left one."""
        mine, theirs = self.right.codes[right], self.left.codes[left]
        there = (mine >= 0) & (theirs >= 0)
        if self.dates is not None:
            of_left, of_right = self.dates
            orders = in_order(of_right.take(mine), of_left.take(theirs))
            return there & np.isin(orders, _ORDERS[self.comparator])
        one, two = _values(self.right)[mine], _values(self.left)[theirs]
        if one.dtype == object or two.dtype == object:
            return there & _texts_hold(self.comparator, one.astype(str), two.astype(str))
        if self.comparator == "NE":
            return there & ~equal(one, two)
        return there & _COMPARED[self.comparator](one, two)


def _texts_hold(comparator: str, one: NDArray[np.str_], two: NDArray[np.str_]) -> Flags:
    order = np.where(one < two, BEFORE, np.where(one > two, AFTER, SAME))
    return np.isin(order, _ORDERS[comparator])


def _comparison(
    check: TrialCheck, own: CheckSide, side: CheckSide, item: Condition
) -> _Comparison | Calculated:
    """`item` of `side`: on a formula, or with a value that names a variable of the own side or of `side`."""
    if item.variable in formulas(check):
        return Calculated(item, check, own, side)
    named, name = referred(item, check)
    from_own = named == check.dataset
    source = own if from_own else side
    left, right = source.column(name), side.column(item.variable)
    dates = None
    if source.is_date(name) and side.is_date(item.variable):
        dates = (_moments(left), _moments(right))
    return _Comparison(item.comparator, left, right, dates)


def _moments(column: CodedColumn) -> Moments:
    return moments_of(pd.Series(column.values, dtype="str"))


def _values(column: CodedColumn) -> NDArray[np.generic]:
    """The distinct values, and a missing one at the end, where a code of -1 leads."""
    if _is_number(column):
        return np.append(np.asarray(column.values, dtype="float64"), np.nan)
    return np.array([*column.distinct, ""], dtype=object)


def _is_number(column: CodedColumn) -> bool:
    return isinstance(column.values, np.ndarray)


def _keys(check: TrialCheck, own: CheckSide, other: CheckSide, mine: Rows, theirs: Rows) -> tuple[Rows, Rows]:
    """A number for the keys of each chosen row of both sides, the same for the same keys; -1 where a key is
    missing."""
    left, right = np.zeros(len(mine), dtype="int64"), np.zeros(len(theirs), dtype="int64")
    for word, other_word in check.keys:
        one, two = own.key(word), other.key(other_word)
        numbers: dict[str, int] = {}
        parts: list[Rows] = []
        for column, rows in ((one, mine), (two, theirs)):
            places = [numbers.setdefault(_text(value), len(numbers)) for value in column.distinct]
            parts.append(np.array([*places, -1], dtype="int64")[column.codes[rows]])
        both = np.concatenate([left, right])
        new = np.concatenate(parts)
        joint = both * (len(numbers) + 1) + new
        joint[(both < 0) | (new < 0)] = -1
        codes, _ = pd.factorize(joint)
        codes = np.where(joint < 0, -1, codes).astype("int64")
        left, right = codes[: len(mine)], codes[len(mine) :]
    return left, right


def _text(value: object) -> str:
    return number_text(value) if isinstance(value, float) else str(value)
