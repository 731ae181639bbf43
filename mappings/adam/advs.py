"""ADVS: vital signs with mean arterial pressure and body mass index, one record a result."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Spec,
    analysis_dataset,
    append_rows,
    check_units,
    derive_var_extreme_flag,
    derive_var_window_flag,
    derive_vars_merged,
    derive_vars_parameter,
    derive_vars_windows,
    filter_extreme,
    parameters_of,
    windows_of,
)
from mappings.adam.common import SAME, before_dose, before_dose_of_day, with_change, with_date, with_subject
from mappings.adam.scale import PARAMETER, parameter

# after the first injection on its day: the window of the baseline has that day, too
DAY_1 = {"AVISIT": "Day 1", "AVISITN": 1.0, "AWTARGET": 1.0, "AWLO": 1.0, "AWHI": 1.0}
WINDOW = ["AVISIT", "AVISITN", "AWTARGET", "AWTDIFF", "AWLO", "AWHI", "AWU"]
ORDER = ["ADT", "ADTM", "VISITNUM", "VSSEQ"]
AFTER, BEFORE = "60 MIN POST-DOSE", "PRE-DOSE"
MEASUREMENT = ["USUBJID", "_VISIT", "_DATE", "_POINT"]
# what a parameter made of two records does not take from the first
OWN = ["VSSEQ", "VSSTRESC", "VSSTRESN", "VSSTRESU", "VSTESTCD", "VSTEST", "VSORRES", "VSORRESU"]


def advs(vs: pd.DataFrame, ex: pd.DataFrame, adsl: pd.DataFrame, spec: Spec) -> Analysis:
    """Vital signs: one record per subject per parameter per result."""
    parameters = parameters_of(spec, "ADVS").rename(columns={"Test Code": "VSTESTCD", "UNIT": "_UNIT"})
    measured = parameters[parameters["Derivation"].isna()]
    out = derive_vars_parameter(vs, measured, by=["VSTESTCD"], new_vars=[*PARAMETER, "_UNIT"])
    out = with_date(with_subject(out, adsl), "VSDTC")
    same_unit, findings = check_units(out, result="VSSTRESC", unit="VSSTRESU", wanted="_UNIT")
    out = out[same_unit].reset_index(drop=True)
    out = out.assign(AVAL=out["VSSTRESN"], ATPT=out["VSTPT"], ATPTN=out["VSTPTNUM"])
    made = [arterial_pressure(out, parameters), mass_index(out, parameters)]
    out = append_rows(out, pd.concat(made, ignore_index=True))
    return analysis_dataset("ADVS", with_change(with_planned_visits(out, ex, spec)), findings)


def arterial_pressure(out: pd.DataFrame, parameters: pd.DataFrame) -> pd.DataFrame:
    """Mean arterial pressure of a measurement: the diastolic and a third of the difference of the two."""
    measurement = {
        "_VISIT": out["VISITNUM"].fillna(-1.0),
        "_DATE": out["VSDTC"].fillna(""),
        "_POINT": out["VSTPT"].fillna(""),
    }
    rows = out[out["AVAL"].notna()].assign(**measurement)
    # a measurement that was entered twice counts once: the record with the lower sequence number
    rows = filter_extreme(rows, by=[*MEASUREMENT, "PARAMCD"], order=["VSSEQ"], mode="first")
    lower = rows[rows["PARAMCD"] == "DIABP"].reset_index(drop=True)
    upper = rows[rows["PARAMCD"] == "SYSBP"]
    new = derive_vars_merged(lower, upper, by=MEASUREMENT, new_vars={"_UPPER": "AVAL"}, ids=True)
    new = new.assign(AVAL=new["AVAL"] + (new["_UPPER"] - new["AVAL"]) / 3)
    return made_of_two(new.drop(columns=[*measurement, "_UPPER"]), parameters, "MAP")


def mass_index(out: pd.DataFrame, parameters: pd.DataFrame) -> pd.DataFrame:
    """Body mass index of each weight, with the subject's last height on or before its day."""
    known = out[out["AVAL"].notna()]
    height = known[known["PARAMCD"] == "HEIGHT"]
    height = filter_extreme(height, by=["USUBJID"], order=ORDER, mode="last")
    new = known[known["PARAMCD"] == "WEIGHT"].reset_index(drop=True)
    new = derive_vars_merged(
        new, height, by=["USUBJID"], new_vars={"_HEIGHT": "AVAL", "_MEASURED": "ADT"}, ids=True
    )
    height_known = (new["_MEASURED"] <= new["ADT"]) & (new["_HEIGHT"] > 0)
    new = new.assign(AVAL=(new["AVAL"] / (new["_HEIGHT"] / 100) ** 2).where(height_known))
    return made_of_two(new.drop(columns=["_HEIGHT", "_MEASURED"]), parameters, "BMI")


def made_of_two(new: pd.DataFrame, parameters: pd.DataFrame, code: str) -> pd.DataFrame:
    """Rows of a parameter that is made of two records: without the variables of one of them."""
    kept = [column for column in new.columns if column not in OWN]
    return new.loc[new["AVAL"].notna(), kept].assign(**parameter(parameters, code))


def with_planned_visits(out: pd.DataFrame, ex: pd.DataFrame, spec: Spec) -> pd.DataFrame:
    """A window for each planned visit; the record that stands for a visit and time point.

    What follows an injection competes with nothing before one: records with a time point after it with each
    other, those without a time point with the ones before it, unless they follow the injection of their day.
    """
    windows = windows_of(spec, "ADVS")
    first, before = windows["AVISITN"] == 0, before_dose(out)
    later = pd.concat([pd.DataFrame([DAY_1]), windows[~first]], ignore_index=True)
    baseline = derive_vars_windows(out, windows[first], where=before)
    treated = derive_vars_windows(out, later, where=~before)
    out = baseline.assign(**{name: baseline[name].where(before, treated[name]) for name in WINDOW})
    known = out["AVAL"].notna()
    out = derive_var_extreme_flag(
        out, by=SAME, order=ORDER, new_var="ABLFL", mode="last", where=before & known
    )
    unplanned = out["ATPT"].isna() & ~before_dose_of_day(out, ex)
    out = out.assign(_POINT=(out["ATPT"] == AFTER).map({True: AFTER, False: BEFORE}).astype("str"))
    return derive_var_window_flag(out, by=[*SAME, "AVISIT", "_POINT"], later=ORDER, where=known & ~unplanned)
