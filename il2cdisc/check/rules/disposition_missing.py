"""A subject has no end of participation, where nearly all others have.

What: DS has no end of participation of a subject with an arm (nine in ten have one), and TS does not say
that the study is ongoing.
Why: each subject is accounted for.
Example: 35 of 36 subjects have one.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import PARTICIPATION, dispositions, summary_value
from il2cdisc.check.persons import persons
from il2cdisc.check.records import filled, has, hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK289",
    "Missing end of participation",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.STUDY,
    right_when="The subject is still in the study.",
    source="SD1374",
    question="Please state whether the subject is still in the study, or how and when it ended.",
)

SHARE = 0.9


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table, found = context.tables.get("DM"), dispositions(context, PARTICIPATION)
    ongoing = summary_value(context, "ONGOSIND") == "Y"
    if ongoing or table is None or found is None or not has(table, "USUBJID", "ARMCD"):
        return
    enrolled = filled(table, "ARMCD")
    ended = persons(context).spread(persons(context).any(*found), table)
    if enrolled.any() and (enrolled & ended).sum() >= SHARE * enrolled.sum():
        absent = enrolled & ~ended
        yield from hits(
            table, "USUBJID", absent, "the subject has no end of participation", looked_at=enrolled
        )
