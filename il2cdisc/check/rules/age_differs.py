"""The age is not that of the date of birth.

What: AGE (AGEU YEARS) against BRTHDTC and RFICDTC (without it RFSTDTC), as far as both are known.
Why: one of the two is mistyped; age groups and reference ranges rest on it.
Example: BRTHDTC 1976, consent in 2022, AGE 64.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.moments import DAY
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.records import has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK237",
    "Age inconsistent with the date of birth",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="Never; a year more or less is let pass.",
    source="practice of data management",
    tolerance="1 year",
    question="Please check the age and the date of birth.",
)

YEAR = 365.25


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("DM")
    at = next((name for name in ("RFICDTC", "RFSTDTC") if has(table, name)), "")
    if table is None or not at or not has(table, "AGE", "BRTHDTC"):
        return
    born, then = table.dated("BRTHDTC"), table.dated(at)
    known = born.is_known & then.has_day
    first, last = (
        np.append(ends, 0)[born.codes] / DAY for ends in (born.of_values.first, born.of_values.end)
    )
    age, days = table.numbers("AGE"), then.days
    years = (days - last) / YEAR, (days - first) / YEAR
    wrong = known & ((age < np.floor(years[0]) - 1) | (age > np.floor(years[1]) + 1))
    if has(table, "AGEU"):
        wrong &= one_of(table, "AGEU", "YEARS")
    yield from hits(
        table, "AGE", wrong, f"the age is {{AGE}}, born {{BRTHDTC}}, {at} {{{at}}}", looked_at=known
    )
