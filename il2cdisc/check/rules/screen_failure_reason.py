"""A subject failed screening, and nothing says why.

What: ARMNRS is SCREEN FAILURE, IE has no record of the subject, and DSTERM of the disposition says no more
than SCREEN FAILURE.
Why: the flow of subjects gives the reasons.
Example: DSTERM SCREEN FAILURE, no record in IE.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import persons
from il2cdisc.check.records import has, hits, matching, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK275",
    "Screen failure without a reason",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="The reasons of screen failures are not collected.",
    source="practice of data management",
    question="Please give the criterion that the subject did not meet.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table, people = context.tables.get("DM"), persons(context)
    criteria, events = context.tables.get("IE"), context.tables.get("DS")
    if table is None or not has(table, "USUBJID", "ARMNRS") or not has(criteria, "USUBJID"):
        return
    assert criteria is not None
    known = people.any(criteria, np.ones(len(criteria), dtype=bool))
    if events is not None and has(events, "USUBJID", "DSTERM", "DSCAT"):
        bare = matching(events, "DSTERM", lambda text: text.upper() in ("SCREEN FAILURE", "OTHER"))
        known |= people.any(events, one_of(events, "DSCAT", "DISPOSITION EVENT") & ~bare)
    failed = one_of(table, "ARMNRS", "SCREEN FAILURE")
    alone = failed & ~people.spread(known, table)
    if not known.any():
        return
    yield from hits(table, "ARMNRS", alone, "no criterion and no reason is recorded", looked_at=failed)
