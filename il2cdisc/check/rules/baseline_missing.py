"""A treated subject has no baseline of a dataset's tests, where nearly all others have.

What: a subject with a dose that was given has no --LOBXFL Y of tests that at least nine in ten treated
subjects have it of; reported once for each dataset.
Why: change from baseline is lost.
Example: 35 of 36 subjects have a baseline of ALT.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import doses
from il2cdisc.check.persons import first_of_subjects, persons
from il2cdisc.check.records import findings_of, has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK314",
    "No baseline of tests that nearly all subjects have",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.STUDY,
    right_when="The examination before the dose was not done, and is recorded as not done.",
    source="SD0006",
    question="Please give the results before the first dose, or state why there are none.",
)

SHARE, SHOWN = 0.9, 5


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    dm, found, people = context.tables.get("DM"), doses(context), persons(context)
    if dm is None or found is None or not has(dm, "USUBJID"):
        return
    treated = people.any(found[0], found[2])
    for table, own in findings_of(context, "LOBXFL"):
        who, tests = people.of(table), table.distinct(f"{own}TESTCD")
        rows = np.flatnonzero(one_of(table, f"{own}LOBXFL", "Y") & (who >= 0))
        have = np.zeros((people.count, len(tests.values)), dtype=bool)
        have[who[rows], tests.codes[rows]] = True
        usual = np.flatnonzero(have[treated].sum(axis=0) >= max(1, SHARE * treated.sum()))
        absent = treated[:, None] & ~have[:, usual]
        rows_of = first_of_subjects(context, dm)
        patterns, group = np.unique(absent, axis=0, return_inverse=True)
        for number, pattern in enumerate(patterns):
            names = [tests.texts[place] for place in usual[pattern].tolist()]
            chosen = rows_of[(group.ravel() == number) & (rows_of >= 0)]
            if names and len(chosen):
                flags = np.zeros(len(dm), dtype=bool)
                flags[chosen] = True
                more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
                what = f"{table.name} has no result before the first dose of {', '.join(names[:SHOWN])}{more}"
                yield from hits(dm, "USUBJID", flags, what)
