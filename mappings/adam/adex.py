"""ADEX: injections as given, and what they add up to for a subject."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Spec,
    analysis_dataset,
    append_rows,
    derive_vars_dose_dt,
    derive_vars_dtm,
    derive_vars_dy,
    derive_vars_merged_summary,
    parameters_of,
)
from mappings.adam.common import with_source, with_subject
from mappings.adam.scale import PARAMETER, parameter

# injections that the protocol plans, by phase: Day 1 to Day 5, then Day 8, 15, 22 and 29
PLANNED = {"INDUCTION": 5.0, "MAINTENANCE": 4.0}
OVERALL, LAST_OF_INDUCTION = "OVERALL", 5.0
PLANNED_VOLUME = 0.5  # mL of an injection, active or placebo
PHASE = ["USUBJID", "_PHASE"]


def adex(
    ex: pd.DataFrame,
    ec: pd.DataFrame,
    dm: pd.DataFrame,
    ds: pd.DataFrame,
    sv: pd.DataFrame,
    adsl: pd.DataFrame,
    spec: Spec,
) -> Analysis:
    """Exposure: one record per subject per parameter, and of the injections per injection."""
    parameters = parameters_of(spec, "ADEX")
    doses = injections(ex, "EX", dm=dm, ds=ds, sv=sv).assign(**parameter(parameters, "DOSE"))
    given = ec[ec["ECOCCUR"] == "Y"].reset_index(drop=True)
    volumes = injections(given, "EC", dm=dm, ds=ds, sv=sv).assign(**parameter(parameters, "VOLUME"))
    totals = totals_of(subject_phases(adsl, doses, volumes), parameters)
    out = append_rows(append_rows(doses, volumes), totals)
    out = derive_vars_dy(with_subject(out, adsl), reference="TRTSDT", source=["ASTDT", "AENDT"])
    return analysis_dataset("ADEX", out)


def injections(
    records: pd.DataFrame, domain: str, *, dm: pd.DataFrame, ds: pd.DataFrame, sv: pd.DataFrame
) -> pd.DataFrame:
    """Injections of EX or EC with AVAL, days, time, source and phase; ADSL reports the partial dates."""
    names = {f"{domain}{suffix}": f"EX{suffix}" for suffix in ("SEQ", "STDTC", "ENDTC")}
    out = derive_vars_dose_dt(records.rename(columns=names), dm=dm, ds=ds, sv=sv)[0]
    out = derive_vars_dtm(out, prefix="AST", dtc="EXSTDTC").assign(AVAL=records[f"{domain}DOSE"])
    out = with_source(out.assign(**{f"{domain}SEQ": out["EXSEQ"]}), domain=domain, variable=f"{domain}DOSE")
    phase = pd.Series("MAINTENANCE", index=out.index, dtype="str")
    phase = phase.mask(out["VISITNUM"] <= LAST_OF_INDUCTION, "INDUCTION")
    kept = ["STUDYID", "USUBJID", "VISIT", "VISITNUM", "AVAL", "SRCDOM", "SRCVAR", "SRCSEQ"]
    days = ["ASTDT", "ASTDTF", "ASTDTM", "AENDT", "AENDTF"]
    return out[[*kept, *days, f"@{domain}"]].assign(_PHASE=phase.where(out["VISITNUM"].notna()))


def subject_phases(adsl: pd.DataFrame, doses: pd.DataFrame, volumes: pd.DataFrame) -> pd.DataFrame:
    """For each dosed subject the whole treatment and its phases, with numbers of injections and sums."""
    planned = {OVERALL: sum(PLANNED.values()), **PLANNED}
    phases = pd.DataFrame({"_PHASE": planned.keys(), "_PLANNED": planned.values()})
    subjects = adsl.loc[adsl["SAFFL"] == "Y", ["STUDYID", "USUBJID"]]
    out = subjects.merge(phases.astype({"_PHASE": "str"}), how="cross")
    of_doses = {
        "_NUMBER": ("SRCSEQ", "count"),
        "_DOSES": ("AVAL", "count"),
        "_DOSE": ("AVAL", "sum"),
        "ASTDT": ("ASTDT", "min"),
        "AENDT": ("AENDT", "max"),
    }
    of_volumes = {"_VOLUMES": ("AVAL", "count"), "_VOLUME": ("AVAL", "sum")}
    out = derive_vars_merged_summary(out, in_phases(doses), by=PHASE, new_vars=of_doses, ids=True)
    out = derive_vars_merged_summary(out, in_phases(volumes), by=PHASE, new_vars=of_volumes, ids=True)
    counts = ["_NUMBER", "_DOSES", "_DOSE", "_VOLUMES", "_VOLUME"]
    return out.assign(**{name: out[name].fillna(0.0) for name in counts})


def in_phases(rows: pd.DataFrame) -> pd.DataFrame:
    """Each record twice: in the whole treatment, and in its phase."""
    return append_rows(rows.assign(_PHASE=pd.Series(OVERALL, index=rows.index, dtype="str")), rows)


def totals_of(phases: pd.DataFrame, parameters: pd.DataFrame) -> pd.DataFrame:
    """The parameters of whole treatments and phases, by their Derivation and Category in the workbook.

    A sum is missing when the dose or volume of one of its injections is.
    """
    number, planned = phases["_NUMBER"], phases["_PLANNED"]
    dose = phases["_DOSE"].where(phases["_DOSES"] == number)
    volume = phases["_VOLUME"].where(phases["_VOLUMES"] == number)
    days = phases["AENDT"] - phases["ASTDT"] + 1
    values = {
        "RECEIVED": number,
        "MISSED": (planned - number).clip(lower=0.0),
        "COMPLIANCE": 100 * number / planned,
        "DOSE": dose,
        "VOLUME": volume,
        "DURATION": days,
        "AVERAGE": dose / number.where(number > 0),
        "INTENSITY": dose / (days / 7),
        "RELATIVE": 100 * volume / (planned * PLANNED_VOLUME),
    }
    derived = parameters[parameters["Derivation"].notna()]
    kept = ["STUDYID", "USUBJID", "ASTDT", "AENDT", *(c for c in phases.columns if c.startswith("@"))]
    made = [
        phases.loc[phases["_PHASE"] == row["PARCAT1"], kept].assign(
            AVAL=values[row["Derivation"]], **{name: row[name] for name in PARAMETER}
        )
        for row in derived.to_dict("records")
    ]
    return pd.concat(made, ignore_index=True)
