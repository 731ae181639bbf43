"""A study day is not that of its date.

What: --DY, --STDY and --ENDY against --DTC, --STDTC and --ENDTC and RFSTDTC of DM; there is no day 0. A day
without a whole date, or a whole date without a day, is reported as well.
Why: windows and analysis days rest on them.
Example: RFSTDTC 2022-03-05, LBDTC 2022-03-05, LBDY 0.
Fix: Build again; the study days are derived.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit, of_records
from il2cdisc.check.findings import Level
from il2cdisc.check.records import has, hits, in_days, numbers_of, prefix
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK316",
    "Study day inconsistent with its date",
    Severity.FINDING,
    "Build again; the study days are derived.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.PROGRAMMING,
    scope=SenseScope.SUBJECT,
    right_when="Never, in SDTMIG 3.4.",
    source="SD1083 to SD1094; CORE-000529",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    if "DM" not in context.tables:  # the reference date is there
        return
    for table in context.tables.values():
        own = prefix(table)
        for stem in ("", "ST", "EN"):
            date, day = f"{own}{stem}DTC", f"{own}{stem}DY"
            if not has(table, "USUBJID", date, day):
                continue
            reference = of_records(context, table, "RFSTDTC").days
            origin = np.where(reference.has_day, reference.days.astype("float64"), np.nan)
            away = in_days(table, date) - origin
            due, found = away + (away >= 0), numbers_of(table, day)
            wrong = ~np.isnan(found) & ~np.isnan(due) & (found != due)
            yield from hits(table, day, wrong, f"{day} is {{{day}}}, by the dates {{due}}", due=due)
            bare = np.isnan(found) & ~np.isnan(due)
            yield from hits(table, day, bare, f"{{{date}}} has no {day}, by the dates {{due}}", due=due)
            extra = ~np.isnan(found) & np.isnan(due)
            yield from hits(table, day, extra, f"{day} is {{{day}}}, and there is no whole date behind it")
