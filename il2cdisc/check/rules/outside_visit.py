"""An examination is dated far from its visit, or on the day of another one.

What: --DTC of a finding is more than 7 days before the start or after the end of its visit in SV, or
outside of it and on a day on which another planned visit of the subject began.
Why: the date is mistyped, or the result belongs to another visit.
Example: LBDTC 2022-04-05, the visit was on 2022-03-05.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import planned
from il2cdisc.check.persons import groups_of, matched_rows, persons
from il2cdisc.check.records import done, findings_of, happened, has, hits, in_days
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.table import CheckedTable, Flags

KIND = Kind(
    "CHK232",
    "Examination outside its visit",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="The specimen was taken on another day by protocol, and counts for this visit.",
    source="sdtmchecks check_rs_rsdtc_visit",
    tolerance="7 days",
    question="Please check the date, and to which visit the examination belongs.",
)

MOST = 7


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    visits = context.tables.get("SV")
    if visits is None or not has(visits, "USUBJID", "VISITNUM", "VISIT", "SVSTDTC"):
        return
    start, end = in_days(visits, "SVSTDTC"), in_days(visits, "SVSTDTC")
    if has(visits, "SVENDTC"):
        end = np.fmax(start, in_days(visits, "SVENDTC"))
    people = persons(context)
    took_place = happened(visits) & ~np.isnan(start) & planned(visits, context)
    days_of = people.of(visits)[took_place] * 10_000_000 + start[took_place].astype("int64")
    once = _once(visits, happened(visits) & ~np.isnan(start))
    for table, own in findings_of(context, "DTC"):
        if not has(table, "VISITNUM"):
            continue
        visit, days = matched_rows(table, visits, among=once), in_days(table, f"{own}DTC")
        away = np.fmax(visit.taken(start) - days, days - visit.taken(end))
        looked = done(table) & ~np.isnan(away)
        out = np.flatnonzero(looked & (away > 0))
        late = looked & (away > MOST)
        keys = people.of(table)[out].astype("int64") * 10_000_000 + days[out].astype("int64")
        late[out] |= np.isin(keys, days_of)
        what = f"the examination is dated {{{own}DTC}}, its visit {{visit}} was on {{day}}"
        yield from hits(
            table, f"{own}DTC", late, what, looked_at=looked,
            visit=visit.text("VISIT"), day=visit.text("SVSTDTC"),
        )  # fmt: skip


def _once(visits: CheckedTable, among: Flags) -> Flags:
    """Visits of which a subject has one record: of several it is not known which one is meant."""
    group = groups_of(visits, ["USUBJID", "VISITNUM"])
    return among & (np.bincount(group[among], minlength=int(group.max(initial=-1)) + 1)[group] == 1)
