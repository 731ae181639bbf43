"""A subject failed screening, and was randomised or treated.

What: ARMNRS is SCREEN FAILURE, or DSDECOD of a disposition is SCREEN FAILURE, and the subject has
RANDOMIZED in DS or a dose that was given.
Why: a subject fails screening or is enrolled, not both.
Example: DSDECOD SCREEN FAILURE, a dose on 2022-03-05.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import doses
from il2cdisc.check.persons import persons
from il2cdisc.check.records import has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK274",
    "Screen failure with randomisation or dose",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="Never; the disposition or the other record is wrong.",
    source="practice of data management",
    question="Please check how the participation ended, and whether the subject was randomised or treated.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table, people = context.tables.get("DS"), persons(context)
    if table is None or not has(table, "USUBJID", "DSDECOD"):
        return
    enrolled = people.any(table, one_of(table, "DSDECOD", "RANDOMIZED"))
    found = doses(context)
    if found is not None:
        enrolled |= people.any(found[0], found[2])
    failed = one_of(table, "DSDECOD", "SCREEN FAILURE", "SCREENING NOT COMPLETED")
    what = "the subject failed screening, and was randomised or treated"
    yield from hits(table, "DSDECOD", failed & people.spread(enrolled, table), what, looked_at=failed)
