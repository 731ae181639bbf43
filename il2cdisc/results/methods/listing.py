"""Rows of a dataset as they are: the table that a listing shows, and as its one result their number."""

from __future__ import annotations

import pandas as pd

from il2cdisc.base.resultkey import record_keys
from il2cdisc.results.frame import frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.work import Work
from il2cdisc.stats.estimates import Estimate

ROWS = "rows"


def run(work: Work) -> pd.DataFrame:
    """Statistic `rows`: how many records are listed."""
    return frame_of([work.cell(0, ROWS, Estimate(float(len(work.rows))))])


def listed(work: Work) -> pd.DataFrame:
    """Each selected row, sorted by the option `order`: the keys of its record, then Variables."""
    order = work.analysis.option_list("order")
    rows = work.rows.sort_values(order, kind="stable") if order else work.rows
    names = dict.fromkeys([*record_keys(rows.columns), *(item.name for item in work.analysis.variables)])
    return rows[list(names)].reset_index(drop=True)


METHOD = Method(
    name="Listing",
    run=run,
    listed=listed,
    needs=("Variables",),
    options=("order", "group"),
    naming=("order", "group"),
    kind="Listing",
)
