"""An event was treated, and no treatment is recorded.

What: AECONTRT is Y, and the subject has no record of CM or PR that may have begun on or after the day of
AESTDTC, or gone on then.
Why: the medication is missing, or the answer is wrong.
Example: AECONTRT Y, and no concomitant medication at all.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.moments import BEFORE
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import of_subject, persons
from il2cdisc.check.records import filled, happened, has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK268",
    "Treated event without a treatment",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="The event was treated without a medication, and procedures are not collected.",
    source="practice of data management",
    question="Please give the treatment of the event, or check the answer.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("AE")
    if table is None or not has(table, "USUBJID", "AECONTRT", "AESTDTC") or "CM" not in context.tables:
        return
    treated = one_of(table, "AECONTRT", "Y")
    covered, known = np.zeros(len(table), dtype=bool), treated & table.dated("AESTDTC").has_day
    for name in ("CM", "PR"):
        other = context.tables.get(name)
        if other is None or not has(other, "USUBJID", f"{name}STDTC"):
            continue
        end = f"{name}ENDTC" if has(other, f"{name}ENDTC") else f"{name}STDTC"
        open_ = happened(other) & ~(filled(other, end) & other.dated(end).has_day)
        covered |= persons(context).spread(persons(context).any(other, open_), table)
        last = of_subject(context, table, name, happened(other), by=end, last=True)
        if last is not None:
            covered |= last.found & ~(last.days(end).order(table.dated("AESTDTC")) == BEFORE)
    yield from hits(
        table, "AECONTRT", known & ~covered, "the event was treated, and no treatment is recorded",
        looked_at=known,
    )  # fmt: skip
