"""Two records have different dates of death.

What: DTHDTC is known to differ from AEENDTC of a fatal event, or from DSSTDTC of DEATH.
Why: survival and follow-up rest on the date.
Example: DTHDTC 2022-03-05, AEENDTC 2022-03-12 of the fatal event.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.moments import AFTER, BEFORE
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import deaths
from il2cdisc.check.persons import of_subject
from il2cdisc.check.records import has, hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK247",
    "Different dates of death",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="The record of DS is dated by the day on which the site learned of the death.",
    source="SD1347; sdtmchecks check_ae_aedthdtc_ds_death, check_ae_ds_partial_death_dates",
    question="Please give the date of death.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, variable, died, date in deaths(context):
        person = of_subject(context, table, "DM")
        if person is None or variable == "AESDTH" or not date:
            continue
        if has(table, date) and has(person.table, "DTHDTC"):
            order = table.dated(date).order(person.dated("DTHDTC"))
            differ = died & ((order == BEFORE) | (order == AFTER))
            what = "the date is not that of the death in DM, {death}"
            yield from hits(table, date, differ, what, looked_at=died, death=person.text("DTHDTC"))
