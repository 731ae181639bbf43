"""A mandatory variable has records without a value.

What: Variables says Mandatory = Yes, and a record has no value.
Why: a Required variable may never be null, and define.xml promises a value in every record.
Example: AE record 12 has no AETERM.
Fix: fill the value at its source; where it may be missing, say Mandatory = No.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import NO_ROWS

KIND = Kind(
    "CHK020",
    "Mandatory value missing",
    Severity.FINDING,
    "Fill in the value at its source, or set Mandatory to No in the sheet Variables.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, variable in context.columns:
        rows = np.flatnonzero(table.table[variable.name].missing) if variable.mandatory else NO_ROWS
        if len(rows):
            yield RuleHit(
                table.name,
                "no value, and the workbook says mandatory",
                variable.name,
                rows,
                spec=variable.at("Mandatory"),
            )
