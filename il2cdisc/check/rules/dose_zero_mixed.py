"""A treatment has doses of 0 and doses above 0.

What: EXDOSE of doses that were given is 0 in some records of an EXTRT and above 0 in others; the rarer ones
are reported.
Why: EXDOSE is the amount of active drug: 0 for each dose of a control without it, above 0 for each dose of
the drug.
Example: a dose of the control with EXDOSE 0.5, where all others have 0.
Fix: Set EXDOSE by the treatment in the mapping; set missed doses apart by EXOCCUR.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.records import filled, given, has, hits, numbers_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK282",
    "Doses of 0 and above 0 of one treatment",
    Severity.FINDING,
    "Set EXDOSE by the treatment in the mapping; set missed doses apart by EXOCCUR.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.PROGRAMMING,
    scope=SenseScope.STUDY,
    right_when="Never, in SDTMIG 3.4.",
    source="CG0102",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("EX")
    if table is None or not has(table, "EXTRT", "EXDOSE"):
        return
    dose = numbers_of(table, "EXDOSE")
    rows = np.flatnonzero(given(table) & filled(table, "EXTRT") & (dose >= 0))
    share = pd.Series(dose[rows] > 0).groupby(table.table["EXTRT"].codes[rows]).transform("mean").to_numpy()
    rare = np.zeros(len(table), dtype=bool)
    rare[rows] = np.where(dose[rows] > 0, share < 0.5, share >= 0.5)
    yield from hits(
        table, "EXDOSE", rare, "the dose of {EXTRT} is {EXDOSE}, that of most records is of the other kind"
    )
