"""The treatment was withdrawn because of an event, and was completed.

What: AEACN is DRUG WITHDRAWN, and the subject's STUDY TREATMENT disposition is COMPLETED.
Why: discontinuations because of events are counted by one and by the other.
Example: AEACN DRUG WITHDRAWN, DSDECOD COMPLETED.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import TREATMENT, dispositions
from il2cdisc.check.persons import of_subject
from il2cdisc.check.records import has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK260",
    "Treatment withdrawn and still completed",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="One of several drugs was withdrawn.",
    source="sdtmchecks check_ae_withdr_ds_discon",
    question="Please check the action taken and how the treatment ended.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table, found = context.tables.get("AE"), dispositions(context, TREATMENT)
    if table is None or found is None or not has(table, "USUBJID", "AEACN"):
        return
    end = of_subject(context, table, "DS", found[1])
    if end is not None:
        withdrawn = one_of(table, "AEACN", "DRUG WITHDRAWN")
        wrong = withdrawn & end.one_of("DSDECOD", "COMPLETED")
        what = "the drug was withdrawn, and the treatment was completed"
        yield from hits(table, "AEACN", wrong, what, looked_at=withdrawn)
