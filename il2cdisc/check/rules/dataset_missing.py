"""A dataset of the workbook has no file.

What: the sheet Datasets lists a dataset that is not among the files, and does not say that it has no data.
Why: define.xml describes every dataset of the workbook; a reviewer looks for its file.
Example: Datasets lists CM, and there is no cm.xpt.
Fix: write its mapping, or say Has No Data = Yes.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.package import file_name

KIND = Kind(
    "CHK001",
    "Dataset without a file",
    Severity.FINDING,
    "Write its mapping, or set Has No Data to Yes in the sheet Datasets.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for name, spec in context.spec.datasets.items():
        if name not in context.tables and not spec.no_data:
            yield RuleHit(
                name,
                f"{name} is in the workbook, but there is no {file_name(name)}",
                spec=spec.at("Dataset"),
            )
