"""A flag and its number disagree in analysis data.

What: Y goes with 1, N with 0, no value with no value (SAFFL and SAFFN, ABLFL and ABLFN).
Why: a table made from the one differs from that made from the other.
Covers: AD0010, AD0011, AD0012.
Example: ANL01FL is Y, and ANL01FN is empty.
Fix: derive the number from the text.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.adam import analysis_tables, filled
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind("CHK202", "Flag and its number disagree", Severity.FINDING, "Derive the number from the flag.")
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _, _ in analysis_tables(context):
        for variable in table.variables:
            name = f"{variable.name[:-2]}FL"
            if not variable.name.endswith("FN") or variable.type != "Num" or name not in table.by_name:
                continue
            text, number = table.distinct(name), table.table[variable.name]
            yes = text.has("Y") & ~number.among([1.0])
            no = text.has("N") & ~number.among([0.0])
            alone = ~filled(table, name) & filled(table, variable.name)
            said = ((yes, f"{name} is Y, and the number is not 1", ("AD0010",)),
                    (no, f"{name} is N, and the number is not 0", ("AD0011",)),
                    (alone, f"{name} has no value, and the number has one", ("AD0012",)))  # fmt: skip
            for wrong, what, ids in said:
                if wrong.any():
                    yield RuleHit(table.name, what, variable.name, np.flatnonzero(wrong), published=ids)
