"""A subject has an arm, and neither a dose nor a reason why there is none.

What: ARMCD is filled, ARMNRS is missing, and EX has no dose of the subject that was given.
Why: the subject was treated and the doses are missing, or was not and nobody said so.
Example: ARMCD of the active arm, no record in EX.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import doses
from il2cdisc.check.persons import persons
from il2cdisc.check.records import filled, has, hits, matching
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK286",
    "Arm without a dose",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="The treatment has not begun at an interim cut.",
    source="SD0070",
    question="Please state whether the subject was treated, and enter the doses.",
)

NOT_TREATED = frozenset({"SCRNFAIL", "NOTASSGN", "NOTTRT"})
"""Arm codes of subjects without an arm, of versions before 3.3."""


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table, found = context.tables.get("DM"), doses(context)
    if table is None or found is None or not has(table, "USUBJID", "ARMCD"):
        return
    failed = matching(table, "ARMCD", lambda text: text.upper() in NOT_TREATED)
    enrolled = filled(table, "ARMCD") & ~failed & ~filled(table, "ARMNRS")
    dosed = persons(context).spread(persons(context).any(found[0], found[2]), table)
    yield from hits(
        table, "ARMCD", enrolled & ~dosed, "the subject has an arm, and no dose", looked_at=enrolled
    )
