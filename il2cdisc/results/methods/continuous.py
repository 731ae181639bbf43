"""Summary statistics of one or more numeric variables, by the levels of a grouping variable."""

from __future__ import annotations

import pandas as pd

from il2cdisc.results.frame import frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.work import Work
from il2cdisc.spec.conditions import equals
from il2cdisc.stats.descriptive import STATISTICS, describe


def run(work: Work) -> pd.DataFrame:
    """Statistics of `describe` by level of By and by variable.

    The option `omit = VARIABLE @ LEVEL` leaves a variable out at a level (a change at the visit from which it
    is counted); several are separated by semicolons.
    """
    omitted = _omitted(work.analysis.options.get("omit", ""))
    cells = []
    row = 0
    by = work.analysis.by
    for level in _levels(work):
        groups = ((by, level),) if by else ()
        conditions = tuple(equals(*group) for group in groups)
        rows = work.rows.loc[work.rows[by].astype("str") == level] if by else work.rows
        parts = list(work.columns(rows))
        for item in work.analysis.variables:
            if (item.name, level) in omitted:
                continue
            for column, part in parts:
                estimates = describe(part[item.name])
                cells += [
                    work.cell(
                        row,
                        name,
                        estimate,
                        column=column,
                        groups=groups,
                        variable=item.name,
                        conditions=conditions,
                    )
                    for name, estimate in estimates.items()
                ]
            row += 1
    return frame_of(cells)


def _levels(work: Work) -> list[str]:
    if not work.analysis.by:
        return [""]
    named = [item.name for item in work.analysis.by_levels]
    return named or sorted(work.rows[work.analysis.by].dropna().astype("str").unique())


def _omitted(text: str) -> set[tuple[str, str]]:
    pairs = (part.partition("@") for part in text.split(";") if part.strip())
    return {(variable.strip(), level.strip()) for variable, _, level in pairs}


METHOD = Method(
    run=run,
    statistics=STATISTICS,
    needs=("Variables",),
    numeric=True,
    options=("omit",),
    takes=("By", "By Levels", "Lines", "Decimals"),
)
