"""A dose was not given, and nothing says why.

What: --OCCUR N, or --STAT NOT DONE, without --REASOC or --REASND, where the dataset has such a variable.
Why: missed doses are listed with their reasons.
Example: ECOCCUR N, no ECREASOC.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import exposure
from il2cdisc.check.records import filled, has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK281",
    "Missed dose without a reason",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.COLUMN,
    right_when="The reason is recorded in another form, as that of the event.",
    source="practice of data management",
    question="Please give the reason why the dose was not given.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = exposure(context)
    if table is None:
        return
    own = table.name
    names = [f"{own}{name}" for name in ("REASOC", "REASND") if has(table, f"{own}{name}")]
    if names:
        missed = one_of(table, f"{own}OCCUR", "N") | one_of(table, f"{own}STAT", "NOT DONE")
        why = np.logical_or.reduce([filled(table, name) for name in names])
        yield from hits(table, names[0], missed & ~why, "the dose was not given, and no reason is recorded")
