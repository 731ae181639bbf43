"""A reading after the dose is far from its planned time.

What: the time from --RFTDTC (or the only dose of the day) to --DTC against --ELTM.
Why: the reading belongs to another time point, or one of the times is mistyped.
Example: VSELTM PT1H, and four hours went by.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.durations import in_days_of
from il2cdisc.check.findings import Level
from il2cdisc.check.records import done, findings_of, hits, in_minutes
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.timepoints import reference_minutes

KIND = Kind(
    "CHK295",
    "Time since the dose far from the planned one",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="The reading was late, and the protocol takes it.",
    source="practice of data management",
    tolerance="30 minutes, or half of the planned time if that is longer",
    question="Please check the time of the reading and that of the dose.",
)

LEAST, SHARE = 30, 0.5


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, own in findings_of(context, "DTC", "ELTM"):
        column = table.distinct(f"{own}ELTM")
        lengths = [(in_days_of(text) or (np.nan, 0))[0] * 1440 for text in column.texts]
        plan = column.each(lengths, np.nan)
        took = in_minutes(table, f"{own}DTC") - reference_minutes(context, table, own)
        looked = done(table) & (plan > 0) & (took >= 0)
        far = looked & (np.abs(took - plan) > np.maximum(LEAST, SHARE * plan))
        what = f"the reading is {{took}} minutes after the dose, planned {{{own}ELTM}}"
        yield from hits(table, f"{own}DTC", far, what, looked_at=looked, took=took)
