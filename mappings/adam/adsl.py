"""ADSL: one record a subject, all screened."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Exclusion,
    Problem,
    Spec,
    analysis_dataset,
    compute_pre_treatment,
    derive_var_number,
    derive_vars_dose_dt,
    derive_vars_dt,
    derive_vars_dtm,
    derive_vars_dy,
    derive_vars_exclusion,
    derive_vars_group,
    derive_vars_merged,
    derive_vars_merged_summary,
    derive_vars_population,
    filter_extreme,
    numbers_of,
    parameters_of,
    windows_of,
)
from mappings.adam.common import before_dose_of_day
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
LAST_VISIT = "Day 60"
DOSES_NEEDED = 7
NOT_ELIGIBLE = "SUBJECT ENROLLED BUT ELIGIBILITY CRITERIA NOT MET"
PROHIBITED = "USE OF PROHIBITED MEDICATION"
DOSE_MISSED = "NON-COMPLIANCE WITH STUDY INTERVENTION"
NOT_ASSESSED = ("ASSESSMENT NOT PERFORMED", "ASSESSMENT PERFORMED OUTSIDE OF TIMING WINDOW")


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
    out = with_baseline(out, rs, cp, ex, spec)
    out, unrecorded = with_sets(out, dv, ie)
    return analysis_dataset("ADSL", out, [*findings, *unrecorded])


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
    # a dose whose day had to be imputed is not preferred to one that is known to be of that day
    guessed = {"_SGUESS": doses["ASTDTF"].notna(), "_EGUESS": doses["AENDTF"].notna()}
    doses = doses.assign(**{name: flag.astype("float64") for name, flag in guessed.items()})
    first = filter_extreme(doses, by=["USUBJID"], order=["ASTDT", "_SGUESS", "_SDTM"], mode="first")
    last = filter_extreme(doses, by=["USUBJID"], order=["AENDT", "-_EGUESS", "_EDTM"], mode="last")
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


def with_baseline(
    out: pd.DataFrame, rs: pd.DataFrame, cp: pd.DataFrame, ex: pd.DataFrame, spec: Spec
) -> pd.DataFrame:
    """Baseline and Day 60 total of the scale, baseline and Day 5 share of regulatory T cells."""
    parameters = scale_parameters(spec)
    keep = ["VISITNUM", "RSDTC", "RSSEQ"]
    totals = totals_of(items_of(rs, parameters), parameters, "HAMD2TS", keep)
    totals = dated(totals, out, "RSDTC")
    baseline = last_before(totals, ["_DT", "_DTM", "VISITNUM"])
    out = derive_vars_merged(out, baseline, by=["USUBJID"], new_vars={"HAMDBL": "AVAL"}, ids=True)
    rated = within(totals[totals["AVAL"].notna()], windows_of(spec, "ADHAMD"), LAST_VISIT)
    out = derive_vars_merged(out, rated, by=["USUBJID"], new_vars={"_LAST": "AVAL"}, ids=True)
    # as ADCP has it: the results in the specimen and the unit of the parameter
    wanted = parameters_of(spec, "ADCP").set_index("PARAMCD").loc[PRIMARY_POPULATION]
    own = (cp["CPTESTCD"] == PRIMARY_POPULATION) & (cp["CPSPEC"] == wanted["Specimen"])
    own &= (cp["CPSTRESU"] == wanted["UNIT"]) & cp["CPSTRESN"].notna()
    share = cp[own.to_numpy(dtype=bool)]
    share = dated(share.assign(AVAL=share["CPSTRESN"]), out, "CPDTC")
    baseline = last_before(share, ["_DT", "_DTM", "VISITNUM"])
    out = derive_vars_merged(out, baseline, by=["USUBJID"], new_vars={"TREGBL": "AVAL"}, ids=True)
    share = share[before_dose_of_day(share, ex, date="_DT", dtc="_DTC")]
    measured = within(share, windows_of(spec, "ADCP"), PRIMARY_VISIT)
    return derive_vars_merged(out, measured, by=["USUBJID"], new_vars={"_TREG5": "AVAL"}, ids=True)


def within(rows: pd.DataFrame, windows: pd.DataFrame, visit: str) -> pd.DataFrame:
    """The last record of each subject in the window of a visit."""
    window = windows[windows["AVISIT"] == visit].iloc[0]
    inside = rows[(rows["_DY"] >= window["AWLO"]) & (rows["_DY"] <= window["AWHI"])]
    return filter_extreme(inside, by=["USUBJID"], order=["_DT", "_DTM"], mode="last")


def dated(rows: pd.DataFrame, out: pd.DataFrame, dtc: str) -> pd.DataFrame:
    """Records with their date, time and study day against the subject's first dose."""
    rows = derive_vars_merged(rows, out, by=["USUBJID"], new_vars=["TRTSDT", "RFXSTDTC"])
    rows = derive_vars_dtm(derive_vars_dt(rows, prefix="_", dtc=dtc, flag=False), prefix="_", dtc=dtc)
    return derive_vars_dy(rows.assign(_DTC=rows[dtc]), reference="TRTSDT", source=["_DT"])


