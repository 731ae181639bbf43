"""ADAE: adverse events, one record an event."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    AnalysisFacts,
    Spec,
    analysis_dataset,
    derive_var_extreme_flag,
    derive_var_flag,
    derive_var_number,
    derive_var_trtemfl,
    derive_vars_dy,
    derive_vars_event_dt,
    derive_vars_merged,
    numbers_of,
)
from mappings.adam.common import with_subject

RELATED = ("POSSIBLY RELATED", "PROBABLY RELATED", "RELATED")
QUERY, QUERY_TERMS = "INJECTION SITE REACTION", "injection site"


def adae(
    ae: pd.DataFrame, adsl: pd.DataFrame, dm: pd.DataFrame, spec: Spec, analysis: AnalysisFacts
) -> Analysis:
    """Adverse events: one record per subject per adverse event."""
    out = with_subject(ae, adsl)
    out = derive_vars_merged(out, dm, by=["USUBJID"], new_vars={"_DTHDTC": "DTHDTC"})
    out = derive_vars_event_dt(out, start="AESTDTC", end="AEENDTC", not_after=["_LSTALVDT"], death="_DTHDTC")
    out = derive_vars_dy(out, reference="TRTSDT", source=["ASTDT", "AENDT"])
    # an end that is known to be before the onset gives no duration; the dates are asked about
    days = (out["AENDT"] - out["ASTDT"] + 1).where(out["AENDT"] >= out["ASTDT"])
    out = out.assign(ADURN=days, ADURU=pd.Series("DAYS", index=out.index, dtype="str").where(days.notna()))

    times = {"start_dtc": "AESTDTC", "trt_start_dtc": "_TRTSDTC"}
    until = analysis.treatment_emergent_until
    out = derive_var_trtemfl(out, end_window=until, participation_end="_LSTALVDT", **times)
    early = (out["ASTDT"] < out["TRTSDT"]) | (out["ASTDT"] == out["TRTSDT"]) & out["TRTEMFL"].isna()
    out = derive_var_flag(out, new_var="PREFL", where=early)
    emergent = out["TRTEMFL"] == "Y"
    for flag, by in {
        "AOCCFL": ["USUBJID"],
        "AOCCSFL": ["USUBJID", "AEBODSYS"],
        "AOCCPFL": ["USUBJID", "AEBODSYS", "AEDECOD"],
    }.items():
        out = derive_var_extreme_flag(
            out, by=by, order=["ASTDT", "AESEQ"], new_var=flag, mode="first", where=emergent
        )

    related = out["AEREL"].isna() | out["AEREL"].isin(RELATED)
    out = out.assign(
        ASEV=out["AESEV"].fillna("SEVERE"),
        AREL=pd.Series("NOT RELATED", index=out.index, dtype="str").mask(related, "RELATED"),
    )
    out = derive_var_number(out, source="ASEV", new_var="ASEVN", values=numbers_of(spec, "ASEVN"))
    out = derive_var_number(out, source="AREL", new_var="ARELN", values=numbers_of(spec, "ARELN"))
    in_query = out["AEDECOD"].str.casefold().str.startswith(QUERY_TERMS).fillna(False).astype("bool")
    out = out.assign(CQ01NAM=pd.Series(QUERY, index=out.index, dtype="str").where(in_query))
    return analysis_dataset("ADAE", out)
