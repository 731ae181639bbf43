"""A text is longer than the workbook's length.

What: a value has more bytes than Variables, column Length. Dates and times have no length.
Why: the length in define.xml must hold every value.
Example: a value of 23 bytes in a variable of length 20.
Fix: raise Length, or shorten the value at its source.
"""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK016",
    "Value longer than specified",
    Severity.FINDING,
    "Raise Length in the sheet Variables, or shorten the value at its source.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, variable in context.columns:
        length = variable.length
        if length is None or variable.data_type != "text" or table.by_name[variable.name].type != "Char":
            continue
        rows = table.longer_than(variable.name, length)
        if len(rows):
            what = f"longer than the {length} bytes of the workbook"
            filled = int((table.distinct(variable.name).codes >= 0).sum())
            yield RuleHit(table.name, what, variable.name, rows, spec=variable.at("Length"), out_of=filled)
