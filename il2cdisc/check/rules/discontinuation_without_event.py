"""The treatment was discontinued because of an event, and no event says so.

What: DSDECOD ADVERSE EVENT of a STUDY TREATMENT disposition, and no event of the subject has AEACN DRUG
WITHDRAWN.
Why: discontinuations because of events are counted by one and by the other.
Example: DSDECOD ADVERSE EVENT, all AEACN DOSE NOT CHANGED.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import TREATMENT, dispositions
from il2cdisc.check.persons import persons
from il2cdisc.check.records import has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK261",
    "Discontinued for an event that is not there",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="The event began before the first dose, and AEACN is not asked for it.",
    source="sdtmchecks check_ds_ae_discon",
    question="Please state which event led to the end of treatment, and check its action taken.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    events, found = context.tables.get("AE"), dispositions(context, TREATMENT)
    if events is None or found is None or not has(events, "USUBJID", "AEACN"):
        return
    table, ended = found
    people = persons(context)
    withdrawn = people.any(events, one_of(events, "AEACN", "DRUG WITHDRAWN"))
    because = ended & one_of(table, "DSDECOD", "ADVERSE EVENT")
    what = "the treatment ended because of an adverse event, and no event has the drug withdrawn"
    yield from hits(table, "DSDECOD", because & ~people.spread(withdrawn, table), what, looked_at=because)
