"""The reference indicator is not that of the result and the limits.

What: --NRIND is LOW, NORMAL or HIGH (or a grade of these) against --STRESN, --STNRLO and --STNRHI; a result
at a limit is normal.
Why: shifts are counted by the indicator.
Example: ALT 80, upper limit 40, LBNRIND NORMAL.
Fix: Correct the derivation, or the conversion of the limits.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.numbers import above, at_least, at_most, below
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.records import filled, findings_of, hits, matching, numbers_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK301",
    "Indicator inconsistent with the limits",
    Severity.FINDING,
    "Correct the derivation, or the conversion of the limits.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.PROGRAMMING,
    scope=SenseScope.COLUMN,
    right_when="The laboratory judges by other limits, such as those of an age.",
    source="practice of data management",
    tolerance="half a percent of the limit, for results and limits that are rounded or converted",
)

SHARE = 0.005


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, own in findings_of(context, "STRESN", "NRIND"):
        value = numbers_of(table, f"{own}STRESN")
        low, high = (numbers_of(table, f"{own}STNR{end}") for end in ("LO", "HI"))
        is_low, is_high = below(value, low * (1 - SHARE)), above(value, high * (1 + SHARE))
        inside = at_least(value, low * (1 + SHARE)) & at_most(value, high * (1 - SHARE))
        words = ((is_low, "LOW"), (is_high, "HIGH"), (inside, "NORMAL"))
        known = filled(table, f"{own}NRIND") & ~np.isnan(value)
        for expected, word in words:
            other = matching(table, f"{own}NRIND", lambda text, word=word: word not in text.upper())
            plain = matching(
                table, f"{own}NRIND", lambda text: text.upper().startswith(("LOW", "NORM", "HIGH"))
            )
            what = f"{{{own}STRESN}} is {word} by the limits {{{own}STNRLO}} to {{{own}STNRHI}}"
            yield from hits(table, f"{own}NRIND", known & expected & other & plain, what, looked_at=known)
