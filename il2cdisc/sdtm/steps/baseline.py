"""--LOBXFL and the treatment-emergent flag (SDTMIG 3.4 sections 4.4.9 and 8.4.3)."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from il2cdisc.base.dates import earliest_day, is_complete, latest_day, over_distinct

KEYS = (
    "TESTCD",
    "OBJ",
    "BDAGNT",
    "CNDAGT",
    "CAT",
    "SCAT",
    "SPEC",
    "METHOD",
    "MRKSTR",
    "SBMRKS",
    "CELSTA",
    "LOC",
    "POS",
)


def with_last_before_exposure(frame: pd.DataFrame, name: str, first_dose: pd.Series) -> pd.DataFrame:
    """--LOBXFL: Y on the last result at or before the first dose, by subject and test.

    A date without a time on the day of the first dose counts as before it. Subjects without a dose have
    none. Ties: later VISITNUM, then later row.
    """
    date, result = f"{name}DTC", f"{name}STRESC"
    if date not in frame or result not in frame or f"{name}LOBXFL" in frame:
        return frame
    dose = frame["USUBJID"].map(first_dose).astype("str")
    when = frame[date].where(frame[date].str.len() >= 10)
    same_day = (when.str[:10] == dose.str[:10]).fillna(False)
    timed = (when.str.len() > 10) & (dose.str.len() > 10)
    earlier = ((when.str[:10] < dose.str[:10]) | (same_day & (~timed | (when <= dose)))).fillna(False)
    chosen = earlier & frame[result].notna() & when.notna()
    keys = ["USUBJID", *(f"{name}{k}" for k in KEYS if f"{name}{k}" in frame)]
    rows = frame.loc[chosen, keys].fillna("")
    rows = rows.assign(when=when[chosen], order=np.arange(int(chosen.sum())))
    rows["visit"] = frame.loc[chosen, "VISITNUM"] if "VISITNUM" in frame else 0.0
    last = rows.sort_values(["when", "visit", "order"], kind="stable").drop_duplicates(keys, keep="last")
    flag = pd.Series("Y", index=last.index, dtype="str").reindex(frame.index)
    return frame.assign(**{f"{name}LOBXFL": flag.astype("str")})


def treatment_emergent(
    onset: pd.Series, end: pd.Series, first_dose: pd.Series, last_dose: pd.Series, *, days: int
) -> pd.Series:
    """Y when the onset is on or after the first dose and up to `days` after the last one, else N.

    All are ISO 8601 text on one index. A partial onset counts as the earliest day that it may mean on or
    after the first dose; an unknown onset counts unless the event ended before. Times decide on the day
    of the first dose where both have one. Missing without a dose.
    """
    treated = first_dose.notna()
    first_day, last_day = first_dose.str[:10], last_dose.str[:10]
    whole = over_distinct(onset, is_complete).astype("boolean").fillna(False).astype("bool")
    low = over_distinct(onset, lambda t: earliest_day(t).isoformat()).astype("str")
    high = over_distinct(onset, lambda t: latest_day(t).isoformat()).astype("str")
    # a partial onset that may be the day of the first dose or later is moved to that day
    moved = low.mask(~whole & (low < first_day) & (high >= first_day), first_day)
    limit = over_distinct(last_day, lambda t: (earliest_day(t) + timedelta(days=days)).isoformat()).astype(
        "str"
    )
    after = (moved >= first_day).fillna(False)
    timed = whole & (onset.str.len() > 10) & (first_dose.str.len() > 10) & (moved == first_day)
    after &= ~(timed.fillna(False) & (onset < first_dose).fillna(False))
    over = over_distinct(end, lambda t: latest_day(t).isoformat()).astype("str")
    unknown = onset.isna() & ~(over < first_day).fillna(False)
    emergent = unknown | (after & (limit.isna() | (moved <= limit).fillna(False)))
    flag = pd.Series("N", index=onset.index, dtype="str").mask(emergent, "Y")
    return flag.where(treated)
