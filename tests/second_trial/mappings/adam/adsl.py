"""ADSL: one record a patient, all who gave consent."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Problem,
    Spec,
    TrialFacts,
    analysis_dataset,
    derive_var_number,
    derive_vars_dose_dt,
    derive_vars_dt,
    derive_vars_group,
    derive_vars_merged,
    derive_vars_merged_summary,
    derive_vars_population,
    filter_extreme,
    numbers_of,
)

KEY = ["USUBJID"]


def adsl(
    dm: pd.DataFrame, ex: pd.DataFrame, ds: pd.DataFrame, sv: pd.DataFrame, spec: Spec, trial: TrialFacts
) -> Analysis:
    """Subjects: one record per patient."""
    out, findings = with_exposure(dm, ex, ds, sv)
    taken = out["_PACKS"] > 0
    out = out.assign(TRT01P=out["ARM"].where(out["ARMCD"].notna()), TRT01A=out["ACTARM"].where(taken))
    treatments = numbers_of(spec, "TRTN")
    out = derive_var_number(out, source="TRT01P", new_var="TRT01PN", values=treatments)
    out = derive_var_number(out, source="TRT01A", new_var="TRT01AN", values=treatments)
    groups = trial.age_groups
    out = derive_vars_group(out, source="AGE", new_var="AGEGR1", lower=groups, number="AGEGR1N")
    out = with_end(out, ds)
    flags = {"SAFFL": taken, "ITTFL": out["ARMCD"].notna()}
    return analysis_dataset("ADSL", derive_vars_population(out, flags=flags), findings)


def with_exposure(
    dm: pd.DataFrame, ex: pd.DataFrame, ds: pd.DataFrame, sv: pd.DataFrame
) -> tuple[pd.DataFrame, list[Problem]]:
    """First and last day with a tablet, how many days with tablets; a finding for each partial date."""
    packs, findings = derive_vars_dose_dt(ex, dm=dm, ds=ds, sv=sv)
    packs = packs.assign(_DAYS=packs["AENDT"] - packs["ASTDT"] + 1)
    first = filter_extreme(packs, by=KEY, order=["ASTDT"], mode="first")
    last = filter_extreme(packs, by=KEY, order=["AENDT"], mode="last")
    start, end = {"TRTSDT": "ASTDT", "TRTSDTF": "ASTDTF"}, {"TRTEDT": "AENDT", "TRTEDTF": "AENDTF"}
    out = derive_vars_merged(dm, first, by=KEY, new_vars=start, ids=True)
    out = derive_vars_merged(out, last, by=KEY, new_vars=end, ids=True)
    counted = {"DAYSTRT": ("_DAYS", "sum"), "_PACKS": ("EXSEQ", "count")}
    out = derive_vars_merged_summary(out, packs, by=KEY, new_vars=counted, ids=True)
    return out.assign(TRTDURD=out["TRTEDT"] - out["TRTSDT"] + 1), findings


def with_end(out: pd.DataFrame, ds: pd.DataFrame) -> pd.DataFrame:
    """How and when participation ended."""
    events = derive_vars_dt(ds, prefix="_", dtc="DSSTDTC", flag=False)
    ends = events[(events["DSSCAT"] == "STUDY PARTICIPATION").to_numpy()]
    ends = filter_extreme(ends, by=KEY, order=["_DT", "DSSEQ"], mode="last")
    out = derive_vars_merged(out, ends, by=KEY, new_vars={"_EOS": "DSDECOD", "EOSDT": "_DT"}, ids=True)
    completed = out["_EOS"] == "COMPLETED"
    state = pd.Series("DISCONTINUED", index=out.index, dtype="str").mask(completed, "COMPLETED")
    out = out.assign(EOSSTT=state.where(out["_EOS"].notna(), "ONGOING"), DCSREAS=out["_EOS"].mask(completed))
    return derive_vars_dt(out, prefix="LSTALV", dtc="RFPENDTC", flag=False)
