"""The flag of treatment emergence contradicts the dates.

What: AETRTEM (of AE or SUPPAE) is Y for an event that ended before the first dose, or whose subject had no
dose; or N for one that began after the first dose and not after the last dose.
Why: the tables of emergent events rest on it.
Example: AETRTEM Y, AEENDTC 2022-03-01, first dose 2022-03-05.
Fix: Correct the mapping or the derivation of AETRTEM.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.moments import AFTER, BEFORE
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit, of_records
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import doses
from il2cdisc.check.persons import matched_rows, persons
from il2cdisc.check.records import has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.table import CheckedTable, Flags

KIND = Kind(
    "CHK264",
    "Treatment emergence inconsistent with dates",
    Severity.FINDING,
    "Correct the mapping or the derivation of AETRTEM.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.PROGRAMMING,
    scope=SenseScope.SUBJECT,
    right_when="The protocol defines emergence by another day than that of the first dose.",
    source="SD1097; SD1321",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("AE")
    if table is None or not has(table, "USUBJID", "AESTDTC") or "DM" not in context.tables:
        return
    yes, no = (_flagged(context, table, value) for value in ("Y", "N"))
    first, last = (of_records(context, table, name).dates for name in ("RFXSTDTC", "RFXENDTC"))
    starts = table.dated("AESTDTC")
    if has(table, "AEENDTC"):
        early = yes & (table.dated("AEENDTC").order(first) == BEFORE)
        yield from hits(
            table, "AEENDTC", early, "the event is treatment-emergent, and ends before the first dose"
        )
    never = yes & ~first.is_known & ~_dosed(context, table)
    yield from hits(table, "AESTDTC", never, "the event is treatment-emergent, and the subject had no dose")
    during = no & (starts.order(first) == AFTER) & (starts.order(last) == BEFORE)
    yield from hits(table, "AESTDTC", during, "the event begins on treatment, and is not treatment-emergent")


def _dosed(context: CheckContext, table: CheckedTable) -> Flags:
    found = doses(context)
    if found is None:
        return np.zeros(len(table), dtype=bool)
    return persons(context).spread(persons(context).any(found[0], found[2]), table)


def _flagged(context: CheckContext, table: CheckedTable, value: str) -> Flags:
    """Events with a value of AETRTEM, in AE itself or among its qualifiers."""
    own, more = one_of(table, "AETRTEM", value), context.tables.get("SUPPAE")
    if more is None or not has(more, "USUBJID", "QNAM", "QVAL", "IDVARVAL") or not has(table, "AESEQ"):
        return own
    chosen = one_of(more, "QNAM", "AETRTEM") & one_of(more, "QVAL", value) & one_of(more, "IDVAR", "AESEQ")
    return own | matched_rows(table, more, [("USUBJID", "USUBJID"), ("AESEQ", "IDVARVAL")], chosen).found
