"""ADEX: exposure, a record for each parameter of a dosing interval, and for each of a subject."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Spec,
    TrialFacts,
    analysis_dataset,
    append_rows,
    derive_param_computed,
    derive_param_exposure,
    derive_summary_records,
    derive_vars_dtm_to_dt,
    derive_vars_duration,
    derive_vars_dy,
    derive_vars_group,
    derive_vars_imputed_dtm,
    derive_vars_merged,
    parameters_of,
)
from mappings.adam.common import with_subject

KEY = ["USUBJID"]
MOMENTS = ["ASTDT", "ASTDTM", "AENDT", "AENDTM"]
AMOUNTS = {"DURD": "EXDURD", "DOSE": "DOSEO", "PLDOSE": "PDOSEO"}
TOTALS = {"DURD": "DURD", "DOSE": "DOSE", "PLDOSE": "PDOSE", "ADJ": "ADJ", "ADJAE": "ADJAE"}
ADJUSTED = {"ADJ": "_ADJ", "ADJAE": "_ADJAE"}
ALL, LATER = "OVERALL", "WEEK 2-24"
PREFIX = {ALL: "T", LATER: "P"}
DAILY = {ALL: "AVDDSE", LATER: "PAVDDSE"}
DAYS = {"< 30 days": -np.inf, ">= 30 and < 90 days": 30.0, ">= 90 days": 90.0}
DOSES = {"< 100 mg": -np.inf, ">= 100 mg": 100.0}


def adex(ex: pd.DataFrame, adsl: pd.DataFrame, spec: Spec, trial: TrialFacts) -> Analysis:
    """Exposure: one record per subject, interval and parameter, and per subject and parameter."""
    doses = with_times(with_plan(ex, trial), adsl)
    out = intervals(doses)
    for category in (ALL, LATER):
        later = out["VISIT"].isin(list(trial.later_visits))
        out = with_totals(out, category, where=later if category == LATER else out["VISIT"].notna())
    out = with_quotients(out)
    out = out.assign(AVALC=pd.Series("Y", index=out.index, dtype="str").where(out["_YES"] == 1))
    out = derive_vars_merged(out, parameters_of(spec, "ADEX"), by=["PARAMCD"], new_vars=["PARAM", "PARAMN"])
    return analysis_dataset("ADEX", with_subject(with_categories(out), adsl, spec, "ADEX"))


def with_plan(ex: pd.DataFrame, trial: TrialFacts) -> pd.DataFrame:
    """The planned daily dose, and doses that were adjusted: the template adds both to the data."""
    placebo = ex["EXTRT"].str.contains("PLACEBO").fillna(False).astype("bool")
    reason = pd.Series(index=ex.index, dtype="str")
    for adjusted in trial.adjusted:
        here = (ex["USUBJID"] == adjusted.subject) & ex["VISIT"].isin(list(adjusted.visits))
        reason = reason.mask(here, adjusted.reason)
    planned = pd.Series(float(trial.planned_dose), index=ex.index).mask(placebo, 0.0)
    return ex.assign(EXADJ=reason, EXPLDOS=planned, EXDOSE=ex["EXDOSE"].mask(reason.notna(), 0.0))


def with_times(doses: pd.DataFrame, adsl: pd.DataFrame) -> pd.DataFrame:
    """Moments and days of the intervals, and the amounts given and planned in them."""
    for prefix, dtc in (("AST", "EXSTDTC"), ("AEN", "EXENDTC")):
        doses = derive_vars_imputed_dtm(doses, prefix=prefix, dtc=dtc)
    doses = derive_vars_dtm_to_dt(doses, source=["ASTDTM", "AENDTM"])
    doses = derive_vars_duration(doses, new_var="EXDURD", start="ASTDT", end="AENDT")
    doses = derive_vars_merged(doses, adsl, by=KEY, new_vars=["TRTSDT"])
    doses = derive_vars_dy(doses, reference="TRTSDT", source=["ASTDT", "AENDT"]).drop(columns="TRTSDT")
    return doses.assign(DOSEO=doses["EXDOSE"] * doses["EXDURD"], PDOSEO=doses["EXPLDOS"] * doses["EXDURD"])


def intervals(doses: pd.DataFrame) -> pd.DataFrame:
    """Each interval once for each of its parameters; `_YES` is 1 where a dose was adjusted, else 0."""
    why = doses["EXADJ"]
    flags = {"_ADJ": why.notna(), "_ADJAE": why.eq("ADVERSE EVENT").fillna(False)}
    doses = doses.assign(**{name: flag.astype("float64") for name, flag in flags.items()})
    out = pd.DataFrame()
    for code, source in (AMOUNTS | ADJUSTED).items():
        texts = {"PARAMCD": code, "PARCAT1": "INDIVIDUAL"}
        texts = {name: pd.Series(text, index=doses.index, dtype="str") for name, text in texts.items()}
        nothing = pd.Series(np.nan, index=doses.index)
        values = {"AVAL": nothing, "_YES": nothing} | {"AVAL" if code in AMOUNTS else "_YES": doses[source]}
        out = append_rows(out, doses.assign(**texts, **values))
    return out


def with_totals(out: pd.DataFrame, category: str, *, where: pd.Series) -> pd.DataFrame:
    """Days, doses and planned doses of a subject, and whether a dose was adjusted."""
    where = where & (out["PARCAT1"] == "INDIVIDUAL")
    totals = out[where.to_numpy(dtype=bool)].reset_index(drop=True)
    known = len(totals)
    for code in AMOUNTS:
        new = {"PARAMCD": PREFIX[category] + TOTALS[code], "PARCAT1": category}
        totals = derive_param_exposure(
            totals, by=KEY, source=code, statistic="sum", set_values=new, keep=["STUDYID"]
        )
    dates = {name: "min" if name.startswith("AST") else "max" for name in MOMENTS}
    for code in ADJUSTED:
        totals = derive_summary_records(
            totals,
            by=KEY,
            values={"_YES": "max"} | dates,
            where=totals["PARAMCD"] == code,
            set_values={"PARAMCD": PREFIX[category] + TOTALS[code], "PARCAT1": category},
            keep=["STUDYID"],
        )
    return append_rows(out, totals.iloc[known:])


def with_quotients(out: pd.DataFrame) -> pd.DataFrame:
    """Dose intensity in percent of the plan, and the average dose of a day of treatment."""
    for category, prefix in PREFIX.items():
        given, planned, days = (f"{prefix}{code}" for code in ("DOSE", "PDOSE", "DURD"))
        shared = {"by": [*KEY, "PARCAT1"], "keep": ["STUDYID", *MOMENTS]}
        intensity, daily = {"PARAMCD": f"{prefix}DOSINT"}, {"PARAMCD": DAILY[category]}
        percent = {"inputs": {given: "", planned: ""}, "formula": lambda dose, plan: 100 * dose / plan}
        mean = {"inputs": {given: "", days: ""}, "formula": lambda dose, length: dose / length}
        out = derive_param_computed(out, set_values=intensity, **percent, **shared)
        out = derive_param_computed(out, set_values=daily, **mean, **shared)
    return out


def with_categories(out: pd.DataFrame) -> pd.DataFrame:
    """AVALCAT1 of the total days and doses."""
    out = derive_vars_group(out, source="AVAL", new_var="_DAYS", lower=DAYS)
    out = derive_vars_group(out, source="AVAL", new_var="_DOSES", lower=DOSES)
    days, doses = (out["PARAMCD"].isin([f"T{code}", f"P{code}"]) for code in ("DURD", "DOSE"))
    return out.assign(AVALCAT1=out["_DAYS"].where(days, out["_DOSES"].where(doses)))
