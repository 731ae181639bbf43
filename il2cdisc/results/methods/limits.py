"""Subjects with a value beyond limits: plain numbers, or multiples of another variable of the record."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from il2cdisc.base.numbers import number_of, number_text
from il2cdisc.results.frame import ResultCell, frame_of, percentage
from il2cdisc.results.method import Method
from il2cdisc.results.options import BadCell, choice, refuse_choice
from il2cdisc.results.problems import NO_SUBJECTS
from il2cdisc.results.shape import PERCENT, WHOLE, row_per_level
from il2cdisc.results.work import Work, present
from il2cdisc.spec.conditions import Condition, equals
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats.estimates import Estimate, found

DENOMINATORS = ("present", "population")
_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "LT": operator.lt,
    "LE": operator.le,
    "GT": operator.gt,
    "GE": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Limit:
    """`GT 5.5`, or `GT 3 ANRHI`: the comparator, the number, and the variable that it multiplies."""

    comparator: str
    number: float
    times: str = ""

    def met(self, rows: pd.DataFrame, name: str) -> pd.Series:
        """Which rows have a value beyond the limit; none without one, or without what it multiplies."""
        bound = rows[self.times] * self.number if self.times else self.number
        return _COMPARED[self.comparator](rows[name], bound).fillna(False).astype(bool)


def limit_of(text: str) -> Limit:
    """Reads a level. Raises `ValueError` with a sentence."""
    words = text.split()
    number = number_of(words[1]) if len(words) in (2, 3) else math.nan
    if len(words) not in (2, 3) or words[0] not in _COMPARED or not math.isfinite(number):
        known = ", ".join(_COMPARED)
        raise ValueError(f"a limit is a comparator ({known}), a number and, if need be, a variable: {text!r}")
    return Limit(words[0], number, words[2] if len(words) == 3 else "")


def run(work: Work) -> pd.DataFrame:
    """n (with one record or more beyond the limit), total and p of each level of each variable.

    `total` is the denominator: the subjects with a value (and, of a multiple, with what it multiplies), or
    with the option `denominator = population` the column's N.
    """
    out: list[ResultCell] = []
    row = 0
    for item in work.analysis.variables:
        for level in work.analysis.levels:
            limit = limit_of(level.name)
            for column, rows in work.columns():
                out += _cells(work, row, column, rows, item.name, limit, level.name)
            row += 1
    return frame_of(out)


def _cells(
    work: Work, row: int, column: DisplayColumn, rows: pd.DataFrame, name: str, limit: Limit, level: str
) -> list[ResultCell]:
    known = rows.loc[rows[name].notna() & (rows[limit.times].notna() if limit.times else True)]
    counted = known.loc[limit.met(known, name), "USUBJID"].unique()
    own = choice(work.analysis, "denominator", DENOMINATORS) == DENOMINATORS[0]
    size = int(known["USUBJID"].nunique()) if own else work.sizes[column.label]
    beyond = Condition(name, limit.comparator, (number_text(limit.number),))
    if limit.times:  # a clause can't multiply: the subjects are named
        beyond = equals("USUBJID", *(sorted(counted) or [""]))
    there = (present(name), *((present(limit.times),) if limit.times else ()))
    behind = {"n": (beyond,), "total": there, "p": (beyond,)}
    estimates: dict[str, Estimate] = {
        "n": found(len(counted)),
        "total": found(size),
        "p": percentage(len(counted), size) if size else Estimate(math.nan),
    }
    return [
        work.cell(
            row,
            statistic,
            estimate,
            column=column,
            variable=name,
            level=level,
            conditions=behind[statistic],
            denominator=float(size),
        )
        for statistic, estimate in estimates.items()
    ]


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the limits and the options."""
    out = refuse_choice(analysis, "denominator", DENOMINATORS)
    named = set(analysis.option_list("times"))
    for level in analysis.levels:
        try:
            limit = limit_of(level.name)
        except ValueError as why:
            out.append(BadCell(str(why), header="Levels"))
            continue
        if limit.times and limit.times not in named:
            what = f"the limit {level.name!r} multiplies {limit.times}; name it in the option times"
            out.append(BadCell(what, header="Levels"))
    return out


METHOD = Method(
    name="Limits",
    run=run,
    rows=row_per_level,
    statistics={"n": WHOLE, "total": WHOLE, "p": PERCENT},
    lines=(Line(label="", template="{n}/{total} ({p})"),),
    alone="total",
    failure=NO_SUBJECTS,
    needs=("Variables", "Levels"),
    takes=("Lines", "Decimals"),
    most={"Lines": 1},
    numeric=True,
    options=("times", "denominator"),
    naming=("times",),
    numbers=("times",),
    refuse=refuse,
)
