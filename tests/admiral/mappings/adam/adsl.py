"""ADSL: one record a subject, all screened."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from il2cdisc.adam import (
    Analysis,
    TrialFacts,
    analysis_dataset,
    derive_vars_dt,
    derive_vars_dtm_to_dt,
    derive_vars_duration,
    derive_vars_dy,
    derive_vars_extreme_event,
    derive_vars_group,
    derive_vars_imputed_dtm,
    derive_vars_merged,
    derive_vars_population,
    event_source,
    filter_extreme,
)

KEY = ["USUBJID"]
AGE_GROUPS = {"<18": -np.inf, "18-64": 18.0, ">64": 65.0}
MILESTONES = {"SCRFDT": "SCREEN FAILURE", "FRVDT": "FINAL RETRIEVAL VISIT", "RANDDT": "RANDOMIZED"}


def adsl(
    dm: pd.DataFrame,
    ex: pd.DataFrame,
    ds: pd.DataFrame,
    ae: pd.DataFrame,
    lb: pd.DataFrame,
    trial: TrialFacts,
) -> Analysis:
    """Subjects: one record per screened subject."""
    out = dm.assign(TRT01P=dm["ARM"], TRT01A=dm["ACTARM"])
    out = derive_vars_group(out, source="AGE", new_var="AGEGR1", lower=AGE_GROUPS)
    known = out["RACE"].notna()
    race = pd.Series("Non-white", index=out.index, dtype="str").mask(out["RACE"] == "WHITE", "White")
    region = out["COUNTRY"].map(dict(trial.regions)).astype("str").fillna("RoW")
    out = out.assign(RACEGR1=race.where(known), REGION1=region.where(out["COUNTRY"].notna()))
    out = with_exposure(out, ex)
    out = with_disposition(out, ds)
    out = with_last_alive(out, ae, lb)
    out = with_death(out, ae)
    return analysis_dataset("ADSL", derive_vars_population(out, flags={"SAFFL": out["TRTSDT"].notna()}))


def with_exposure(out: pd.DataFrame, ex: pd.DataFrame) -> pd.DataFrame:
    """First and last dose: of a positive amount, or of placebo."""
    placebo = ex["EXTRT"].str.contains("PLACEBO").fillna(False).astype("bool")
    doses = ex[((ex["EXDOSE"] > 0) | ((ex["EXDOSE"] == 0) & placebo)).to_numpy()]
    doses = derive_vars_imputed_dtm(doses, prefix="TRTS", dtc="EXSTDTC")
    doses = derive_vars_imputed_dtm(doses, prefix="TRTE", dtc="EXENDTC", to="last")
    doses = derive_vars_dtm_to_dt(doses, source=["TRTSDTM", "TRTEDTM"])
    modes: dict[str, Literal["first", "last"]] = {"TRTS": "first", "TRTE": "last"}
    for prefix, mode in modes.items():
        names = {f"{prefix}DT": f"{prefix}DT", f"{prefix}DTM": f"{prefix}DTM", f"{prefix}TMF": f"{prefix}TMF"}
        dated = doses[doses[f"{prefix}DT"].notna().to_numpy()]
        chosen = filter_extreme(dated, by=KEY, order=[f"{prefix}DT", "EXSEQ"], mode=mode)
        out = derive_vars_merged(out, chosen, by=KEY, new_vars=names, ids=True)
    return derive_vars_duration(out, new_var="TRTDURD", start="TRTSDT", end="TRTEDT")


def with_disposition(out: pd.DataFrame, ds: pd.DataFrame) -> pd.DataFrame:
    """Milestones and the end of the study."""
    days = derive_vars_dt(ds, prefix="_", dtc="DSSTDTC", flag=False)
    for name, term in MILESTONES.items():
        event = filter_extreme(
            days[(days["DSDECOD"] == term).to_numpy()], by=KEY, order=["_DT"], mode="first"
        )
        out = derive_vars_merged(out, event, by=KEY, new_vars={name: "_DT"}, ids=True)
    ends = days[((days["DSCAT"] == "DISPOSITION EVENT") & (days["DSDECOD"] != "SCREEN FAILURE")).to_numpy()]
    ends = filter_extreme(ends, by=KEY, order=["_DT", "DSSEQ"], mode="last")
    out = derive_vars_merged(out, ends, by=KEY, new_vars={"EOSDT": "_DT", "_EOS": "DSDECOD"}, ids=True)
    completed = out["_EOS"] == "COMPLETED"
    state = pd.Series("DISCONTINUED", index=out.index, dtype="str").mask(completed, "COMPLETED")
    # whoever failed screening has no end of the study; the others have ended, or go on
    state = state.where(out["_EOS"].notna(), "ONGOING")
    return out.assign(EOSSTT=state.where(out["SCRFDT"].isna()))


def with_last_alive(out: pd.DataFrame, ae: pd.DataFrame, lb: pd.DataFrame) -> pd.DataFrame:
    """The last day of an event, a laboratory result or a dose."""
    sources = [event_source(out, date="TRTEDT", description="LAST DOSE", srcdom="ADSL")]
    for frame, dtc in ((ae, "AESTDTC"), (ae, "AEENDTC"), (lb, "LBDTC")):
        days = derive_vars_dt(frame, prefix="_", dtc=dtc, flag=False)
        sources.append(event_source(days, date="_DT", description=dtc, srcdom=dtc[:2]))
    return derive_vars_extreme_event(out, sources=sources, mode="last", new_vars={"LSTALVDT": "date"})


def with_death(out: pd.DataFrame, ae: pd.DataFrame) -> pd.DataFrame:
    """Date and cause of death, and its days from the first and last dose."""
    out = derive_vars_dt(out, prefix="DTH", dtc="DTHDTC")
    out = derive_vars_dy(out.assign(DTHADT=out["DTHDT"]), reference="TRTSDT", source=["DTHADT"])
    fatal = ae[(ae["AEOUT"] == "FATAL").to_numpy()]
    fatal = filter_extreme(fatal, by=KEY, order=["AESTDTC", "AESEQ"], mode="first")
    out = derive_vars_merged(out, fatal, by=KEY, new_vars={"DTHCAUS": "AEDECOD"}, ids=True)
    since, told = out["DTHDT"] - out["TRTEDT"], out["DTHCAUS"].notna()
    text, yes = pd.Series(index=out.index, dtype="str"), pd.Series("Y", index=out.index, dtype="str")
    return out.assign(
        DTHDOM=text.mask(told, "AE"),
        DTHCGR1=text.mask(told, "ADVERSE EVENT"),
        LDDTHELD=since,
        LDDTHGR1=text.mask(since <= 30, "<= 30").mask(since > 30, "> 30"),
        DTH30FL=yes.where(since <= 30),
        DTHA30FL=yes.where(since > 30),
        DTHB30FL=yes.where(out["DTHDT"] <= out["TRTSDT"] + 30),
    ).drop(columns="DTHADT")
