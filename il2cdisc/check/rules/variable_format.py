"""A variable's SAS format is not the workbook's.

What: the format in the transport file differs from Variables, column Format (DATE9. and DATE9 are one).
Why: a date of analysis data is a number; only its format shows it as a date.
Example: ASTDT without a format, where the workbook says DATE9.
Fix: correct Format and build again.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK015",
    "SAS format differs",
    Severity.FINDING,
    "Correct Format in the sheet Variables and build again.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, variable in context.columns:
        found = table.by_name[variable.name].format
        if _plain(found) != _plain(variable.format):
            what = f"the file's format is '{found}', the workbook's '{variable.format}'"
            yield RuleHit(table.name, what, variable.name, value=found, spec=variable.at("Format"))


def _plain(text: str) -> str:
    return text.strip().upper().removesuffix(".")
