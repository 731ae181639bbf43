"""A reading after the dose is timed before it.

What: a finding whose --TPT is after the dose (or --ELTM above zero) has a --DTC before --RFTDTC, or before
the only dose of the day.
Why: the reading shows no effect of the dose; one of the times is wrong.
Example: VSTPT 60 MIN POST-DOSE, VSDTC 2022-03-05T09:00, dose at 10:01.
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
from il2cdisc.check.timepoints import after_dose, reference_minutes

KIND = Kind(
    "CHK294",
    "Reading after the dose timed before it",
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
        later = after_dose(table, own) & done(table)
        if not later.any():
            continue
        at, dose = in_minutes(table, f"{own}DTC"), reference_minutes(context, table, own)
        what = f"{{{own}TPT}} is timed {{minutes}} minutes before the dose"
        yield from hits(
            table, f"{own}DTC", later & (at < dose), what, looked_at=later & ~np.isnan(at - dose),
            minutes=dose - at,
        )  # fmt: skip
