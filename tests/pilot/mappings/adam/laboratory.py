"""What chemistry and haematology share."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.adam import (
    Spec,
    derive_var_analysis_ratio,
    derive_var_base,
    derive_var_chg,
    derive_var_extreme_flag,
    derive_vars_parameter,
    numbers_of,
    parameters_of,
)
from mappings.adam.common import (
    ACTUAL,
    PLANNED,
    SAME,
    with_date,
    with_end_of_treatment,
    with_planned_visits,
    with_subject,
)

PARAMETER = ["PARAMCD", "PARAM", "PARAMN", "PARCAT1"]
BASELINE, TREATED = "SCREENING 1", (2.0, 24.0)
LOW, HIGH = 0.5, 1.5
SUBJECT = ("SUBJID", "COMP24FL", "DSRAEFL", "SAFFL")


def laboratory_results(lb: pd.DataFrame, adsl: pd.DataFrame, spec: Spec, name: str) -> pd.DataFrame:
    """Results of the parameters of a dataset, with baseline, change, thresholds and end of treatment."""
    parameters = parameters_of(spec, name).rename(columns={"Test Code": "LBTESTCD"})
    out = derive_vars_parameter(lb, parameters, by=["LBTESTCD"], new_vars=PARAMETER)
    out = with_date(with_subject(out, adsl, SUBJECT, PLANNED | ACTUAL), "LBDTC")
    out = with_planned_visits(out, baseline=BASELINE, numbers=numbers_of(spec, "AVISITN"))
    unscheduled = out["VISIT"].str.startswith("UNSCHEDULED").fillna(False)
    out = out[(out["AVISIT"].notna() | unscheduled).to_numpy(dtype=bool)].reset_index(drop=True)
    out = with_thresholds(out.assign(AVAL=out["LBSTRESN"]))
    out = derive_var_base(out, by=SAME)
    out = derive_var_chg(out, where=out["AVISITN"] != 0)
    for limit in ("A1LO", "A1HI"):
        out = derive_var_analysis_ratio(out, denominator=limit, new_var=f"R2{limit}")
        out = derive_var_base(out, by=SAME, source=f"R2{limit}", new_var=f"BR2{limit}")
    out = derive_var_base(out, by=SAME, source="ANRIND", new_var="BNRIND")
    # the furthest from the range of the treated visits, the first of equal ones
    during = out["AVISITN"].between(*TREATED) & out["ALBTRVAL"].notna()
    out = derive_var_extreme_flag(
        out, by=SAME, order=["-ALBTRVAL", "VISITNUM"], new_var="ANL01FL", mode="first", where=during
    )
    return with_end_of_treatment(out, by=SAME, weeks=TREATED, flag="AENTMTFL")


def with_thresholds(out: pd.DataFrame) -> pd.DataFrame:
    """The range, how far a value is from half and one and a half of its limits, and on which side.

    A lower limit of 0 is none. A result that the laboratory calls abnormal, without a range, is high.
    """
    low, high = out["LBSTNRLO"], out["LBSTNRHI"]
    value = out["AVAL"]
    far = np.fmax(value - LOW * low, HIGH * high - value)
    above = (value > HIGH * high) | (out["LBNRIND"] == "ABNORMAL").fillna(False)
    side = pd.Series("N", index=out.index, dtype="str").mask(above, "H").mask(value < LOW * low, "L")
    return out.assign(A1LO=low.where(low != 0), A1HI=high, ALBTRVAL=far, ANRIND=side)
