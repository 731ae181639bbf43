"""VISITNUM, study days and EPOCH (SDTMIG 3.4 sections 4.4.4 and 4.4.5, 5.3)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.base.dates import extract_distinct, over_distinct, study_days
from il2cdisc.base.problems import Address, Problems
from il2cdisc.sdtm.steps.mapped import with_new
from il2cdisc.sdtm.steps.places import NOWHERE, Places
from il2cdisc.sdtm.steps.problems import UNKNOWN_VISIT
from il2cdisc.spec.models import Protocol

FIRST_MINUTE, LAST_MINUTE = "T00:00", "T99"


def with_visit_numbers(
    frame: pd.DataFrame, name: str, protocol: Protocol, problems: Problems, places: Places = NOWHERE
) -> pd.DataFrame:
    """VISITNUM and VISITDY by VISIT; a visit that is not planned has its number at the end of its name.

    `EXTRA 8.1` is visit 8.1, the first one after visit 8, whatever the trial calls such a visit.
    """
    if "VISIT" not in frame:
        return frame
    numbers = {v.visit: v.visit_number for v in protocol.visits}
    days = {v.visit: float(v.planned_day) for v in protocol.visits if v.planned_day is not None}
    ends = extract_distinct(frame["VISIT"], r"\s(\d+\.\d+)$")[0].astype("float64")
    known = frame["VISIT"].map(numbers).astype("float64")
    planned = frame["VISIT"].map(days).astype("float64")
    out = with_new(frame, {"VISITNUM": known.fillna(ends), "VISITDY": planned})
    lost = out["VISITNUM"].isna() & out["VISIT"].notna()
    if lost.any():
        what = f"the protocol sheets lack the visit ({int(lost.sum())} of {len(frame)} records)"
        values = out.loc[lost, "VISIT"].unique()
        place, source = Address(dataset=name, column="VISIT"), places.of(lost, "VISIT")
        problems.add(UNKNOWN_VISIT.at(place, what, values=values, source=source))
    return out


def with_study_days(frame: pd.DataFrame, name: str, first: pd.Series) -> pd.DataFrame:
    """--DY, --STDY and --ENDY of the dates that are there, against RFSTDTC (`first`, by USUBJID)."""
    reference = frame["USUBJID"].map(first).astype("str")
    made = {
        f"{name}{stem}DY": study_days(frame[f"{name}{stem}DTC"], reference)
        for stem in ("", "ST", "EN")
        if f"{name}{stem}DTC" in frame
    }
    return with_new(frame, made)


def with_epoch(frame: pd.DataFrame, name: str, elements: pd.DataFrame, *, before_dose: bool) -> pd.DataFrame:
    """EPOCH of the element that the record's start falls into: SESTDTC <= start < SEENDTC.

    `elements`: USUBJID, EPOCH, SESTDTC. A date without a time on the day that an element begins counts
    as before it when `before_dose` (findings: planned before the dose), else as in it. After the last
    element: the last epoch; before the first: missing.
    """
    start = f"{name}STDTC" if f"{name}STDTC" in frame else f"{name}DTC"
    if start not in frame or "EPOCH" in frame:
        return frame
    whole = frame[start].str.len() >= 10
    rows = pd.DataFrame({"USUBJID": frame["USUBJID"], "at": frame[start].where(whole)})
    rows["place"] = np.arange(len(rows))
    rows = rows.dropna(subset=["at"])
    edge = FIRST_MINUTE if before_dose else LAST_MINUTE
    rows["at"] = over_distinct(rows["at"], lambda t: t if len(t) > 10 else t + edge).astype("str")
    begins = elements.dropna(subset=["SESTDTC"])[["USUBJID", "EPOCH", "SESTDTC"]]
    begins = begins.sort_values(["USUBJID", "SESTDTC"], kind="stable")
    # the first element begins with its day: consent has a time, what is done that day may have none
    initial = ~begins["USUBJID"].duplicated()
    text = begins["SESTDTC"].mask(initial, begins["SESTDTC"].str[:10] + FIRST_MINUTE)
    begins = begins.assign(at=text.where(text.str.len() > 10, text + FIRST_MINUTE).astype("str"))
    both = pd.concat([begins.assign(place=-1), rows.assign(EPOCH=None)], ignore_index=True)
    # at the same minute, the beginning of an element comes first
    both = both.sort_values(["USUBJID", "at", "place"], kind="stable")
    both["EPOCH"] = both.groupby("USUBJID", sort=False)["EPOCH"].ffill()
    found = both[both["place"] >= 0].set_index("place")["EPOCH"]
    epoch = found.reindex(np.arange(len(frame)))
    return frame.assign(EPOCH=pd.Series(epoch.to_numpy(), index=frame.index).astype("str"))
