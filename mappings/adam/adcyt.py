"""ADCYT: cytokines of plasma, as measured and as natural logarithms, one record a result."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Spec,
    analysis_dataset,
    check_units,
    derive_param_transformed,
    derive_var_analysis_ratio,
    derive_var_anrind,
    derive_var_base,
    derive_var_shift,
    derive_vars_below_lloq,
    derive_vars_parameter,
    parameters_of,
    windows_of,
)
from mappings.adam.common import (
    SAME,
    after_baseline,
    before_dose_of_day,
    with_change,
    with_date,
    with_subject,
    with_visits,
)

KEY = {"Test Code": "LBTESTCD", "Specimen": "LBSPEC"}
PARAMETER = ["PARAMCD", "PARAM", "PARAMN", "PARCAT1"]
LOG = "NATURAL LOG"


def adcyt(lb: pd.DataFrame, ex: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """Cytokines: one record per subject per parameter per result."""
    parameters = parameters_of(spec, "ADCYT").rename(columns=KEY | {"UNIT": "_UNIT"})
    measured = parameters[parameters["Derivation"].isna()]
    logs = parameters[parameters["Derivation"] == "LOG"]
    out = derive_vars_parameter(lb, measured, by=list(KEY.values()), new_vars=[*PARAMETER, "_UNIT"])
    out = with_date(with_subject(out, adsl), "LBDTC")
    same_unit, findings = check_units(out, result="LBSTRESC", unit="LBSTRESU", wanted="_UNIT")
    out = out[same_unit].reset_index(drop=True)
    out = out.assign(AVAL=out["LBSTRESN"], ANRLO=out["LBSTNRLO"], ANRHI=out["LBSTNRHI"])
    out = with_indicator(derive_vars_below_lloq(out, text="LBSTRESC", lloq="LBLLOQ"))
    out = derive_param_transformed(out, parameters=logs[["SOURCE", *PARAMETER]], transform=np.log)
    out = with_visits(out, windows_of(spec, "ADCYT"), where=before_dose_of_day(out, ex))
    out = with_change(out)
    as_measured = out["PARCAT1"] != LOG
    ranges = {name: out[name].where(as_measured) for name in ("PCHG", "ANRLO", "ANRHI", "ANRIND")}
    out = out.assign(**ranges)
    after = after_baseline(out) & as_measured
    out = derive_var_analysis_ratio(out, where=after)
    out = derive_var_base(out, by=SAME, source="ANRIND", new_var="BNRIND")
    return analysis_dataset("ADCYT", derive_var_shift(out, missing="MISSING", where=after), findings)


def with_indicator(out: pd.DataFrame) -> pd.DataFrame:
    """ANRIND; half a limit of quantification is not what was measured: SDTM has judged the result itself."""
    out = derive_var_anrind(out)
    return out.assign(ANRIND=out["ANRIND"].mask(out["DTYPE"] == "HALFLLOQ", out["LBNRIND"]))
