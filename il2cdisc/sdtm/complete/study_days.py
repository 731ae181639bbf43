"""Study days: --DY, --STDY and --ENDY (SDTMIG 3.4 section 4.4.4)."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from il2cdisc.base.dates import day_numbers, over_distinct, sas_days
from il2cdisc.sdtm.complete.mapped import with_new
from il2cdisc.sdtm.complete.steps import Step
from il2cdisc.sdtm.complete.tabulation import Domain, Tabulation


def _run(domain: Domain, study: Tabulation) -> Domain:
    first = study.fact(_first_days)
    if first is None:
        return domain
    return replace(domain, frame=with_study_days(domain.frame, domain.name, first))


STEP = Step("study_days", _run, makes=("--DY", "--STDY", "--ENDY"), after=("in_ascii",))


def _first_days(study: Tabulation) -> pd.Series | None:
    """SAS days of RFSTDTC, by USUBJID."""
    first = study.of_subjects("RFSTDTC")
    return None if first is None else sas_days(first)


def with_study_days(frame: pd.DataFrame, name: str, first: pd.Series) -> pd.DataFrame:
    """--DY, --STDY and --ENDY of the dates that are there; `first`: SAS days of RFSTDTC, by USUBJID."""
    stems = [stem for stem in ("", "ST", "EN") if f"{name}{stem}DTC" in frame]
    if not stems:
        return frame
    reference = over_distinct(frame["USUBJID"], first.to_dict().get).astype("float64")
    made = {f"{name}{s}DY": day_numbers(sas_days(frame[f"{name}{s}DTC"]), reference) for s in stems}
    return with_new(frame, made)
