"""A record was collected before what it records began.

What: --STDTC of an event or intervention is after --DTC, the date of its collection, as far as both are
known.
Why: what has not begun cannot have been recorded; one of the dates is mistyped.
Example: MHDTC 2022-03-05, MHSTDTC 2022-04-05.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.moments import AFTER
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import original_tables
from il2cdisc.check.records import has, hits, prefix
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK222",
    "Record dated before what it records",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.COLUMN,
    right_when="The form was opened at --DTC and a later event was added to it.",
    source="practice of data management",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table in original_tables(context):
        own = prefix(table)
        start, collected = f"{own}STDTC", f"{own}DTC"
        if has(table, start, collected) and not has(table, f"{own}TESTCD"):
            late = table.dated(start).order(table.dated(collected)) == AFTER
            yield from hits(table, start, late, f"the start is after the date of collection, {{{collected}}}")
