"""A value of an extensible codelist is the sponsor's own, and the standard has a term for it.

What: the value is none of the published terms of the codelist, but differs from one only in case, blanks or
hyphens, or is one of its synonyms. With an imported release (`ct import`) every codelist is looked
through, without one those that come with il2cdisc.
Why: terms may be added to an extensible codelist only where nothing in it means the same.
Example: a unit `mg/dl`, where the term is mg/dL; `Subcutaneous Route`, where it is SUBCUTANEOUS.
Fix: map the value to the standard's term.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK026",
    "Sponsor value where the standard has a term",
    Severity.FINDING,
    "Map the value to the standard's term, or write in a disposition how it differs.",
)
LEVEL = Level.WARNING


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, variable in context.columns:
        codelist = context.codelist(variable)
        if codelist is None or not codelist.nci_code or not codelist.extensible:
            continue
        column = table.distinct(variable.name)
        hints = {value: near for value in column.texts if (near := context.near(codelist.nci_code, value))}
        if hints:
            what = f"no term of {codelist.nci_code}, but near to one"
            rows = column.where(hints.__contains__)
            yield RuleHit(table.name, what, variable.name, rows, hints=hints, spec=variable.at("Codelist"))
