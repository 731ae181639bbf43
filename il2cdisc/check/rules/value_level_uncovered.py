"""A supplemental qualifier is described by no value-level row.

What: records of a SUPP-- dataset that no where-clause of QVAL selects. Elsewhere value level may describe
some of the values only, and the variable's own row describes the rest.
Why: what a qualifier is, its label, type and origin, is said at value level alone.
Example: a QNAM in SUPPAE for which ValueLevel has no row.
Fix: add a row to ValueLevel and its where-clause to WhereClauses.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity, did_you_mean
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK044",
    "Qualifier without a value level",
    Severity.FINDING,
    "Add a row to the sheets ValueLevel and WhereClauses for these records.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _ in context.checked:
        if not table.name.startswith("SUPP") or not {"QNAM", "QVAL"} <= set(table.by_name):
            continue
        covered = np.zeros(len(table), dtype=bool)
        known: set[str] = set()
        for other, level, chosen in context.value_levels:
            if other is table and level.variable == "QVAL":
                covered[chosen] = True
                known.update(_names(context, level.where))
        if covered.all():
            continue
        names = table.distinct("QNAM")
        others = np.flatnonzero(~covered)
        for name in sorted(names.texts[code] for code in names.present(others)):
            rows = others[names.has(name)[others]]
            what = f"no value-level row of QVAL selects QNAM {name}"
            yield RuleHit(table.name, what, "QVAL", rows, hint=did_you_mean(name, sorted(known - {name})))


def _names(context: CheckContext, where: str) -> set[str]:
    clause = context.spec.where_clauses[where]
    return {value for item in clause.conditions if item.variable == "QNAM" for value in item.values}
