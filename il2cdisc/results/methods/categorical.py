"""Subjects in each level of a variable: n and percentage."""

from __future__ import annotations

import pandas as pd

from il2cdisc.results.frame import ResultCell, frame_of, percentage
from il2cdisc.results.method import Method
from il2cdisc.results.problems import NO_SUBJECTS
from il2cdisc.results.shape import PERCENT, WHOLE, row_per_level
from il2cdisc.results.work import Work, level_texts
from il2cdisc.spec.conditions import Condition, equals
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.stats.estimates import found

MISSING = "Missing"
DENOMINATORS = ("population", "present")


def run(work: Work) -> pd.DataFrame:
    """Statistics n, p of each level, in the order of the Levels cell.

    The denominator is the column's N, or with the option `denominator = present` the subjects whose value is
    not missing. A value of the data that Levels does not name gets a row behind them, missing values the last
    (label: option `missing`), so that nobody falls out of the table.
    """
    cells: list[ResultCell] = []
    row = 0
    for item in work.analysis.variables:
        levels = level_texts(work.rows[item.name])
        for level, condition, inside in _shown(work, item.name, levels):
            cells += _cells(work, row, item.name, level, condition, inside)
            row += 1
    return frame_of(cells)


def _shown(work: Work, name: str, levels: pd.Series) -> list[tuple[str, Condition, pd.Series]]:
    """Each level of a variable with the condition on its rows, and which rows these are."""
    known = [level.name for level in work.analysis.levels]
    others = sorted(set(levels.dropna()) - set(known))
    shown = [(level, equals(name, level), levels == level) for level in [*known, *others]]
    if levels.isna().any():
        missing = work.analysis.options.get("missing", MISSING)
        shown.append((missing, equals(name, ""), levels.isna()))
    return shown


def _cells(
    work: Work, row: int, name: str, level: str, condition: Condition, inside: pd.Series
) -> list[ResultCell]:
    cells: list[ResultCell] = []
    for column, rows in work.columns():
        size = _denominator(work, column.label, rows, name)
        n = int(rows.loc[inside.loc[rows.index], "USUBJID"].nunique())
        for statistic, estimate in (("n", found(n)), ("p", percentage(n, size))):
            cells.append(
                work.cell(
                    row,
                    statistic,
                    estimate,
                    column=column,
                    variable=name,
                    level=level,
                    conditions=(condition,),
                    denominator=float(size),
                )
            )
    return cells


def refuse(display: Display, analysis: DisplayAnalysis) -> list[str]:
    """What is wrong with the options."""
    given = analysis.options.get("denominator", DENOMINATORS[0])
    return (
        [] if given in DENOMINATORS else [f"the denominator {given!r} is none of {', '.join(DENOMINATORS)}"]
    )


def _denominator(work: Work, label: str, rows: pd.DataFrame, variable: str) -> int:
    if work.analysis.options.get("denominator", "population") == "present":
        return int(rows.loc[rows[variable].notna(), "USUBJID"].nunique())
    return work.sizes[label]


METHOD = Method(
    name="Categorical",
    run=run,
    rows=row_per_level,
    statistics={"n": WHOLE, "p": PERCENT},
    lines=(Line(label="", template="{n} ({p})"),),
    alone="n",
    failure=NO_SUBJECTS,
    needs=("Variables", "Levels"),
    takes=("Lines", "Decimals"),
    most={"Lines": 1},
    options=("denominator", "missing"),
    refuse=refuse,
)