def last_before(rows: pd.DataFrame, order: list[str]) -> pd.DataFrame:
    """The last record with a value before the first dose, one a subject."""
    before = compute_pre_treatment(rows, date="_DT", dtc="_DTC", trt_start_dtc="RFXSTDTC")
    return filter_extreme(rows[before & rows["AVAL"].notna()], by=["USUBJID"], order=order, mode="last")


def with_sets(out: pd.DataFrame, dv: pd.DataFrame, ie: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """The analysis sets, why a subject is not in the per-protocol set, and findings about that."""
    unmet = filter_extreme(ie, by=["USUBJID"], order=["IESEQ"], mode="first")
    out = derive_vars_merged(out, unmet, by=["USUBJID"], new_vars={"_UNMET": "IETESTCD"}, ids=True)
    randomised, treated = out["ARMCD"].notna(), dosed(out)
    full, deviation = randomised & treated, dv["DVDECOD"]
    important = dv["DVSCAT"] == "MAJOR"
    not_eligible, prohibited = (important & (deviation == term) for term in (NOT_ELIGIBLE, PROHIBITED))
    exclusions = [
        Exclusion("NOT ELIGIBLE", out["_UNMET"].notna() | has(out, dv[not_eligible]), not_eligible),
        Exclusion("WRONG KIT", out["ACTARMCD"] != out["ARMCD"], dv["DVCAT"] == "STUDY INTERVENTION"),
        Exclusion("FEWER THAN 7 DOSES", out["NDOSES"] < DOSES_NEEDED, deviation == DOSE_MISSED),
        Exclusion("PROHIBITED MEDICATION", has(out, dv[prohibited]), prohibited),
        Exclusion(
            "NO DAY 60 RATING",
            out["_LAST"].isna(),
            deviation.isin(NOT_ASSESSED) & (dv["VISIT"] == LAST_VISIT.upper()),
        ),
    ]
    out, findings = derive_vars_exclusion(
        out, dv, exclusions=exclusions, where=full, reason="PPEXRS", sequence="PPDVSEQ"
    )
    sets = {
        "ENRLFL": randomised & out["_UNMET"].isna(),
        "RANDFL": randomised,
        "SAFFL": treated,
        "FASFL": full,
        "BIOFL": full & out["TREGBL"].notna() & out["_TREG5"].notna(),
        "PPROTFL": full & out["PPEXRS"].isna(),
        "COMPLFL": out["EOSSTT"] == "COMPLETED",
    }
    return derive_vars_population(out, flags=sets), findings


def has(out: pd.DataFrame, records: pd.DataFrame) -> pd.Series:
    """Subjects that have one of the records."""
    return out["USUBJID"].isin(records["USUBJID"])
