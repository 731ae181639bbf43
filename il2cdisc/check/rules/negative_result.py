"""A result is negative, and no other result of the test is.

What: --STRESN below 0 of a test with at least 20 results in LB, CP, IS, VS or EG, of which at most one in a
hundred (or one at all) is negative.
Why: counts, concentrations and pressures are not negative.
Example: a count of -12.
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
from il2cdisc.check.records import findings_of, hits, numbers_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK304",
    "Negative result of a test that has none",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.STUDY,
    right_when="The test has a scale with negative numbers, such as a base excess.",
    source="practice of data management",
    question="Please check the result.",
)

FEWEST, SHARE = 20, 0.01
DATASETS = frozenset({"LB", "CP", "IS", "VS", "EG"})


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, own in findings_of(context, "STRESN"):
        value = numbers_of(table, f"{own}STRESN")
        if table.name not in DATASETS or not (value < 0).any():
            continue
        rows = np.flatnonzero(~np.isnan(value))
        test = groups_of(table, [f"{own}{name}" for name in ("TESTCD", "SPEC", "METHOD", "STRESU")])[rows]
        by = pd.Series(value[rows] < 0).groupby(test)
        count, size = by.transform("sum").to_numpy(), by.transform("size").to_numpy()
        rare = np.zeros(len(table), dtype=bool)
        rare[rows] = (value[rows] < 0) & (size >= FEWEST) & (count <= np.maximum(1, SHARE * size))
        what = f"{{{own}TESTCD}} is {{{own}STRESN}}; nearly no other result of the test is negative"
        yield from hits(table, f"{own}STRESN", rare, what)
