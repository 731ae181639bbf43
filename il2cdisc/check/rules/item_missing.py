"""An item of a scale that was rated has no result.

What: the sheet Totals names the items of a total; on an occasion with at least one rated item each must have
a result. Of alternatives (`A|B`) one is enough, and the one that was due is told.
Why: the total has to be prorated, or can't be made.
Example: all items but the thirteenth are rated.
Fix: ask the site for the item, or why it was not rated.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK054",
    "Missing item of a rated scale",
    Severity.FINDING,
    "Ask for the item, or why it was not rated.",
)
LEVEL = Level.WARNING
NEEDS = ("Totals",)


def check(context: CheckContext) -> Iterator[RuleHit]:
    for found in context.scored:
        missing = np.isnan(found.values)
        occasion, item = np.nonzero(missing & ~missing.all(axis=1, keepdims=True))
        rows = found.items[occasion, item]
        # an item without a record of its own is told at the total's, or at the first item's that has one
        other = np.where(found.total >= 0, found.total, found.items.max(axis=1, initial=-1))[occasion]
        rows = np.where(rows >= 0, rows, other)
        if len(rows):
            names = [" or ".join(found.spec.items[number]) for number in item.tolist()]
            details = [f"{name} has no result, other items of the scale have" for name in names]
            variable, where = f"{found.table.name}ORRES", found.spec.at("Items")
            yield RuleHit(found.table.name, KIND.title, variable, rows, spec=where, details=details)
