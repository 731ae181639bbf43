"""A subject has several ends of the treatment or of the participation.

What: a second disposition event of the subject with the same DSSCAT and EPOCH.
Why: a subject completes or discontinues once.
Example: COMPLETED and LOST TO FOLLOW-UP of the participation.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.base.rows import counted_in
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import PARTICIPATION, TREATMENT, dispositions
from il2cdisc.check.persons import groups_of
from il2cdisc.check.records import filled, hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK288",
    "Several ends of one participation",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="The trial has several periods with an end of each, and the epochs do not tell them apart.",
    source="sdtmchecks check_ds_dsscat, check_ds_multdeath_dsstdtc",
    question="Please state which of the records is right.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for of in (TREATMENT, PARTICIPATION):
        found = dispositions(context, of)
        if found is None:
            return
        table, ended = found
        rows = np.flatnonzero(ended & filled(table, "USUBJID"))
        second = np.zeros(len(table), dtype=bool)
        group = groups_of(table, ["USUBJID", "DSSCAT", "EPOCH"])[rows]
        second[rows[counted_in(group) > 1]] = True
        yield from hits(
            table, "DSDECOD", second, "another record has an end of the same, too", looked_at=ended
        )
