"""The epoch of a record is not that of its date.

What: the day of a record is before the first day of its EPOCH in SE of the subject, or after the last one;
or SE of the subject has no such EPOCH.
Why: events and results are counted by epoch.
Example: EPOCH TREATMENT, AESTDTC before the first element of it.
Fix: Correct the elements in the sheet Protocol Elements, or the date that EPOCH is derived from.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import groups_of, matched_rows, persons
from il2cdisc.check.records import filled, has, hits, in_days, prefix
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK317",
    "Epoch inconsistent with the elements",
    Severity.FINDING,
    "Correct the elements in the sheet Protocol Elements, or the date that EPOCH is derived from.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.PROGRAMMING,
    scope=SenseScope.SUBJECT,
    right_when="The record belongs to an epoch by its visit, and the specification says so.",
    source="SD1077; SD1339",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    elements = context.tables.get("SE")
    if elements is None or not has(elements, "USUBJID", "EPOCH", "SESTDTC", "SEENDTC"):
        return
    group = groups_of(elements, ["USUBJID", "EPOCH"])
    spans = pd.DataFrame(
        {"first": in_days(elements, "SESTDTC"), "last": in_days(elements, "SEENDTC")}
    ).groupby(group)
    first, last = spans["first"].transform("min").to_numpy(), spans["last"].transform("max").to_numpy()
    open_ = spans["last"].transform(lambda days: days.isna().any()).to_numpy(dtype=bool)
    people = persons(context)
    known = people.any(elements, np.ones(len(elements), dtype=bool))
    for table in context.tables.values():
        own = prefix(table)
        date = next((f"{own}{stem}" for stem in ("STDTC", "DTC") if has(table, f"{own}{stem}")), "")
        if table.name == "SE" or not date or not has(table, "USUBJID", "EPOCH"):
            continue
        epoch = matched_rows(table, elements, [("USUBJID", "USUBJID"), ("EPOCH", "EPOCH")])
        days = in_days(table, date)
        looked = filled(table, "EPOCH") & people.spread(known, table)
        absent = looked & ~epoch.found
        yield from hits(table, "EPOCH", absent, "SE of the subject has no epoch {EPOCH}", looked_at=looked)
        ends = np.where(epoch.taken(open_, False), np.inf, epoch.taken(last))
        outside = looked & ((days < epoch.taken(first)) | (days > ends))
        yield from hits(
            table, "EPOCH", outside, f"{{{date}}} is outside of {{EPOCH}} in SE", looked_at=looked
        )
