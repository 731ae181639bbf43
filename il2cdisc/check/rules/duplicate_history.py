"""A subject has the same condition twice in the history.

What: a second record of MH with the same MHTERM, category, location, side, start and event type.
Why: a condition that is entered twice is counted twice.
Example: hypertension from 2012, twice.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.base.rows import counted_in
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import groups_of
from il2cdisc.check.records import filled, happened, has, hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK267",
    "Same history twice",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="Never, where location and side are collected.",
    source="SD1201; sdtmchecks check_ae_dup",
    question="Please state whether both records are one condition.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("MH")
    if table is None or not has(table, "USUBJID", "MHTERM", "MHSTDTC"):
        return
    names = ("TERM", "CAT", "SCAT", "LOC", "LAT", "STDTC", "ENDTC", "EVDTYP", "PRESP", "DTC", "BODSYS")
    group = groups_of(table, ["USUBJID", *(f"MH{name}" for name in names)])
    chosen = np.flatnonzero(happened(table) & filled(table, "MHTERM") & filled(table, "MHSTDTC"))
    second = np.zeros(len(table), dtype=bool)
    second[chosen[counted_in(group[chosen]) > 1]] = True
    yield from hits(table, "MHTERM", second, "another record has the same condition from {MHSTDTC}")
