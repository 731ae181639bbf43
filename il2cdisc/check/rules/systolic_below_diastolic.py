"""The systolic blood pressure is not above the diastolic one.

What: SYSBP is at or below DIABP of the same subject, visit, date, time point and position.
Why: the two are exchanged, or one is mistyped.
Example: SYSBP 78, DIABP 120.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.occasions import Occasions
from il2cdisc.check.records import has, hits, numbers_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK305",
    "Systolic not above diastolic blood pressure",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="Never.",
    source="sdtmchecks check_vs_sbp_lt_dbp; practice of data management",
    question="Please check both pressures.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("VS")
    if table is None or not has(table, "USUBJID", "VSTESTCD", "VSSTRESN", "VSDTC"):
        return
    occasions = Occasions(table, "VS")
    systolic, diastolic = occasions.records("SYSBP"), occasions.values("DIABP")
    looked = systolic & ~np.isnan(diastolic)
    wrong = looked & (numbers_of(table, "VSSTRESN") <= diastolic)
    what = "the systolic pressure is {VSSTRESN}, the diastolic one {other}"
    yield from hits(table, "VSSTRESN", wrong, what, looked_at=looked, other=diastolic)
