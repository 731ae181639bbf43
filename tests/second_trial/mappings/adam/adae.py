"""ADAE: adverse events, one record an event."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    AnalysisFacts,
    analysis_dataset,
    derive_var_extreme_flag,
    derive_var_trtemfl,
    derive_vars_dy,
    derive_vars_event_dt,
    derive_vars_merged,
)
from mappings.adam.common import with_subject


def adae(ae: pd.DataFrame, adsl: pd.DataFrame, dm: pd.DataFrame, analysis: AnalysisFacts) -> Analysis:
    """Adverse events: one record per adverse event per patient."""
    out = with_subject(ae, adsl)
    out = derive_vars_merged(out, dm, by=["USUBJID"], new_vars={"_TRTSDTC": "RFXSTDTC"})
    out = derive_vars_event_dt(out, start="AESTDTC", end="AEENDTC", not_after=["_LSTALVDT"])
    out = derive_vars_dy(out, reference="TRTSDT", source=["ASTDT", "AENDT"])
    times = {"start_dtc": "AESTDTC", "trt_start_dtc": "_TRTSDTC"}
    out = derive_var_trtemfl(out, end_window=analysis.treatment_emergent_until, **times)
    emergent = out["TRTEMFL"] == "Y"
    out = derive_var_extreme_flag(
        out, by=["USUBJID"], order=["ASTDT", "AESEQ"], new_var="AOCCFL", mode="first", where=emergent
    )
    return analysis_dataset("ADAE", out.assign(ATOXGR=out["AETOXGR"]))
