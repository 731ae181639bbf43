"""A file holds a dataset that the workbook does not describe, or says to have no data.

What: a transport file whose dataset is not in the sheet Datasets, or is there with Has No Data = Yes.
Why: define.xml comes from the workbook, so the file would be undocumented.
Example: xx.xpt, and no row XX in Datasets.
Fix: add the dataset to the workbook, or take its mapping away.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity, did_you_mean
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK002",
    "File not in the specification",
    Severity.FINDING,
    "Add the dataset to the sheet Datasets, or do not make it.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table in context.tables.values():
        if table.spec is None:
            near = did_you_mean(table.name, context.spec.datasets)
            yield RuleHit(table.name, f"{table.file} is not in the sheet Datasets", hint=near)
        elif table.spec.no_data:
            what = f"{table.file} is there, and the workbook says that {table.name} has no data"
            yield RuleHit(table.name, what, spec=table.spec.at("Has No Data"))
