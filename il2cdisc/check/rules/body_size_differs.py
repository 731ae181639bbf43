"""Height, weight and body mass index of a subject do not agree.

What: BMI (kg/m2) against WEIGHT (kg) of the same visit and the subject's usual HEIGHT (cm); a HEIGHT of an
adult more than 5 cm from the subject's usual one; a WEIGHT (kg) less than half or more than twice the usual
one (the median; of two results the first).
Why: one of the results is mistyped, or in another unit.
Example: WEIGHT 70, HEIGHT 170, BMI 34.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import matched_rows, of_subject, persons
from il2cdisc.check.records import has, hits, numbers_of, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.table import CheckedTable, Flags

KIND = Kind(
    "CHK310",
    "Height, weight and body mass index inconsistent",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="Never for the index; a subject without shoes, or after an amputation.",
    source="sdtmchecks check_vs_height; practice of data management",
    tolerance="5 percent of the index, 5 cm, 2-fold",
    question="Please check height and weight.",
)

FEWEST = 3


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("VS")
    if table is None or not has(table, "USUBJID", "VSTESTCD", "VSSTRESN", "VSSTRESU"):
        return
    value, adult = numbers_of(table, "VSSTRESN"), of_subject(context, table, "DM")
    known = ~np.isnan(value)
    height, weight, index = (
        one_of(table, "VSTESTCD", test) & one_of(table, "VSSTRESU", unit) & known
        for test, unit in (("HEIGHT", "cm"), ("WEIGHT", "kg"), ("BMI", "kg/m2"))
    )
    usual_height, usual_weight = (_usual(context, table, value, flags) for flags in (height, weight))
    grown = adult is not None and has(adult.table, "AGE") and adult.numbers("AGE") >= 18
    away = height & grown & (np.abs(value - usual_height) > 5)
    yield from hits(
        table, "VSSTRESN", away, "the height is {VSSTRESN} cm, usually {usual}", usual=usual_height
    )
    far = weight & ((value > 2 * usual_weight) | (2 * value < usual_weight))
    yield from hits(
        table, "VSSTRESN", far, "the weight is {VSSTRESN} kg, usually {usual}", usual=usual_weight
    )
    if has(table, "VISITNUM"):
        at_visit = matched_rows(table, table, among=weight).numbers("VSSTRESN")
        made = at_visit / (usual_height / 100) ** 2
        wrong = index & (np.abs(value - made) > 0.05 * made)
        what = "the index is {VSSTRESN}, height and weight make {made}"
        yield from hits(table, "VSSTRESN", wrong, what, looked_at=index & ~np.isnan(made), made=made)


def _usual(context: CheckContext, table: CheckedTable, value: np.ndarray, chosen: Flags) -> np.ndarray:
    """The median of the subject's chosen results, for each record; of fewer than three the first one."""
    people = persons(context).of(table)
    by = pd.Series(value[chosen]).groupby(people[chosen])
    usual = by.median().where(by.size() >= FEWEST, by.first())
    return usual.reindex(people).to_numpy(dtype="float64")
