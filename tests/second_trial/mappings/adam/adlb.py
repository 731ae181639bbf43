"""ADLB: numeric laboratory results, one record a result."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Spec,
    analysis_dataset,
    check_units,
    compute_pre_treatment,
    derive_var_anrind,
    derive_var_base,
    derive_var_chg,
    derive_var_extreme_flag,
    derive_var_window_flag,
    derive_vars_below_lloq,
    derive_vars_dt,
    derive_vars_dy,
    derive_vars_parameter,
    derive_vars_windows,
    parameters_of,
    windows_of,
)
from mappings.adam.common import with_subject

KEY = {"Test Code": "LBTESTCD", "Specimen": "LBSPEC"}
SAME = ["USUBJID", "PARAMCD"]


def adlb(lb: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """Laboratory results: one record per patient per parameter per result."""
    parameters = parameters_of(spec, "ADLB").rename(columns=KEY | {"UNIT": "_UNIT"})
    named = ["PARAMCD", "PARAM", "PARAMN", "PARCAT1", "_UNIT"]
    out = derive_vars_parameter(lb, parameters, by=list(KEY.values()), new_vars=named)
    out = derive_vars_dt(with_subject(out, adsl), prefix="A", dtc="LBDTC", flag=False)
    out = derive_vars_dy(out, reference="TRTSDT", source=["ADT"])
    right, findings = check_units(out, result="LBSTRESC", unit="LBSTRESU", wanted="_UNIT")
    out = out[right].reset_index(drop=True)
    out = out.assign(AVAL=out["LBSTRESN"], ANRLO=out["LBSTNRLO"], ANRHI=out["LBSTNRHI"])
    out = derive_vars_below_lloq(out, text="LBSTRESC", lloq="LBLLOQ")
    out = derive_vars_windows(out, windows_of(spec, "ADLB"))
    before = compute_pre_treatment(out, dtc="", trt_start_dtc="")
    known = out["AVAL"].notna()
    out = derive_var_extreme_flag(
        out, by=SAME, order=["ADT", "VISITNUM"], new_var="ABLFL", mode="last", where=before & known
    )
    out = derive_var_window_flag(out, by=[*SAME, "AVISIT"], later=["ADT", "VISITNUM"], where=known)
    out = derive_var_anrind(derive_var_base(out, by=SAME))
    return analysis_dataset("ADLB", derive_var_chg(out, where=out["ADY"].notna() & ~before), findings)
