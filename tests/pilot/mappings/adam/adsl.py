"""ADSL: one record a treated subject."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Spec,
    TrialFacts,
    analysis_dataset,
    derive_var_number,
    derive_vars_dt,
    derive_vars_duration,
    derive_vars_group,
    derive_vars_merged,
    derive_vars_merged_summary,
    derive_vars_population,
    filter_extreme,
    numbers_of,
)
from mappings.adam.common import rounded

KEY = ["USUBJID"]
FIRST_VISIT, BASELINE, LAST_TREATED, LAST_VISIT = 1.0, 3.0, 12.0, 13.0
COMPLETED_AT = {"COMP8FL": 8.0, "COMP16FL": 10.0, "COMP24FL": 12.0}
AGE_GROUPS = {"<65": -np.inf, "65-80": 65.0, ">80": 81.0}
BMI_GROUPS = {"<25": -np.inf, "25-<30": 25.0, ">=30": 30.0}
DURATION_GROUPS = {"<12": -np.inf, ">=12": 12.0}
MONTH = 365.25 / 12
HISPANIC = "HISPANIC OR LATINO"


def adsl(
    dm: pd.DataFrame,
    ex: pd.DataFrame,
    ds: pd.DataFrame,
    suppds: pd.DataFrame,
    sv: pd.DataFrame,
    qs: pd.DataFrame,
    sc: pd.DataFrame,
    mh: pd.DataFrame,
    vs: pd.DataFrame,
    spec: Spec,
    trial: TrialFacts,
) -> Analysis:
    """Subjects: one record per randomised subject."""
    out = dm[(dm["ARMCD"] != trial.screen_failure).to_numpy()].reset_index(drop=True)
    # the analysis takes the arm of the randomisation, also of those who stayed on the low dose
    out = out.assign(TRT01P=out["ARM"], TRT01A=out["ARM"])
    for name in ("TRT01P", "TRT01A"):
        out = derive_var_number(out, source=name, new_var=f"{name}N", values=numbers_of(spec, "TRTN"))
    out = derive_var_number(out, source="RACE", new_var="RACEN", values=numbers_of(spec, "RACEN"))
    out = out.assign(RACEGR1=out["RACE"].mask(out["ETHNIC"] == HISPANIC, "HISPANIC"))
    out = derive_vars_group(out, source="AGE", new_var="AGEGR1", lower=AGE_GROUPS, number="AGEGR1N")
    out = out.assign(SITEGR1=out["SITEID"].map(dict(trial.site_groups)).astype("str").fillna(out["SITEID"]))
    out = derive_vars_dt(out, prefix="RFEN", dtc="RFENDTC", flag=False)
    out = with_visits(out, sv)
    out = with_disposition(out, ds, suppds, trial)
    out = with_exposure(out, ex)
    out = with_baseline(out, sc, mh, vs, qs)
    return analysis_dataset("ADSL", with_sets(out, qs))


def with_visits(out: pd.DataFrame, sv: pd.DataFrame) -> pd.DataFrame:
    """The day of the first visit, and of those that completing is judged by."""
    days = derive_vars_dt(sv, prefix="_", dtc="SVSTDTC", flag=False)
    wanted = {"VISIT1DT": FIRST_VISIT, "_BASEDT": BASELINE} | {f"_{k}": v for k, v in COMPLETED_AT.items()}
    for name, number in wanted.items():
        visit = filter_extreme(days[(days["VISITNUM"] == number)], by=KEY, order=["_DT"], mode="first")
        out = derive_vars_merged(out, visit, by=KEY, new_vars={name: "_DT"}, ids=True)
    return out


def with_disposition(
    out: pd.DataFrame, ds: pd.DataFrame, suppds: pd.DataFrame, trial: TrialFacts
) -> pd.DataFrame:
    """The end of the study: its term, reason and visit."""
    ends = derive_vars_dt(ds[ds["DSCAT"] == "DISPOSITION EVENT"], prefix="_", dtc="DSSTDTC", flag=False)
    ends = filter_extreme(ends, by=KEY, order=["_DT", "DSSEQ"], mode="last")
    new = {"DCDECOD": "DSDECOD", "VISNUMEN": "VISITNUM", "_DSDT": "_DT", "_DSSEQ": "DSSEQ"}
    out = derive_vars_merged(out, ends, by=KEY, new_vars=new, ids=True)
    unmet = suppds[(suppds["QNAM"] == "ENTCRIT").to_numpy()]
    out = derive_vars_merged(out, unmet, by=KEY, new_vars={"_UNMET": "QVAL"}, ids=True)
    completed = out["DCDECOD"] == "COMPLETED"
    reason = out["DCDECOD"].map(dict(trial.reasons)).astype("str")
    reason = reason.mask(out["_UNMET"].notna(), trial.unmet)
    status = pd.Series("DISCONTINUED", index=out.index, dtype="str").mask(completed, "COMPLETED")
    yes = pd.Series("Y", index=out.index, dtype="str")
    return out.assign(
        # whoever came to the visit after the last treated one ended treatment at the last treated one
        VISNUMEN=out["VISNUMEN"].mask(out["VISNUMEN"] == LAST_VISIT, LAST_TREATED),
        EOSSTT=status,
        DCSREAS=reason.where(~completed),
        DISCONFL=yes.where(~completed),
        DSRAEFL=yes.where(out["DCDECOD"] == "ADVERSE EVENT"),
    )


def with_exposure(out: pd.DataFrame, ex: pd.DataFrame) -> pd.DataFrame:
    """First and last day of treatment, its duration, cumulative and average daily dose."""
    doses = derive_vars_dt(ex, prefix="_S", dtc="EXSTDTC", flag=False)
    doses = derive_vars_dt(doses, prefix="_E", dtc="EXENDTC", flag=False)
    doses = derive_vars_merged(doses, out, by=KEY, new_vars=["_DSDT"])
    # an interval without an end lasted to the end of the study
    doses = doses.assign(_EDT=doses["_EDT"].fillna(doses["_DSDT"]))
    doses = doses.assign(_DOSE=doses["EXDOSE"] * (doses["_EDT"] - doses["_SDT"] + 1))
    last = filter_extreme(doses, by=KEY, order=["EXSEQ"], mode="last")
    out = derive_vars_merged(out, last, by=KEY, new_vars={"TRTEDT": "_EDT"}, ids=True)
    out = derive_vars_merged_summary(out, doses, by=KEY, new_vars={"CUMDOSE": ("_DOSE", "sum")}, ids=True)
    out = derive_vars_duration(
        out.assign(TRTSDT=out["_BASEDT"]), new_var="TRTDURD", start="TRTSDT", end="TRTEDT"
    )
    return out.assign(AVGDD=rounded(out["CUMDOSE"] / out["TRTDURD"]))


def with_baseline(
    out: pd.DataFrame, sc: pd.DataFrame, mh: pd.DataFrame, vs: pd.DataFrame, qs: pd.DataFrame
) -> pd.DataFrame:
    """Education, onset and duration of the disease, height, weight, body mass index, mental state."""
    years = sc[(sc["SCTESTCD"] == "EDULEVEL").to_numpy()]
    out = derive_vars_merged(out, years, by=KEY, new_vars={"EDUCLVL": "SCSTRESN"}, ids=True)
    onset = derive_vars_dt(mh[mh["MHCAT"] == "PRIMARY DIAGNOSIS"], prefix="_", dtc="MHSTDTC", flag=False)
    out = derive_vars_merged(out, onset, by=KEY, new_vars={"DISONSDT": "_DT"}, ids=True)
    out = out.assign(DURDIS=rounded((out["VISIT1DT"] - out["DISONSDT"] + 1) / MONTH))
    out = derive_vars_group(out, source="DURDIS", new_var="DURDSGR1", lower=DURATION_GROUPS)
    for name, test, number in (("HEIGHTBL", "HEIGHT", FIRST_VISIT), ("WEIGHTBL", "WEIGHT", BASELINE)):
        measured = vs[((vs["VSTESTCD"] == test) & (vs["VISITNUM"] == number)).to_numpy()]
        out = derive_vars_merged(out, measured, by=KEY, new_vars={name: "VSSTRESN"}, ids=True)
        out = out.assign(**{name: rounded(out[name])})
    out = out.assign(BMIBL=rounded(out["WEIGHTBL"] / (out["HEIGHTBL"] / 100) ** 2))
    out = derive_vars_group(out, source="BMIBL", new_var="BMIBLGR1", lower=BMI_GROUPS)
    mental = qs[(qs["QSCAT"] == "MMSE").to_numpy()]
    total = {"MMSETOT": ("QSSTRESN", "sum")}
    return derive_vars_merged_summary(out, mental, by=KEY, new_vars=total, ids=True)


def with_sets(out: pd.DataFrame, qs: pd.DataFrame) -> pd.DataFrame:
    """The analysis sets."""
    later = qs[(qs["VISITNUM"] > BASELINE).to_numpy()]
    rated = pd.Series(True, index=out.index)
    for category in ("ADAS-COG", "ADCS-CGIC"):
        rated &= out["USUBJID"].isin(later.loc[(later["QSCAT"] == category).to_numpy(), "USUBJID"])
    treated = out["TRTSDT"].notna()
    flags = {"ITTFL": out["ARMCD"].notna(), "SAFFL": treated, "EFFFL": treated & rated}
    flags |= {name: out[f"_{name}"] <= out["RFENDT"] for name in COMPLETED_AT}
    return derive_vars_population(out, flags=flags)
