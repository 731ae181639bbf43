"""ADVS: vital signs, one record a measurement."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Spec,
    analysis_dataset,
    derive_var_base,
    derive_var_chg,
    derive_var_flag,
    derive_var_pchg,
    derive_vars_parameter,
    numbers_of,
    parameters_of,
)
from mappings.adam.common import (
    ACTUAL,
    PLANNED,
    with_date,
    with_end_of_treatment,
    with_planned_visits,
    with_subject,
)

PARAMETER = ["PARAMCD", "PARAM", "PARAMN"]
# a subject who came to week 2 last has no end of treatment in the published file
BASELINE, TREATED = "BASELINE", (4.0, 26.0)


def advs(vs: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """Vital signs: one record per subject, parameter, time point and visit, and the end of treatment."""
    parameters = parameters_of(spec, "ADVS").rename(columns={"Test Code": "VSTESTCD"})
    out = derive_vars_parameter(vs, parameters, by=["VSTESTCD"], new_vars=PARAMETER)
    out = with_date(with_subject(out, adsl, ("SITEID", "SAFFL"), PLANNED | ACTUAL), "VSDTC")
    out = with_planned_visits(out, baseline=BASELINE, numbers=numbers_of(spec, "AVISITN"))
    out = out.assign(AVAL=out["VSSTRESN"], ATPT=out["VSTPT"], ATPTN=out["VSTPTNUM"], BASETYPE=out["VSTPT"])
    # parameters without time points have one series of records, too
    by = ["USUBJID", "PARAMCD", "_POINT"]
    out = derive_var_base(out.assign(_POINT=out["VSTPTNUM"].fillna(0.0)), by=by)
    out = derive_var_pchg(derive_var_chg(out))
    out = with_end_of_treatment(out, by=by, weeks=TREATED, flag="_LAST")
    out = derive_var_flag(out, new_var="ANL01FL", where=out["AVISIT"].notna())
    return analysis_dataset("ADVS", out)
