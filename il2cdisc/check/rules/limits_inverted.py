"""The lower reference limit is above the upper one.

What: --STNRLO is above --STNRHI.
Why: no result is normal with such limits.
Example: STNRLO 40, STNRHI 4.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.records import findings_of, hits, numbers_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK300",
    "Lower limit above the upper one",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.COLUMN,
    right_when="Never; the limits are exchanged or mistyped.",
    source="CORE-000672; sdtmchecks check_lb_lbstnrlo_lbstnrhi",
    question="Please give the right reference limits.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, own in findings_of(context, "STNRLO", "STNRHI"):
        low, high = numbers_of(table, f"{own}STNRLO"), numbers_of(table, f"{own}STNRHI")
        what = f"{{{own}TESTCD}}: the limits are {{{own}STNRLO}} to {{{own}STNRHI}}"
        yield from hits(table, f"{own}STNRLO", low > high, what, looked_at=~np.isnan(low - high))
