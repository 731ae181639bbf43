"""A variable is text where the workbook says number, or a number where it says text.

What: integer and float are numbers (Num) in a transport file, every other data type is text (Char).
Why: programs that merge on the variable fail, and define.xml would be wrong.
Example: AGE is Char, and its data type integer.
Fix: correct Data Type, or make the mapping give that type.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK014",
    "Variable type differs",
    Severity.FINDING,
    "Correct Data Type in the sheet Variables, or make the mapping return that type.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, variable in context.columns:
        found = table.by_name[variable.name].type
        if found != variable.type:
            what = f"the file has {found}, the workbook asks for {variable.data_type} ({variable.type})"
            yield RuleHit(table.name, what, variable.name, value=found, spec=variable.at("Data Type"))
