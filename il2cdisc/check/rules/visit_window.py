"""A visit is outside the window that the protocol gives it.

What: SVSTDY against Planned Day, Window Before and Window After of the sheet Protocol Visits; visits without
a planned day or without both windows are free. There is no day 0, and none is counted.
Why: data of such a visit may fall out of an analysis window, and the deviation must be listed.
Example: planned for day 40, from day 38 to day 42; it took place on day 44.
Where most visits of a subject are outside, the first dose, from which days are counted, is asked about.
Fix: ask the site for the date; if it is right the record stays, and this finding with a disposition.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.causes import FEWEST_AT_DATA
from il2cdisc.check.context import CheckContext, Compared, RuleHit, reference_cells
from il2cdisc.check.findings import Level
from il2cdisc.check.table import CheckedTable, Flags, Rows
from il2cdisc.spec.models import PlannedVisit

KIND = Kind(
    "CHK052",
    "Visit outside its window",
    Severity.FINDING,
    "Ask whether the date is right; the visit is kept and listed.",
)
LEVEL = Level.WARNING
NEEDS = ("Protocol Visits",)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("SV")
    if table is None or not {"VISITNUM", "SVSTDY", "USUBJID"} <= set(table.by_name):
        return
    days = table.numbers("SVSTDY")
    offsets, numbers = days - (days > 0), table.numbers("VISITNUM")
    arm_of, subjects = context.of_subject("ARMCD"), table.distinct("USUBJID")
    windows: list[tuple[PlannedVisit, str, Flags, Flags]] = []
    for visit in context.spec.protocol.visits:
        if visit.planned_day is None or visit.window_before is None or visit.window_after is None:
            continue
        planned = visit.planned_day - (visit.planned_day > 0)
        first, last = planned - visit.window_before, planned + visit.window_after
        looked = (numbers == visit.visit_number) & ~np.isnan(offsets)
        if visit.arm_code:
            of_arm = [arm_of.get(subject) == visit.arm_code for subject in subjects.values]
            looked &= subjects.column.where(of_arm)
        outside = looked & ((offsets < first) | (offsets > last))
        window = f"{_day(first)} to {_day(last)}" if first < last else _day(first)
        windows.append((visit, window, looked, outside))
    if not windows:
        return
    cells, shifted = _shifted(context, table, windows)
    looked_at = np.flatnonzero(np.logical_or.reduce([looked for _, _, looked, _ in windows]))
    yield Compared("EX", "EXSTDTC", cells[looked_at])
    for visit, window, looked, outside in windows:
        for of_subject in (False, True):
            rows = np.flatnonzero(outside & (shifted == of_subject))
            if not len(rows):
                continue
            details = [
                f"{visit.visit} took place on day {day:.0f}, planned for day {window}" for day in days[rows]
            ]
            hit = RuleHit("SV", f"{visit.visit}: visits outside the window", "SVSTDTC", rows, details=details)
            if of_subject:
                what = "visits of the subject are outside their windows, counted from this first dose"
                yield replace(hit, compared=Compared("EX", "EXSTDTC", cells[rows], [what] * len(rows)))
            else:
                yield replace(hit, spec=visit.at("Planned Day"), out_of=int(looked.sum()))


def _shifted(
    context: CheckContext, table: CheckedTable, windows: Sequence[tuple[PlannedVisit, str, Flags, Flags]]
) -> tuple[Rows, Flags]:
    """Of each record the row of the first dose's cell (-1: none), and whether most visits of its subject are
    outside their windows: then it is the first day that is wrong, not each of them."""
    subjects = table.distinct("USUBJID")
    known = reference_cells(context, "RFSTDTC", "EX", "EXSTDTC")
    cells = np.array([known.get(subject, -1) for subject in subjects.values], dtype="int64")
    size = len(subjects.values)
    looked, outside = (
        np.bincount(subjects.codes[np.logical_or.reduce(flags)], minlength=size)
        for flags in ([window[2] for window in windows], [window[3] for window in windows])
    )
    shifted = (cells >= 0) & (outside >= FEWEST_AT_DATA) & (2 * outside >= looked)
    return cells[subjects.codes], shifted[subjects.codes]


def _day(offset: int) -> str:
    return str(offset + 1 if offset >= 0 else offset)
