"""ADEG: electrocardiograms, corrected QT intervals, and averages of a visit, which are analysed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from mappings.adam.findings import (
    SAME,
    planned_before,
    with_change,
    with_group,
    with_last_of_visit,
    with_parameter,
    with_weeks,
)

from il2cdisc.adam import (
    Analysis,
    Spec,
    analysis_dataset,
    compute_qtc_bazett,
    compute_qtc_fridericia,
    compute_qtc_sagie,
    derive_param_qtc,
    derive_param_rr,
    derive_summary_records,
    derive_var_anrind,
    derive_var_extreme_flag,
    derive_var_ontrtfl,
    derive_vars_dtm_to_dt,
    derive_vars_dy,
    derive_vars_imputed_dtm,
    derive_vars_parameter,
    parameters_of,
)
from mappings.adam.common import with_subject

MOMENT = ["USUBJID", "VISITNUM", "ADTM", "_POINT"]
OF_MOMENT = ["STUDYID", "VISIT", "EGTPT", "EGTPTNUM"]
CORRECTED = {"QTCBR": compute_qtc_bazett, "QTCFR": compute_qtc_fridericia, "QTLCR": compute_qtc_sagie}
INTERPRETATION = "EGINTP"
LENGTHS = {"<= 450 ms": 450.0, ">450<=480 ms": 480.0, ">480<=500 ms": 500.0, ">500 ms": np.inf}
CHANGES = {"<= 30 ms": 30.0, ">30<=60 ms": 60.0, ">60 ms": np.inf}


def adeg(eg: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """Electrocardiograms: one record per subject, parameter, visit and time point, and averages."""
    parameters = parameters_of(spec, "ADEG").rename(columns={"Test Code": "EGTESTCD"})
    measured = parameters[parameters["EGTESTCD"].notna().to_numpy()]
    out = derive_vars_parameter(eg, measured, by=["EGTESTCD"], new_vars=["PARAMCD"])
    out = derive_vars_imputed_dtm(out, prefix="A", dtc="EGDTC").drop(columns="ADTF")
    words = out["EGSTRESC"].where(out["EGSTRESN"].isna())
    out = with_weeks(with_computed(out.assign(AVAL=out["EGSTRESN"], AVALC=words)))
    out = with_averages(derive_vars_dtm_to_dt(out, source=["ADTM"]))
    out = with_subject(out.assign(ATPT=out["EGTPT"], ATPTN=out["EGTPTNUM"]), adsl, spec, "ADEG")
    out = derive_vars_dy(out, reference="TRTSDT", source=["ADT"])
    out = derive_var_ontrtfl(out, end_window=30, before=planned_before(out))
    out = derive_var_anrind(with_parameter(out, spec, "ADEG", ["PARAM", "PARAMN", "ANRLO", "ANRHI"]))
    average = out["DTYPE"] == "AVERAGE"
    out = out.assign(BASETYPE=pd.Series("BASELINE DAY 1", index=out.index, dtype="str"))
    before = average & (out["AVISIT"] == "Baseline")
    out = derive_var_extreme_flag(
        out, by=[*SAME, "BASETYPE"], order=["ADT"], new_var="ABLFL", mode="last", where=before
    )
    out = with_change(out, {"BASE": "AVAL", "BASEC": "AVALC", "BNRIND": "ANRIND"})
    analysed = average & out["AVISITN"].notna() & ((out["ONTRTFL"] == "Y") | (out["ABLFL"] == "Y"))
    out = with_last_of_visit(out, by=["AVISIT", "ATPT"], new_var="ANL01FL", where=analysed)
    corrected = out["PARAMCD"].str.contains("QT")
    for stem, source, upper in (("AVALCA", "AVAL", LENGTHS), ("CHGCAT", "CHG", CHANGES)):
        text, number = f"{stem.removesuffix('CA').removesuffix('CAT')}CAT1", f"{stem}1N"
        out = with_group(out, source=source, new_var=text, number=number, upper=upper, where=corrected)
    return analysis_dataset("ADEG", out.assign(TRTP=out["TRT01P"], TRTA=out["TRT01A"]))


def with_computed(out: pd.DataFrame) -> pd.DataFrame:
    """The RR interval of the heart rate, and QT corrected by the measured RR interval."""
    out = out.assign(_POINT=out["EGTPTNUM"].fillna(0.0), _UNIT=out["EGSTRESU"])
    shared = {"by": MOMENT, "keep": OF_MOMENT, "unit": "_UNIT"}
    out = derive_param_rr(out, set_values={"PARAMCD": "RRR"}, **shared)
    for code, formula in CORRECTED.items():
        out = derive_param_qtc(out, formula=formula, set_values={"PARAMCD": code}, **shared)
    return out


def with_averages(out: pd.DataFrame) -> pd.DataFrame:
    """The mean of at least two records of a day, DTYPE AVERAGE; the day need not be of a planned visit."""
    by = [*SAME, "_VISIT", "ADT"]
    out = out.assign(_VISIT=out["AVISIT"].fillna(""))
    several = out.groupby(by)["PARAMCD"].transform("size") >= 2
    return derive_summary_records(
        out,
        by=by,
        values={"AVAL": "mean"},
        set_values={"DTYPE": "AVERAGE"},
        where=several & (out["PARAMCD"] != INTERPRETATION),
        keep=["STUDYID", "AVISIT", "AVISITN"],
    )
