"""A subject was randomised twice, or two subjects have one randomisation number.

What: a second RANDOMIZED of a subject in DS, or a DSREFID of RANDOMIZED that another subject has.
Why: a number belongs to one subject, and a subject to one arm.
Example: DSREFID R101 of two subjects.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.base.rows import counted_in
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import milestone
from il2cdisc.check.persons import groups_of
from il2cdisc.check.records import filled, has, hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK271",
    "Randomised twice",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.STUDY,
    right_when="The subject was randomised again in a later period.",
    source="sdtmchecks check_ds_duplicate_randomization",
    question="Please check the randomisation of the subject.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    found = milestone(context, "RANDOMIZED")
    if found is None:
        return
    table, randomised = found
    rows = np.flatnonzero(randomised & filled(table, "USUBJID"))
    second, shared = (np.zeros(len(table), dtype=bool) for _ in range(2))
    second[rows[counted_in(groups_of(table, ["USUBJID"])[rows]) > 1]] = True
    yield from hits(table, "DSSTDTC", second, "the subject has another randomisation")
    if has(table, "DSREFID"):
        rows = rows[filled(table, "DSREFID")[rows] & ~second[rows]]
        shared[rows[counted_in(groups_of(table, ["DSREFID"])[rows]) > 1]] = True
        yield from hits(table, "DSREFID", shared, "another subject has the same randomisation number")
