"""A value that its value-level row calls mandatory is missing.

What: for the records that the where-clause selects, ValueLevel says Mandatory = Yes and there is no value.
Why: define.xml promises a value for each of these records.
Example: a supplemental qualifier without QVAL.
Fix: fill the value, or say Mandatory = No.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK042",
    "Mandatory value missing at value level",
    Severity.FINDING,
    "Fill in the value at its source, or set Mandatory to No in the sheet ValueLevel.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, level, chosen in context.value_levels:
        if not level.mandatory:
            continue
        rows = chosen[table.distinct(level.variable).codes[chosen] < 0]
        if len(rows):
            what = f"no value, and its value level says mandatory ({level.where})"
            yield RuleHit(table.name, what, level.variable, rows, spec=level.at("Mandatory"))
