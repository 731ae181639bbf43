"""A dataset's label is not the workbook's.

What: the label in the transport file differs from Datasets, column Label, or is missing.
Why: file and define.xml must carry the same label.
Example: the file says "Adverse Event", the workbook "Adverse Events".
Fix: correct the workbook's label and build again.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK005",
    "Dataset label differs",
    Severity.FINDING,
    "Correct the label in the sheet Datasets and build again.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, spec in context.checked:
        if table.label != spec.label:
            what = f"the file's label is '{table.label}', the workbook's '{spec.label}'"
            yield RuleHit(table.name, what, value=table.label, spec=spec.at("Label"))
