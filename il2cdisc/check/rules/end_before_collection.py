"""The end of a collection is before its start.

What: --ENDTC of a finding is known to be before --DTC, as far as both are known.
Why: the time over which a specimen was collected becomes negative.
Example: LBDTC 2022-03-05T08:00, LBENDTC 2022-03-04T08:00.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.moments import BEFORE
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.records import findings_of, hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK221",
    "Collection ends before it starts",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.COLUMN,
    right_when="Never; one of the two dates is wrong.",
    source="practice of data management",
    question="Please check both dates against the source documents, and correct what is wrong.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, own in findings_of(context, "DTC", "ENDTC"):
        start, end = f"{own}DTC", f"{own}ENDTC"
        early = table.dated(end).order(table.dated(start)) == BEFORE
        yield from hits(table, end, early, f"the collection ends before its start on {{{start}}}")
