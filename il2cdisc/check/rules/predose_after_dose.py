"""A reading before the dose is timed after it.

What: a finding whose --TPT is before the dose (or --ELTM negative) has a --DTC after --RFTDTC, or after the
only dose of the day.
Why: the reading is no baseline of the dose; one of the times is wrong.
Example: VSTPT PRE-DOSE, VSDTC 2022-03-05T11:00, dose at 10:01.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.records import done, findings_of, hits, in_minutes
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.timepoints import before_dose, reference_minutes

KIND = Kind(
    "CHK293",
    "Reading before the dose timed after it",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="Never; the time point or a time is wrong.",
    source="practice of data management",
    question="Please check the time of the reading and that of the dose.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, own in findings_of(context, "DTC"):
        early = before_dose(table, own) & done(table)
        if not early.any():
            continue
        at, dose = in_minutes(table, f"{own}DTC"), reference_minutes(context, table, own)
        late = early & (at > dose)
        what = f"{{{own}TPT}} is timed {{minutes}} minutes after the dose"
        yield from hits(
            table, f"{own}DTC", late, what, looked_at=early & ~np.isnan(at - dose), minutes=at - dose
        )
