"""VISITNUM and VISITDY by the protocol (SDTMIG 3.4 sections 4.4.5 and 5.3)."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from il2cdisc.base.dates import over_distinct
from il2cdisc.base.problems import Address, Problems, records_of
from il2cdisc.sdtm.complete.mapped import with_new
from il2cdisc.sdtm.complete.places import NOWHERE, RawPlaces
from il2cdisc.sdtm.complete.problems import UNKNOWN_VISIT
from il2cdisc.sdtm.complete.steps import Step
from il2cdisc.sdtm.complete.tabulation import Domain, Tabulation
from il2cdisc.spec.models import Protocol

NUMBER_AT_END = re.compile(r"\s([0-9]+\.[0-9]+)$")


def _run(domain: Domain, study: Tabulation) -> Domain:
    protocol, problems = study.spec.protocol, study.problems
    frame = with_visit_numbers(domain.frame, domain.name, protocol, problems, domain.places)
    return replace(domain, frame=frame)


STEP = Step("visit_numbers", _run, makes=("VISITNUM", "VISITDY"), after=("in_ascii",))


def with_visit_numbers(
    frame: pd.DataFrame, name: str, protocol: Protocol, problems: Problems, places: RawPlaces = NOWHERE
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
        what = "the sheet Protocol Visits does not have the visit"
        place, records = Address(dataset=name, column="VISIT"), places.of(lost, "VISIT")
        found = visit[lost].unique()
        problems.add(
            UNKNOWN_VISIT.at(
                place, what, values=found, records=records, out_of=len(frame), of=records_of(name)
            )
        )
    empty = out["VISITNUM"].isna() & visit.isna()
    if empty.any():
        place, records = Address(dataset=name, column="VISIT"), places.of(empty, "VISIT")
        what, fix = "VISIT is empty", "Ask the site for the visit."
        problems.add(
            UNKNOWN_VISIT.at(place, what, records=records, out_of=len(frame), of=records_of(name), fix=fix)
        )
    return out
