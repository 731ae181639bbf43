"""Doses were given after the event for which the drug was withdrawn had ended.

What: AEACN is DRUG WITHDRAWN, and a dose of the subject that was given is after AEENDTC, as far as both are
known. Subjects whose treatment was completed are left to the check of the disposition.
Why: a drug that was withdrawn is not given again.
Example: AEACN DRUG WITHDRAWN, AEENDTC 2022-03-12, a dose on 2022-03-19.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.moments import AFTER
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import TREATMENT, dispositions, doses
from il2cdisc.check.persons import of_subject
from il2cdisc.check.records import has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK262",
    "Doses after withdrawal of the drug",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="One of several drugs was withdrawn.",
    source="sdtmchecks check_ae_withdr_ds_discon; practice of data management",
    question="Please check the action taken, and the dates of the event and the doses.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table, found = context.tables.get("AE"), doses(context)
    if table is None or found is None or not has(table, "USUBJID", "AEACN", "AEENDTC"):
        return
    last = of_subject(context, table, found[0].name, found[2], by=found[1], last=True)
    if last is not None:
        withdrawn = one_of(table, "AEACN", "DRUG WITHDRAWN")
        late = withdrawn & (last.dated(found[1]).order(table.dated("AEENDTC")) == AFTER)
        ended = dispositions(context, TREATMENT)
        end = of_subject(context, table, "DS", ended[1]) if ended is not None else None
        if end is not None:  # a completed treatment is reported by the check of the disposition
            late &= ~end.one_of("DSDECOD", "COMPLETED")
        what = "the drug was withdrawn, and a dose was given on {dose}"
        yield from hits(table, "AEACN", late, what, looked_at=withdrawn, dose=last.text(found[1]))
