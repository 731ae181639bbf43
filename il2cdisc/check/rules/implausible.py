"""A result is outside of what is plausible.

What: --STRESN below Low or above High of the sheet Plausibility, in the unit that the sheet gives.
Why: no living person has it; it is mistyped, or in another unit than the one noted.
Example: a temperature of 63.5 C.
Fix: ask the sender for the result and its unit.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.numbers import above, below
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit, name_of_test, of_test
from il2cdisc.check.findings import Level
from il2cdisc.check.table import number_text

KIND = Kind(
    "CHK055",
    "Implausible result",
    Severity.FINDING,
    "Ask whether result and unit are right; the result is kept.",
)
LEVEL = Level.WARNING
NEEDS = ("Plausibility",)


def check(context: CheckContext) -> Iterator[RuleHit]:
    for limits in context.spec.plausibility:
        table = context.tables.get(limits.dataset)
        mine = of_test(table, limits.testcd, limits.unit)
        if table is None or mine is None:
            continue
        variable = f"{table.name}STRESN"
        column = table.table[variable]
        values = np.asarray(column.values, dtype="float64")
        for limit, word, header in ((limits.low, "below", "Low"), (limits.high, "above", "High")):
            if limit is None:
                continue
            wrong = below(values, limit) if word == "below" else above(values, limit)
            rows = np.flatnonzero(mine & column.where(wrong))
            if len(rows):
                test, least = (
                    name_of_test(table, limits.testcd),
                    f"{number_text(limit)} {limits.unit}".rstrip(),
                )
                told = f"{test} is {word} {least}, which is hardly possible"
                looked_at = int(mine.sum())
                yield RuleHit(table.name, told, variable, rows, spec=limits.at(header), out_of=looked_at)
