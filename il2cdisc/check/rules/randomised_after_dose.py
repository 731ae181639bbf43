"""A subject was randomised after the first dose.

What: DSSTDTC of RANDOMIZED is after the start of the subject's first dose that was given, as far as both
are known.
Why: the treatment follows from the randomisation; one of the dates is wrong.
Example: first dose 2022-03-05, randomised on 2022-03-07.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.moments import AFTER
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import doses, milestone
from il2cdisc.check.persons import of_subject
from il2cdisc.check.records import hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK269",
    "Randomisation after the first dose",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="The first dose belongs to a run-in before the randomisation.",
    source="practice of data management",
    question="Please check the dates of randomisation and of the first dose.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    found, given_doses = milestone(context, "RANDOMIZED"), doses(context)
    if found is None or given_doses is None:
        return
    (table, randomised), (other, start, dosed) = found, given_doses
    first = of_subject(context, table, other.name, dosed, by=start)
    if first is not None:
        late = randomised & (table.dated("DSSTDTC").order(first.dated(start)) == AFTER)
        what = "the randomisation is after the first dose on {dose}"
        yield from hits(table, "DSSTDTC", late, what, looked_at=randomised, dose=first.text(start))
