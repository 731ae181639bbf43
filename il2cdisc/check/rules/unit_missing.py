"""A numeric result has no unit, where others of the test have one.

What: --STRESN without --STRESU, where at least half of the results of the test have a unit.
Why: the result cannot be compared with the others.
Example: GLUC 5.2 without a unit.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import groups_of
from il2cdisc.check.records import filled, findings_of, hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK299",
    "Result without a unit",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.STUDY,
    right_when="The test has no unit, and the other results have one by error.",
    source="SD0026; SD0029; sdtmchecks check_lb_lbstresu",
    question="Please give the unit of the result.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, own in findings_of(context, "STRESN", "STRESU"):
        rows = np.flatnonzero(filled(table, f"{own}STRESN"))
        unit = filled(table, f"{own}STRESU")[rows]
        ids = ("TESTCD", "CAT", "SPEC", "METHOD")
        test = groups_of(table, [f"{own}{name}" for name in ids])[rows]
        share = pd.Series(unit).groupby(test).transform("mean").to_numpy()
        bare = np.zeros(len(table), dtype=bool)
        bare[rows] = ~unit & (share >= 0.5)
        yield from hits(table, f"{own}STRESN", bare, f"{{{own}TESTCD}} is {{{own}STRESN}}, and has no unit")
