"""A planned visit took place before the one that precedes it.

What: SVSTDTC of planned visits that took place, in the order of VISITNUM; the start of each is compared
with that of the one before; of the two the one is reported that does not fit the next visit, either.
Why: one of the dates is mistyped, or two visits are exchanged.
Example: visit 3 on 2022-03-12, visit 4 on 2022-03-05.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import planned
from il2cdisc.check.persons import Partner, persons
from il2cdisc.check.records import happened, has, hits, in_days
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK230",
    "Visits in the wrong order",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="The visit numbers are not in the order of time, as of a visit at which a subject leaves.",
    source="sdtmchecks check_lb_lbdtc_visit_ordinal_error",
    question="Please check the dates of both visits.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("SV")
    if table is None or not has(table, "USUBJID", "VISITNUM", "VISIT", "SVSTDTC"):
        return
    days, visits = in_days(table, "SVSTDTC"), table.numbers("VISITNUM")
    people = persons(context).of(table)
    rows = np.flatnonzero(planned(table, context) & happened(table) & ~np.isnan(days) & (people >= 0))
    rows = rows[np.lexsort((days[rows], visits[rows], people[rows]))]
    at, who = days[rows], people[rows]
    back = (who[1:] == who[:-1]) & (at[1:] < at[:-1]) & (visits[rows][1:] > visits[rows][:-1])
    # the earlier visit is the wrong one if it is late for the visit after the next, too
    wrong = np.zeros(len(back), dtype=bool)
    wrong[:-1] = (who[2:] == who[:-2]) & (at[:-2] > at[2:])
    fits = np.ones(len(back), dtype=bool)
    fits[1:] = (who[2:] != who[:-2]) | (at[2:] >= at[:-2])
    earlier = back & wrong & fits
    later, sooner = (np.full(len(table), -1, dtype="int64") for _ in range(2))
    sooner[rows[1:]] = np.where(back & ~earlier, rows[:-1], -1)
    later[rows[:-1]] = np.where(earlier, rows[1:], -1)
    for word, places in (("before", sooner), ("after", later)):
        other = Partner(table, places)
        what = f"{{VISIT}} is {word} {{visit}} on {{day}}"
        visit, day = other.text("VISIT"), other.text("SVSTDTC")
        yield from hits(table, "SVSTDTC", other.found, what, visit=visit, day=day)
