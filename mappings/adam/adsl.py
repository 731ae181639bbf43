"""ADSL: one record a subject, all screened."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Problem,
    Spec,
    analysis_dataset,
    compute_pre_treatment,
    derive_var_number,
    derive_vars_dose_dt,
    derive_vars_dt,
    derive_vars_dtm,
    derive_vars_dy,
    derive_vars_group,
    derive_vars_merged,
    derive_vars_merged_summary,
    derive_vars_population,
    filter_extreme,
    numbers_of,
    windows_of,
)
from mappings.adam.scale import items_of, scale_parameters, totals_of

AGE_GROUPS = {"<40": -np.inf, "40-64": 40.0, ">=65": 65.0}
DIAGNOSIS = {"MDD": "Major depressive disorder", "BD": "Bipolar disorder"}
# the diagnosis of the interview (MHTERM) and the stratum that it belongs to
VERIFIED = {
    "MAJOR DEPRESSIVE DISORDER": "MDD",
    "BIPOLAR I DISORDER": "BD",
    "BIPOLAR II DISORDER": "BD",
}
PRIMARY_POPULATION, PRIMARY_VISIT = "TLHRTLH", "Day 5"
LAST_VISIT, LAST_DAY, LAST_TOLERANCE = 60.0, 60, 14
DOSES_NEEDED = 7
PROHIBITED = "USE OF PROHIBITED MEDICATION"


def adsl(
    dm: pd.DataFrame,
    suppdm: pd.DataFrame,
    ex: pd.DataFrame,
    ds: pd.DataFrame,
    sv: pd.DataFrame,
    rs: pd.DataFrame,
    cp: pd.DataFrame,
    dv: pd.DataFrame,
    ie: pd.DataFrame,
    mh: pd.DataFrame,
    spec: Spec,
) -> Analysis:
    """Subjects: one record per screened subject."""
    out, findings = with_exposure(dm, ex, ds, sv)
    out = out.assign(TRT01P=out["ARM"].where(out["ARMCD"].notna()), TRT01A=out["ACTARM"].where(dosed(out)))
    treatments = numbers_of(spec, "TRTN")
    out = derive_var_number(out, source="TRT01P", new_var="TRT01PN", values=treatments)
    out = derive_var_number(out, source="TRT01A", new_var="TRT01AN", values=treatments)
    out = derive_vars_group(out, source="AGE", new_var="AGEGR1", lower=AGE_GROUPS, number="AGEGR1N")
    out = with_stratum(out, suppdm, mh, spec)
    out = with_disposition(out, ds)
    out = with_baseline(out, rs, cp, spec)
    return analysis_dataset("ADSL", with_sets(out, sv, dv, ie), findings)


def dosed(out: pd.DataFrame) -> pd.Series:
    """Subjects with at least one injection, however partial its date."""
    return out["NDOSES"] > 0


def with_exposure(
    dm: pd.DataFrame, ex: pd.DataFrame, ds: pd.DataFrame, sv: pd.DataFrame
) -> tuple[pd.DataFrame, list[Problem]]:
    """First and last injection, treatment duration, number of injections; a finding for each partial date."""
    doses, findings = derive_vars_dose_dt(ex, dm=dm, ds=ds, sv=sv)
    doses = doses.assign(_END=doses["EXENDTC"].fillna(doses["EXSTDTC"]))
    for prefix, dtc in {"_S": "EXSTDTC", "_E": "_END"}.items():
        doses = derive_vars_dtm(doses, prefix=prefix, dtc=dtc)
    first = filter_extreme(doses, by=["USUBJID"], order=["ASTDT", "_SDTM"], mode="first")
    last = filter_extreme(doses, by=["USUBJID"], order=["AENDT", "_EDTM"], mode="last")
    key = ["USUBJID"]
    start = {"TRTSDT": "ASTDT", "TRTSDTF": "ASTDTF", "TRTSDTM": "_SDTM"}
    end = {"TRTEDT": "AENDT", "TRTEDTF": "AENDTF", "TRTEDTM": "_EDTM"}
    out = derive_vars_merged(dm, first, by=key, new_vars=start, ids=True)
    out = derive_vars_merged(out, last, by=key, new_vars=end, ids=True)
    out = derive_vars_merged_summary(out, doses, by=key, new_vars={"NDOSES": ("EXSEQ", "count")}, ids=True)
    duration = out["TRTEDT"] - out["TRTSDT"] + 1
    return out.assign(TRTDURD=duration, NDOSES=out["NDOSES"].fillna(0.0)), findings


def with_stratum(out: pd.DataFrame, suppdm: pd.DataFrame, mh: pd.DataFrame, spec: Spec) -> pd.DataFrame:
    """The stratum as randomised, that of the diagnosis as the interview found it, and where they differ."""
    stratum = suppdm[suppdm["QNAM"] == "STRATUM"]
    out = derive_vars_merged(out, stratum, by=["USUBJID"], new_vars={"STRAT1R": "QVAL"}, ids=True)
    diagnosis = mh[mh["MHSCAT"] == "PRIMARY DIAGNOSIS"]
    out = derive_vars_merged(out, diagnosis, by=["USUBJID"], new_vars={"_DIAGNOSIS": "MHTERM"}, ids=True)
    group = out["_DIAGNOSIS"].map(VERIFIED).astype("str")
    verified = group.where(out["STRAT1R"].notna())
    out = out.assign(STRAT1V=verified, DIAGGR1=group.map(DIAGNOSIS).astype("str"))
    for name, codelist in {"STRAT1R": "STRATUMN", "STRAT1V": "STRATUMN", "DIAGGR1": "DIAGGR1N"}.items():
        out = derive_var_number(out, source=name, new_var=f"{name}N", values=numbers_of(spec, codelist))
    differs = verified.notna() & (verified != out["STRAT1R"])
    return out.assign(
        MISSTRFL=pd.Series("N", index=out.index, dtype="str").mask(differs, "Y").where(verified.notna())
    )


def with_disposition(out: pd.DataFrame, ds: pd.DataFrame) -> pd.DataFrame:
    """Consent, randomisation, end of treatment and of study, last contact."""
    events = derive_vars_dt(ds, prefix="_", dtc="DSSTDTC", flag=False)
    key, order = ["USUBJID"], ["_DT", "DSSEQ"]
    randomised = filter_extreme(events[events["DSDECOD"] == "RANDOMIZED"], by=key, order=order, mode="first")
    out = derive_vars_merged(out, randomised, by=key, new_vars={"RANDDT": "_DT"}, ids=True)
    ends = events[events["DSCAT"] == "DISPOSITION EVENT"]
    treatment = filter_extreme(ends[ends["DSSCAT"] == "STUDY TREATMENT"], by=key, order=order, mode="last")
    study = filter_extreme(ends[ends["DSSCAT"] == "STUDY PARTICIPATION"], by=key, order=order, mode="last")
    out = derive_vars_merged(out, treatment, by=key, new_vars={"_EOT": "DSDECOD"}, ids=True)
    out = derive_vars_merged(out, study, by=key, new_vars={"_EOS": "DSDECOD", "EOSDT": "_DT"}, ids=True)
    treated = dosed(out)
    out = out.assign(
        EOTSTT=status(out["_EOT"]).where(treated),
        DCTREAS=reason(out["_EOT"]).where(treated),
        EOSSTT=status(out["_EOS"]),
        DCSREAS=reason(out["_EOS"]),
    )
    out = derive_vars_dt(out, prefix="RFIC", dtc="RFICDTC", flag=False)
    return derive_vars_dt(out, prefix="LSTALV", dtc="RFPENDTC", flag=False)


def status(event: pd.Series) -> pd.Series:
    """COMPLETED, DISCONTINUED or, without a disposition event, ONGOING."""
    ended = pd.Series("DISCONTINUED", index=event.index, dtype="str").mask(event == "COMPLETED", "COMPLETED")
    return ended.where(event.notna(), "ONGOING")


def reason(event: pd.Series) -> pd.Series:
    """The reason of a discontinuation; missing when completed."""
    return event.where(event != "COMPLETED")


def with_baseline(out: pd.DataFrame, rs: pd.DataFrame, cp: pd.DataFrame, spec: Spec) -> pd.DataFrame:
    """Baseline total of the scale, baseline and Day 5 share of regulatory T cells."""
    parameters = scale_parameters(spec)
    keep = ["VISITNUM", "RSDTC", "RSSEQ"]
    totals = totals_of(items_of(rs, parameters), parameters, "HAMD2TS", keep)
    totals = dated(totals, out, "RSDTC")
    baseline = last_before(totals, ["_DT", "_DTM", "VISITNUM"])
    out = derive_vars_merged(out, baseline, by=["USUBJID"], new_vars={"HAMDBL": "AVAL"}, ids=True)
    share = cp[(cp["CPTESTCD"] == PRIMARY_POPULATION).to_numpy() & cp["CPSTRESN"].notna().to_numpy()]
    share = dated(share.assign(AVAL=share["CPSTRESN"]), out, "CPDTC")
    baseline = last_before(share, ["_DT", "_DTM", "VISITNUM"])
    out = derive_vars_merged(out, baseline, by=["USUBJID"], new_vars={"TREGBL": "AVAL"}, ids=True)
    windows = windows_of(spec, "ADCP")
    window = windows[windows["AVISIT"] == PRIMARY_VISIT].iloc[0]
    within = share[(share["_DY"] >= window["AWLO"]) & (share["_DY"] <= window["AWHI"])]
    within = filter_extreme(within, by=["USUBJID"], order=["_DT", "_DTM"], mode="last")
    return derive_vars_merged(out, within, by=["USUBJID"], new_vars={"_TREG5": "AVAL"}, ids=True)


def dated(rows: pd.DataFrame, out: pd.DataFrame, dtc: str) -> pd.DataFrame:
    """Records with their date, time and study day against the subject's first dose."""
    rows = derive_vars_merged(rows, out, by=["USUBJID"], new_vars=["TRTSDT", "RFXSTDTC"])
    rows = derive_vars_dtm(derive_vars_dt(rows, prefix="_", dtc=dtc, flag=False), prefix="_", dtc=dtc)
    return derive_vars_dy(rows.assign(_DTC=rows[dtc]), reference="TRTSDT", source=["_DT"])


