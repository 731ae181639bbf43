"""A dose is far from the usual one of the treatment.

What: --DOSE of a dose that was given is at least 5 times, or at most a fifth of, the median of the
treatment, unit and form; treatments with at least ten doses, of which fewer than one in ten are that far
away. Not where the sheet Protocol Doses has the planned doses.
Why: a decimal point or a unit is wrong.
Example: 5 mL, where all others are 0.5 mL.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import groups_of
from il2cdisc.check.records import given, has, hits, numbers_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK279",
    "Dose far from the usual one",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.STUDY,
    right_when="The dose was changed by the protocol, as in an escalation.",
    source="practice of data management",
    tolerance="5-fold",
    question="Please check the dose and its unit.",
)

FOLD, FEWEST, SHARE = 5, 10, 0.1


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    if context.spec.doses:  # each dose is held against its plan
        return
    for name in ("EC", "EX"):
        table = context.tables.get(name)
        if table is None or not has(table, "USUBJID", f"{name}TRT", f"{name}DOSE"):
            continue
        dose = numbers_of(table, f"{name}DOSE")
        rows = np.flatnonzero(given(table) & (dose > 0))
        group = groups_of(table, [f"{name}TRT", f"{name}DOSU", f"{name}DOSFRM", f"{name}DOSFRQ"])[rows]
        by = pd.Series(dose[rows]).groupby(group)
        usual, count = by.transform("median").to_numpy(), by.transform("size").to_numpy()
        far = (dose[rows] >= FOLD * usual) | (dose[rows] * FOLD <= usual)
        rare = pd.Series(far).groupby(group).transform("mean").to_numpy() < SHARE
        chosen, medians = np.zeros(len(table), dtype=bool), np.full(len(table), np.nan)
        chosen[rows], medians[rows] = far & rare & (count >= FEWEST), usual
        what = f"the dose is {{{name}DOSE}}, the usual one is {{usual}}"
        yield from hits(table, f"{name}DOSE", chosen, what, usual=medians)
        if "EC" in context.tables:
            return
