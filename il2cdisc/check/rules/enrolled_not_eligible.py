"""A subject was randomised or treated, and did not meet a criterion.

What: IE has a criterion that was not met (or an exclusion that was), and the subject has RANDOMIZED in DS
or a dose that was given.
Why: the randomisation, the criterion, or a deviation is missing or wrong.
Example: an exclusion criterion met, randomised a week later.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import doses, milestone
from il2cdisc.check.persons import persons
from il2cdisc.check.records import happened, has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.table import CheckedTable, Flags

KIND = Kind(
    "CHK272",
    "Enrolled although not eligible",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="A waiver was given, or the criterion was met at a later screening.",
    source="practice of data management",
    question="Please check whether the criterion was met, and whether the subject was randomised.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table, people = context.tables.get("IE"), persons(context)
    if table is None or not has(table, "USUBJID", "IETESTCD", "IEORRES"):
        return
    enrolled = np.zeros(people.count, dtype=bool)
    found, given_doses = milestone(context, "RANDOMIZED"), doses(context)
    if found is not None:
        enrolled |= people.any(*found)
    if given_doses is not None:
        enrolled |= people.any(given_doses[0], given_doses[2])
    failed = happened(table) & ~_met(table)
    wrong = failed & people.spread(enrolled, table)
    what = "{IETESTCD} is {IEORRES}, and the subject was randomised or treated"
    yield from hits(table, "IEORRES", wrong, what, looked_at=failed)


def _met(table: CheckedTable) -> Flags:
    """Criteria with the answer of an eligible subject; a mapping should leave them out."""
    inclusion, exclusion = (one_of(table, "IECAT", name) for name in ("INCLUSION", "EXCLUSION"))
    return (inclusion & one_of(table, "IEORRES", "Y")) | (exclusion & one_of(table, "IEORRES", "N"))
