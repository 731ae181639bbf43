"""A test has results in several standard units.

What: --STRESU has more than one value for a test, category, specimen and method; the rarer ones are
reported.
Why: results are summarised without a look at the unit.
Example: GLUC in mmol/L, and once in mg/dL.
Fix: Convert the results in the sheet Conversions.
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
    "CHK298",
    "One test in several standard units",
    Severity.FINDING,
    "Convert the results in the sheet Conversions.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.PROGRAMMING,
    scope=SenseScope.STUDY,
    right_when="The results are of two tests, and the specification keeps them apart by another variable.",
    source="SD0007; sdtmchecks check_lb_lbstresu",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, own in findings_of(context, "STRESN", "STRESU"):
        rows = np.flatnonzero(filled(table, f"{own}STRESN") & filled(table, f"{own}STRESU"))
        ids = ("TESTCD", "CAT", "SCAT", "SPEC", "METHOD", "MRKSTR", "BDAGNT", "OBJ")
        test = groups_of(table, [f"{own}{name}" for name in ids])[rows]
        unit = table.distinct(f"{own}STRESU").codes[rows]
        by = pd.DataFrame({"test": test, "unit": unit})
        count = by.groupby(["test", "unit"])["unit"].transform("size")
        rare = np.zeros(len(table), dtype=bool)
        rare[rows] = (count < count.groupby(by["test"]).transform("max")).to_numpy()
        yield from hits(table, f"{own}STRESU", rare, f"{{{own}TESTCD}} is mostly in another unit")
