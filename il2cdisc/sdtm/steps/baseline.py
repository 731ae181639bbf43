"""--LOBXFL and the treatment-emergent flag (SDTMIG 3.4 sections 4.4.9 and 8.4.3)."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from il2cdisc.base.datasets import repeated
from il2cdisc.base.dates import earliest_day, is_complete, latest_day, over_distinct, text_over_distinct
from il2cdisc.base.rows import alike, in_order
from il2cdisc.sdtm.steps.timing import LAST_MINUTE

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
    doses = first_dose.dropna().to_dict().items()
    limits = {subject: dose + LAST_MINUTE if len(dose) == 10 else dose for subject, dose in doses}
    limit = text_over_distinct(frame["USUBJID"], limits.get)
    # a date alone sorts before its times
    earlier = (frame[date] <= limit) & (frame[date].str.len() >= 10) & frame[result].notna()
    places = earlier.to_numpy().nonzero()[0]
    flag = np.full(len(frame), -1)
    if len(places):
        keys = ["USUBJID", *(f"{name}{k}" for k in KEYS if f"{name}{k}" in frame)]
        group, first = alike([frame[key].take(places) for key in keys])
        by = [frame[date], *([frame["VISITNUM"].fillna(np.inf)] if "VISITNUM" in frame else [])]
        order = in_order([column.take(places) for column in by])
        last = np.empty(len(first), dtype="int64")
        last[group[order]] = order  # of the rows of a group, the last one stays
        flag[places[last]] = 0
    return frame.assign(**{f"{name}LOBXFL": repeated("Y", 1).take(flag, allow_fill=True)})


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
    low = text_over_distinct(onset, lambda t: earliest_day(t).isoformat())
    high = text_over_distinct(onset, lambda t: latest_day(t).isoformat())
    # a partial onset that may be the day of the first dose or later is moved to that day
    moved = low.mask(~whole & (low < first_day) & (high >= first_day), first_day)
    limit = text_over_distinct(last_day, lambda t: (earliest_day(t) + timedelta(days=days)).isoformat())
    after = (moved >= first_day).fillna(False)
    timed = whole & (onset.str.len() > 10) & (first_dose.str.len() > 10) & (moved == first_day)
    after &= ~(timed.fillna(False) & (onset < first_dose).fillna(False))
    over = text_over_distinct(end, lambda t: latest_day(t).isoformat())
    unknown = onset.isna() & ~(over < first_day).fillna(False)
    emergent = unknown | (after & (limit.isna() | (moved <= limit).fillna(False)))
    flag = pd.Series("N", index=onset.index, dtype="str").mask(emergent, "Y")
    return flag.where(treated)