def last_before(rows: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    """The last record with a value before the first dose, one a subject."""
    before = compute_pre_treatment(rows, date="_DT", dtc="_DTC", trt_start_dtc="RFXSTDTC")
    return filter_extreme(rows[before & rows["AVAL"].notna()], by=["USUBJID"], order=order, mode="last")


def with_sets(out: pd.DataFrame, sv: pd.DataFrame, dv: pd.DataFrame, ie: pd.DataFrame) -> pd.DataFrame:
    """The analysis sets."""
    last = sv[(sv["VISITNUM"] == LAST_VISIT).to_numpy() & sv["SVSTDY"].notna().to_numpy()]
    last = filter_extreme(last, by=["USUBJID"], order=["SVSTDY"], mode="last")
    out = derive_vars_merged(out, last, by=["USUBJID"], new_vars={"_LASTDY": "SVSTDY"}, ids=True)
    taken = filter_extreme(dv[dv["DVDECOD"] == PROHIBITED], by=["USUBJID"], order=["DVSEQ"], mode="first")
    out = derive_vars_merged(out, taken, by=["USUBJID"], new_vars={"_TAKEN": "DVDECOD"}, ids=True)
    unmet = filter_extreme(ie, by=["USUBJID"], order=["IESEQ"], mode="first")
    out = derive_vars_merged(out, unmet, by=["USUBJID"], new_vars={"_UNMET": "IETESTCD"}, ids=True)
    randomised, treated = out["ARMCD"].notna(), dosed(out)
    full = randomised & treated
    late = (out["_LASTDY"] - LAST_DAY).abs() > LAST_TOLERANCE
    return derive_vars_population(
        out,
        flags={
            "ENRLFL": randomised & out["_UNMET"].isna(),
            "RANDFL": randomised,
            "SAFFL": treated,
            "FASFL": full,
            "BIOFL": full & out["TREGBL"].notna() & out["_TREG5"].notna(),
            "PPROTFL": full & (out["NDOSES"] >= DOSES_NEEDED) & out["_TAKEN"].isna() & ~late,
            "COMPLFL": out["EOSSTT"] == "COMPLETED",
        },
    )
