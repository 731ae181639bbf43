"""Subjects with at least one selected row: n, percentage of the column's subjects, and rows (events)."""

from __future__ import annotations

import pandas as pd

from il2cdisc.results.frame import frame_of, percentage
from il2cdisc.results.method import Method
from il2cdisc.results.work import Work
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


METHOD = Method(
    run=run,
    statistics=("n", "p", "events"),
    takes=("Lines", "Decimals"),
)
