"""A planned visit between two others is not recorded.

What: a visit of the sheet Protocol Visits (of all arms) has no record in SV for a subject who has visits
before and after it.
Why: a form is missing, or the visit was not done and nobody said so.
Example: visits 1, 2 and 4, none 3.
Where Protocol Schedule expects the form of the visit itself, the missing form is the question (RAW130).
Fix: Ask the site for the visit, or for the reason why it did not take place.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import persons
from il2cdisc.check.records import has, hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK234",
    "Missing planned visit",
    Severity.FINDING,
    "Ask the site for the visit, or for the reason why it did not take place.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="The visit is optional, or was not planned for this subject.",
    source="CG0653",
    question="Please state whether the visit between took place.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("SV")
    planned_visits = sorted({v.visit_number for v in context.spec.protocol.visits if not v.arm_code})
    if table is None or not planned_visits or not has(table, "USUBJID", "VISITNUM"):
        return
    people = persons(context)
    present = np.zeros((people.count, len(planned_visits)), dtype=bool)
    places = table.distinct("VISITNUM")
    known = {number: place for place, number in enumerate(planned_visits)}
    at = places.each([known.get(value, -1) for value in places.values], -1)
    rows = np.flatnonzero((at >= 0) & (people.of(table) >= 0))
    present[people.of(table)[rows], at[rows]] = True
    started = np.maximum.accumulate(present, axis=1)
    goes_on = np.maximum.accumulate(present[:, ::-1], axis=1)[:, ::-1]
    absent = started & goes_on & ~present
    last_before = np.maximum.accumulate(np.where(present, np.arange(len(planned_visits)), -1), axis=1)
    row_of = np.full(present.shape, -1, dtype="int64")
    row_of[people.of(table)[rows], at[rows]] = rows
    names = {visit.visit_number: visit.visit for visit in context.spec.protocol.visits}
    for place in np.flatnonzero(absent.any(axis=0)).tolist():
        who = np.flatnonzero(absent[:, place])
        chosen = np.zeros(len(table), dtype=bool)
        chosen[row_of[who, last_before[who, place]]] = True
        visit = names[planned_visits[place]]
        if visit.lower() in context.awaited:
            continue  # its missing form is asked for
        yield from hits(table, "VISITNUM", chosen, f"{visit} is not recorded, although later visits are")
