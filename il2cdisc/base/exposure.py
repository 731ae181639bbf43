"""The days on which the doses of EX were given, where their dates are partial by the visit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.base.dates import sas_days
from il2cdisc.base.onset import KNOWN, Days, dose_days, end_days, possible_days

RANDOMIZED = "RANDOMIZED"
FIRST, FIRST_LEVEL, LAST, LAST_LEVEL = "first", "first_level", "last", "last_level"


def exposure_days(ex: pd.DataFrame, dm: pd.DataFrame, sv: pd.DataFrame, ds: pd.DataFrame) -> pd.DataFrame:
    """For each record of EX, on its index: the SAS days `first` and `last` of the dose, NaN for unknown.

    `first_level` and `last_level` say what was imputed (see `base.onset`). A partial or missing start is
    the day of the record's VISIT in SV, else the earliest day not before randomisation (DS), informed
    consent (DM) and the start of the known part. A dose that ended as it began ends on its day; another
    partial end is the latest day of its known part, not after the last contact (DM). SV and DS may be empty.
    """
    start = _column(ex, "EXSTDTC")
    end = _column(ex, "EXENDTC")
    end = end.fillna(start)
    floor = np.fmax(_of_subject(ex, dm, "RFICDTC"), _of_subject(ex, _randomised(ds), "DSSTDTC"))
    first, first_level = dose_days(start, _visit_days(ex, sv), floor)
    last, last_level = end_days(end, first, _of_subject(ex, dm, "RFPENDTC"))
    at_once = (end == start).to_numpy() | (start.isna() & end.isna()).to_numpy()
    columns = {
        FIRST: first,
        FIRST_LEVEL: first_level,
        LAST: np.where(at_once & (last_level > KNOWN), first, last),
        LAST_LEVEL: last_level,
    }
    return pd.DataFrame(columns, index=ex.index)


def _randomised(ds: pd.DataFrame) -> pd.DataFrame:
    return ds[ds["DSDECOD"] == RANDOMIZED] if "DSDECOD" in ds else ds


def _of_subject(ex: pd.DataFrame, other: pd.DataFrame, name: str) -> Days:
    """First possible SAS day of a date of `other` for the subject of each record; the earliest of several."""
    if not {"USUBJID", name} <= set(other.columns) or other.empty:
        return np.full(len(ex), np.nan)
    low = pd.Series(possible_days(other[name])[0], index=other["USUBJID"]).dropna()
    return np.asarray(ex["USUBJID"].map(low.groupby(level=0).min()), dtype="float64")


def _visit_days(ex: pd.DataFrame, sv: pd.DataFrame) -> Days:
    """SAS day of the visit of each record, NaN where it is not known."""
    needed = ["USUBJID", "VISIT", "SVSTDTC"]
    if "VISIT" not in ex or not set(needed) <= set(sv.columns):
        return np.full(len(ex), np.nan)
    visits = sv[needed].dropna()
    visits = visits.assign(day=sas_days(visits["SVSTDTC"])).dropna(subset=["day"])
    days = visits.groupby(["USUBJID", "VISIT"])["day"].min()
    wanted = pd.MultiIndex.from_frame(ex[["USUBJID", "VISIT"]])
    return np.asarray(days.reindex(wanted), dtype="float64")


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame else pd.Series(index=frame.index, dtype="str")
