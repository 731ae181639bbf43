"""The arms of a subject, the reason for missing ones, and the doses do not agree.

What: ARMCD and ARMNRS both missing; SCREEN FAILURE or NOT ASSIGNED with ARMCD; ASSIGNED, NOT TREATED with a
dose that was given; an actual arm of a subject without a dose; ACTARMCD other than ARMCD without ACTARMUD.
Why: subjects are counted by arm.
Example: ARMNRS SCREEN FAILURE, ARMCD filled.
Fix: Correct the mapping of DM, or the randomisation list against the doses.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import doses
from il2cdisc.check.persons import persons
from il2cdisc.check.records import filled, has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope
from il2cdisc.check.table import CheckedTable

KIND = Kind(
    "CHK276",
    "Arm inconsistent with its reason or the doses",
    Severity.FINDING,
    "Correct the mapping of DM, or the randomisation list against the doses.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.PROGRAMMING,
    scope=SenseScope.SUBJECT,
    right_when="A subject had the treatment of the other arm by error, and it is explained.",
    source="CG0513 to CG0524; SD1358 to SD1364; SD2236; sdtmchecks check_dm_armcd, check_dm_actarm_arm",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("DM")
    if table is None or not has(table, "USUBJID", "ARMCD", "ARMNRS", "ACTARMCD"):
        return
    arm, actual, why = (filled(table, name) for name in ("ARMCD", "ACTARMCD", "ARMNRS"))
    yield from hits(
        table, "ARMNRS", ~arm & ~why, "the subject has neither an arm nor a reason why there is none"
    )
    failed = one_of(table, "ARMNRS", "SCREEN FAILURE", "NOT ASSIGNED") & arm
    yield from hits(table, "ARMNRS", failed, "the subject is {ARMNRS}, and has the arm {ARMCD}")
    found = doses(context)
    if found is not None:
        dosed = persons(context).spread(persons(context).any(found[0], found[2]), table)
        treated = dosed & one_of(table, "ARMNRS", "ASSIGNED, NOT TREATED", "SCREEN FAILURE", "NOT ASSIGNED")
        yield from hits(table, "ARMNRS", treated, "the subject is {ARMNRS}, and has a dose")
        yield from hits(table, "ACTARMCD", actual & ~dosed, "the subject has an actual arm, and no dose")
    differ = arm & actual & ~filled(table, "ACTARMUD") & (_texts(table, "ARMCD") != _texts(table, "ACTARMCD"))
    yield from hits(table, "ACTARMCD", differ, "the actual arm is {ACTARMCD}, the planned one {ARMCD}")


def _texts(table: CheckedTable, name: str) -> np.ndarray:
    return np.asarray(table.table[name].series().astype("object"))
