"""Durations between two dates or date-times, and ages in years."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import (
    need_absent,
    need_columns,
    need_numbers,
    need_one_of,
    numbers,
    refuse,
    text_column,
)
from il2cdisc.adam.problems import UNKNOWN_UNIT
from il2cdisc.base.dates import from_sas_day
from il2cdisc.base.problems import Stopped, did_you_mean

SECONDS_IN_DAY = 86400.0
DAYS_IN = {
    "YEARS": 365.25,
    "MONTHS": 365.25 / 12,
    "WEEKS": 7.0,
    "DAYS": 1.0,
    "HOURS": 1 / 24,
    "MINUTES": 1 / 1440,
    "SECONDS": 1 / SECONDS_IN_DAY,
}
"""Length in days of the units of AGEU and UNIT; a year is 365.25 days, a month a twelfth of it."""
_OF_DAYS = ("YEARS", "MONTHS", "WEEKS", "DAYS")


def derive_vars_duration(
    dataset: pd.DataFrame,
    *,
    new_var: str,
    start: str,
    end: str,
    unit: str = "DAYS",
    new_unit: str = "",
    add_one: bool = True,
) -> pd.DataFrame:
    """`dataset` with the time from `start` to `end` in a unit: ADURN and ADURU, TRTDURD, TRTDURM.

    `start` and `end` are SAS days (`…DT`) or SAS seconds (`…DTM`). Between days, with `add_one`, both days
    count: one day is added unless the end is before the start. Between two date-times the elapsed time is
    meant, and nothing is added; where only one is a date-time its day is taken. A year is 365.25 days, a
    month a twelfth of it; `derive_vars_aage` counts birthdays. `new_unit` names a column for the unit, filled
    where there is a duration.

    Raises `Stopped` with ADM003 for an unknown unit, or for hours between days.

    >>> ae = pd.DataFrame({"ASTDT": [100.0, 100.0, 100.0], "AENDT": [113.0, 98.0, None]})
    >>> derive_vars_duration(ae, new_var="ADURN", start="ASTDT", end="AENDT", new_unit="ADURU")
       ASTDT  AENDT  ADURN ADURU
    0  100.0  113.0   14.0  DAYS
    1  100.0   98.0   -2.0  DAYS
    2  100.0    NaN    NaN   NaN
    >>> derive_vars_duration(ae.head(1), new_var="ADURN", start="ASTDT", end="AENDT", unit="WEEKS")
       ASTDT  AENDT  ADURN
    0  100.0  113.0    2.0
    """
    name = "derive_vars_duration"
    need_one_of(name, "unit", unit, list(DAYS_IN))
    need_numbers(name, dataset, [start, end])
    need_absent(name, dataset, [new_var, new_unit] if new_unit else [new_var])
    timed = start.endswith("DTM") and end.endswith("DTM")
    if not timed and unit not in _OF_DAYS:
        raise refuse(name, f"{start} and {end} are not both date-times; {unit} between them are not known")
    first, last = (_in_days(column, numbers(dataset[column]), timed=timed) for column in (start, end))
    days = last - first
    if add_one and not timed:
        days = days + (days >= 0)
    # seconds are counted whole: elapsed days times the seconds of a day would leave a rest
    elapsed = days * SECONDS_IN_DAY if timed else days
    length = DAYS_IN[unit] * SECONDS_IN_DAY if timed else DAYS_IN[unit]
    out = dataset.assign(**{new_var: (np.round(elapsed) if timed else elapsed) / length})
    if new_unit:
        out[new_unit] = text_column(dataset.index, ~np.isnan(days), unit)
    return out


def derive_var_age_years(
    dataset: pd.DataFrame, *, age: str = "AGE", unit: str = "AGEU", new_var: str = "AAGE"
) -> pd.DataFrame:
    """`dataset` with an age in years, from an age in the unit of its row (YEARS, MONTHS, WEEKS, DAYS, HOURS).

    Not rounded. Raises `Stopped` with ADM040 for an age whose unit is missing or not known.

    >>> dm = pd.DataFrame({"USUBJID": ["S1", "S2"], "AGE": [40.0, 18.0], "AGEU": ["YEARS", "MONTHS"]})
    >>> derive_var_age_years(dm)
      USUBJID   AGE    AGEU  AAGE
    0      S1  40.0   YEARS  40.0
    1      S2  18.0  MONTHS   1.5
    """
    name = "derive_var_age_years"
    need_numbers(name, dataset, [age])
    need_columns(name, dataset, [unit])
    need_absent(name, dataset, [new_var])
    values = numbers(dataset[age])
    codes, texts = pd.factorize(dataset[unit])
    lengths = np.array([*(DAYS_IN.get(str(text), np.nan) for text in texts.tolist()), np.nan])[codes]
    unknown = ~np.isnan(values) & np.isnan(lengths)
    if unknown.any():
        found = dataset[unit][unknown].fillna("").unique().tolist()
        what = f"{age} is not in a known unit; {unit} is one of {', '.join(DAYS_IN)}"
        raise Stopped([UNKNOWN_UNIT.at(name, what, values=found, hint=did_you_mean(found[0], DAYS_IN))])
    return dataset.assign(**{new_var: values * (lengths / DAYS_IN["YEARS"])})


def derive_vars_aage(
    dataset: pd.DataFrame, *, birth: str = "BRTHDT", reference: str = "RANDDT"
) -> pd.DataFrame:
    """`dataset` with AAGE, the whole years on the calendar from birth to a reference day, and AAGEU.

    Both are SAS days. Born on 29 February, one is a year older on 1 March of a common year.
    Missing where a day is missing, or birth is after the reference.

    >>> adsl = pd.DataFrame({"BRTHDT": [3702.0, 3702.0], "RANDDT": [22694.0, 22695.0]})
    >>> derive_vars_aage(adsl)
       BRTHDT   RANDDT  AAGE  AAGEU
    0  3702.0  22694.0  51.0  YEARS
    1  3702.0  22695.0  52.0  YEARS
    """
    name = "derive_vars_aage"
    need_numbers(name, dataset, [birth, reference])
    need_absent(name, dataset, ["AAGE", "AAGEU"])
    years = compute_age(dataset[birth], dataset[reference])
    known = years.notna().to_numpy()
    return dataset.assign(AAGE=years, AAGEU=text_column(dataset.index, known, "YEARS"))


def compute_age(birth: pd.Series, reference: pd.Series) -> pd.Series:
    """Whole years on the calendar between two columns of SAS days; missing where the first is later.

    >>> compute_age(pd.Series([0.0, 0.0, 0.0]), pd.Series([365.0, 366.0, -1.0])).tolist()
    [0.0, 1.0, nan]
    """
    born, at = _calendar(birth), _calendar(reference)
    before_birthday = (at[1] < born[1]) | ((at[1] == born[1]) & (at[2] < born[2]))
    years = at[0] - born[0] - before_birthday
    return pd.Series(np.where(years >= 0, years, np.nan), index=birth.index)


def _calendar(days: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Year, month and day of a column of SAS days, NaN where it is missing."""
    codes, distinct = pd.factorize(numbers(days))
    dates = [from_sas_day(day) for day in distinct.tolist()]
    table = np.array([*((day.year, day.month, day.day) for day in dates), (np.nan,) * 3])
    year, month, day = table[codes].T
    return year, month, day


def _in_days(column: str, values: np.ndarray, *, timed: bool) -> np.ndarray:
    """SAS days of a column; of a date-time with its part of a day where `timed`."""
    if not column.endswith("DTM"):
        return values
    return values / SECONDS_IN_DAY if timed else np.floor(values / SECONDS_IN_DAY)
