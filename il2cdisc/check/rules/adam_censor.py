"""The censoring of a time to an event is not a whole number from 0.

What: in a dataset with CNSR each record with AVAL has a CNSR; it is 0 for an event, else a whole number above
0.
Why: 0 is the only value that counts as an event in every procedure.
Covers: AD0169.
Example: CNSR is -1, 0.5, or empty.
Fix: derive CNSR with the reason of censoring, one whole number for each.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.adam import analysis_tables, filled
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK214", "Invalid censoring", Severity.FINDING, "Give CNSR 0 for an event, else a whole number above 0."
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _, _ in analysis_tables(context):
        if "CNSR" not in table.by_name or table.by_name["CNSR"].type != "Num":
            continue
        values = np.asarray(table.table["CNSR"].values, dtype="float64")
        rows = table.distinct("CNSR").rows((values < 0) | (values != np.floor(values)))
        if len(rows):
            what = "CNSR is not a whole number from 0"
            yield RuleHit(table.name, what, "CNSR", rows, published=("AD0169",))
        empty = (
            filled(table, "AVAL") & ~filled(table, "CNSR") if "AVAL" in table.by_name else np.zeros(0, bool)
        )
        if empty.any():
            yield RuleHit(table.name, "AVAL has a value, and CNSR has none", "CNSR", np.flatnonzero(empty))
