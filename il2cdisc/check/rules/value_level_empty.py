"""A value-level row selects no record.

What: the where-clause of a row of the sheet ValueLevel holds for no record of its dataset. Supplemental
qualifiers are passed over: whether one is needed (the text of an impossible date) depends on the data.
define.xml leaves such rows out.
Why: a clause that selects nothing is a slip more often than not (a code spelled otherwise), and the records
that it was meant for are then described by nobody.
Example: LBTESTCD EQ GLUCOSE, where the code is GLUC.
Fix: correct the clause, or remove the row.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import NO_ROWS

KIND = Kind(
    "CHK073",
    "Value level without records",
    Severity.FINDING,
    "Correct the where-clause, or remove the row from the sheet ValueLevel.",
)
LEVEL = Level.WARNING


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, level, chosen in context.value_levels:
        if len(chosen) or table.name.startswith("SUPP"):
            continue
        what = f"where-clause {level.where} selects no record; define.xml leaves the row out"
        yield RuleHit(table.name, what, level.variable, NO_ROWS, spec=level.at("Where Clause"))
