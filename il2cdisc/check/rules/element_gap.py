"""The elements of a subject do not follow each other.

What: SESTDTC of an element is not SEENDTC of the element before it, as far as both are known.
Why: each date of a subject belongs to one element.
Example: screening ends 2022-03-05, treatment begins 2022-03-07.
Fix: Correct the rules of start and end in the sheet Protocol Elements.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.moments import AFTER, BEFORE
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import Partner, persons
from il2cdisc.check.records import has, hits, numbers_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK318",
    "Gap or overlap of elements",
    Severity.FINDING,
    "Correct the rules of start and end in the sheet Protocol Elements.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.PROGRAMMING,
    scope=SenseScope.SUBJECT,
    right_when="The subject was out of the study between two periods.",
    source="practice of data management",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("SE")
    if table is None or not has(table, "USUBJID", "SESEQ", "SESTDTC", "SEENDTC"):
        return
    people = persons(context).of(table)
    rows = np.lexsort((numbers_of(table, "SESEQ"), people))
    before = np.full(len(table), -1, dtype="int64")
    before[rows[1:]] = np.where(people[rows][1:] == people[rows][:-1], rows[:-1], -1)
    other = Partner(table, before)
    order = table.dated("SESTDTC").order(other.dated("SEENDTC"))
    apart = other.found & ((order == BEFORE) | (order == AFTER))
    what = "the element begins on {SESTDTC}, the one before it ended on {end}"
    yield from hits(table, "SESTDTC", apart, what, looked_at=other.found, end=other.text("SEENDTC"))
