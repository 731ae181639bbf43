"""An event of a treated subject has no relation to the treatment.

What: AEREL is missing for an event that may have begun on or after the first dose, where other events have
one.
Why: related events are counted by it.
Example: AETERM headache, no AEREL.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.moments import BEFORE
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit, of_records
from il2cdisc.check.findings import Level
from il2cdisc.check.records import filled, happened, has, hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK258",
    "Event without relation to treatment",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="The relation is asked for each drug, in other variables.",
    source="sdtmchecks check_ae_aerel",
    question="Please give the relation of the event to the treatment.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("AE")
    if table is None or not has(table, "USUBJID", "AEREL", "AESTDTC") or not filled(table, "AEREL").any():
        return
    dose = of_records(context, table, "RFXSTDTC").dates
    before = table.dated("AESTDTC").order(dose) == BEFORE
    absent = ~filled(table, "AEREL") & dose.is_known & ~before & happened(table)
    yield from hits(table, "AEREL", absent, "the event has no relation to the treatment")
