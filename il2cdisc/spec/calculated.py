"""Conditions of the sheet Checks on what a formula gives, computed for pairs of records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from il2cdisc.base.columns import CodedColumn, Flags, Rows
from il2cdisc.base.moments import moments_of
from il2cdisc.base.numbers import Floats, above, at_least, at_most, below, equal, read_number
from il2cdisc.spec.conditions import Condition
from il2cdisc.spec.formula import CheckFormula, Use, formula
from il2cdisc.spec.trial_models import TrialCheck

_COMPARED = {"LT": below, "LE": at_most, "GT": above, "GE": at_least}
_CLOCK = re.compile(r"(?:^|T)([01]\d|2[0-3]):([0-5]\d)")
_MINUTE = 60_000_000


class ReadableSide(Protocol):
    """Records of a dataset or form."""

    def column(self, name: str) -> CodedColumn: ...
    def is_date(self, name: str) -> bool: ...


def formulas(check: TrialCheck) -> dict[str, CheckFormula]:
    """The readable formulas of a check by their names."""
    out: dict[str, CheckFormula] = {}
    for name, text in check.computed:
        try:
            out[name] = formula(text)
        except ValueError:
            continue  # reported when the workbook is checked; the check does not run
    return out


def side_of(name: str, check: TrialCheck) -> tuple[str, str]:
    """Side and variable of a name in a formula; two empty texts for a side that the check does not have.

    Without a side it is a variable of the check's own record; where records of one dataset are joined, of the
    other record, as in Join Condition.
    """
    side, dot, variable = name.partition(".")
    if not dot:
        return check.dataset, name
    return (side, variable) if side in {check.dataset, check.join} - {""} else ("", "")


def is_own(name: str, check: TrialCheck) -> bool:
    """Whether a name in a formula is of the check's own record."""
    if check.join == check.dataset:
        return "." in name
    return side_of(name, check)[0] == check.dataset


@dataclass(frozen=True)
class Calculated:
    """A condition on the result of a formula of `own` and `other` records."""

    item: Condition
    check: TrialCheck
    own: ReadableSide
    other: ReadableSide

    def holds(self, left: Rows, right: Rows) -> Flags:
        """For pairs of rows: whether the result compares so with the numbers of the condition."""
        result = results(self.check, self.item.variable, self.own, self.other, left, right)
        numbers = [read_number(value).value for value in self.item.values]
        if self.item.comparator in _COMPARED:
            return _COMPARED[self.item.comparator](result, numbers[0])
        same = np.logical_or.reduce([equal(result, number) for number in numbers])
        return same if self.item.comparator in ("EQ", "IN") else ~same & ~np.isnan(result)


def results(
    check: TrialCheck, name: str, own: ReadableSide, other: ReadableSide, left: Rows, right: Rows
) -> Floats:
    """The result of a formula of a check for pairs of rows, NaN where a value that it needs is missing."""

    def take(variable: str, use: Use) -> Floats:
        mine = is_own(variable, check)
        column, plain = (own, other)[not mine], side_of(variable, check)[1]
        return _numbers(column, plain, use)[(left, right)[not mine]]

    size = np.zeros(len(left))
    return np.asarray(formulas(check)[name].of(take) + size, dtype="float64")


def shown_results(
    check: TrialCheck, name: str, own: ReadableSide, other: ReadableSide, left: Rows, right: Rows
) -> list[str]:
    """The results of a formula as a message shows them: four significant digits, or the whole number."""
    found = results(check, name, own, other, left, right)
    return [
        "missing" if np.isnan(each) else f"{each:.0f}" if abs(each) >= 1000 else f"{each:.4g}"
        for each in found
    ]


def _numbers(side: ReadableSide, name: str, use: Use) -> Floats:
    """A number for each row of a side, and a missing one at the end."""
    column = side.column(name)
    values = _distinct(column, use, date=side.is_date(name))
    return np.append(values, np.nan)[np.append(column.codes, -1)]


def _distinct(column: CodedColumn, use: Use, *, date: bool) -> Floats:
    if isinstance(column.values, np.ndarray):
        return np.asarray(column.values, dtype="float64") if use == "number" else _none(len(column.values))
    texts = [str(text) for text in column.distinct]
    if use == "year":
        return np.array([float(t[:4]) if re.match(r"\d{4}(-|T|$)", t) else np.nan for t in texts], "float64")
    if use == "number" and not date:
        found = [read_number(text) for text in texts]
        return np.array([item.value if item.is_number else np.nan for item in found], dtype="float64")
    moments = moments_of(pd.Series(texts, dtype="str"))
    if use == "number":
        return np.where(moments.has_day, moments.days, np.nan).astype("float64")
    clock = [_CLOCK.search(text) for text in texts]
    after_midnight = [60 * int(m[1]) + int(m[2]) if m else np.nan for m in clock]
    days = np.where(moments.has_time, moments.first // _MINUTE // 1440 * 1440, 0)
    return np.asarray(after_midnight, dtype="float64") + days


def _none(count: int) -> Floats:
    return np.full(count, np.nan)


def named(check: TrialCheck) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Side and variable of each name in each readable formula of a check."""
    return {
        name: tuple(side_of(each, check) for each in item.names) for name, item in formulas(check).items()
    }
