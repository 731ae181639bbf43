"""The end of a record is before its start.

What: --ENDTC of a dataset is known to be before --STDTC. Partial dates are compared as far as both are
known, times of one day only where both have one.
Why: durations become negative, and what was ongoing at a dose or a visit cannot be said.
Example: AESTDTC 2022-03-12, AEENDTC 2022-03-02.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.moments import BEFORE
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import original_tables
from il2cdisc.check.records import has, hits, prefix
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK220",
    "Record ends before it starts",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.COLUMN,
    right_when="Never; one of the two dates is wrong.",
    source="SD0013; sdtmchecks check_ae_aestdtc_after_aeendtc",
    question="Please check both dates against the source documents, and correct what is wrong.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table in original_tables(context):
        start, end = f"{prefix(table)}STDTC", f"{prefix(table)}ENDTC"
        if not has(table, start, end):
            continue
        ends, starts = table.dated(end), table.dated(start)
        early = ends.order(starts) == BEFORE
        what = f"the record ends before its start on {{{start}}}"
        yield from hits(table, end, early, what, looked_at=ends.is_known & starts.is_known)
