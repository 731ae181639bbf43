"""A collected duration is not the time from start to end.

What: --DUR against --ENDTC minus --STDTC, where the days of both are known.
Why: one of the three is mistyped.
Example: AEDUR P3D, from 2022-03-01 to 2022-03-20.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.durations import in_days_of
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import original_tables
from il2cdisc.check.records import has, hits, in_days, prefix
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK225",
    "Duration inconsistent with its dates",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.COLUMN,
    right_when="The duration is that of the symptoms, and they came and went.",
    source="practice of data management",
    tolerance="one unit of the duration and one day, or a tenth of it",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table in original_tables(context):
        own = prefix(table)
        names = [f"{own}{name}" for name in ("DUR", "STDTC", "ENDTC")]
        if not has(table, *names):
            continue
        column = table.distinct(names[0])
        known = [in_days_of(text) or (np.nan, np.nan) for text in column.texts]
        length, unit = (column.each([pair[n] for pair in known], np.nan) for n in (0, 1))
        days = in_days(table, names[2]) - in_days(table, names[1])
        away = np.abs(length - days) > np.maximum(unit + 1, days / 10)
        what = f"the duration is not that from {{{names[1]}}} to {{{names[2]}}}"
        yield from hits(table, names[0], away & (days >= 0), what)
