"""A subject was treated, and was not randomised.

What: a dose was given, and the subject has no RANDOMIZED in DS, where other subjects have.
Why: the arm of the subject is not known.
Example: nine doses, no randomisation.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import doses, milestone
from il2cdisc.check.persons import first_of_subjects, persons
from il2cdisc.check.records import hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK270",
    "Treated without randomisation",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="The subject belongs to a part of the trial without randomisation.",
    source="practice of data management",
    question="Please give the date of randomisation, or check to whom the doses were given.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    found, given_doses = milestone(context, "RANDOMIZED"), doses(context)
    if found is None or given_doses is None:
        return
    table, start, dosed = given_doses
    people = persons(context)
    first = first_of_subjects(context, table, dosed)
    alone = (first >= 0) & ~people.any(*found)
    chosen = np.zeros(len(table), dtype=bool)
    chosen[first[alone]] = True
    if 2 * alone.sum() <= (first >= 0).sum():
        yield from hits(table, start, chosen, "the subject was treated, and was not randomised")
