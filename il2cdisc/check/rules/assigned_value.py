"""A variable holds something else than the value that the workbook assigns.

What: Variables, column Assigned Value, gives one value for all records; a record holds another.
Why: the workbook is the one source of constants such as STUDYID and DOMAIN.
Example: DOMAIN holds "AE " in LB.
Fix: correct Assigned Value, or the mapping.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.numbers import equal, number_of
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK025",
    "Value differs from the assigned value",
    Severity.FINDING,
    "Correct Assigned Value in the sheet Variables, or the mapping's constant.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, variable in context.columns:
        if not variable.assigned_value:
            continue
        if variable.type == "Num":
            column = table.table[variable.name]
            assigned = equal(np.asarray(column.values, dtype="float64"), number_of(variable.assigned_value))
            rows = np.flatnonzero(~column.where(assigned))
        else:
            rows = table.distinct(variable.name).where_not_in([variable.assigned_value])
        if len(rows):
            what = f"the workbook assigns '{variable.assigned_value}'"
            yield RuleHit(table.name, what, variable.name, rows, spec=variable.at("Assigned Value"))
