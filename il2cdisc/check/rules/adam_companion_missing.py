"""A variable of analysis data is there without the one that it belongs to.

What: a dataset with a second variable has the first one: TRTxxAN needs TRTxxA, BNRIND needs ANRIND and ABLFL,
ARELTM needs ARELTMU, SRCSEQ needs SRCDOM, ASTDTF needs ASTDT or ASTDTM, BASE needs ABLFL.
Why: a number, unit, baseline or imputation flag means nothing alone (ADaMIG 1.3, section 3.1.1).
Covers: AD0007, AD0064, AD0070, AD0080, AD0111, AD0113, AD0127, AD0163, AD0164, AD0166, AD0167, AD0335,
AD0336, AD0364, AD0522, AD0523, AD0524, AD0525, AD0529, AD0530, AD0542, AD0548, AD0556, AD0804, AD0809,
AD0814, AD0819, AD0824, AD0829, AD0834, AD0839, AD0844, AD0849, AD0854, AD0859, AD0864, AD0869, AD0874,
AD0879, AD0884, AD0896.
Example: ADSL has TRT01AN, and no TRT01A.
Fix: add the first variable, or leave the second one out.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.adam import analysis_tables
from il2cdisc.check.adam_pairs import companions, pairs
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import CheckedTable

KIND = Kind(
    "CHK203",
    "Variable without the one it belongs to",
    Severity.FINDING,
    "Add the variable that it belongs to, or remove it.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _, structure in analysis_tables(context):
        for pair in pairs(table, structure):
            yield from _alone(table, pair.second, (pair.first,), pair.absent)
        for name, needs, companion in companions(table):
            yield from _alone(table, name, needs, companion.absent, companion.level)


def _alone(
    table: CheckedTable,
    name: str,
    needs: tuple[str, ...],
    ids: tuple[str, ...],
    level: Level | None = None,
) -> Iterator[RuleHit]:
    """A hit where the dataset has none of the variables that one needs."""
    if table.by_name.keys().isdisjoint(needs):
        what = f"{name} needs {' or '.join(needs)}, which {table.name} does not have"
        yield RuleHit(table.name, what, name, level=level, published=ids)
