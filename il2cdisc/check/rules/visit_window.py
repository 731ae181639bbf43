"""A visit is outside the window that the protocol gives it.

What: SVSTDY against Planned Day, Window Before and Window After of the sheet Protocol Visits; visits without
a planned day or without both windows are free. There is no day 0, and none is counted.
Why: data of such a visit may fall out of an analysis window, and the deviation must be listed.
Example: planned for day 40, from day 38 to day 42; it took place on day 44.
Fix: ask the site for the date; if it is right the record stays, and this finding with a disposition.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import Context, Hit, positions
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK052",
    "Visit outside its window",
    Severity.FINDING,
    "ask whether the date is right; the visit is kept and listed",
)
LEVEL = Level.WARNING
NEEDS = ("Protocol Visits",)


def check(context: Context) -> Iterator[Hit]:
    table = context.tables.get("SV")
    if table is None or not {"VISITNUM", "SVSTDY", "USUBJID"} <= set(table.by_name):
        return
    offsets = table.frame["SVSTDY"] - (table.frame["SVSTDY"] > 0)
    arms = table.frame["USUBJID"].map(context.of_subject("ARMCD"))
    for visit in context.spec.protocol.visits:
        if visit.planned_day is None or visit.window_before is None or visit.window_after is None:
            continue
        planned = visit.planned_day - (visit.planned_day > 0)
        first, last = planned - visit.window_before, planned + visit.window_after
        here = table.frame["VISITNUM"] == visit.visit_number
        if visit.arm_code:
            here &= arms == visit.arm_code
        rows = positions((here & ((offsets < first) | (offsets > last))).to_numpy())
        if len(rows):
            window = f"{_day(first)} to {_day(last)}" if first < last else _day(first)
            days = table.frame["SVSTDY"].to_numpy()[rows].astype(np.int64).tolist()
            details = [f"{visit.visit} took place on day {day}, planned for day {window}" for day in days]
            what, spec, out_of = (
                f"{visit.visit}: visits outside the window",
                visit.at("Planned Day"),
                int((here & offsets.notna()).sum()),
            )
            yield Hit("SV", what, "SVSTDTC", rows, spec=spec, details=details, out_of=out_of)


def _day(offset: int) -> str:
    return str(offset + 1 if offset >= 0 else offset)
