"""ADICE: intercurrent events, one record an event."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Spec,
    analysis_dataset,
    derive_vars_dt,
    derive_vars_dy,
    derive_vars_merged,
    filter_extreme,
)
from mappings.adam.common import with_subject

STOPPED = "STUDY DRUG DISCONTINUED"
CHANGED = "ANTIDEPRESSANT CHANGED"
SHOCK = "ELECTROCONVULSIVE THERAPY"
MISSED = "DOSE MISSED"
PROHIBITED = "PROHIBITED IMMUNE MEDICATION"
SOURCE = ["SRCDOM", "SRCVAR", "SRCSEQ"]
SWITCH_DAYS = 7


def adice(
    ds: pd.DataFrame,
    cm: pd.DataFrame,
    ec: pd.DataFrame,
    sv: pd.DataFrame,
    dv: pd.DataFrame,
    adsl: pd.DataFrame,
    spec: Spec,
) -> Analysis:
    """Intercurrent events: one record per event per subject of the full analysis set."""
    found = [stops(ds), changes(cm, adsl), shocks(cm), missed_doses(ec, sv), prohibited(dv)]
    out = with_subject(pd.concat(found, ignore_index=True), adsl)
    out = derive_vars_dy(out, reference="TRTSDT", source=["ASTDT"])
    # what comes before the first dose is no intercurrent event of the treatment
    out = out[(out["FASFL"] == "Y") & ~(out["ASTDT"] < out["TRTSDT"])].reset_index(drop=True)
    return analysis_dataset("ADICE", with_strategies(out, spec))


def event(rows: pd.DataFrame, name: str, dtc: str, variable: str) -> pd.DataFrame:
    """Records of SDTM as events of one kind, dated by a column, with the record that they come from."""
    domain = variable[:2]
    rows = derive_vars_dt(rows, prefix="AST", dtc=dtc)
    ids = [column for column in rows if str(column).startswith("@")]
    text = pd.Series(index=rows.index, dtype="str")
    rows = rows.assign(
        ICETERM=text.fillna(name),
        ICEDESC=rows[variable].astype("str"),
        SRCDOM=text.fillna(domain),
        SRCVAR=text.fillna(variable),
        SRCSEQ=rows[f"{domain}SEQ"],
    )
    return rows[["STUDYID", "USUBJID", "ICETERM", "ICEDESC", "ASTDT", "ASTDTF", *SOURCE, *ids]]


def stops(ds: pd.DataFrame) -> pd.DataFrame:
    """Study drug stopped before its planned end."""
    ended = (ds["DSCAT"] == "DISPOSITION EVENT") & (ds["DSSCAT"] == "STUDY TREATMENT")
    return event(ds[ended & (ds["DSDECOD"] != "COMPLETED")], STOPPED, "DSSTDTC", "DSDECOD")


def changes(cm: pd.DataFrame, adsl: pd.DataFrame) -> pd.DataFrame:
    """An antidepressant started after the first dose, or stopped without another in the next days."""
    drugs = cm[(cm["CMCAT"] == "ANTIDEPRESSANT").fillna(False).to_numpy(dtype=bool)]
    drugs = derive_vars_merged(
        drugs, adsl, by=["USUBJID"], new_vars={"_FIRST": "TRTSDT", "_LAST": "LSTALVDT"}
    )
    starts, ends = event(drugs, CHANGED, "CMSTDTC", "CMDECOD"), event(drugs, CHANGED, "CMENDTC", "CMDECOD")
    first, last = drugs["_FIRST"].reset_index(drop=True), drugs["_LAST"].reset_index(drop=True)
    starts, ends = starts.reset_index(drop=True), ends.reset_index(drop=True)
    started = starts[starts["ASTDT"] > first]
    ended = ends[(ends["ASTDT"] >= first) & (ends["ASTDT"] < last)]
    pairs = ended[["USUBJID", "SRCSEQ", "ASTDT"]].merge(
        started[["USUBJID", "ASTDT"]], on="USUBJID", suffixes=("", "_NEXT")
    )
    days = pairs["ASTDT_NEXT"] - pairs["ASTDT"]
    switched = pairs.loc[(days >= 0) & (days <= SWITCH_DAYS), ["USUBJID", "SRCSEQ"]].drop_duplicates()
    alone = ended.merge(switched.assign(_switch=True), on=["USUBJID", "SRCSEQ"], how="left")
    stopped = ended[alone["_switch"].isna().to_numpy()]
    out = pd.concat([started, stopped], ignore_index=True)
    # several changes of one day are one event
    return filter_extreme(out, by=["USUBJID", "ASTDT"], order=["SRCSEQ"], mode="first")


def shocks(cm: pd.DataFrame) -> pd.DataFrame:
    """Electroconvulsive therapy, of whatever category."""
    given = (cm["CMDECOD"].str.upper() == SHOCK).fillna(False).to_numpy(dtype=bool)
    return event(cm[given], SHOCK, "CMSTDTC", "CMDECOD")


def missed_doses(ec: pd.DataFrame, sv: pd.DataFrame) -> pd.DataFrame:
    """Planned injections that were not given, on the day of their visit."""
    missed = ec[(ec["ECOCCUR"] == "N").fillna(False).to_numpy(dtype=bool)]
    visits = filter_extreme(sv, by=["USUBJID", "VISITNUM"], order=["SVSTDTC"], mode="first")
    missed = derive_vars_merged(missed, visits, by=["USUBJID", "VISITNUM"], new_vars=["SVSTDTC"], ids=True)
    return event(missed, MISSED, "SVSTDTC", "ECREASOC")


def prohibited(dv: pd.DataFrame) -> pd.DataFrame:
    """Medication that the protocol prohibits for its effect on immune cells."""
    taken = (dv["DVDECOD"] == "USE OF PROHIBITED MEDICATION").fillna(False).to_numpy(dtype=bool)
    return event(dv[taken], PROHIBITED, "DVSTDTC", "DVTERM")


def with_strategies(out: pd.DataFrame, spec: Spec) -> pd.DataFrame:
    """The strategy of each estimand for the event, as the sheet Intercurrent Events says."""
    new: dict[str, pd.Series] = {}
    for estimand in spec.estimands:
        own = {e.event: e.strategy.upper() for e in spec.intercurrent_events if e.estimand == estimand.id}
        new[f"{estimand.id}STRAT"] = out["ICETERM"].map(own).astype("str")
    return out.assign(**new)


def first_event(adice: pd.DataFrame, estimand: str, strategy: str) -> pd.DataFrame:
    """Of each subject the first event for which an estimand has a strategy."""
    own = adice[(adice[f"{estimand}STRAT"] == strategy).fillna(False).to_numpy(dtype=bool)]
    return filter_extreme(own, by=["USUBJID"], order=["ASTDT", "ASEQ"], mode="first")
