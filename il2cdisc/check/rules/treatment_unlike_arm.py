"""A subject has a treatment that others of the actual arm do not have.

What: of parallel arms, EXTRT of a subject's dose that was given is one that fewer than a tenth of the
treated subjects of the same ACTARMCD have; arms with at least five treated subjects.
Why: the subject had a wrong kit, or the list is wrong.
Example: the treatment of the control arm for one of eighteen subjects of the active arm.
Fix: Hold the randomisation list against the kits; if the treatment was wrong, set ACTARM by what was given.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import summary_value
from il2cdisc.check.persons import of_subject, persons
from il2cdisc.check.records import filled, given, has, hits
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK277",
    "Treatment unlike that of the arm",
    Severity.FINDING,
    (
        "Hold the randomisation list against the kits; if the treatment was wrong, set ACTARM by what was "
        "given."
    ),
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.PROGRAMMING,
    scope=SenseScope.STUDY,
    right_when="The protocol lets a subject change the treatment.",
    source="practice of data management",
)

FEWEST, SHARE = 5, 0.1


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table, dm = context.tables.get("EX"), context.tables.get("DM")
    if (
        table is None
        or dm is None
        or not has(table, "USUBJID", "EXTRT")
        or not has(dm, "USUBJID", "ACTARMCD")
    ):
        return
    if summary_value(context, "INTMODEL") not in ("", "PARALLEL"):
        return
    arms, people = of_subject(context, table, "DM"), persons(context).of(table)
    assert arms is not None
    codes = arms.taken(dm.distinct("ACTARMCD").codes.astype("int64"), -1)
    chosen = np.flatnonzero(given(table) & (codes >= 0) & filled(table, "EXTRT"))
    frame = pd.DataFrame({"arm": codes, "treatment": table.distinct("EXTRT").codes, "who": people}).iloc[
        chosen
    ]
    size = frame.groupby("arm")["who"].transform("nunique")
    share = frame.groupby(["arm", "treatment"])["who"].transform("nunique")
    odd = frame.index[((size >= FEWEST) & (share < SHARE * size)).to_numpy()].to_numpy()
    rare = np.zeros(len(table), dtype=bool)
    rare[odd] = True
    what = "{EXTRT} is not the treatment of most subjects of the arm {arm}"
    yield from hits(table, "EXTRT", rare, what, arm=arms.text("ACTARMCD"))
