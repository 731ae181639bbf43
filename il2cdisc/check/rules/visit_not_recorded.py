"""A subject has results of a visit, and no record of the visit.

What: a finding with a result has a VISITNUM that SV does not have for the subject. Each visit is reported
once.
Why: dates of visits, windows and missing visits rest on SV.
Example: results of visit 4 in VS, no visit 4 in SV.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import groups_of, matched_rows
from il2cdisc.check.records import filled, findings_of, has, hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK233",
    "Results of a visit without a record",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.SUBJECT,
    right_when="Never; the form of the visit is missing, or the results belong to another visit.",
    source="SD0065",
    question=(
        "Please state whether the visit took place, and enter it, or the visit to which the results belong."
    ),
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    visits = context.tables.get("SV")
    if visits is None or not has(visits, "USUBJID", "VISITNUM"):
        return
    reported: set[tuple[str, float]] = set()
    for table, own in findings_of(context, "STRESC"):
        if not has(table, "VISITNUM"):
            continue
        looked = filled(table, f"{own}STRESC") & filled(table, "VISITNUM") & filled(table, "USUBJID")
        absent = np.flatnonzero(looked & ~matched_rows(table, visits).found)
        if not len(absent):
            continue
        _, first = np.unique(groups_of(table, ["USUBJID", "VISITNUM"])[absent], return_index=True)
        rows = absent[np.sort(first)]
        pairs = list(zip(table.values("USUBJID", rows), table.values("VISITNUM", rows), strict=True))
        new = np.zeros(len(table), dtype=bool)
        new[rows[[pair not in reported for pair in pairs]]] = True
        reported.update(pairs)
        what = "the subject has results of visit {VISITNUM}, and SV has no such visit"
        yield from hits(table, f"{own}DTC" if has(table, f"{own}DTC") else "VISITNUM", new, what)
