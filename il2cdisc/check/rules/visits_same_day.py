"""Two planned visits of a subject took place on the same day.

What: SVSTDTC of two planned visits that took place is the same day, and their windows (planned days without
a window: one day apart) do not overlap.
Why: one of the dates is mistyped, or a visit was entered twice.
Example: visits 3 and 4 both on 2022-03-05.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import planned
from il2cdisc.check.persons import Partner, matched_rows, persons
from il2cdisc.check.records import happened, has, hits, in_days, numbers_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.table import CheckedTable

KIND = Kind(
    "CHK231",
    "Two planned visits on one day",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="The protocol lets two visits fall together, such as the last one and one on leaving.",
    source="sdtmchecks check_rs_rsdtc_across_visit, check_tr_trdtc_across_visit",
    question="Please state whether both visits took place on this day.",
)

HALF = 0.5


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("SV")
    if table is None or not has(table, "USUBJID", "VISITNUM", "VISIT", "SVSTDTC"):
        return
    days, visits = in_days(table, "SVSTDTC"), table.numbers("VISITNUM")
    people = persons(context).of(table)
    rows = np.flatnonzero(planned(table, context) & happened(table) & ~np.isnan(days) & (people >= 0))
    rows = rows[np.lexsort((visits[rows], days[rows], people[rows]))]
    together = (people[rows][1:] == people[rows][:-1]) & (days[rows][1:] == days[rows][:-1])
    together &= visits[rows][1:] != visits[rows][:-1]
    first, last = _windows(context, table)
    together &= (last[rows][:-1] < first[rows][1:]) | (last[rows][1:] < first[rows][:-1])
    before = np.full(len(table), -1, dtype="int64")
    before[rows[1:]] = np.where(together, rows[:-1], -1)
    other = Partner(table, before)
    yield from hits(
        table, "SVSTDTC", before >= 0, "{VISIT} is on the same day as {visit}", visit=other.text("VISIT")
    )


def _windows(context: CheckContext, table: CheckedTable) -> tuple[np.ndarray, np.ndarray]:
    """First and last planned day of the visit of each record: by its window, else half a day around it."""
    known = {visit.visit_number: visit for visit in context.spec.protocol.visits}
    first, last = (np.full(len(table), np.nan) for _ in range(2))
    plan = context.tables.get("TV")
    if plan is not None and has(plan, "VISITNUM", "VISITDY"):
        days = matched_rows(table, plan, [("VISITNUM", "VISITNUM")]).numbers("VISITDY")
        first, last = days - HALF, days + HALF
    for number, visit in known.items():
        if visit.planned_day is not None:
            mine = numbers_of(table, "VISITNUM") == number
            before, after = (HALF if w is None else w for w in (visit.window_before, visit.window_after))
            first[mine], last[mine] = visit.planned_day - before, visit.planned_day + after
    return first, last
