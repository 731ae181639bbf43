"""A value is not among the terms of an extensible codelist.

What: the variable's codelist may be extended, but the value is not among its terms in the workbook.
Why: define.xml must list every value used; an added term is marked there as the sponsor's.
Example: a unit that the standard's codelist lacks.
Fix: use the standard's term where one means the same; else add the term to the sheet Codelists.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.codelists import outside
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK023",
    "Value not in an extensible codelist",
    Severity.FINDING,
    "Add the term to the sheet Codelists if nothing in the standard means the same.",
)
LEVEL = Level.WARNING


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, variable in context.columns:
        codelist = context.codelist(variable)
        if codelist is not None and codelist.extensible is True:
            yield from outside(context, table, variable.name, codelist, variable.at("Codelist"))
