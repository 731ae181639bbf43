"""A record is ongoing and has an end.

What: --ENRTPT is ONGOING, and --ENDTC is not after the time point that it refers to (--ENTPT; where that is
no date, RFPENDTC).
Why: it cannot have ended and go on at the same time.
Example: AEENRTPT ONGOING, AEENTPT 2022-06-30, AEENDTC 2022-03-12.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.moments import BEFORE
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit, of_records
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import original_tables
from il2cdisc.check.records import filled, has, hits, one_of, prefix
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK223",
    "Ongoing record with an end",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="Never; an end after the time point is left alone.",
    source="practice of data management",
    question="Please state whether it is ongoing or has ended, and when.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table in original_tables(context):
        own = prefix(table)
        end, point = f"{own}ENDTC", f"{own}ENTPT"
        if not has(table, end, f"{own}ENRTPT"):
            continue
        ends, both = table.dated(end), one_of(table, f"{own}ENRTPT", "ONGOING") & filled(table, end)
        later = of_records(context, table, "RFPENDTC").dates.order(ends) == BEFORE
        if has(table, point):
            dated = table.dated(point)
            later = np.where(dated.is_known, dated.order(ends) == BEFORE, later)
        yield from hits(table, end, both & ~later, "the record has an end and is marked as ongoing")
