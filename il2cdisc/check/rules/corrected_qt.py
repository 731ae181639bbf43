"""The corrected QT interval is not that of the interval and the heart rate.

What: of one recording QTCFAG against QTAG times the cube root, or QTCBAG times the square root, of EGHRMN
by 60; intervals in msec or ms.
Why: one of the three is mistyped.
Example: QTAG 400, EGHRMN 60, QTCFAG 460.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
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
    "CHK311",
    "Corrected QT interval inconsistent",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="The machine corrects with the interval of single beats, not with the mean rate.",
    source="practice of data management",
    tolerance="a twentieth",
    question="Please check the interval, the heart rate and the corrected interval.",
)

SHARE = 0.05


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("EG")
    if table is None or not has(table, "USUBJID", "EGTESTCD", "EGSTRESN", "EGDTC"):
        return
    occasions, value = Occasions(table, "EG", "METHOD"), numbers_of(table, "EGSTRESN")
    for test, root in (("QTCFAG", 3), ("QTCBAG", 2)):
        chosen = occasions.records(test)
        if chosen.any():
            made = occasions.values("QTAG") * (occasions.values("EGHRMN") / 60) ** (1 / root)
            far = chosen & (np.abs(value - made) > SHARE * made)
            what = f"{test} is {{EGSTRESN}}, interval and rate make {{made}}"
            yield from hits(table, "EGSTRESN", far, what, looked_at=chosen & ~np.isnan(made), made=made)
