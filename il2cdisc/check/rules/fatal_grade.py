"""A fatal event is not of grade 5, or the reverse.

What: AETOXGR 5 without AEOUT FATAL, or AEOUT FATAL with a grade of 1 or 2.
Why: grade 5 is death by the definition of the scale.
Example: AETOXGR 5, AEOUT RECOVERED/RESOLVED.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.records import has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK250",
    "Fatal outcome inconsistent with the grade",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.COLUMN,
    right_when="The grade is that at onset, and the scale has another meaning of 5.",
    source="sdtmchecks check_ae_fatal, check_ae_aetoxgr",
    question="Please check the outcome and the grade.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("AE")
    if table is not None and has(table, "AETOXGR", "AEOUT"):
        fatal, worst = one_of(table, "AEOUT", "FATAL"), one_of(table, "AETOXGR", "5")
        yield from hits(table, "AETOXGR", worst & ~fatal, "the event is of grade 5, its outcome is {AEOUT}")
        mild = fatal & one_of(table, "AETOXGR", "1", "2")
        yield from hits(table, "AETOXGR", mild, "the outcome is fatal, and the grade is {AETOXGR}")
