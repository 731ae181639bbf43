"""A variable has value-level rows, and none of them selects this record.

What: records with a value that no where-clause of the variable selects.
Why: define.xml describes the variable by its value-level rows alone; these values stay undescribed.
Example: a QNAM in SUPPAE for which ValueLevel has no row.
Fix: add the row and its where-clause. A last row may select all the rest (comparator NOTIN).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import Context, Hit, positions
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK044",
    "Value that no value level describes",
    Severity.FINDING,
    "add a row to the sheets ValueLevel and WhereClauses for these records",
)
LEVEL = Level.WARNING


def check(context: Context) -> Iterator[Hit]:
    covered: dict[tuple[str, str], NDArray[np.bool_]] = {}
    for table, level, chosen in context.value_levels:
        mask = covered.setdefault((table.name, level.variable), np.zeros(len(table.frame), dtype=bool))
        mask[chosen] = True
    for (dataset, variable), mask in covered.items():
        table = context.tables[dataset]
        rows = positions(table.frame[variable].notna().to_numpy() & ~mask)
        if len(rows):
            yield Hit(dataset, f"no value-level row of {variable} selects this record", variable, rows)
