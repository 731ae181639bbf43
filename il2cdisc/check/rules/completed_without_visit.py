"""A subject completed the study, and the last planned visit is missing.

What: DSDECOD COMPLETED of STUDY PARTICIPATION, and SV has no last visit of the sheet Protocol Visits that
took place.
Why: who completes has the last visit; the disposition or the visit is wrong.
Example: COMPLETED, the last visit in SV is the one before.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import PARTICIPATION, dispositions
from il2cdisc.check.persons import persons
from il2cdisc.check.records import happened, has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK290",
    "Completed without the last visit",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="The protocol counts a subject as complete without the last visit.",
    source="practice of data management",
    question="Please check whether the last visit took place, and how the participation ended.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    visits, found = context.tables.get("SV"), dispositions(context, PARTICIPATION)
    plan = context.spec.protocol.visits
    if visits is None or found is None or not plan or not has(visits, "USUBJID", "VISITNUM"):
        return
    table, ended = found
    last = max(plan, key=lambda visit: visit.visit_number)
    if any(visit.arm_code for visit in plan if visit.visit_number == last.visit_number):
        return
    at_last = happened(visits) & visits.table["VISITNUM"].among([last.visit_number])
    done_ = ended & one_of(table, "DSDECOD", "COMPLETED")
    people = persons(context)
    absent = done_ & ~people.spread(people.any(visits, at_last), table)
    if 2 * absent.sum() <= done_.sum():
        what = f"the subject completed, and {last.visit} did not take place"
        yield from hits(table, "DSDECOD", absent, what, looked_at=done_)
