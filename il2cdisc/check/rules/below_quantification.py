"""A result that is a number is below the limit of quantification of its own record.

What: --STRESN below --LLOQ of the same record; a result written as `<0.36` has no number, and is left alone.
Why: a value below the limit can't be measured: the result, its limit, or the unit of one of them is wrong.
Example: LBSTRESN 12.4, LBLLOQ 20.
Fix: ask the laboratory for both.
Source: SDTMIG 3.4, section 6.3 (--LLOQ).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.numbers import below
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import number_text

KIND = Kind(
    "CHK074",
    "Result below its limit of quantification",
    Severity.FINDING,
    "Ask the laboratory for the result and its limit; both are kept.",
)
LEVEL = Level.WARNING


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _ in context.checked:
        result, limit = f"{table.name}STRESN", f"{table.name}LLOQ"
        if not {result, limit} <= set(table.by_name):
            continue
        limited = np.flatnonzero(~table.table[limit].missing)
        values, limits = (table.table[name].take(limited).numbers for name in (result, limit))
        wrong = below(values, limits)
        rows = limited[wrong]
        if len(rows):
            pairs = zip(values[wrong].tolist(), limits[wrong].tolist(), strict=True)
            details = [
                f"{number_text(value)} is below the limit of quantification, {number_text(least)}"
                for value, least in pairs
            ]
            yield RuleHit(table.name, KIND.title, limit, rows, details=details, out_of=len(limited))
