"""The flag of the last observation before exposure is on a record that is not the last one.

What: --LOBXFL is Y on a record without a result or known to be after RFXSTDTC, or another record with the
same keys (those of the sheet Baseline, else test, specimen, method, position, location and laterality),
with a result, is known to be later and before RFXSTDTC.
Why: baselines of the analysis rest on the flag.
Example: flagged 2022-03-01, another result on 2022-03-03, first dose 2022-03-05.
Fix: Correct the rule in the sheet Baseline, or the dates and times that it uses.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.moments import AFTER, BEFORE
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit, of_records
from il2cdisc.check.findings import Level
from il2cdisc.check.persons import Partner, groups_of
from il2cdisc.check.records import filled, findings_of, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.spec.baseline import baseline_keys, baseline_rules

KIND = Kind(
    "CHK315",
    "Flag of the last observation on another record",
    Severity.FINDING,
    "Correct the rule in the sheet Baseline, or the dates and times that it uses.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.PROGRAMMING,
    scope=SenseScope.SUBJECT,
    right_when="Of several readings on one day the planned one was taken by the specification.",
    source="CG0541; FB2601 to FB2604; SD1445",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    for table, own in findings_of(context, "LOBXFL", "DTC", "STRESC"):
        flag, date = f"{own}LOBXFL", f"{own}DTC"
        flagged, dates = one_of(table, flag, "Y"), table.dated(date)
        dose = of_records(context, table, "RFXSTDTC").dates
        order = dates.order(dose)
        what = f"the flagged record of {{{date}}} is after the first dose"
        yield from hits(table, flag, flagged & (order == AFTER), what, looked_at=flagged)
        bare = flagged & ~filled(table, f"{own}STRESC")
        yield from hits(table, flag, bare, "the flagged record has no result", looked_at=flagged)
        left = (order == BEFORE) & filled(table, f"{own}STRESC") & filled(table, "USUBJID")
        for rule in baseline_rules(context.spec, table.name):
            mine = (left | flagged) & (one_of(table, f"{own}TESTCD", rule.testcd) if rule.testcd else True)
            group = groups_of(table, ["USUBJID", *baseline_keys(rule, table.by_name)])
            row_of = np.full(int(group.max(initial=-1)) + 1, -1, dtype="int64")
            places = np.flatnonzero(flagged & mine)
            row_of[group[places]] = places
            other = Partner(table, np.where(mine, row_of[group], -1) if len(group) else group)
            later = left & mine & ~flagged & (dates.order(other.dated(date)) == AFTER)
            what = "the record is later than the flagged one of {other}, and before the first dose"
            yield from hits(table, date, later, what, looked_at=flagged, other=other.text(date))
            left, flagged = left & ~mine, flagged & ~mine
