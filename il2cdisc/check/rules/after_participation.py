"""A visit is later than the end of participation.

What: SVSTDTC of a visit that took place is after DSSTDTC of the subject's last disposition event of STUDY
PARTICIPATION; without SV the start of a dose that was given. Several visits, or one on its planned day, are
reported once at the end of participation, a single one at itself.
Why: who has left the study has no visits in it; one of the dates is wrong.
Example: end of participation 2022-03-05, a visit on 2022-04-02.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.moments import AFTER
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import PARTICIPATION, blamed, dispositions, exposure
from il2cdisc.check.persons import of_subject
from il2cdisc.check.records import happened, has, hits, numbers_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.table import CheckedTable, Flags

KIND = Kind(
    "CHK226",
    "Visit after the end of participation",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="A safety follow-up is done after the end of participation by protocol.",
    source="FB3402; SD0080",
    question="Please check the date of the end of participation and those of the visits.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    found = dispositions(context, PARTICIPATION)
    table = context.tables.get("SV") or exposure(context)
    if found is None or table is None or not has(found[0], "DSSTDTC"):
        return
    name = f"{table.name}STDTC"
    if not has(table, "USUBJID", name):
        return
    end = of_subject(context, table, "DS", found[1], by="DSSTDTC", last=True)
    if end is None:
        return
    looked = end.found & happened(table) & table.dated(name).is_known
    late = looked & (table.dated(name).order(end.dated("DSSTDTC")) == AFTER)
    single, at_end, last = blamed(table, name, late, end, _on_plan(table, context))
    thing = "visit" if table.name == "SV" else "dose"
    what = f"the {thing} is after the end of participation on {{end}}"
    yield from hits(table, name, single, what, looked_at=looked, end=end.text("DSSTDTC"))
    what = f"the end of participation is before a {thing} on {{last}}"
    yield from hits(found[0], "DSSTDTC", at_end, what, looked_at=found[1], last=last.text(name))


def _on_plan(table: CheckedTable, context: CheckContext) -> Flags:
    """Visits that are not later than the window of their planned day."""
    out, days = np.zeros(len(table), dtype=bool), numbers_of(table, "SVSTDY")
    for visit in context.spec.protocol.visits:
        if visit.planned_day is not None and has(table, "VISITNUM"):
            most = visit.planned_day + (visit.window_after or 0)
            out |= (numbers_of(table, "VISITNUM") == visit.visit_number) & (days <= most)
    return out
