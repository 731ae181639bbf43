"""The dose was changed because of an event that began after the last dose.

What: AEACN is DOSE REDUCED, DOSE INCREASED or DRUG INTERRUPTED, and AESTDTC is after RFXENDTC, as far as
both are known; only subjects whose treatment has ended.
Why: after the last dose nothing can be changed; the onset or the action is wrong.
Example: last dose 2022-03-05, AESTDTC 2022-04-01, AEACN DOSE REDUCED.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.moments import AFTER
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit, of_records
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import TREATMENT, dispositions
from il2cdisc.check.persons import persons
from il2cdisc.check.records import has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK263",
    "Change of dose after the last dose",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="The dose was to be changed, and was not taken again.",
    source="practice of data management",
    question="Please check the onset of the event and the action taken.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("AE")
    if table is None or not has(table, "USUBJID", "AEACN", "AESTDTC"):
        return
    changed = one_of(table, "AEACN", "DOSE REDUCED", "DOSE INCREASED", "DRUG INTERRUPTED")
    last = of_records(context, table, "RFXENDTC").dates
    late = changed & (table.dated("AESTDTC").order(last) == AFTER)
    found = dispositions(context, TREATMENT)
    if found is not None:
        late &= persons(context).spread(persons(context).any(*found), table)
    yield from hits(table, "AEACN", late, "the action is {AEACN}, and the event begins after the last dose")
