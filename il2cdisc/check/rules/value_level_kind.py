"""A value does not fit the data type of its value-level row.

What: for the records that the where-clause selects: integer and float must be numbers (also where they are
held as text), integer without a fraction, float without more decimals than Significant Digits; dates
ISO 8601.
Why: define.xml describes these values one by one.
Example: a test whose result is integer, and a record with "4+".
Fix: correct the value-level row, or the mapping.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.dates import is_iso
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import NO_ROWS, Distinct, Rows
from il2cdisc.spec.models import ValueLevelSpec

KIND = Kind(
    "CHK040",
    "Value differs from its data type at value level",
    Severity.FINDING,
    "Correct Data Type in the sheet ValueLevel, or the value's mapping.",
)
LEVEL = Level.ERROR


_DATES = frozenset({"date", "datetime", "partialDate", "partialDatetime", "incompleteDatetime"})


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, level, chosen in context.value_levels:
        rows = _wrong(level, table.distinct(level.variable), chosen)
        if len(rows):
            digits = (
                f" with {level.significant_digits} decimals" if level.significant_digits is not None else ""
            )
            what = f"not of data type {level.data_type}{digits} ({level.where})"
            yield RuleHit(table.name, what, level.variable, rows, spec=level.at("Data Type"))


def _wrong(level: ValueLevelSpec, column: Distinct, chosen: Rows) -> Rows:
    if level.data_type in _DATES:
        return column.where(lambda value: not is_iso(value), chosen)
    if level.data_type == "integer":
        return column.rows(column.decimals != 0, chosen)
    if level.data_type == "float":
        most = np.inf if level.significant_digits is None else level.significant_digits
        return column.rows((column.decimals < 0) | (column.decimals > most), chosen)
    return NO_ROWS
