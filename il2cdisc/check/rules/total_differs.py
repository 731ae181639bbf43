"""A collected total is not the sum of its items.

What: the sheet Totals names a total and its items; every occasion is added up. An occasion with a missing
item is compared only where the sheet says that a missing item counts as 0.
Why: either an item or the total is mistyped, and the analysis may rest on it.
Example: the total is 23, its items add up to 20.
Fix: ask the site which is right.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.numbers import equal
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import number_text

KIND = Kind(
    "CHK053",
    "Total differs from the sum of its items",
    Severity.FINDING,
    "Ask which is right; the collected total is kept.",
)
LEVEL = Level.WARNING
NEEDS = ("Totals",)


def check(context: CheckContext) -> Iterator[RuleHit]:
    for found in context.scored:
        missing = np.isnan(found.values)
        sums, collected = np.nansum(found.values, axis=1), found.collected
        compared = ~np.isnan(collected) & ~missing.all(axis=1)
        if not found.spec.zero_if_missing:
            compared &= ~missing.any(axis=1)
        wrong = compared & ~equal(sums, collected)
        details = [
            f"the total is {number_text(total)}, its items add up to {number_text(added)}"
            for total, added in zip(collected[wrong].tolist(), sums[wrong].tolist(), strict=True)
        ]
        variable, rows = f"{found.table.name}STRESN", found.total[wrong]
        if len(rows):
            where = found.spec.at("Items")
            name, out_of = found.table.name, int(compared.sum())
            yield RuleHit(name, KIND.title, variable, rows, spec=where, details=details, out_of=out_of)
