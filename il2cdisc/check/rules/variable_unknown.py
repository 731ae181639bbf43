"""A file has a variable that the workbook does not describe.

What: a variable of a transport file has no row in the sheet Variables.
Why: define.xml comes from the workbook, so the variable would be undocumented.
Example: ae.xpt has AEXYZ, and Variables no such row for AE.
Fix: add the row, or take the variable out of the mapping.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity, did_you_mean
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK011",
    "Variable not in the specification",
    Severity.FINDING,
    "Add the variable to the sheet Variables, or take it out of the mapping.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, spec in context.checked:
        for name in table.by_name:
            if name not in spec.by_name:
                near = did_you_mean(name, sorted(set(spec.names) - set(table.by_name)))
                yield RuleHit(
                    table.name, f"{name} is in {table.file}, but not in the workbook", name, hint=near
                )
