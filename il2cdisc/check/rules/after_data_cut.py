"""A record is dated after the data cut.

What: a collected --DTC of which the earliest day that it may mean is after `data_cut` of study.toml.
Why: what is later than the cut does not count in this analysis; a date in the future is mistyped.
Example: AESTDTC 2031-06-21, the data were cut on 2023-04-26.
Fix: ask for the date, or take the data of a later cut.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from il2cdisc.base.moments import AFTER, in_order, moments_of
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit, collected_dates
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK067",
    "Date after the data cut",
    Severity.FINDING,
    "Ask whether the date is right; the record is kept.",
)
LEVEL = Level.WARNING


def check(context: CheckContext) -> Iterator[RuleHit]:
    if context.data_cut is None:
        return
    cut = context.data_cut.isoformat()
    limit = moments_of(pd.Series([cut], dtype="str"))
    for table, variable in collected_dates(context):
        dates, column = table.dated(variable).of_values, table.distinct(variable)
        limits = limit.take(np.zeros(len(dates.known), dtype="int64"))
        rows = column.rows(in_order(dates, limits) == AFTER)
        if len(rows):
            what = f"the date is after the data cut of {cut}"
            yield RuleHit(table.name, what, variable, rows, out_of=int((column.codes >= 0).sum()))
