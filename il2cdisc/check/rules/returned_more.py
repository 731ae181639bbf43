"""More was returned than was dispensed.

What: the sum of RETAMT is above that of DISPAMT, by subject, DAREFID (or DASPID) and unit; without such an
id by subject and unit.
Why: one of the counts is mistyped, and compliance becomes negative.
Example: 1 dispensed, 2 returned.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import groups_of
from il2cdisc.check.records import filled, has, hits, numbers_of, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK284",
    "More returned than dispensed",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="Drug that was dispensed in an earlier study was returned.",
    source="practice of data management",
    question="Please check how much was dispensed and how much was returned.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("DA")
    if table is None or not has(table, "USUBJID", "DATESTCD", "DASTRESN"):
        return
    amounts = np.nan_to_num(numbers_of(table, "DASTRESN"))
    out, back = one_of(table, "DATESTCD", "DISPAMT"), one_of(table, "DATESTCD", "RETAMT")
    ids = [name for name in ("DAREFID", "DASPID", "DALOT") if filled(table, name).any()][:1]
    group = groups_of(table, ["USUBJID", *ids, "DASTRESU", "DATRT"])
    size = int(group.max(initial=-1)) + 1
    dispensed, returned = (
        np.bincount(group[f], amounts[f], size)[group].astype("float64") for f in (out, back)
    )
    wrong = back & (amounts > 0) & (returned > dispensed)
    what = "{returned} returned, {dispensed} dispensed"
    yield from hits(table, "DASTRESN", wrong, what, looked_at=back, returned=returned, dispensed=dispensed)
