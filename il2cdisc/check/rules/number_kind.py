"""A number has decimals that the workbook does not allow.

What: a variable of data type integer holds a fraction, or one of data type float more decimals than its
Significant Digits (in Define-XML the number of decimal places).
Why: define.xml tells readers how precise a number is.
Example: VISITNUM is integer and holds 5.1.
Fix: correct Data Type or Significant Digits, or round in the mapping.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import CheckedTable
from il2cdisc.spec.models import VariableSpec

KIND = Kind(
    "CHK021",
    "Number differs from its data type",
    Severity.FINDING,
    "Correct Data Type or Significant Digits in the sheet Variables, or round the value in the mapping.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, variable in context.columns:
        if table.by_name[variable.name].type == "Num":
            yield from _hits(table, variable)


def _hits(table: CheckedTable, item: VariableSpec) -> Iterator[RuleHit]:
    """Hits of one Num column against the data type of its row in the workbook."""
    if item.data_type == "integer":
        column = table.distinct(item.name)
        rows = column.rows(np.asarray(column.column.values, dtype="float64") % 1 != 0)
        if len(rows):
            what = "a fraction, and the data type is integer"
            yield RuleHit(table.name, what, item.name, rows, spec=item.at("Data Type"))
    elif item.data_type == "float" and item.significant_digits is not None:
        column, digits = table.distinct(item.name), item.significant_digits
        rows = column.rows(column.decimals > digits)
        if len(rows):
            what = f"more decimals than the {digits} of the workbook"
            yield RuleHit(table.name, what, item.name, rows, spec=item.at("Significant Digits"))
