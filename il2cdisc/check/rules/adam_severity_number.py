"""The number of a severity is none of mild, moderate and severe.

What: AESEVN is 1, 2, 3 or empty.
Why: the order of the severities is the same in all trials.
Covers: AD0279.
Example: AESEVN is 4, taken from a scale of grades.
Fix: use ATOXGRN for grades, or give the severity its number.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.adam import OCCDS, analysis_tables
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import NO_ROWS

KIND = Kind(
    "CHK219",
    "Invalid number of a severity",
    Severity.FINDING,
    "Give AESEVN 1 for mild, 2 for moderate, 3 for severe; grades belong to ATOXGRN.",
)
LEVEL = Level.ERROR
_NUMBERS = ("1", "2", "3")


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, _, _ in analysis_tables(context, OCCDS):
        rows = table.distinct("AESEVN").where_not_in(_NUMBERS) if "AESEVN" in table.by_name else NO_ROWS
        if len(rows):
            yield RuleHit(table.name, "AESEVN is not 1, 2 or 3", "AESEVN", rows, published=("AD0279",))
