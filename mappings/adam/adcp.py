"""ADCP: cell populations, as measured and as natural logarithms, one record a result."""

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
    derive_var_flag,
    derive_vars_parameter,
    parameters_of,
    windows_of,
)
from mappings.adam.common import (
    after_baseline,
    before_dose_of_day,
    with_change,
    with_date,
    with_subject,
    with_visits,
)

KEY = {"Test Code": "CPTESTCD", "Specimen": "CPSPEC", "Markers": "CPSBMRKS", "Cell State": "CPCELSTA"}
PRIMARY, PRIMARY_VISIT = "TLHRTLHL", "Day 5"
PARAMETER = ["PARAMCD", "PARAM", "PARAMN", "PARCAT1", "PARCAT2"]


def adcp(cp: pd.DataFrame, ex: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """Cell populations: one record per subject per parameter per result."""
    parameters = parameters_of(spec, "ADCP").rename(columns=KEY | {"Category 2": "PARCAT2", "UNIT": "_UNIT"})
    measured = parameters[parameters["Derivation"].isna()]
    logs = parameters[parameters["Derivation"] == "LOG"]
    out = derive_vars_parameter(cp, measured, by=list(KEY.values()), new_vars=[*PARAMETER, "_UNIT"])
    out = with_date(with_subject(out, adsl), "CPDTC")
    same_unit, findings = check_units(out, result="CPSTRESC", unit="CPSTRESU", wanted="_UNIT")
    out = out[same_unit].reset_index(drop=True)
    out = out.assign(AVAL=out["CPSTRESN"])
    # the change of the logarithm is the log fold change, its baseline the log baseline
    out = derive_param_transformed(out, parameters=logs[["SOURCE", *PARAMETER]], transform=np.log)
    drawn_before = before_dose_of_day(out, ex)
    out = with_change(with_visits(out, windows_of(spec, "ADCP"), where=drawn_before))
    measured_rows = out["PARCAT2"] != logs["PARCAT2"].iloc[0]
    out = out.assign(PCHG=out["PCHG"].where(measured_rows))
    out = derive_var_analysis_ratio(out, where=after_baseline(out) & measured_rows)
    # estimand E1: whatever happened before Day 5, the record counts
    carried = (out["FASFL"] == "Y") & (out["ANL01FL"] == "Y") & (out["AVISIT"] == PRIMARY_VISIT)
    carried &= (out["PARAMCD"] == PRIMARY) & out["CHG"].notna()
    out = derive_var_flag(out, new_var="ANL02FL", where=carried)
    return analysis_dataset("ADCP", out, findings)
