"""A subject was randomised or treated, and has no date of consent.

What: RFICDTC of DM is missing for a subject with ARMCD, RFXSTDTC, or a dose that was given, where at least
half of these have one.
Why: nothing may be done for a study without consent.
Example: RFXSTDTC 2022-03-05, no RFICDTC.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import doses
from il2cdisc.check.persons import persons
from il2cdisc.check.records import filled, has, hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK235",
    "Treated without a date of consent",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="Consent was waived, as in emergency research.",
    source="FB3411",
    question="Please give the date of informed consent.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("DM")
    if table is None or not has(table, "USUBJID", "RFICDTC"):
        return
    treated, found = filled(table, "ARMCD") | filled(table, "RFXSTDTC"), doses(context)
    if found is not None:
        treated |= persons(context).spread(persons(context).any(found[0], found[2]), table)
    absent = treated & ~filled(table, "RFICDTC")
    if 2 * absent.sum() > treated.sum():  # not collected, or not mapped: no question to a site
        return
    yield from hits(table, "RFICDTC", absent, "the subject was treated and has no date of consent")
