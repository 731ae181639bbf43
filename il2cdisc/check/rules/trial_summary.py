"""The trial summary says something else than the data.

What: number of arms (NARMS), actual number of subjects (ACTSUB: those with a planned arm), planned ages
(AGEMIN, AGEMAX, in years), start (SSTDTC: first informed consent of a subject with a planned arm), end
(SENDTC: last end of participation), and data cut-off (DCUTDTC: no participation ends later) of TS against TA
and DM.
Why: TS is what a reviewer reads first, and what a regulator's loading program checks.
Example: ACTSUB is 36, and DM has 35 subjects with an arm.
Fix: correct the sheet Protocol Summary, or find the subject that is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import number_text

KIND = Kind(
    "CHK058",
    "Trial summary differs from the data",
    Severity.FINDING,
    "Correct the sheet Protocol Summary, or the data.",
)
LEVEL = Level.WARNING
Agrees = Callable[[str, str], bool]
YEARS = re.compile(r"P(\d+)Y\Z")


def check(context: CheckContext) -> Iterator[RuleHit]:
    summary, subjects = context.tables.get("TS"), context.tables.get("DM")
    if summary is None or subjects is None or not {"TSPARMCD", "TSVAL"} <= set(summary.by_name):
        return
    found = _found(context, subjects.table.frame([name for name in OF_SUBJECTS if name in subjects.by_name]))
    parameters = summary.distinct("TSPARMCD")
    for parameter, (what, expected, agrees) in found.items():
        rows = np.flatnonzero(parameters.has(parameter) & ~summary.table["TSVAL"].missing)
        values = summary.values("TSVAL", rows)
        wrong = [row for row, value in zip(rows.tolist(), values, strict=True) if not agrees(value, expected)]
        if wrong:
            yield RuleHit("TS", f"{parameter}: {what} {expected}", "TSVAL", np.array(wrong, dtype="int64"))


def _found(context: CheckContext, subjects: pd.DataFrame) -> dict[str, tuple[str, str, Agrees]]:
    """What the data say of each parameter: in words, the value, and when a value of TS agrees with it."""
    found: dict[str, tuple[str, str, Agrees]] = {}
    arms = context.tables.get("TA")
    if arms is not None and "ARMCD" in arms.by_name:
        found["NARMS"] = ("the arms of TA are", str(len(arms.distinct("ARMCD").values)), _same)
    enrolled = subjects["ARMCD"].notna() if "ARMCD" in subjects else pd.Series(False, index=subjects.index)
    if enrolled.any():
        found["ACTSUB"] = ("the subjects with a planned arm are", str(int(enrolled.sum())), _same)
        if "AGE" in subjects:
            ages = subjects.loc[enrolled, "AGE"]
            found["AGEMIN"] = ("the youngest subject with a planned arm is", number_text(ages.min()), _from)
            found["AGEMAX"] = ("the oldest subject with a planned arm is", number_text(ages.max()), _up_to)
    for parameter, variable, what, agrees in DATES:
        # a trial starts with the first of those who were enrolled
        of = subjects[enrolled] if parameter == "SSTDTC" and enrolled.any() else subjects
        days = of[variable].dropna().str[:10] if variable in of else pd.Series([], dtype="str")
        days = days[days.str.len() == 10]
        if len(days):
            found[parameter] = (what, days.min() if parameter == "SSTDTC" else days.max(), agrees)
    return found


def _same(value: str, expected: str) -> bool:
    return value == expected


def _not_before(value: str, expected: str) -> bool:
    return value >= expected


def _from(value: str, expected: str) -> bool:
    years = YEARS.match(value)
    return years is None or int(years[1]) <= float(expected)


def _up_to(value: str, expected: str) -> bool:
    years = YEARS.match(value)
    return years is None or float(expected) < int(years[1]) + 1


DATES: tuple[tuple[str, str, str, Agrees], ...] = (
    ("SSTDTC", "RFICDTC", "the first informed consent of an enrolled subject was on", _same),
    ("SENDTC", "RFPENDTC", "the last end of participation was on", _same),
    ("DCUTDTC", "RFPENDTC", "the last end of participation was on", _not_before),
)
OF_SUBJECTS = ("ARMCD", "AGE", "RFICDTC", "RFPENDTC")
