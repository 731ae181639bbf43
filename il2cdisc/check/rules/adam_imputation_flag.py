"""An imputation flag of analysis data does not name the part that was imputed.

What: a variable that ends in DTF is Y, M, D or empty, one that ends in TMF H, M, S or empty (codelists DATEFL
and TIMEFL).
Why: the flag says which part of the date or time is not as collected.
Covers: AD0039, AD0040.
Example: ASTDTF is Y for "yes, imputed", where the day alone was imputed and D is right, or MONTH.
Fix: derive the flag with the date.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.adam import analysis_tables
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import NO_ROWS

KIND = Kind(
    "CHK207",
    "Invalid imputation flag",
    Severity.FINDING,
    "Use the highest imputed part: Y, M or D of a date, H, M or S of a time.",
)
LEVEL = Level.ERROR

_FLAGS = (("DTF", ("Y", "M", "D"), ("AD0039",)), ("TMF", ("H", "M", "S"), ("AD0040",)))


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _, _ in analysis_tables(context):
        for name in table.by_name:
            for ending, parts, ids in _FLAGS:
                rows = table.distinct(name).where_not_in(parts) if name.endswith(ending) else NO_ROWS
                if len(rows):
                    what = f"the flag is not one of {', '.join(parts)}"
                    yield RuleHit(table.name, what, name, rows, published=ids)
