"""The consent of DM is not that of DS.

What: RFICDTC is known to be before or after the earliest DSSTDTC of INFORMED CONSENT OBTAINED.
Why: both are made of one form; if they differ a mapping takes another record.
Example: RFICDTC 2022-03-05, DSSTDTC 2022-03-12.
Fix: Let both be made of the same record.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.moments import AFTER, BEFORE
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import milestone
from il2cdisc.check.persons import of_subject
from il2cdisc.check.records import has, hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK236",
    "Consent of DM differs from that of DS",
    Severity.FINDING,
    "Let both be made of the same record.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.PROGRAMMING,
    scope=SenseScope.SUBJECT,
    right_when="The subject consented again, and DM has the later consent by decision.",
    source="CG0143",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table, found = context.tables.get("DM"), milestone(context, "INFORMED CONSENT OBTAINED")
    if table is None or found is None or not has(table, "USUBJID", "RFICDTC"):
        return
    given_on = of_subject(context, table, "DS", found[1], by="DSSTDTC")
    if given_on is not None:
        order = table.dated("RFICDTC").order(given_on.dated("DSSTDTC"))
        differ, what = (order == BEFORE) | (order == AFTER), "DS has the consent on {day}"
        yield from hits(
            table, "RFICDTC", differ, what, looked_at=given_on.found, day=given_on.text("DSSTDTC")
        )
