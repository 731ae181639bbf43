"""Two records have the same values in all key variables.

What: Datasets, column Key Variables, must tell every record from every other. The records told are those that
repeat an earlier one. Keys that the file lacks are told by CHK010 and left out here, and so are records made
from a raw record that repeats another: that is told once, at the raw record.
Why: define.xml gives the keys, and reviewers merge on them.
Example: two LB records of one subject, test, visit and time.
Fix: add the variable that tells them apart, or mend what is double at its source.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import CheckedTable, Rows
from il2cdisc.spec.selection import groups

KIND = Kind(
    "CHK030",
    "Duplicate keys",
    Severity.FINDING,
    "Add the variable that distinguishes the records to Key Variables, or correct the duplicate at "
    "its source.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, spec in context.checked:
        if not table.keys or (table.key_steps > 0).all():  # each greater than the one before
            continue
        rows = _later(table)
        rows = np.setdiff1d(rows, context.repeated(table.name)) if len(rows) else rows
        if len(rows):
            what = f"an earlier record has the same {', '.join(table.keys)}"
            yield RuleHit(table.name, what, rows=rows, spec=spec.at("Key Variables"))


def _later(table: CheckedTable) -> Rows:
    """Records whose keys an earlier one has; in key order that is the record just before."""
    if (table.key_steps >= 0).all():
        return np.flatnonzero(table.key_steps == 0) + 1
    later = np.ones(len(table), dtype=bool)
    later[groups([table.distinct(key).codes for key in table.keys])[1]] = False
    return np.flatnonzero(later)
