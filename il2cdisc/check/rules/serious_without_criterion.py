"""An event is serious, and no criterion says why.

What: AESER is Y, and none of the criteria (AESDTH, AESHOSP, AESLIFE, AESDISAB, AESCONG, AESMIE and others)
is Y.
Why: an authority asks why an event was serious.
Example: AESER Y, all criteria N.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import CRITERIA
from il2cdisc.check.records import has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK252",
    "Serious event without a criterion",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.COLUMN,
    right_when="The criteria are kept in the safety database only.",
    source="SD0009",
    question="Please state whether the event was serious, and by which criterion.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("AE")
    names = [f"AES{end}" for end in CRITERIA if has(table, f"AES{end}")]
    if table is not None and names and has(table, "AESER"):
        serious = one_of(table, "AESER", "Y")
        met = np.logical_or.reduce([one_of(table, name, "Y") for name in names])
        what = "the event is serious, and no criterion is"
        yield from hits(table, "AESER", serious & ~met, f"{what} met", looked_at=serious)
