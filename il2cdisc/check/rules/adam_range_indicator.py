"""A range indicator of analysis data is not what the value and its limits give.

What: ANRIND LOW goes with AVAL below ANRLO, HIGH with AVAL above ANRHI, NORMAL with neither; other words
(such as ABNORMAL) are not judged, nor values without a limit. Numbers are compared as for --NRIND in SDTM.
Why: shift tables count the indicator, figures draw the value.
Covers: no published rule; ADaMIG 1.3, table of ANRIND.
Example: AVAL 5.0, ANRLO 3.5, ANRHI 5.1, ANRIND HIGH.
Fix: derive ANRIND from the final AVAL and limits.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.base.ranges import HIGH, INDICATORS, LOW, NORMAL, indicators
from il2cdisc.check.adam import BDS, analysis_tables, numbers_of
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK217",
    "Range indicator is wrong",
    Severity.FINDING,
    "Derive ANRIND again from AVAL, ANRLO and ANRHI.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _, _ in analysis_tables(context, BDS):
        columns = numbers_of(table, "AVAL", "ANRLO", "ANRHI")
        if columns is None or "ANRIND" not in table.by_name:
            continue
        place = indicators(*columns)
        told = table.distinct("ANRIND")
        for word in (NORMAL, LOW, HIGH):
            judged = told.column.among((NORMAL, LOW, HIGH)) & ~told.has(word)
            rows = np.flatnonzero(judged & (place == INDICATORS.index(word)))
            if len(rows):
                what = f"AVAL against ANRLO and ANRHI is {word}"
                yield RuleHit(table.name, what, "ANRIND", rows)
