"""ADVS: vital signs, averages of a visit, and the last value on treatment."""

from __future__ import annotations

import pandas as pd
from mappings.adam.findings import (
    SAME,
    planned_before,
    with_change,
    with_group,
    with_last_of_visit,
    with_parameter,
    with_point_types,
    with_weeks,
)

from il2cdisc.adam import (
    Analysis,
    Spec,
    analysis_dataset,
    compute_bsa_mosteller,
    derive_extreme_records,
    derive_param_bmi,
    derive_param_bsa,
    derive_param_map,
    derive_summary_records,
    derive_var_anrind,
    derive_var_extreme_flag,
    derive_var_ontrtfl,
    derive_vars_dt,
    derive_vars_dy,
    derive_vars_parameter,
    parameters_of,
)
from mappings.adam.common import with_subject

MOMENT = ["USUBJID", "VISITNUM", "ADT", "_POINT"]
OF_MOMENT = ["STUDYID", "VISIT", "VSTPT", "VSTPTNUM"]
END_OF_TREATMENT = {"AVISIT": "End of Treatment", "AVISITN": 99.0, "DTYPE": "LOV"}


def advs(vs: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """Vital signs: one record per subject, parameter, visit and time point, averages, end of treatment."""
    parameters = parameters_of(spec, "ADVS").rename(columns={"Test Code": "VSTESTCD"})
    measured = parameters[parameters["VSTESTCD"].notna().to_numpy()]
    out = derive_vars_parameter(vs, measured, by=["VSTESTCD"], new_vars=["PARAMCD"])
    out = derive_vars_dt(out.assign(AVAL=out["VSSTRESN"]), prefix="A", dtc="VSDTC", flag=False)
    out = with_averages(with_weeks(with_computed(out)))
    out = with_subject(out.assign(ATPT=out["VSTPT"], ATPTN=out["VSTPTNUM"]), adsl, spec, "ADVS")
    out = derive_vars_dy(out, reference="TRTSDT", source=["ADT"])
    out = derive_var_ontrtfl(out, end_window=0, before=planned_before(out))
    out = with_parameter(out, spec, "ADVS", ["PARAM", "PARAMN", "ANRLO", "ANRHI", "A1LO", "A1HI"])
    out = with_point_types(derive_var_anrind(out))
    before = out["AVAL"].notna() & (out["ADT"] <= out["TRTSDT"]) & out["DTYPE"].isna()
    order = ["ADT", "VISITNUM", "VSSEQ"]
    by = [*SAME, "BASETYPE"]
    out = derive_var_extreme_flag(out, by=by, order=order, new_var="ABLFL", mode="last", where=before)
    out = with_change(out, {"BASE": "AVAL", "BNRIND": "ANRIND"})
    treated = (out["ONTRTFL"] == "Y") & out["AVISITN"].notna()
    out = with_last_of_visit(out, by=["AVISIT", "ATPT", "DTYPE"], new_var="ANL01FL", where=treated)
    out = with_end_of_treatment(out)
    tall = {">100 cm": float("inf")}
    height = (out["PARAMCD"] == "HEIGHT") & (out["AVAL"] > 100)
    out = with_group(out, source="AVAL", new_var="AVALCAT1", number="AVALCA1N", upper=tall, where=height)
    return analysis_dataset("ADVS", out.assign(TRTP=out["TRT01P"], TRTA=out["TRT01A"]))


def with_computed(out: pd.DataFrame) -> pd.DataFrame:
    """Mean arterial pressure, body surface and mass index of each moment; height is measured once."""
    out = out.assign(_POINT=out["VSTPTNUM"].fillna(0.0), _UNIT=out["VSSTRESU"])
    pressure, area, mass = ({"PARAMCD": code} for code in ("MAP", "BSA", "BMI"))
    out = derive_param_map(out, by=MOMENT, keep=OF_MOMENT, set_values=pressure, unit="_UNIT")
    once = {"by": MOMENT, "keep": OF_MOMENT, "unit": "_UNIT", "constant": ["HEIGHT"]}
    out = derive_param_bsa(out, formula=compute_bsa_mosteller, set_values=area, **once)
    return derive_param_bmi(out, set_values=mass, **once)


def with_averages(out: pd.DataFrame) -> pd.DataFrame:
    """The mean of a parameter's values on a day, DTYPE AVERAGE; the day need not be of a planned visit."""
    return derive_summary_records(
        out.assign(_VISIT=out["AVISIT"].fillna("")),
        by=[*SAME, "_VISIT", "ADT"],
        values={"AVAL": "mean"},
        set_values={"DTYPE": "AVERAGE"},
        keep=["STUDYID", "AVISIT", "AVISITN"],
    )


def with_end_of_treatment(out: pd.DataFrame) -> pd.DataFrame:
    """The last analysed record of each time point after week 4, up to week 13."""
    last = out["AVISITN"].gt(4) & out["AVISITN"].le(13) & (out["ANL01FL"] == "Y") & out["DTYPE"].isna()
    return derive_extreme_records(
        out.assign(_POINT=out["ATPTN"].fillna(0.0)),
        by=[*SAME, "_POINT"],
        order=["ADT", "AVISITN", "AVAL"],
        mode="last",
        where=last,
        set_values=END_OF_TREATMENT,
    )
