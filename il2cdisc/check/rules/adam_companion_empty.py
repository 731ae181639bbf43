"""A record of analysis data has a value, and none of the variable that belongs to it.

What: of two variables that say the same (TRTP and TRTPN, COUNTRY and COUNTRYN) a record has both or none. A
record with AWTDIFF has AWTARGET, with ARELTM its unit, with ADURN its unit, with SRCVAR or SRCSEQ SRCDOM,
with an imputation flag the date or time.
Why: displays that are sorted or selected by the one lose the record.
Covers: AD0112, AD0137, AD0159, AD0268, AD0369, AD0370, AD0435, AD0436, AD0447, AD0458, AD0459, AD0800,
AD0805, AD0806, AD0811, AD0815, AD0816, AD0820, AD0821, AD0825, AD0826, AD0830, AD0831, AD0835, AD0836,
AD0840, AD0841, AD0845, AD0846, AD0850, AD0851, AD0855, AD0856, AD0860, AD0861, AD0865, AD0866, AD0870,
AD0871, AD0875, AD0876, AD0880, AD0881.
Example: a record has AVISIT and no AVISITN.
Fix: give the two the same records.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.adam import analysis_tables, filled
from il2cdisc.check.adam_pairs import companions, pairs
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import CheckedTable

KIND = Kind(
    "CHK204",
    "Value without the one it belongs to",
    Severity.FINDING,
    "Fill in both variables, or neither.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _, structure in analysis_tables(context):
        for pair in pairs(table, structure):
            if pair.first in table.by_name:
                yield from _empty(table, pair.first, (pair.second,), pair.no_second)
                yield from _empty(table, pair.second, (pair.first,), pair.no_first)
        for name, needs, companion in companions(table):
            there = tuple(need for need in needs if need in table.by_name)
            if companion.values and there:
                yield from _empty(table, name, there, companion.empty)


def _empty(table: CheckedTable, name: str, needs: tuple[str, ...], ids: tuple[str, ...]) -> Iterator[RuleHit]:
    """Records with a value of a variable, and of none that it needs."""
    wrong = filled(table, name)
    for need in needs:
        wrong = wrong & ~filled(table, need)
    if wrong.any():
        what = f"{name} has a value, and {' and '.join(needs)} {'have' if needs[1:] else 'has'} none"
        yield RuleHit(table.name, what, needs[0], np.flatnonzero(wrong), published=ids)
