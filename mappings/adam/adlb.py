"""ADLB: numeric laboratory results, one record a result."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Spec,
    analysis_dataset,
    check_units,
    derive_var_analysis_ratio,
    derive_var_anrind,
    derive_var_base,
    derive_var_shift,
    derive_vars_below_lloq,
    derive_vars_parameter,
    parameters_of,
    windows_of,
)
from mappings.adam.common import SAME, after_baseline, with_change, with_date, with_subject, with_visits

KEY = {"Test Code": "LBTESTCD", "Specimen": "LBSPEC"}
PARAMETER = ["PARAMCD", "PARAM", "PARAMN", "PARCAT1"]


def adlb(lb: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """Laboratory results: one record per subject per parameter per result."""
    parameters = parameters_of(spec, "ADLB").rename(columns=KEY | {"UNIT": "_UNIT"})
    out = derive_vars_parameter(lb, parameters, by=list(KEY.values()), new_vars=[*PARAMETER, "_UNIT"])
    out = with_date(with_subject(out, adsl), "LBDTC")
    same_unit, findings = check_units(out, result="LBSTRESC", unit="LBSTRESU", wanted="_UNIT")
    out = out[same_unit].reset_index(drop=True)
    out = out.assign(AVAL=out["LBSTRESN"], ANRLO=out["LBSTNRLO"], ANRHI=out["LBSTNRHI"])
    out = derive_vars_below_lloq(out, text="LBSTRESC", lloq="LBLLOQ")
    out = with_change(with_visits(out, windows_of(spec, "ADLB")))
    after = after_baseline(out)
    out = derive_var_analysis_ratio(out, where=after)
    out = derive_var_anrind(out)
    # half a limit of quantification is not what was measured: SDTM has judged the result itself
    below = out["DTYPE"] == "HALFLLOQ"
    out = out.assign(ANRIND=out["ANRIND"].mask(below, out["LBNRIND"]))
    out = derive_var_base(out, by=SAME, source="ANRIND", new_var="BNRIND")
    out = derive_var_shift(out, missing="MISSING", where=after)
    return analysis_dataset("ADLB", out, findings)
