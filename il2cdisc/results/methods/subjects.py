"""Subjects with at least one selected row: n, percentage of the column's subjects, and rows (events)."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from il2cdisc.results.frame import frame_of, percentage
from il2cdisc.results.method import Method
from il2cdisc.results.problems import NO_SUBJECTS
from il2cdisc.results.shape import PERCENT, WHOLE, ResultRow, RowShape, ShownLine
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import DisplayAnalysis, Line
from il2cdisc.stats.estimates import found


def run(work: Work) -> pd.DataFrame:
    """Statistics n, p (percent of N), events; one row of the display."""
    cells = []
    for column, rows in work.columns():
        n, size = int(rows["USUBJID"].nunique()), work.sizes[column.label]
        for name, estimate in (("n", found(n)), ("p", percentage(n, size)), ("events", found(len(rows)))):
            cells.append(
                work.cell(0, name, estimate, column=column, variable="USUBJID", denominator=float(size))
            )
    return frame_of(cells)


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """One row with the label of the analysis."""
    return [RowShape(label=analysis.label, result=row.number, template=lines[0].template) for row in found]


METHOD = Method(
    name="Subjects",
    run=run,
    rows=rows,
    statistics={"n": WHOLE, "p": PERCENT, "events": WHOLE},
    lines=(Line(label="", template="{n} ({p}) [{events}]"),),
    alone="n",
    failure=NO_SUBJECTS,
    takes=("Lines", "Decimals"),
    most={"Lines": 1},
)
