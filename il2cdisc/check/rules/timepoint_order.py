"""Readings of one series are not in the order of their time points.

What: within subject, test, visit and reference, a --DTC with a time is before that of the time point before
(--TPTNUM); readings with a known dose are left to the checks of the dose.
Why: one of the times is mistyped, or two readings are exchanged.
Example: time point 2 at 10:30, time point 3 at 10:10.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import Partner, groups_of
from il2cdisc.check.records import done, filled, findings_of, has, hits, in_minutes, numbers_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.timepoints import reference_minutes

KIND = Kind(
    "CHK296",
    "Time points in the wrong order",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="Never; --TPTNUM is in the order of time.",
    source="sdtmchecks check_eg_egdtc_visit_ordinal_error",
    question="Please check the times of both readings.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, own in findings_of(context, "DTC", "TPTNUM"):
        at, point = in_minutes(table, f"{own}DTC"), numbers_of(table, f"{own}TPTNUM")
        ids = ("TESTCD", "TPTREF", "POS", "LOC", "LAT", "SPEC", "METHOD")
        group = groups_of(table, ["USUBJID", "VISITNUM", *(f"{own}{name}" for name in ids)])
        known = done(table) & ~np.isnan(at) & ~np.isnan(point) & filled(table, "VISITNUM")
        known &= np.isnan(reference_minutes(context, table, own))
        rows = np.flatnonzero(known)
        day = np.floor(at[rows] / 1440)
        rows = rows[np.lexsort((at[rows], point[rows], day, group[rows]))]
        day = np.floor(at[rows] / 1440)
        same = (group[rows][1:] == group[rows][:-1]) & (day[1:] == day[:-1])
        back = same & (at[rows][1:] < at[rows][:-1]) & (point[rows][1:] > point[rows][:-1])
        before = np.full(len(table), -1, dtype="int64")
        before[rows[1:]] = np.where(back, rows[:-1], -1)
        other = Partner(table, before)
        what = "the reading is before that of {point}, {at}"
        yield from hits(
            table, f"{own}DTC", other.found, what, looked_at=known,
            point=other.text(f"{own}TPT" if has(table, f"{own}TPT") else f"{own}TPTNUM"),
            at=other.text(f"{own}DTC"),
        )  # fmt: skip
