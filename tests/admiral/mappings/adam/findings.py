"""What the datasets of findings share: visits, types of baseline, changes, groups of a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from il2cdisc.adam import (
    Spec,
    derive_basetype_records,
    derive_var_base,
    derive_var_chg,
    derive_var_extreme_flag,
    derive_var_pchg,
    derive_vars_merged,
    over_distinct,
    parameters_of,
    text_over_distinct,
)

SAME = ["USUBJID", "PARAMCD"]
LIMITS = ("ANRLO", "ANRHI", "A1LO", "A1HI")


def week_of(visit: str) -> float:
    """The week of a planned visit: 0 of the baseline, 2 of `WEEK 2`; others have none."""
    word, _, number = visit.partition(" ")
    if word == "BASELINE":
        return 0.0
    return float(number) if word == "WEEK" else np.nan


def title_of(visit: str) -> str:
    """A visit as a title: `Week 2`."""
    return visit.title()


def with_weeks(frame: pd.DataFrame) -> pd.DataFrame:
    """AVISIT and AVISITN of the planned visits from the baseline on."""
    week = over_distinct(frame["VISIT"], week_of).astype("float64")
    return frame.assign(AVISIT=text_over_distinct(frame["VISIT"], title_of).where(week.notna()), AVISITN=week)


def planned_before(frame: pd.DataFrame) -> pd.Series:
    """Records of the baseline visit on the day of the first dose: they count as before it."""
    return (frame["AVISIT"] == "Baseline") & (frame["ADT"] == frame["TRTSDT"])


def with_point_types(frame: pd.DataFrame) -> pd.DataFrame:
    """BASETYPE: the last record before treatment of each time point, and of those without one."""
    points = sorted(frame["ATPT"].dropna().unique())
    types = {f"LAST: {point}": frame["ATPT"] == point for point in points}
    return derive_basetype_records(frame, basetypes=types | {"LAST": frame["ATPT"].isna()})


def with_change(frame: pd.DataFrame, sources: Mapping[str, str]) -> pd.DataFrame:
    """Baseline values, `{new name: source}`, of each type of baseline, and changes at the visits after it."""
    for new, source in sources.items():
        frame = derive_var_base(frame, by=[*SAME, "BASETYPE"], source=source, new_var=new)
    after = frame["AVISITN"] > 0
    return derive_var_pchg(derive_var_chg(frame, where=after), where=after)


def with_last_of_visit(
    frame: pd.DataFrame, *, by: Sequence[str], new_var: str, where: pd.Series
) -> pd.DataFrame:
    """`new_var` on the last record of a key by day and value; a missing part of a key is one, too.

    admiral takes a missing value last, il2cdisc first.
    """
    key = {f"_KEY{number}": frame[name].fillna("") for number, name in enumerate(by)}
    frame = frame.assign(**key, _UNKNOWN=frame["AVAL"].isna().astype("float64"))
    order = ["ADT", "_UNKNOWN", "AVAL"]
    return derive_var_extreme_flag(
        frame, by=[*SAME, *key], order=order, new_var=new_var, mode="last", where=where
    )


def with_parameter(frame: pd.DataFrame, spec: Spec, name: str, new_vars: Sequence[str]) -> pd.DataFrame:
    """What the workbook says of each record's parameter; limits are numbers."""
    frame = derive_vars_merged(frame, parameters_of(spec, name), by=["PARAMCD"], new_vars=new_vars)
    return frame.assign(**{limit: pd.to_numeric(frame[limit]) for limit in LIMITS if limit in new_vars})


def with_group(
    frame: pd.DataFrame,
    *,
    source: str,
    new_var: str,
    number: str,
    upper: Mapping[str, float],
    where: pd.Series,
) -> pd.DataFrame:
    """`new_var` and `number`: the group of a number by inclusive upper bounds, which ascend."""
    known = where & frame[source].notna()
    place = np.searchsorted(list(upper.values()), frame[source].to_numpy("float64"))
    text = pd.Series(np.array([*upper, None], dtype=object)[place], index=frame.index, dtype="str")
    return frame.assign(**{new_var: text.where(known), number: (place + 1.0) * np.where(known, 1.0, np.nan)})
