"""A dose was given, and its date or its unit is missing.

What: --STDTC of a dose that was given is missing, or --DOSU where --DOSE is there.
Why: first dose, exposure and compliance rest on them.
Example: ECDOSE 0.5, no ECSTDTC.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import doses
from il2cdisc.check.records import filled, has, hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK287",
    "Dose without a date or a unit",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.COLUMN,
    right_when="Never; as far as it is known, a part of the date is enough.",
    source="sdtmchecks check_ex_exdosu, check_ex_exoccur_exdose_exstdtc",
    question="Please give the date and the unit of the dose.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    found = doses(context)
    if found is None:
        return
    table, start, dosed = found
    own = table.name
    yield from hits(table, start, dosed & ~filled(table, start), "the dose was given, and has no date")
    if has(table, f"{own}DOSE", f"{own}DOSU"):
        bare = dosed & filled(table, f"{own}DOSE") & ~filled(table, f"{own}DOSU")
        yield from hits(table, f"{own}DOSU", bare, f"the dose is {{{own}DOSE}}, and has no unit")
