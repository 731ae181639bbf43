"""A subject who was enrolled is younger or older than the trial allows.

What: AGE (AGEU YEARS) of subjects with an arm, against AGEMIN and AGEMAX of TS in years.
Why: the age is mistyped, or a criterion was not met.
Example: AGEMAX P65Y, AGE 72.
Fix: Ask the site to confirm or correct it; the record is kept as collected.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.milestones import summary_value
from il2cdisc.check.records import filled, has, hits, one_of
from il2cdisc.check.sense import Sense, SenseKind, SenseScope

KIND = Kind(
    "CHK238",
    "Age outside the limits of the trial",
    Severity.FINDING,
    "Ask the site to confirm or correct it; the record is kept as collected.",
)
LEVEL = Level.WARNING
SENSE = Sense(
    kind=SenseKind.SOFT,
    scope=SenseScope.SUBJECT,
    right_when="The subject was eligible by an earlier version of the protocol.",
    source="practice of data management",
    question="Please check the date of birth, and whether the subject was eligible.",
)


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    table = context.tables.get("DM")
    if table is None or not has(table, "AGE", "ARMCD"):
        return
    years = one_of(table, "AGEU", "YEARS") if has(table, "AGEU") else np.ones(len(table), dtype=bool)
    enrolled, age = filled(table, "ARMCD") & years, table.numbers("AGE")
    least, most = (_years(summary_value(context, name)) for name in ("AGEMIN", "AGEMAX"))
    yield from hits(
        table, "AGE", enrolled & (age < least), f"the age is below the {least:.0f} years of AGEMIN"
    )
    yield from hits(
        table, "AGE", enrolled & (age >= most + 1), f"the age is above the {most:.0f} years of AGEMAX"
    )


def _years(text: str) -> float:
    return float(text[1:-1]) if text[:1] == "P" and text[-1:] == "Y" and text[1:-1].isdigit() else np.nan
