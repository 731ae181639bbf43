"""DM has a death that no other record has.

What: DTHFL is Y, and the subject has no fatal event, no DEATH in DS, no record in DD, and no DEAD in SS.
Why: the cause of death must be known.
Example: DTHFL Y, all events recovered.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import deaths
from il2cdisc.check.persons import persons
from il2cdisc.check.records import has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK245",
    "Death without a record of it",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="The death was learned of from a register after the end of participation.",
    source="sdtmchecks check_dm_ae_ds_death, check_ae_death_ds_discon; FB0601 to FB0614",
    question="Please give the event that led to death, and complete the end of participation.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table, people = context.tables.get("DM"), persons(context)
    if table is None or not has(table, "USUBJID", "DTHFL"):
        return
    known, looked = np.zeros(people.count, dtype=bool), False
    for other, _, died, _ in deaths(context):
        known, looked = known | people.any(other, died), True
    if looked:
        alone = one_of(table, "DTHFL", "Y") & ~people.spread(known, table)
        yield from hits(table, "DTHFL", alone, "DM has a death, and no event or disposition says so")
