"""A kit is used more often than planned.

What: --REFID of records of a treatment that was given, over all subjects, against Count of the rows `Kit` of
the sheet Protocol Doses.
Why: the number of a kit is mistyped, or a subject had the kit of another.
Example: a syringe for one dose is recorded at two visits.
Fix: ask the site which kit was used.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.planned_doses import chosen, occasion_numbers, rows_of, surplus, taken, variable
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.spec.sheets_doses import KIT

KIND = Kind(
    "CHK327",
    "Kit used more often than planned",
    Severity.FINDING,
    "Ask which kit was used; the records are kept.",
)
LEVEL = Level.WARNING
NEEDS = ("Protocol Doses",)
SENSE = Sense(
    SenseKind.HARD,
    SenseScope.STUDY,
    "Kits hold more doses than the sheet says.",
    "sheet Protocol Doses",
)


def check(context: CheckContext) -> Iterator[RuleHit]:
    for row in rows_of(context, KIT):
        table = context.tables[row.dataset]
        kit = variable(table, "REFID")
        if not kit or row.count is None:
            continue
        used = chosen(context, table, row) & taken(table) & ~table.table[kit].missing
        rows = np.flatnonzero(used)
        found, numbers = surplus(occasion_numbers(table, rows, [kit]), row.count)
        if len(found):
            places = rows[found]
            kits = table.values(kit, places)
            details = [
                f"use number {number} of kit {name}, planned are {row.count}"
                for name, number in zip(kits, numbers.tolist(), strict=True)
            ]
            yield RuleHit(table.name, KIND.title, kit, places, details=details, out_of=int(used.sum()))
