"""A value of analysis data has several values of the variable that says the same.

What: variables that say the same are one to one within a dataset: PARAM and PARAMCD, TRTP and TRTPN, SEX and
SEXN; within a parameter AVISIT and AVISITN, ATPT and ATPTN, AVAL and AVALC, and categories. The records
reported are those with the rarer value.
Why: a display that is ordered or selected by the number shows other rows than its texts.
Covers: AD0117, AD0118, AD0721, AD0722, AD0727, AD0728, AD0738, AD0739, AD0740, AD0741, AD0742, AD0743,
AD0802, AD0807, AD0812, AD0813, AD0817, AD0818, AD0822, AD0823, AD0827, AD0828, AD0832, AD0833, AD0837,
AD0838, AD0842, AD0843, AD0847, AD0848, AD0852, AD0853, AD0857, AD0858, AD0862, AD0863, AD0867, AD0868,
AD0872, AD0873, AD0877, AD0878, AD0882, AD0883, AD0891, AD0892, AD0893, AD0894.
Example: a value of AVISIT has AVISITN 4 and, in two records, 5.
Fix: derive the one from the other.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.adam import BDS, analysis_tables, scope_of, several
from il2cdisc.check.adam_pairs import ANALYSIS_VALUE, pairs
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import CheckedTable

KIND = Kind(
    "CHK205",
    "Two variables not one to one",
    Severity.FINDING,
    "Derive one variable from the other, so that each value has one counterpart.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _, structure in analysis_tables(context):
        for pair in (*pairs(table, structure), *((ANALYSIS_VALUE,) if structure == BDS else ())):
            if {pair.first, pair.second} <= table.by_name.keys():
                within = scope_of(table, structure, pair.second)
                yield from _several(table, pair.first, pair.second, within, pair.second_varies)
                yield from _several(table, pair.second, pair.first, within, pair.first_varies)


def _several(
    table: CheckedTable, name: str, other: str, within: tuple[str, ...], ids: tuple[str, ...]
) -> Iterator[RuleHit]:
    found = several(table, name, other, within)
    if len(found.rows):
        what = f"a value of {name} has several values of {other}"
        yield RuleHit(table.name, what, other, found.rows, details=found.texts, published=ids)
