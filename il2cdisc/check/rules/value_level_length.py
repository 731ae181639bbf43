"""A text is longer than the length of its value-level row.

What: for the records that the where-clause selects, bytes of the value against ValueLevel, column Length.
Why: the length in define.xml must hold every value.
Example: a qualifier of length 20 that holds 35 bytes.
Fix: raise Length, or shorten the value.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK041",
    "Value longer than specified at value level",
    Severity.FINDING,
    "Raise Length in the sheet ValueLevel, or shorten the value at its source.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, level, chosen in context.value_levels:
        if level.length is None or level.data_type != "text" or table.by_name[level.variable].type != "Char":
            continue
        rows = table.longer_than(level.variable, level.length, chosen)
        if len(rows):
            what = f"longer than the {level.length} bytes of its value level ({level.where})"
            yield RuleHit(table.name, what, level.variable, rows, spec=level.at("Length"))
