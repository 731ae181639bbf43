"""A treatment was completed long before or after the last dose.

What: DSSTDTC of a STUDY TREATMENT disposition COMPLETED is more than 31 days after the start of the
subject's last dose that was given, where doses have no end.
Why: the date of completion is that of the last dose; a month apart, one of the two is mistyped or a dose is
missing.
Example: last dose 2022-03-05, treatment completed on 2022-05-05.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import TREATMENT, dispositions, doses
from il2cdisc.check.persons import of_subject, persons
from il2cdisc.check.records import has, hits, in_days, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK229",
    "End of treatment inconsistent with the last dose",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="The protocol defines the end of treatment by a visit, not by the dose.",
    source="practice of data management",
    tolerance="31 days",
)

MOST = 31


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    ended, given_doses = dispositions(context, TREATMENT), doses(context)
    if ended is None or given_doses is None or not has(ended[0], "DSSTDTC"):
        return
    table, chosen = ended
    doses_in, start, dosed = given_doses
    end = f"{doses_in.name}ENDTC"
    by = end if has(doses_in, end) else start
    last = of_subject(context, table, doses_in.name, dosed, by=by, last=True)
    if last is None:
        return
    open_ = persons(context).any(doses_in, dosed & ~doses_in.dated(by).has_day)
    days = in_days(table, "DSSTDTC") - last.taken(in_days(last.table, by))
    done_ = chosen & one_of(table, "DSDECOD", "COMPLETED") & ~persons(context).spread(open_, table)
    late = done_ & (days > MOST)
    what = "the treatment was completed {days} days after the last dose, {dose}"
    yield from hits(table, "DSSTDTC", late, what, looked_at=done_, days=days, dose=last.text(by))
