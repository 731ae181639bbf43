"""A subject who was enrolled is not of the sex that the trial includes.

What: SEXPOP of TS is M or F, and SEX of a subject with an arm is the other one.
Why: the sex is mistyped, or a criterion was not met.
Example: SEXPOP F, SEX M.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import summary_value
from il2cdisc.check.records import filled, has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK241",
    "Sex outside the population of the trial",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="Never; a protocol that includes both sexes has SEXPOP BOTH.",
    source="SD2207",
    question="Please check the sex of the subject, and whether the subject was eligible.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table, sex = context.tables.get("DM"), summary_value(context, "SEXPOP")
    if table is not None and sex in ("M", "F") and has(table, "SEX", "ARMCD"):
        other = filled(table, "ARMCD") & one_of(table, "SEX", "F" if sex == "M" else "M")
        yield from hits(table, "SEX", other, f"the trial includes subjects of sex {sex} only")
