"""The age of a subject is not that of a living person, or the birth is after the consent.

What: AGE (AGEU YEARS) below 0 or above 120, or BRTHDTC after RFICDTC.
Why: the year of birth is mistyped; age groups and reference ranges by age go wrong with it.
Example: AGE 210.
Fix: ask for the date of birth.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from il2cdisc.base.moments import AFTER
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import number_text

KIND = Kind(
    "CHK069",
    "Implausible age",
    Severity.FINDING,
    "Ask for the date of birth; the record is kept.",
)
LEVEL = Level.WARNING
OLDEST = 120.0


def check(context: CheckContext) -> Iterator[RuleHit]:
    table = context.tables.get("DM")
    if table is None:
        return
    if "AGE" in table.by_name:
        ages = table.numbers("AGE")
        in_years = table.distinct("AGEU").has("YEARS") if "AGEU" in table.by_name else True
        rows = np.flatnonzero(in_years & ((ages < 0) | (ages > OLDEST)))
        if len(rows):
            details = [f"the age is {number_text(age)} years" for age in ages[rows].tolist()]
            yield RuleHit("DM", KIND.title, "AGE", rows, details=details)
    if {"BRTHDTC", "RFICDTC"} <= set(table.by_name):
        later = table.dated("BRTHDTC").order(table.dated("RFICDTC")) == AFTER
        rows = np.flatnonzero(later)
        if len(rows):
            consents = table.values("RFICDTC", rows)
            details = [f"the birth is after the informed consent of {day[:10]}" for day in consents]
            yield RuleHit("DM", KIND.title, "BRTHDTC", rows, details=details)
