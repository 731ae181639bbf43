"""A visit did not take place, and has results or doses.

What: SV says that a visit did not occur (SVOCCUR N), and a finding with a result or a dose that was given has
its subject and VISITNUM. Each visit is reported once, with the first dataset that has such records.
Why: one of the two entries is wrong; missed visits, windows and missing data rest on it.
Example: SVOCCUR N at visit 4, a pulse of visit 4 in VS.
Fix: Ask the site whether the visit took place; both entries are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.attended import with_records
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.records import hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK330",
    "Data of a visit that did not take place",
    Severity.FINDING,
    "Ask the site whether the visit took place; both entries are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="Never; the visit took place, or the records belong to another visit.",
    source="practice of data management",
    question="Please state whether the visit took place, or the visit to which the records belong.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    visits = context.tables.get("SV")
    if visits is None or "SVOCCUR" not in visits.by_name:
        return
    missed = one_of(visits, "SVOCCUR", "N")
    for name, rows in with_records(context, visits, missed):
        what = f"{{VISIT}} did not take place, and {name} has records of it"
        yield from hits(visits, "SVOCCUR", rows, what)
