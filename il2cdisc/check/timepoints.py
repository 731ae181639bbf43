"""Planned time points of findings against the dose that they refer to."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from il2cdisc.check.context import CheckContext
from il2cdisc.check.durations import in_days_of
from il2cdisc.check.milestones import doses
from il2cdisc.check.persons import Partner, persons
from il2cdisc.check.records import has, in_days, in_minutes, matching
from il2cdisc.check.table import CheckedTable, Flags

_BEFORE = re.compile(r"PRE[- ]?(DOSE|INFUSION|INJECTION|TREATMENT)|BEFORE (THE )?(DOSE|INFUSION|INJECTION)")
_AFTER = re.compile(r"POST[- ]?(DOSE|INFUSION|INJECTION|TREATMENT)|AFTER (THE )?(DOSE|INFUSION|INJECTION)")
_MOST_DAYS = 10_000_000  # more than the calendar has: a subject and a day are one number


def before_dose(table: CheckedTable, own: str) -> Flags:
    """Records whose time point is before the dose: by its name, or by a negative --ELTM."""
    named = matching(table, f"{own}TPT", lambda text: bool(_BEFORE.search(text.upper())))
    return named | matching(table, f"{own}ELTM", lambda text: (in_days_of(text) or (0.0, 0.0))[0] < 0)


def after_dose(table: CheckedTable, own: str) -> Flags:
    """Records whose time point is after the dose: by its name, or by a --ELTM above zero."""
    named = matching(table, f"{own}TPT", lambda text: bool(_AFTER.search(text.upper())))
    return named | matching(table, f"{own}ELTM", lambda text: (in_days_of(text) or (0.0, 0.0))[0] > 0)


def dose_of_day(context: CheckContext, table: CheckedTable, date: str) -> Partner | None:
    """For each record the only dose of its subject on its day; none where there are several."""
    found = doses(context)
    if found is None or not has(table, "USUBJID", date):
        return None
    other, start, dosed = found
    people = persons(context)
    keys = _keys(people.of(other), in_days(other, start), dosed)
    ours = _keys(people.of(table), in_days(table, date), np.ones(len(table), dtype=bool))
    distinct, first, count = np.unique(keys, return_index=True, return_counts=True)
    place = np.minimum(np.searchsorted(distinct, ours), max(len(distinct) - 1, 0))
    if not len(distinct):
        return None
    held = (distinct[place] == ours) & (ours >= 0) & (count[place] == 1)
    return Partner(other, np.where(held, first[place], -1))


def _keys(people: NDArray[np.int32], days: NDArray[np.float64], chosen: Flags) -> NDArray[np.int64]:
    known = chosen & ~np.isnan(days) & (people >= 0)
    return np.where(known, people.astype("int64") * _MOST_DAYS + np.nan_to_num(days).astype("int64"), -1)


def reference_minutes(context: CheckContext, table: CheckedTable, own: str) -> NDArray[np.float64]:
    """Minutes from the start of the calendar at which the reference of each record was: --RFTDTC, else the
    start of the only dose on its day; NaN where the time is not known."""
    out = np.full(len(table), np.nan)
    if has(table, f"{own}RFTDTC"):
        out = in_minutes(table, f"{own}RFTDTC")
    dose = dose_of_day(context, table, f"{own}DTC")
    if dose is not None:
        out = np.where(np.isnan(out), dose.taken(in_minutes(dose.table, f"{dose.table.name}STDTC")), out)
    return out
