"""A subject has two doses of one treatment at one time.

What: two doses of the same treatment that were given and overlap, or begin at the same instant; of doses
with a day and no time, two on one day where at most one in twenty days of the study has several.
Why: a dose was entered twice, or its date is mistyped.
Example: two doses on 2022-03-05, none on 2022-03-06.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import doses
from il2cdisc.check.persons import Partner, groups_of
from il2cdisc.check.records import has, hits, in_days
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.spans import Spans, overlapping

KIND = Kind(
    "CHK278",
    "Two doses at one time",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.STUDY,
    right_when="The protocol plans several doses a day, or a dose in two injections.",
    source="sdtmchecks check_ex_dup; practice of data management",
    question="Please state whether both doses were given, and when.",
)

RARE = 0.05


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    found = doses(context)
    if found is None:
        return
    table, start, dosed = found
    own = table.name
    end = f"{own}ENDTC" if has(table, f"{own}ENDTC") else start
    names = ["USUBJID", *(f"{own}{name}" for name in ("TRT", "TPT", "TPTNUM"))]
    group = groups_of(table, names)
    other = Partner(table, overlapping(group, Spans.of(table, start, end), dosed))
    what = "another dose of the same treatment began on {start}"
    yield from hits(table, start, other.found, what, looked_at=dosed, start=other.text(start))
    rows = np.flatnonzero(dosed & table.dated(start).has_day & ~other.found)
    days = pd.DataFrame({"group": group[rows], "day": in_days(table, start)[rows]})
    size = days.groupby(["group", "day"])["day"].transform("size").to_numpy()
    if not len(rows) or (1 / size[size > 1]).sum() > RARE * (1 / size).sum():
        return
    later = np.zeros(len(table), dtype=bool)
    later[rows] = (size > 1) & (days.groupby(["group", "day"]).cumcount() > 0).to_numpy()
    yield from hits(table, start, later, "another dose of the same treatment is on the same day")
