"""A variable of the workbook is not in the file.

What: the sheet Variables lists a variable that the dataset's file does not have.
Why: define.xml would describe a variable that is not there; a Required or Expected one must be there.
Example: Variables lists AE AESER, and ae.xpt has no AESER.
Fix: fill the variable in the mapping, or take its row out of the workbook.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity, did_you_mean
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK010",
    "Variable missing from a file",
    Severity.FINDING,
    "Fill the variable in the mapping, or take its row out of the sheet Variables.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, spec in context.checked:
        for variable in spec.variables:
            if variable.name not in table.by_name and not variable.no_data:
                near = did_you_mean(variable.name, sorted(set(table.by_name) - set(spec.names)))
                what = f"{variable.name} is in the workbook, but not in {table.file}"
                yield RuleHit(table.name, what, variable.name, hint=near, spec=variable.at("Variable"))
