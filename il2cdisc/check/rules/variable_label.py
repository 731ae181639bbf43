"""A variable's label is not the workbook's.

What: the label in the transport file differs from Variables, column Label.
Why: file and define.xml must carry the same label; that of a standard variable is the standard's.
Example: the file says "Severity", the workbook "Severity/Intensity".
Fix: correct the workbook's label and build again.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK013",
    "Variable label differs",
    Severity.FINDING,
    "Correct the label in the sheet Variables and build again.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, variable in context.columns:
        label = table.by_name[variable.name].label
        if label != variable.label:
            what = f"the file's label is '{label}', the workbook's '{variable.label}'"
            yield RuleHit(table.name, what, variable.name, value=label, spec=variable.at("Label"))
