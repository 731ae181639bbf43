"""An event is related to the treatment, and the subject had no dose before.

What: AEREL says that the event is related (Y, RELATED, PROBABLY, POSSIBLY), and AESTDTC is before RFXSTDTC,
or the subject has no dose.
Why: what was not given has no effect; the relation, the onset or the dose is wrong.
Example: AEREL RELATED, AESTDTC 2022-03-01, first dose 2022-03-05.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.moments import BEFORE
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit, of_records
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import doses, related
from il2cdisc.check.persons import persons
from il2cdisc.check.records import filled, has, hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK259",
    "Related event before the first dose",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="The event is related to a procedure of the study, and AEREL means that.",
    source="practice of data management",
    question="Please check the onset and the relation of the event.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table, dm = context.tables.get("AE"), context.tables.get("DM")
    if table is None or not has(table, "USUBJID", "AEREL", "AESTDTC") or not has(dm, "RFXSTDTC"):
        return
    dose, linked = of_records(context, table, "RFXSTDTC").dates, related(table)
    early = linked & (table.dated("AESTDTC").order(dose) == BEFORE)
    yield from hits(table, "AEREL", early, "the event is {AEREL}, and begins before the first dose")
    never = linked & ~dose.is_known & filled(table, "AESTDTC")
    found = doses(context)
    if found is not None:
        never &= ~persons(context).spread(persons(context).any(found[0], found[2]), table)
    yield from hits(table, "AEREL", never, "the event is {AEREL}, and the subject had no dose")
