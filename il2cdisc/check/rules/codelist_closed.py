"""A value is not among the terms of a codelist that can't be extended.

What: the variable's codelist is closed (a standard's non-extensible one, or the sponsor's own), and the value
is none of its terms in the workbook; case counts.
Why: values outside a closed codelist are rejected by every validator.
Example: AESEV holds "Mild", and the term is MILD.
Fix: map the value to a term; a sponsor's own codelist may get the term.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.codelists import outside
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK022",
    "Value outside a closed codelist",
    Severity.FINDING,
    "Correct the value's mapping (sheet Translations), or the codelist.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, variable in context.columns:
        codelist = context.codelist(variable)
        if codelist is not None and codelist.extensible is False:
            yield from outside(context, table, variable.name, codelist, variable.at("Codelist"))
