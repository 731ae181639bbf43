"""A share is below 0 or above 100 percent.

What: --STRESN in % of a cell population that is a fraction (CP), of a differential count, of haematocrit or
HbA1c (LB), or of oxygen saturation (VS).
Why: no part is more than its whole; the result is mistyped or another one.
Example: lymphocytes 106.3 % of leukocytes.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.numbers import above
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.records import findings_of, hits, numbers_of, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK303",
    "Share below 0 or above 100 percent",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.COLUMN,
    right_when="Never.",
    source="practice of data management",
    question="Please check the result and its unit.",
)

SHARES = {
    "LB": ("HCT", "HBA1C", "HBA1CHGB", "NEUTLE", "LYMLE", "MONOLE", "EOSLE", "BASOLE"),
    "VS": ("OXYSAT",),
}


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, own in findings_of(context, "STRESN", "STRESU"):
        chosen = one_of(table, f"{own}RESTYP", "NUMBER FRACTION")
        chosen |= one_of(table, f"{own}TESTCD", *SHARES.get(own, ()))
        chosen &= one_of(table, f"{own}STRESU", "%")
        value = numbers_of(table, f"{own}STRESN")
        wrong = chosen & (above(value, 100) | (value < 0))
        what = f"{{{own}TESTCD}} is {{{own}STRESN}} %"
        yield from hits(table, f"{own}STRESN", wrong, what, looked_at=chosen)
