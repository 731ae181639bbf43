"""IE has a criterion that was met.

What: IEORRES is Y for an inclusion criterion, or N for an exclusion criterion.
Why: IE holds only what makes a subject ineligible.
Example: IECAT INCLUSION, IEORRES Y.
Fix: Leave the record out in the mapping, or reverse the answer where the form asks the opposite.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.records import has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK273",
    "Answer of a met criterion in IE",
    Severity.FINDING,
    "Leave the record out in the mapping, or reverse the answer where the form asks the opposite.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.PROGRAMMING,
    scope=SenseScope.COLUMN,
    right_when="Never, in SDTMIG 3.4.",
    source="practice of data management",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("IE")
    if table is not None and has(table, "IECAT", "IEORRES"):
        for category, answer in (("INCLUSION", "Y"), ("EXCLUSION", "N")):
            wrong = one_of(table, "IECAT", category) & one_of(table, "IEORRES", answer)
            yield from hits(
                table, "IEORRES", wrong, f"the answer to the {category.lower()} criterion is {answer}"
            )
