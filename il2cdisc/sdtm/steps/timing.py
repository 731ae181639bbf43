"""VISITNUM, study days and EPOCH (SDTMIG 3.4 sections 4.4.4 and 4.4.5, 5.3)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping

import numpy as np
import pandas as pd

from il2cdisc.base.dates import day_numbers, over_distinct, sas_days
from il2cdisc.base.problems import Address, Problems
from il2cdisc.base.rows import alike
from il2cdisc.sdtm.steps.mapped import with_new
from il2cdisc.sdtm.steps.places import NOWHERE, Places
from il2cdisc.sdtm.steps.problems import UNKNOWN_VISIT
from il2cdisc.spec.models import Protocol

FIRST_MINUTE, LAST_MINUTE = "T00:00", "T99"
# when the elements of a subject begin (text that sorts), and their epochs, both in order
Elements = Mapping[str, tuple[list[str], list[str]]]
NUMBER_AT_END = re.compile(r"\s(\d+\.\d+)$")


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

    def number(visit: str) -> float:
        at_end = None if visit in numbers else NUMBER_AT_END.search(visit)
        return float(at_end[1]) if at_end else numbers.get(visit, np.nan)

    visit = frame["VISIT"]
    made = {
        "VISITNUM": over_distinct(visit, number).astype("float64"),
        "VISITDY": over_distinct(visit, days.get).astype("float64"),
    }
    out = with_new(frame, made)
    lost = out["VISITNUM"].isna() & visit.notna()
    if lost.any():
        what = f"the protocol sheets lack the visit ({int(lost.sum())} of {len(frame)} records)"
        place, source = Address(dataset=name, column="VISIT"), places.of(lost, "VISIT")
        problems.add(UNKNOWN_VISIT.at(place, what, values=visit[lost].unique(), source=source))
    return out


def with_study_days(frame: pd.DataFrame, name: str, first: pd.Series) -> pd.DataFrame:
    """--DY, --STDY and --ENDY of the dates that are there; `first`: SAS days of RFSTDTC, by USUBJID."""
    stems = [stem for stem in ("", "ST", "EN") if f"{name}{stem}DTC" in frame]
    if not stems:
        return frame
    reference = over_distinct(frame["USUBJID"], first.to_dict().get).astype("float64")
    made = {f"{name}{s}DY": day_numbers(sas_days(frame[f"{name}{s}DTC"]), reference) for s in stems}
    return with_new(frame, made)


def elements_of(se: pd.DataFrame) -> Elements:
    """Elements of each subject, from USUBJID, EPOCH and SESTDTC of SE."""
    rows = se.dropna(subset=["SESTDTC"])[["USUBJID", "EPOCH", "SESTDTC"]]
    rows = rows.sort_values(["USUBJID", "SESTDTC"], kind="stable")
    # the first element begins with its day: consent has a time, what is done that day may have none
    initial = ~rows["USUBJID"].duplicated()
    text = rows["SESTDTC"].mask(initial, rows["SESTDTC"].str[:10] + FIRST_MINUTE)
    rows = rows.assign(at=text.where(text.str.len() > 10, text + FIRST_MINUTE))
    rows = rows.sort_values(["USUBJID", "at"], kind="stable")
    rows["EPOCH"] = rows.groupby("USUBJID", sort=False)["EPOCH"].ffill()
    out: dict[str, tuple[list[str], list[str]]] = {}
    for subject, at, epoch in zip(rows["USUBJID"], rows["at"], rows["EPOCH"], strict=True):
        begins, epochs = out.setdefault(subject, ([], []))
        begins.append(at)
        epochs.append(epoch)
    return out


def with_epoch(frame: pd.DataFrame, name: str, elements: Elements, *, before_dose: bool) -> pd.DataFrame:
    """EPOCH of the element that the record's start falls into: SESTDTC <= start < SEENDTC.

    A date without a time on the day that an element begins counts as before it when `before_dose`
    (findings: planned before the dose), else as in it. After the last element: the last epoch; before the
    first: missing, as with a partial date.
    """
    start = f"{name}STDTC" if f"{name}STDTC" in frame else f"{name}DTC"
    if start not in frame or "EPOCH" in frame:
        return frame
    edge = FIRST_MINUTE if before_dose else LAST_MINUTE

    def epoch_at(subject: str, text: str | float) -> str | None:
        if not isinstance(text, str) or len(text) < 10 or subject not in elements:
            return None
        begins, epochs = elements[subject]
        begun = bisect_right(begins, text if len(text) > 10 else text + edge)
        return epochs[begun - 1] if begun else None

    group, first = alike([frame["USUBJID"], frame[start]])
    subjects, starts = frame["USUBJID"].iloc[first].tolist(), frame[start].iloc[first].tolist()
    found = [epoch_at(subject, text) for subject, text in zip(subjects, starts, strict=True)]
    return frame.assign(EPOCH=pd.array(found, dtype="str").take(group))
