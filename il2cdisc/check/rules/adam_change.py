"""A change from baseline is not what AVAL and BASE give.

What: CHG is AVAL - BASE, PCHG is 100 x (AVAL - BASE) / BASE, R2BASE is AVAL / BASE, wherever they have a
value. Without AVAL or BASE they have none, the last two neither where BASE is 0. A workbook that gives
Significant Digits may round to them.
Why: these columns are analysed as they are.
Covers: AD0132, AD0223, AD0225.
Example: AVAL 12, BASE 20, CHG 8.
Fix: derive the change again from the final AVAL and BASE.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.adam import BDS, analysis_tables, numbers_of
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import number_text
from il2cdisc.spec.models import DatasetSpec

Numbers = NDArray[np.float64]

KIND = Kind(
    "CHK216",
    "Change from baseline is wrong",
    Severity.FINDING,
    "Derive the variable again from AVAL and BASE.",
)
LEVEL = Level.ERROR
PRECISION = 1e-9
"""Relative to the numbers of the formula: far more than a transport file loses, far less than a unit."""


@dataclass(frozen=True, slots=True)
class _Formula:
    """`top` times `factor`, both from AVAL and BASE; `size` is that of the numbers that make `top`."""

    text: str
    top: Callable[[Numbers, Numbers], Numbers]
    factor: Callable[[Numbers], Numbers]
    size: Callable[[Numbers, Numbers], Numbers]
    published: str


def _difference(value: Numbers, base: Numbers) -> Numbers:
    return value - base


def _both(value: Numbers, base: Numbers) -> Numbers:
    return np.abs(value) + np.abs(base)


def _one(base: Numbers) -> Numbers:
    return np.ones_like(base)


def _inverse(base: Numbers) -> Numbers:
    return 1 / np.where(base == 0, np.nan, base)


FORMULAS = {
    "CHG": _Formula("AVAL - BASE", _difference, _one, _both, "AD0223"),
    "PCHG": _Formula(
        "100 x (AVAL - BASE) / BASE", _difference, lambda base: 100 * _inverse(base), _both, "AD0225"
    ),
    "R2BASE": _Formula(
        "AVAL / BASE", lambda value, _base: value, _inverse, lambda value, _base: np.abs(value), "AD0132"
    ),
}


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, spec, _ in analysis_tables(context, BDS):
        for name, formula in FORMULAS.items():
            columns = numbers_of(table, "AVAL", "BASE", name)
            if columns is None:
                continue
            value, base, found = columns
            factor = formula.factor(base)
            expected = formula.top(value, base) * factor
            allowed = PRECISION * formula.size(value, base) * np.abs(factor) + _rounding(spec, name)
            has, ids = ~np.isnan(found), (formula.published,)
            without = np.flatnonzero(has & np.isnan(expected))
            if len(without):
                what = f"{name} has a value, and {formula.text} can't be computed"
                yield RuleHit(table.name, what, name, without, published=ids)
            rows = np.flatnonzero(has & (np.abs(found - expected) > allowed))
            if len(rows):
                texts = [f"{formula.text} is {number_text(number)}" for number in expected[rows].tolist()]
                yield RuleHit(
                    table.name, f"{name} is not {formula.text}", name, rows, details=texts, published=ids
                )


def _rounding(spec: DatasetSpec, name: str) -> float:
    """Half a unit of the last decimal that the workbook gives; 0 where it gives none."""
    digits = spec.by_name[name].significant_digits if name in spec.by_name else None
    return 0.0 if digits is None else 0.5 * 10.0**-digits
