"""A sample without a time point was taken after the dose, where nearly all others were taken before it.

What: on the day of the only dose of a subject, a finding without --TPT is timed after the dose, and at
least eight in ten such findings of the same category and visit, of five or more subjects, are before it.
Why: a baseline or a trough is lost in silence.
Example: blood at 11:20, the dose at 10:01; all other subjects gave blood before the dose.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import groups_of, persons
from il2cdisc.check.records import done, filled, findings_of, has, hits, in_minutes
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.timepoints import reference_minutes

KIND = Kind(
    "CHK297",
    "Sample after the dose where others are before it",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.STUDY,
    right_when="The sample was late by necessity, and the deviation is recorded.",
    source="practice of data management",
    question="Please check the time of the sample and that of the dose.",
)

SHARE, FEWEST = 0.8, 5


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, own in findings_of(context, "DTC"):
        if not has(table, "VISITNUM"):
            continue
        at = in_minutes(table, f"{own}DTC")
        rows = np.flatnonzero(~np.isnan(at) & done(table) & ~filled(table, f"{own}TPT"))
        if not len(rows):
            continue
        away = (at - reference_minutes(context, table, own))[rows]
        rows, away = rows[~np.isnan(away)], away[~np.isnan(away)]
        group = groups_of(table, ["VISITNUM", f"{own}CAT", f"{own}SCAT", f"{own}SPEC"])[rows]
        by = pd.DataFrame({"group": group, "who": persons(context).of(table)[rows], "early": away <= 0})
        share = by.groupby("group")["early"].transform("mean")
        people = by.groupby("group")["who"].transform("nunique")
        late = np.zeros(len(table), dtype=bool)
        late[rows] = (away > 0) & (share >= SHARE) & (people >= FEWEST)
        minutes = np.full(len(table), np.nan)
        minutes[rows] = away
        what = "the sample was taken {minutes} minutes after the dose, those of other subjects before it"
        yield from hits(table, f"{own}DTC", late, what, minutes=minutes)
