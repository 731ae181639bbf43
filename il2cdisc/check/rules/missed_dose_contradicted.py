"""A dose was not given, and has an amount; or was given, and has none.

What: --OCCUR N with --DOSE above 0; --OCCUR Y without --DOSE and without --DOSTXT, where other doses have
one.
Why: the total dose rests on it.
Example: ECOCCUR N, ECDOSE 0.5.
Fix: Ask the site which entry is right; the records are kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import exposure
from il2cdisc.check.records import filled, has, hits, numbers_of, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK280",
    "Missed dose with an amount",
    Severity.FINDING,
    "Ask the site which entry is right; the records are kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.HARD,
    scope=SenseScope.COLUMN,
    right_when="The planned amount is entered for missed doses, too.",
    source=(
        "sdtmchecks check_ex_exdose_pos_exoccur_no, check_ex_exdose_exoccur, "
        "check_ex_exoccur_mis_exdose_nonmis"
    ),
    question="Please state whether the dose was given, and how much.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = exposure(context)
    if table is None or not has(table, f"{table.name}DOSE"):
        return
    own, dose = table.name, numbers_of(table, f"{table.name}DOSE")
    missed = one_of(table, f"{own}OCCUR", "N") & (dose > 0) & ~one_of(table, f"{own}MOOD", "SCHEDULED")
    yield from hits(table, f"{own}DOSE", missed, f"the dose was not given, and its amount is {{{own}DOSE}}")
    bare = one_of(table, f"{own}OCCUR", "Y") & np.isnan(dose) & ~filled(table, f"{own}DOSTXT")
    if (dose > 0).any():
        yield from hits(table, f"{own}DOSE", bare, "the dose was given, and has no amount")
