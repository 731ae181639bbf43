"""A relative day of analysis data is 0.

What: a number that ends in DY is never 0: the day before the reference date is -1.
Why: the reference date is 1; a 0 shifts windows and durations by one.
Covers: AD0046.
Example: ADY is 0 on the day of the first dose.
Fix: add 1 to differences that are not negative.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.adam import analysis_tables
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK208", "Relative day 0", Severity.FINDING, "Derive the day without 0: the reference date is 1."
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _, _ in analysis_tables(context):
        for variable in table.variables:
            if variable.name.endswith("DY") and variable.type == "Num":
                rows = np.flatnonzero(table.table[variable.name].among([0.0]))
                if len(rows):
                    what = "the day is 0, which no day has"
                    yield RuleHit(table.name, what, variable.name, rows, published=("AD0046",))
