"""A variable has another label or type than in an earlier dataset of the package.

What: variables of one name are compared over all datasets of the package.
Why: reviewers set datasets together by name; a variable is one thing.
Example: VISITNUM is labelled "Visit Number" in AE, "Visit" in LB.
Labels that the standard itself words differently in two datasets pass.
Fix: make the rows of the workbook agree. Relative names such as SRCVAR, which differ by design, get a
disposition.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.standards.sdtm import sdtm_variable

KIND = Kind(
    "CHK018",
    "Different descriptions of one variable",
    Severity.FINDING,
    "Use the same label and type for the variable in every dataset of the workbook.",
)
LEVEL = Level.WARNING


def check(context: CheckContext) -> Iterator[RuleHit]:
    first: dict[str, tuple[str, str, str]] = {}
    for table in context.tables.values():
        for variable in table.variables:
            dataset, label, type_ = first.setdefault(
                variable.name, (table.name, variable.label, variable.type)
            )
            if (label, type_) != (variable.label, variable.type):
                standard = [sdtm_variable(name, variable.name) for name in (dataset, table.name)]
                if type_ == variable.type and [label, variable.label] == [s and s.label for s in standard]:
                    continue
                what = f"'{variable.label}' ({variable.type}) here, '{label}' ({type_}) in {dataset}"
                yield RuleHit(table.name, what, variable.name)
