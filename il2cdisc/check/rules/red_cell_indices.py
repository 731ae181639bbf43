"""The mean volume of red cells is not that of haematocrit and count.

What: of one specimen MCV (fL) against HCT (% or L/L) divided by RBC (10^12/L).
Why: one of the three is mistyped, or in another unit.
Example: HCT 42 %, RBC 4.6, MCV 60.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.occasions import Occasions
from il2cdisc.check.records import has, hits, numbers_of, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK309",
    "Red cell indices inconsistent",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="The analyser measures the haematocrit by another method.",
    source="practice of data management",
    tolerance="a tenth",
    question="Please check haematocrit, red cells and their mean volume.",
)

SHARE = 0.1


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("LB")
    if table is None or not has(table, "USUBJID", "LBTESTCD", "LBSTRESN", "LBSTRESU", "LBDTC"):
        return
    occasions, volume = Occasions(table, "LB"), numbers_of(table, "LBSTRESN")
    chosen = occasions.records("MCV") & one_of(table, "LBSTRESU", "fL")
    packed = occasions.of("HCT")
    factor = np.where(
        packed.one_of("LBSTRESU", "%"), 10, np.where(packed.one_of("LBSTRESU", "L/L", "1"), 1000, np.nan)
    )
    count = np.where(occasions.of("RBC").one_of("LBSTRESU", "10^12/L"), occasions.values("RBC"), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        made = packed.numbers("LBSTRESN") * factor / count
    far = chosen & (np.abs(volume - made) > SHARE * made)
    what = "MCV is {LBSTRESN} fL, haematocrit and red cells make {made}"
    yield from hits(table, "LBSTRESN", far, what, looked_at=chosen & ~np.isnan(made), made=made)
