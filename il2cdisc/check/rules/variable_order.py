"""The variables of a file do not stand in the workbook's order.

What: of the variables that both have, the first that stands elsewhere than the workbook says.
Why: define.xml lists variables in the workbook's order, and the file must follow it.
Example: the workbook has AESEV before AESER, the file AESER before AESEV.
Fix: correct the column Order and build again.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK012",
    "Different order of variables",
    Severity.FINDING,
    "Correct the column Order in the sheet Variables and build again.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, spec in context.checked:
        asked = [name for name in spec.names if name in table.by_name]
        found = [name for name in table.by_name if name in spec.by_name]
        for want, have in zip(asked, found, strict=True):
            if want != have:
                what = f"the file has {have} where the workbook has {want}"
                yield RuleHit(table.name, what, have, spec=spec.by_name[want].at("Order"))
                break
