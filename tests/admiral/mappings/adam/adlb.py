"""ADLB: laboratory results, cell counts from fractions, and the least, greatest and last on treatment."""

from __future__ import annotations

import pandas as pd
from mappings.adam.findings import SAME, planned_before, title_of, with_change, with_last_of_visit

from il2cdisc.adam import (
    Analysis,
    Spec,
    analysis_dataset,
    derive_extreme_records,
    derive_maximum_records,
    derive_minimum_records,
    derive_param_computed,
    derive_var_analysis_ratio,
    derive_var_anrind,
    derive_var_extreme_flag,
    derive_var_merged_exist_flag,
    derive_var_ontrtfl,
    derive_var_shift,
    derive_vars_dt,
    derive_vars_dy,
    derive_vars_merged,
    derive_vars_parameter,
    parameters_of,
    text_over_distinct,
)
from mappings.adam.common import with_subject

MOMENT = ["USUBJID", "VISITNUM", "ADT"]
FRACTIONS = {"BASO": "BASOLE", "LYMPH": "LYMPHLE"}
CELLS, COUNT, FRACTION = "WBC", "10^9/L", "FRACTION"


def adlb(lb: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """Laboratory results: one record per subject, parameter and result, and those derived of them."""
    parameters = parameters_of(spec, "ADLB").rename(columns={"Test Code": "LBTESTCD", "UNIT": "_UNIT"})
    out = derive_vars_parameter(lb, parameters, by=["LBTESTCD"], new_vars=["PARAMCD", "_UNIT"])
    out = derive_vars_dt(out, prefix="A", dtc="LBDTC", flag=False)
    words = out["LBSTRESC"].where(out["LBSTRESN"].isna())
    limits = {"ANRLO": out["LBSTNRLO"], "ANRHI": out["LBSTNRHI"]}
    out = out.assign(AVAL=out["LBSTRESN"], AVALC=words, PARCAT1=out["LBCAT"], **limits)
    out = with_visits(with_counts(out))
    out = derive_vars_merged(out, parameters, by=["PARAMCD"], new_vars=["PARAM", "PARAMN"])
    out = with_subject(out, adsl, spec, "ADLB")
    out = derive_vars_dy(out, reference="TRTSDT", source=["ADT"])
    out = derive_var_ontrtfl(out, end_window=0, before=planned_before(out))
    out = out.assign(BASETYPE=pd.Series("LAST", index=out.index, dtype="str"))
    before = out["AVAL"].notna() & (out["ADT"] <= out["TRTSDT"])
    order = ["ADT", "VISITNUM", "LBSEQ"]
    out = derive_var_extreme_flag(out, by=SAME, order=order, new_var="ABLFL", mode="last", where=before)
    out = with_change(derive_var_anrind(out), {"BASE": "AVAL", "BASEC": "AVALC", "BNRIND": "ANRIND"})
    for limit in ("BASE", "ANRLO", "ANRHI"):
        out = derive_var_analysis_ratio(out, denominator=limit, new_var=f"R2{limit}")
    out = derive_var_shift(out, missing="NULL")
    treated = out["ONTRTFL"] == "Y"
    out = with_last_of_visit(out, by=["AVISIT"], new_var="ANL01FL", where=treated)
    out = with_last_of_visit(out, by=[], new_var="LVOTFL", where=treated)
    return analysis_dataset(
        "ADLB", with_extremes(out).assign(TRTP=lambda d: d["TRT01P"], TRTA=lambda d: d["TRT01A"])
    )


def with_counts(out: pd.DataFrame) -> pd.DataFrame:
    """Cells from their fraction of all leukocytes, at moments at which they were not counted."""
    for code, fraction in FRACTIONS.items():
        counted = out[(out["PARAMCD"] == code).to_numpy()]
        out = derive_var_merged_exist_flag(out, counted, by=MOMENT, new_var="_COUNTED")
        out = derive_param_computed(
            out,
            by=MOMENT,
            inputs={CELLS: COUNT, fraction: FRACTION},
            formula=lambda cells, part: cells * part,
            unit="_UNIT",
            where=out["_COUNTED"].isna(),
            keep=["STUDYID", "DOMAIN", "VISIT"],
            set_values={"PARAMCD": code, "_UNIT": COUNT, "DTYPE": "CALCULATION", "PARCAT1": "HEMATOLOGY"},
        ).drop(columns="_COUNTED")
    return out


def with_visits(out: pd.DataFrame) -> pd.DataFrame:
    """AVISIT is the visit, screening is a baseline; AVISITN is VISITNUM, 0 of a baseline."""
    screening = out["VISIT"].str.contains("SCREEN").fillna(False).astype("bool")
    visit = text_over_distinct(out["VISIT"], title_of).mask(screening, "Baseline")
    return out.assign(AVISIT=visit, AVISITN=out["VISITNUM"].mask(visit == "Baseline", 0.0))


def with_extremes(out: pd.DataFrame) -> pd.DataFrame:
    """The least, the greatest and the last record on treatment, each as a visit of its own."""
    observed = len(out)
    order = ["ADT", "AVISITN"]

    def treated(rows: pd.DataFrame) -> pd.Series:
        return (rows["ONTRTFL"] == "Y") & (rows.index < observed)

    least = {"AVISIT": "POST-BASELINE MINIMUM", "AVISITN": 9997.0}
    greatest = {"AVISIT": "POST-BASELINE MAXIMUM", "AVISITN": 9998.0}
    last = {"AVISIT": "POST-BASELINE LAST", "AVISITN": 9999.0, "DTYPE": "LOV"}
    out = derive_minimum_records(out, by=SAME, order=order, set_values=least, where=treated(out))
    out = derive_maximum_records(out, by=SAME, order=order, set_values=greatest, where=treated(out))
    return derive_extreme_records(out, by=SAME, order=order, mode="last", set_values=last, where=treated(out))
