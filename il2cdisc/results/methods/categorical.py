"""Subjects in each level of a variable: n and percentage."""

from __future__ import annotations

import pandas as pd

from il2cdisc.results.frame import frame_of, percentage
from il2cdisc.results.method import Method
from il2cdisc.results.work import Work
from il2cdisc.spec.conditions import Condition, equals
from il2cdisc.spec.tlf import Analysis, Display
from il2cdisc.stats.estimates import found

MISSING = "Missing"
DENOMINATORS = ("population", "present")


def run(work: Work) -> pd.DataFrame:
    """Statistics n, p of each level, in the order of the Levels cell.

    The denominator is the column's N, or with the option `denominator = present` the subjects whose value is
    not missing. A value of the data that Levels does not name gets a row behind them, missing values the last
    (label: option `missing`), so that nobody falls out of the table.
    """
    cells = []
    row = 0
    parts = list(work.columns())
    for item in work.analysis.variables:
        values = work.rows[item.name]
        known = [level.name for level in work.analysis.levels]
        others = sorted(set(values.dropna().astype(str)) - set(known))
        shown: list[tuple[str, Condition]] = [(name, equals(item.name, name)) for name in [*known, *others]]
        if values.isna().any():
            shown.append((work.analysis.options.get("missing", MISSING), equals(item.name, "")))
        for level, condition in shown:
            for column, rows in parts:
                column_values = rows[item.name]
                inside = (
                    column_values.isna() if condition.values == ("",) else column_values.astype(str) == level
                )
                size = _denominator(work, column.label, rows, item.name)
                n = int(rows.loc[inside, "USUBJID"].nunique())
                for name, estimate in (("n", found(n)), ("p", percentage(n, size))):
                    cells.append(
                        work.cell(
                            row,
                            name,
                            estimate,
                            column=column,
                            variable=item.name,
                            level=level,
                            conditions=(condition,),
                            denominator=float(size),
                        )
                    )
            row += 1
    return frame_of(cells)


def refuse(display: Display, analysis: Analysis) -> list[str]:
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
    run=run,
    statistics=("n", "p"),
    needs=("Variables", "Levels"),
    options=("denominator", "missing"),
    refuse=refuse,
    takes=("Lines", "Decimals"),
)
