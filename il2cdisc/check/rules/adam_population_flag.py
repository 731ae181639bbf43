"""A population flag of analysis data is neither yes nor no.

What: COMPLFL, FASFL, ITTFL, PPROTFL, SAFFL, RANDFL and ENRLFL of ADSL are Y or N for every subject, their
numbers (SAFFN) 1 or 0; no value is a fault, too. Copies in other datasets are held against ADSL by CHK211.
Why: a subject belongs to a population or does not; with no value nobody knows (ADaMIG 1.3, section 3.1.4).
Covers: AD0019, AD0020, AD0021, AD0022, AD0023, AD0024, AD0025, AD0026, AD0027, AD0028, AD0029, AD0030,
AD0031, AD0032.
Example: SAFFL has no value for a subject who was never treated.
Fix: give the flag N where the subject is not in the population.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.adam import ADSL, POPULATION_FLAGS, analysis_tables
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK201",
    "Population flag neither yes nor no",
    Severity.FINDING,
    "Give the population flag Y or N (its number 1 or 0) for every subject.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _, _ in analysis_tables(context, ADSL):
        for name, (published, allowed) in POPULATION_FLAGS.items():
            if name not in table.by_name:
                continue
            rows = np.union1d(
                table.distinct(name).where_not_in(allowed), np.flatnonzero(table.table[name].missing)
            )
            if len(rows):
                what = f"the population flag is neither {allowed[0]} nor {allowed[1]}"
                yield RuleHit(table.name, what, name, rows, published=(published,))
