"""A dataset has no record.

What: a transport file with variables, and no observation.
Why: empty datasets are not submitted; define.xml says that the dataset has no data.
Example: dd.xpt with 0 records.
Fix: say Has No Data = Yes in the sheet Datasets; the build then leaves the file out.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK004",
    "Dataset without records",
    Severity.FINDING,
    "Set Has No Data to Yes in the sheet Datasets and leave the file out.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table in context.tables.values():
        if not len(table):
            yield RuleHit(table.name, f"{table.name} has no record")
