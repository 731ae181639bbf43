"""A value is not among the terms of the codelist that its value-level row names.

What: for the records that the where-clause selects; a warning where the codelist is extensible, else an
error.
Why: the codelist of a test's results differs from test to test, and define.xml says which.
Example: a result POSITIVE for a test whose codelist is N and Y.
Fix: map the value to a term, or correct the value-level row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.codelists import outside
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK043",
    "Value outside its codelist at value level",
    Severity.FINDING,
    "Correct the value's mapping, or the codelist in the sheet ValueLevel.",
)
LEVEL = Level.ERROR


def check(context: CheckContext) -> Iterator[RuleHit]:
    for table, level, chosen in context.value_levels:
        codelist = context.codelist(level)
        if codelist is None:
            continue
        weight = Level.WARNING if codelist.extensible else Level.ERROR
        for hit in outside(context, table, level.variable, codelist, level.at("Codelist"), chosen):
            yield replace(hit, what=f"{hit.what} ({level.where})", level=weight)
