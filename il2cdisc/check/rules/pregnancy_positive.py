"""A pregnancy test is positive.

What: HCG or a test of LBCAT PREGNANCY is POSITIVE; the listing says how many doses were given later.
Why: a physician decides what follows; a pregnancy is to be reported.
Example: LBTESTCD HCG, LBSTRESC POSITIVE.
Fix: Read the records; the site is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.moments import AFTER
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import doses
from il2cdisc.check.persons import of_subject
from il2cdisc.check.records import has, hits, matching, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK242", "Positive pregnancy test", Severity.INFORMATION, "Read the records; the site is not asked."
)
LEVEL = Level.INFORMATION
SENSE = Sense(
    kind=SenseKind.MEDICAL_REVIEW,
    scope=SenseScope.SUBJECT,
    right_when="The test was repeated and was negative.",
    source="practice of data management",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table, found = context.tables.get("LB"), doses(context)
    if table is None or not has(table, "USUBJID", "LBTESTCD", "LBSTRESC"):
        return
    tests = one_of(table, "LBTESTCD", "HCG") | one_of(table, "LBCAT", "PREGNANCY")
    positive = tests & matching(table, "LBSTRESC", lambda text: text.upper().startswith("POSITIVE"))
    later = np.zeros(len(table), dtype=bool)
    if found is not None and has(table, "LBDTC"):
        last = of_subject(context, table, found[0].name, found[2], by=found[1], last=True)
        later = last.dated(found[1]).order(table.dated("LBDTC")) == AFTER if last is not None else later
    yield from hits(table, "LBSTRESC", positive & later, "the test is positive, and doses were given later")
    yield from hits(table, "LBSTRESC", positive & ~later, "the test is positive; no dose was given later")
