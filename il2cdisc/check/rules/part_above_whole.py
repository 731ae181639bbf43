"""A part is more than its whole.

What: of one specimen and in one unit BILDIR is above BILI, HDL or LDL above CHOL, or ALB above PROT.
Why: one of the results is mistyped or exchanged.
Example: direct bilirubin 30, total bilirubin 12 umol/L.
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
    "CHK307",
    "Part of a result above the whole",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="Never, beyond the error of the two methods.",
    source="practice of data management",
    tolerance="2 percent",
    question="Please check both results.",
)

PAIRS = (("BILDIR", "BILI"), ("HDL", "CHOL"), ("LDL", "CHOL"), ("ALB", "PROT"))
SHARE = 1.02


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("LB")
    if table is None or not has(table, "USUBJID", "LBTESTCD", "LBSTRESN", "LBDTC"):
        return
    occasions, own = Occasions(table, "LB"), numbers_of(table, "LBSTRESN")
    for part, whole in PAIRS:
        chosen = occasions.records(part)
        if chosen.any() and occasions.records(whole).any():
            total = occasions.values(whole, unit_of=occasions.of(part))
            more = chosen & (own > SHARE * total)
            what = f"{part} is {{LBSTRESN}}, {whole} {{total}}"
            yield from hits(table, "LBSTRESN", more, what, looked_at=chosen & ~np.isnan(total), total=total)
