"""A subject has two last observations before exposure of one test.

What: --LOBXFL is Y on several records of a subject with the same keys: those that the sheet Baseline gives
for the test, else test, specimen, method, position, location and laterality.
Why: there is one last observation; with two, each program that reads the flag takes another one.
Example: two flagged readings of one test, standing for 1 and for 3 minutes, and no Time Point in the sheet.
Fix: name in the sheet Baseline what tells the two apart, or flag one of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.base.rows import counted_in
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import CheckedTable, Flags
from il2cdisc.spec.baseline import baseline_keys, baseline_rules
from il2cdisc.spec.models import BaselineRule
from il2cdisc.spec.selection import groups

KIND = Kind(
    "CHK066",
    "Several last observations before exposure",
    Severity.FINDING,
    "Name in the sheet Baseline what distinguishes the records, or flag one of them.",
)
LEVEL = Level.WARNING


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _ in context.checked:
        flag, code = f"{table.name}LOBXFL", f"{table.name}TESTCD"
        if not {"USUBJID", flag, code} <= set(table.by_name):
            continue
        left: Flags = table.distinct(flag).has("Y")
        for rule in baseline_rules(context.spec, table.name):
            mine = left & (table.distinct(code).has(rule.testcd) if rule.testcd else True)
            left = left & ~mine
            yield from _second(table, flag, rule, np.flatnonzero(mine))


def _second(table: CheckedTable, flag: str, rule: BaselineRule, places: np.ndarray) -> Iterator[RuleHit]:
    """The second and later flagged records of each key."""
    if not len(places):
        return
    keys = ["USUBJID", *baseline_keys(rule, table.by_name)]
    group, _ = groups([table.distinct(key).codes[places] for key in keys])
    rows = places[counted_in(group) > 1]
    if len(rows):
        what = f"another record with the same {', '.join(keys[1:])} has the flag, too"
        spec = rule.at("Keys") if rule.place.row else None
        yield RuleHit(table.name, what, flag, rows, spec=spec, out_of=len(places))
