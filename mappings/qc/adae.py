"""Independent twin of ADAE, from the methods of specs/adam.xlsx alone, with pandas alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

OF_SUBJECT = ["STUDYID", "USUBJID", "SUBJID", "SITEID", "AGE", "SEX", "RACE", "RANDFL", "SAFFL", "FASFL"]
OF_SUBJECT += ["BIOFL", "PPROTFL", "STRAT1R", "STRAT1RN", "DIAGGR1", "DIAGGR1N", "TRTSDT", "TRTEDT"]
TREATMENT = {"TRT01P": "TRTP", "TRT01PN": "TRTPN", "TRT01A": "TRTA", "TRT01AN": "TRTAN"}
OF_EVENT = ["AESEQ", "AESPID", "AETERM", "AELLT", "AELLTCD", "AEDECOD", "AEPTCD", "AEHLT", "AEHLTCD"]
OF_EVENT += ["AEHLGT", "AEHLGTCD", "AEBODSYS", "AEBDSYCD", "AESOC", "AESOCCD", "AESEV", "AESER", "AEACN"]
OF_EVENT += ["AEREL", "AEOUT", "AESCONG", "AESDISAB", "AESDTH", "AESHOSP", "AESLIFE", "AESMIE", "AECONTRT"]
OF_EVENT += ["EPOCH", "AESTDTC", "AEENDTC", "AESTDY", "AEENDY"]
SEVERITY = {"MILD": 1, "MODERATE": 2, "SEVERE": 3}
RELATED = ("POSSIBLY RELATED", "PROBABLY RELATED", "RELATED")


def adae(adsl: pd.DataFrame, ae: pd.DataFrame, dm: pd.DataFrame) -> pd.DataFrame:
    """One record per adverse event of AE."""
    subjects = adsl[[*OF_SUBJECT, *TREATMENT, "TRTSDTM", "LSTALVDT"]].rename(columns=TREATMENT)
    subjects["TRTSDTM"] = pd.to_datetime(subjects["TRTSDTM"])
    deaths = dm[["USUBJID"]].assign(DEATH=day(dm["DTHDTC"]))
    out = ae[["USUBJID", *OF_EVENT]].merge(subjects, on="USUBJID").merge(deaths, on="USUBJID")
    out = with_start(out)
    out = with_end(out)
    out["ASTDY"] = study_day(out["ASTDT"], out["TRTSDT"])
    out["AENDY"] = study_day(out["AENDT"], out["TRTSDT"])
    length = (out["AENDT"] - out["ASTDT"]).dt.days + 1
    out["ADURN"] = length.where(out["AENDT"] >= out["ASTDT"])
    out["ADURU"] = text_where(out["ADURN"].notna(), "DAYS")
    out = with_emergence(out)
    out = with_first_occurrences(out)
    out["ASEV"] = out["AESEV"].fillna("SEVERE")
    out["ASEVN"] = out["ASEV"].map(SEVERITY)
    related = out["AEREL"].isin(RELATED) | out["AEREL"].isna()
    out["AREL"] = np.where(related, "RELATED", "NOT RELATED")
    out["ARELN"] = related.astype("float64")
    injection = out["AEDECOD"].str.startswith("Injection site", na=False)
    out["CQ01NAM"] = text_where(injection, "INJECTION SITE REACTION")
    return out.drop(columns=["TRTSDTM", "LSTALVDT", "DEATH"])


def day(text: pd.Series) -> pd.Series:
    """The day of complete dates in ISO 8601; missing for partial ones."""
    return pd.to_datetime(text.str.slice(0, 10), format="%Y-%m-%d", errors="coerce")


def first_day(text: pd.Series) -> pd.Series:
    """The earliest day that a date in ISO 8601, complete or not, may mean; missing without a year."""
    return day(text.str.slice(0, 10) + text.str.len().map({4: "-01-01", 7: "-01"}).fillna(""))


def last_day(text: pd.Series) -> pd.Series:
    """The latest day that a date in ISO 8601, complete or not, may mean; missing without a year."""
    length, first = text.str.len(), first_day(text)
    month, year = first + pd.offsets.MonthEnd(0), first + pd.offsets.YearEnd(0)
    return first.mask(length == 7, month).mask(length == 4, year)


def text_where(holds: pd.Series, text: str) -> pd.Series:
    """A text where a condition holds, missing elsewhere."""
    return pd.Series(text, index=holds.index).where(holds)


def study_day(days: pd.Series, first: pd.Series) -> pd.Series:
    """Days from the first dose, which is day 1; there is no day 0."""
    distance = (days - first).dt.days
    return distance + (distance >= 0).astype("float64")


def imputed(text: pd.Series, days: pd.Series) -> pd.Series:
    """D where the day, M where month and day of a known year were imputed."""
    return text.str.len().map({4: "M", 7: "D"}).where(days.notna())


def with_start(out: pd.DataFrame) -> pd.DataFrame:
    """ASTDT and ASTDTF."""
    earliest, latest = first_day(out["AESTDTC"]), last_day(out["AESTDTC"])
    end = last_day(out["AEENDTC"])
    dose = out["TRTSDT"]
    may_follow = (dose <= latest) & ~(end < dose)
    start = earliest.mask(may_follow & (dose > earliest), dose)
    bound = pd.concat([end, out["DEATH"]], axis=1).min(axis=1)
    bounded = start.mask(bound < start, bound)
    bounded = bounded.mask(bounded < earliest, earliest)
    partial = out["AESTDTC"].str.len() < 10
    out["ASTDT"] = start.where(~partial, bounded)
    out["ASTDTF"] = imputed(out["AESTDTC"], out["ASTDT"])
    return out


def with_end(out: pd.DataFrame) -> pd.DataFrame:
    """AENDT and AENDTF."""
    earliest, latest = first_day(out["AEENDTC"]), last_day(out["AEENDTC"])
    end = latest
    for limit in (out["LSTALVDT"], out["DEATH"]):
        end = end.mask((limit >= earliest) & (limit < end), limit)
    end = end.mask((out["ASTDT"] > end) & (out["ASTDT"] <= latest), out["ASTDT"])
    partial = out["AEENDTC"].str.len() < 10
    out["AENDT"] = latest.where(~partial, end)
    out["AENDTF"] = imputed(out["AEENDTC"], out["AENDT"])
    return out


def with_emergence(out: pd.DataFrame) -> pd.DataFrame:
    """TRTEMFL and PREFL."""
    timed = out["AESTDTC"].where(out["AESTDTC"].str.len() >= 16)
    began = pd.to_datetime(timed.str.slice(0, 16), format="%Y-%m-%dT%H:%M")
    same_day = out["ASTDT"] == out["TRTSDT"]
    before = (out["ASTDT"] < out["TRTSDT"]) | (same_day & (began < out["TRTSDTM"]))
    dosed, known = out["TRTSDT"].notna(), out["ASTDT"].notna()
    ended_before = last_day(out["AEENDTC"]) < out["TRTSDT"]
    within = (out["ASTDT"] >= out["TRTSDT"]) & ~before & ~(out["ASTDT"] > out["LSTALVDT"])
    emergent = dosed & ((known & within) | (~known & ~ended_before))
    out["TRTEMFL"] = text_where(emergent, "Y")
    out["PREFL"] = text_where(before, "Y")
    return out


def with_first_occurrences(out: pd.DataFrame) -> pd.DataFrame:
    """AOCCFL, AOCCSFL and AOCCPFL."""
    emergent = out[out["TRTEMFL"] == "Y"].sort_values(["USUBJID", "ASTDT", "AESEQ"], na_position="first")
    groups = {
        "AOCCFL": ["USUBJID"],
        "AOCCSFL": ["USUBJID", "AEBODSYS"],
        "AOCCPFL": ["USUBJID", "AEBODSYS", "AEDECOD"],
    }
    for name, keys in groups.items():
        # an event that is not coded has no body system or term to be the first of
        first = emergent.dropna(subset=keys).drop_duplicates(keys).index
        out[name] = text_where(pd.Series(out.index.isin(first), index=out.index), "Y")
    return out
