"""A value of the data that the trial design does not have.

What: planned and actual arms (TA), elements (TE), epochs (TA), visits with their names (TV) and criteria (TI)
of every dataset. Visit numbers with decimals are unscheduled visits; the element UNPLAN is free.
Why: reviewers read the data by the design; what is not in it can't be placed.
Example: VISITNUM 7 in VS, and TV goes from 6 to 8.
Fix: correct the protocol sheets, or the mapping that makes the value.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import CheckedTable, number_text
from il2cdisc.spec.selection import groups

KIND = Kind(
    "CHK057",
    "Value not in the trial design",
    Severity.FINDING,
    "Correct the protocol sheets of the workbook, or the mapping.",
)
LEVEL = Level.ERROR
# variable → the dataset of the design and its variable
DESIGN = {
    "ARMCD": ("TA", "ARMCD"),
    "ACTARMCD": ("TA", "ARMCD"),
    "ETCD": ("TE", "ETCD"),
    "EPOCH": ("TA", "EPOCH"),
    "IETESTCD": ("TI", "IETESTCD"),
}
UNPLANNED = "UNPLAN"


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table in context.tables.values():
        for variable, (dataset, key) in DESIGN.items():
            design = context.tables.get(dataset)
            if variable not in table.by_name or design is None or key not in design.by_name:
                continue
            known = {*design.distinct(key).texts, *([UNPLANNED] if key == "ETCD" else [])}
            rows = table.distinct(variable).where_not_in(known)
            if len(rows):
                yield RuleHit(table.name, f"not in {dataset}", variable, rows)
        yield from _visits(table, context.tables.get("TV"))


def _visits(table: CheckedTable, design: CheckedTable | None) -> Iterator[RuleHit]:
    if design is None or table.name == design.name or not {"VISITNUM", "VISIT"} <= set(design.by_name):
        return
    if "VISITNUM" not in table.by_name:
        return
    names = dict(zip(*(design.table[name].series().tolist() for name in ("VISITNUM", "VISIT")), strict=True))
    numbers = table.distinct("VISITNUM")
    unknown = numbers.rows([number % 1 == 0 and number not in names for number in numbers.values])
    if len(unknown):
        yield RuleHit(table.name, "a planned visit that is not in TV", "VISITNUM", unknown)
    if "VISIT" not in table.by_name:
        return
    pair, first = groups([numbers.codes, table.distinct("VISIT").codes])
    differs = [
        number % 1 == 0 and isinstance(names.get(number), str) and names[number] != visit
        for number, visit in table.table.frame(["VISITNUM", "VISIT"], first).itertuples(index=False)
    ]
    other = np.flatnonzero(np.array(differs, dtype=bool)[pair])
    if len(other):
        found = table.values("VISITNUM", other)
        details = [f"visit {number_text(number)} is {names[number]} in TV" for number in found]
        yield RuleHit(table.name, "another name than in TV", "VISIT", other, details=details)
