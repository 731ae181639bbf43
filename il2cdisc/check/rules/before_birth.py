"""A record is dated before the subject was born.

What: a collected --DTC of which the latest day that it may mean is before BRTHDTC; where that is not held,
before the month that is AGE years and one more before informed consent (AGEU YEARS).
Why: nothing happens to a person before birth; the year is mistyped.
Example: MHSTDTC 1921, born in 1961.
Fix: ask for the date.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd

from il2cdisc.base.dates import earliest_day, is_iso
from il2cdisc.base.moments import BEFORE, moments_of
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, Compared, RuleHit, collected_dates, reference_cells
from il2cdisc.check.dated import Dated
from il2cdisc.check.findings import Level

KIND = Kind(
    "CHK068",
    "Date before birth",
    Severity.FINDING,
    "Ask whether the date is right; the record is kept.",
)
LEVEL = Level.WARNING


def check(context: CheckContext) -> Iterator[RuleHit | Compared]:
    births = _births(context)
    given = reference_cells(context, "BRTHDTC", context.subjects_dataset, "BRTHDTC")
    for table, variable in collected_dates(context):
        if variable == "BRTHDTC" or "USUBJID" not in table.by_name:
            continue
        subjects = table.distinct("USUBJID")
        born = [births.get(subject, "") for subject in subjects.values]
        limits = Dated(moments_of(pd.Series(born, dtype="str")), subjects.codes)
        cells = np.array([given.get(subject, -1) for subject in subjects.values], dtype="int64")[
            subjects.codes
        ]
        dates = table.dated(variable)
        looked = np.flatnonzero(dates.is_known & limits.has_day)
        yield Compared(context.subjects_dataset, "BRTHDTC", cells[looked])
        rows = np.flatnonzero(dates.order(limits) == BEFORE)
        if len(rows):
            days = [born[subjects.codes[row]] for row in rows]
            details = [f"the subject was not born before {day}" for day in days]
            whole = [f"the birth on {day} is after dates of the subject" for day in days]
            compared = Compared(context.subjects_dataset, "BRTHDTC", cells[rows], whole)
            yield RuleHit(table.name, KIND.title, variable, rows, details=details, compared=compared)


def _births(context: CheckContext) -> dict[str, str]:
    """The date of birth of each subject, or the earliest that it can be by age and consent."""
    given, ages = context.of_subject("BRTHDTC"), context.of_subject("AGE")
    units, consents = context.of_subject("AGEU"), context.of_subject("RFICDTC")
    out: dict[str, str] = {}
    for subject, consent in consents.items():
        age = ages.get(subject)
        in_years = units.get(subject, "YEARS") == "YEARS"
        dated = isinstance(consent, str) and is_iso(consent)
        if in_years and dated and isinstance(age, float) and age >= 0:
            out[subject] = _years_before(earliest_day(consent), age)
    return {subject: day for subject, day in (out | _known(given)).items() if day}


def _known(given: dict[str, object]) -> dict[str, str]:
    return {subject: day for subject, day in given.items() if isinstance(day, str) and is_iso(day)}


def _years_before(day: date, age: float) -> str:
    """The month `age` and one more years before a day; "" where the calendar has none."""
    year = day.year - int(age) - 1
    return f"{year:04d}-{day.month:02d}-01" if year > 0 else ""
