"""Rows of a dataset as they are: the table that a listing shows, and as its one result their number."""

from __future__ import annotations

import pandas as pd

from il2cdisc.base.problems import did_you_mean
from il2cdisc.base.resultkey import record_keys
from il2cdisc.results.frame import frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.options import BadCell
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import Display, DisplayAnalysis
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


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """The columns of `group`, which are blank where they repeat, come first in Variables."""
    names = list(dict.fromkeys(item.name for item in analysis.variables))
    group = list(dict.fromkeys(analysis.option_list("group")))
    for name in group:
        if name not in names:
            what = f"the option group names {name}, which is no column of the listing"
            return [BadCell(what, did_you_mean(name, names))]
    if set(names[: len(group)]) != set(group):
        return [BadCell(f"the columns of the option group ({' '.join(group)}) come first in Variables")]
    return []


METHOD = Method(
    name="Listing",
    run=run,
    listed=listed,
    refuse=refuse,
    needs=("Variables",),
    options=("order", "group"),
    naming=("order", "group"),
    kind="Listing",
)
