"""The sequence numbers of a subject are not 1 to n in the order of the records.

What: --SEQ (ASEQ in analysis data) counts the records of a subject; in trial design datasets those of the
dataset, in TS those of a parameter. Fractions, gaps, doubles and missing numbers are told.
Why: SUPP--, RELREC, CO and analysis data point to records by it.
Example: AESEQ 1, 2, 4 for one subject.
Fix: build again; never set --SEQ in a mapping. Received datasets are taken as they are: ask the sender.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.base.rows import counted_in
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK032",
    "Sequence numbers not consecutive",
    Severity.FINDING,
    "Build again: a build numbers the records of a subject. Of received datasets, ask the sender to do so.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table in context.tables.values():
        if not table.seq or table.by_name[table.seq].type != "Num":
            continue
        by = next((name for name in ("USUBJID", "POOLID", "TSPARMCD") if name in table.by_name), "")
        groups = table.distinct(by).codes if by else np.zeros(len(table), dtype="int32")
        rows = np.flatnonzero(table.numbers(table.seq) != counted_in(groups))
        if len(rows):
            what = f"{table.seq} does not count 1, 2, 3, ... within {by or 'the dataset'}"
            yield RuleHit(table.name, what, table.seq, rows)
