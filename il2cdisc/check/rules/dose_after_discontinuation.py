"""A dose was given after the treatment had ended.

What: the start of a dose that was given is after DSSTDTC of the subject's last disposition event of STUDY
TREATMENT. Several doses, or one on the day of its visit, are reported once at the end of treatment, a
single one at itself.
Why: either the treatment went on, or one of the dates is wrong.
Example: treatment discontinued on 2022-03-05, a dose on 2022-03-12.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.moments import AFTER
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import TREATMENT, blamed, dispositions, doses
from il2cdisc.check.persons import matched_rows, of_subject
from il2cdisc.check.records import has, hits, in_days
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.table import CheckedTable, Flags

KIND = Kind(
    "CHK228",
    "Dose after the end of treatment",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="The treatment was stopped and taken up again, and only the stop is recorded.",
    source="sdtmchecks check_ds_ex_after_discon; FB0801",
    question="Please check the date of the end of treatment and that of the dose.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    ended, given_doses = dispositions(context, TREATMENT), doses(context)
    if ended is None or given_doses is None or not has(ended[0], "DSSTDTC"):
        return
    table, start, dosed = given_doses
    end = of_subject(context, table, "DS", ended[1], by="DSSTDTC", last=True)
    if end is None:
        return
    looked = end.found & dosed & table.dated(start).is_known
    late = looked & (table.dated(start).order(end.dated("DSSTDTC")) == AFTER)
    single, at_end, last = blamed(table, start, late, end, _at_visit(context, table, start))
    what = "the dose is after the end of treatment on {end}"
    yield from hits(table, start, single, what, looked_at=looked, end=end.text("DSSTDTC"))
    what = "the end of treatment is before a dose on {last}"
    yield from hits(ended[0], "DSSTDTC", at_end, what, looked_at=ended[1], last=last.text(start))


def _at_visit(context: CheckContext, table: CheckedTable, start: str) -> Flags:
    """Doses on the day of their visit."""
    visits = context.tables.get("SV")
    if visits is None or not has(visits, "USUBJID", "VISITNUM", "SVSTDTC") or not has(table, "VISITNUM"):
        return np.zeros(len(table), dtype=bool)
    visit = matched_rows(table, visits)
    return in_days(table, start) == visit.taken(in_days(visits, "SVSTDTC"))
