"""Independent twin of ADSL, from the methods of specs/adam.xlsx alone, with pandas alone.

Dates are pandas days; the comparison counts them as SAS does. Each twin carries its own helpers: a mistake in
one is not shared by the others.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

DAY_60 = 60  # VISITNUM
FIRST_DAY_60, LAST_DAY_60 = 45, 75  # Windows sheet: ADHAMD, Day 60
FIRST_DAY_5, LAST_DAY_5 = 4, 6  # Windows sheet: ADCP, Day 5
FEWEST_DOSES = 7
TREATMENTS = {"Low-dose IL-2": 1, "Placebo": 2}
STRATA = {"MDD": 1, "BD": 2}
DIAGNOSES = {"Major depressive disorder": 1, "Bipolar disorder": 2}
STRATUM_OF = {"MAJOR DEPRESSIVE DISORDER": "MDD", "BIPOLAR I DISORDER": "BD", "BIPOLAR II DISORDER": "BD"}
GROUP_OF = {"MDD": "Major depressive disorder", "BD": "Bipolar disorder"}
ITEMS_IN_TOTAL = {f"HAMD2{item:02d}": item for item in range(1, 22) if item not in (16, 18)} | {
    "HAMD216A": 16,
    "HAMD216B": 16,
    "HAMD218B": 18,
}


def adsl(
    dm: pd.DataFrame,
    suppdm: pd.DataFrame,
    ds: pd.DataFrame,
    ex: pd.DataFrame,
    sv: pd.DataFrame,
    ie: pd.DataFrame,
    dv: pd.DataFrame,
    mh: pd.DataFrame,
    rs: pd.DataFrame,
    cp: pd.DataFrame,
) -> pd.DataFrame:
    """One record per screened subject."""
    copied = ["STUDYID", "USUBJID", "SUBJID", "SITEID", "AGE", "AGEU", "SEX", "RACE", "ARMCD", "ARM"]
    copied += ["ACTARMCD", "ACTARM", "ARMNRS", "RFXSTDTC"]
    out = dm[copied].copy()
    subject = out["USUBJID"]
    out["RFICDT"] = day(dm["RFICDTC"])
    out["LSTALVDT"] = day(dm["RFPENDTC"])
    randomised = ds[ds["DSDECOD"] == "RANDOMIZED"].assign(RANDDT=lambda d: day(d["DSSTDTC"]))
    out["RANDDT"] = subject.map(randomised.groupby("USUBJID")["RANDDT"].min())
    out = with_age_group(out)
    out = out.merge(exposure(out, ex, sv), on="USUBJID", how="left")
    out["TRTDURD"] = (out["TRTEDT"] - out["TRTSDT"]).dt.days + 1
    out["NDOSES"] = subject.map(ex.groupby("USUBJID").size()).fillna(0)
    out = with_treatment(out)
    out = with_disposition(out, ds)
    out["ENRLFL"] = yes_no(~subject.isin(ie["USUBJID"]) & out["ARMCD"].notna())
    out["COMPLFL"] = yes_no(out["EOSSTT"] == "COMPLETED")
    out = with_diagnosis(out, suppdm, mh)
    totals = hamd_totals(rs).merge(out[["USUBJID", "TRTSDT", "TRTSDTM"]], on="USUBJID")
    shares = treg_shares(cp).merge(out[["USUBJID", "TRTSDT", "TRTSDTM"]], on="USUBJID")
    out["HAMDBL"] = subject.map(baseline(totals, order=["TIME", "VISITNUM"]))
    out["TREGBL"] = subject.map(baseline(shares, order=["TIME", "VISITNUM", "CPSEQ"]))
    within = study_day(shares["DAY"], shares["TRTSDT"]).between(FIRST_DAY_5, LAST_DAY_5)
    day_5 = shares.loc[within & before_dose_of_day(shares, ex), "USUBJID"]
    available = out["TREGBL"].notna() & subject.isin(day_5)
    out["BIOFL"] = yes_no((out["RANDFL"] == "Y") & (out["SAFFL"] == "Y") & available)
    return with_per_protocol(out, totals, ie, dv)


def day(text: pd.Series) -> pd.Series:
    """The day of complete dates in ISO 8601, whatever time follows; missing for partial ones."""
    return pd.to_datetime(text.str.slice(0, 10), format="%Y-%m-%d", errors="coerce")


def moment(text: pd.Series) -> pd.Series:
    """Date and time of texts that have a time; missing for the others."""
    return pd.to_datetime(text.where(text.str.len() >= 16).str.slice(0, 16), format="%Y-%m-%dT%H:%M")


def study_day(days: pd.Series, first: pd.Series) -> pd.Series:
    """Days from the first dose, which is day 1; there is no day 0."""
    distance = (days - first).dt.days
    return distance + (distance >= 0).astype("float64")


def yes_no(holds: pd.Series) -> pd.Series:
    """Y where a condition holds, N elsewhere."""
    return pd.Series(np.where(holds, "Y", "N"), index=holds.index)


def with_age_group(out: pd.DataFrame) -> pd.DataFrame:
    """AGEGR1 and its number."""
    group = pd.cut(out["AGE"], [-np.inf, 40, 65, np.inf], right=False, labels=["<40", "40-64", ">=65"])
    out["AGEGR1"] = group.astype("str").where(out["AGE"].notna())
    out["AGEGR1N"] = out["AGEGR1"].map({"<40": 1, "40-64": 2, ">=65": 3})
    return out


def exposure(subjects: pd.DataFrame, ex: pd.DataFrame, sv: pd.DataFrame) -> pd.DataFrame:
    """A record per dosed subject: TRTSDT, TRTSDTF and TRTSDTM of the first dose, TRTE* of the last."""
    visits = sv.assign(VISITDAY=day(sv["SVSTDTC"])).groupby(["USUBJID", "VISITNUM"])["VISITDAY"].min()
    doses = ex.merge(visits.reset_index(), on=["USUBJID", "VISITNUM"], how="left")
    doses = doses.merge(subjects[["USUBJID", "RFICDT", "RANDDT"]], on="USUBJID")
    ends = doses["EXENDTC"].where(doses["EXENDTC"].notna(), doses["EXSTDTC"])
    first, last = dose_days(doses, doses["EXSTDTC"]), dose_days(doses, ends)
    # of one day a known date goes before an imputed one, and a date with a time before one without
    first = first.sort_values(["DAY", "GUESS", "TIME"], na_position="last").drop_duplicates("USUBJID")
    last = last.sort_values(["DAY", "TIME"], na_position="first").sort_values(
        ["DAY", "GUESS"], ascending=[True, False], kind="stable"
    )
    last = last.drop_duplicates("USUBJID", keep="last")
    names = {"DAY": "DT", "IMPUTED": "DTF", "TIME": "DTM"}
    ends_of = [
        rows.set_index("USUBJID")[list(names)].rename(columns={k: f"{root}{v}" for k, v in names.items()})
        for root, rows in (("TRTS", first), ("TRTE", last))
    ]
    return pd.concat(ends_of, axis=1).rename_axis("USUBJID").reset_index()


def dose_days(doses: pd.DataFrame, text: pd.Series) -> pd.DataFrame:
    """The day of each dose; of a partial date that of the visit, else the earliest possible."""
    known = day(text)
    part = text.fillna("").str.slice(0, 10)
    start = pd.to_datetime((part + "-01-01").str.slice(0, 10).where(part.str.len() == 4), errors="coerce")
    start = start.fillna(pd.to_datetime((part + "-01").where(part.str.len() == 7), errors="coerce"))
    earliest = pd.concat([start, doses["RFICDT"], doses["RANDDT"]], axis=1).max(axis=1)
    flag = part.str.len().map({4: "M", 7: "D", 0: "Y"})
    return pd.DataFrame(
        {
            "USUBJID": doses["USUBJID"],
            "DAY": known.fillna(doses["VISITDAY"]).fillna(earliest),
            "IMPUTED": flag.where(known.isna()),
            "GUESS": known.isna(),
            "TIME": moment(text),
        }
    )


def with_treatment(out: pd.DataFrame) -> pd.DataFrame:
    """Planned and actual treatment, and the populations that follow from them."""
    out["TRT01P"] = out["ARM"].where(out["ARMCD"].notna())
    out["TRT01A"] = out["ACTARM"].where(out["NDOSES"] > 0)
    out["TRT01PN"] = out["TRT01P"].map(TREATMENTS)
    out["TRT01AN"] = out["TRT01A"].map(TREATMENTS)
    out["RANDFL"] = yes_no(out["ARMCD"].notna())
    out["SAFFL"] = yes_no(out["NDOSES"] > 0)
    out["FASFL"] = yes_no((out["RANDFL"] == "Y") & (out["SAFFL"] == "Y"))
    return out


def with_disposition(out: pd.DataFrame, ds: pd.DataFrame) -> pd.DataFrame:
    """Status, day and reason of the end of the treatment and of the study."""
    events = ds[ds["DSCAT"] == "DISPOSITION EVENT"].assign(EOSDT=day(ds["DSSTDTC"]))
    events = events.sort_values(["USUBJID", "DSSTDTC", "DSSEQ"])
    study = events[events["DSSCAT"] == "STUDY PARTICIPATION"].drop_duplicates("USUBJID", keep="last")
    treatment = events[(events["DSSCAT"] == "STUDY TREATMENT") & (events["EPOCH"] == "TREATMENT")]
    treatment = treatment.drop_duplicates("USUBJID", keep="last")
    reason = out["USUBJID"].map(treatment.set_index("USUBJID")["DSDECOD"])
    treated = out["SAFFL"] == "Y"
    out["EOTSTT"] = status(reason).where(treated)
    out["DCTREAS"] = reason.where(out["EOTSTT"] == "DISCONTINUED")
    reason = out["USUBJID"].map(study.set_index("USUBJID")["DSDECOD"])
    out["EOSSTT"] = status(reason)
    out["DCSREAS"] = reason.where(out["EOSSTT"] == "DISCONTINUED")
    out["EOSDT"] = out["USUBJID"].map(study.set_index("USUBJID")["EOSDT"])
    return out


def status(reason: pd.Series) -> pd.Series:
    """COMPLETED, DISCONTINUED or ONGOING by the term of a disposition event."""
    ended = pd.Series(np.where(reason == "COMPLETED", "COMPLETED", "DISCONTINUED"), index=reason.index)
    return ended.where(reason.notna(), "ONGOING")


def with_diagnosis(out: pd.DataFrame, suppdm: pd.DataFrame, mh: pd.DataFrame) -> pd.DataFrame:
    """The stratum as randomised, the verified one, and the diagnosis."""
    strata = suppdm[suppdm["QNAM"] == "STRATUM"].set_index("USUBJID")["QVAL"]
    found = mh[mh["MHSCAT"] == "PRIMARY DIAGNOSIS"].set_index("USUBJID")["MHTERM"].map(STRATUM_OF)
    verified = out["USUBJID"].map(found)
    out["STRAT1D"] = "Diagnosis"
    out["STRAT1R"] = out["USUBJID"].map(strata)
    out["STRAT1V"] = verified.where(out["ARMCD"].notna())
    out["STRAT1RN"], out["STRAT1VN"] = out["STRAT1R"].map(STRATA), out["STRAT1V"].map(STRATA)
    both = out["STRAT1R"].notna() & out["STRAT1V"].notna()
    out["MISSTRFL"] = yes_no(out["STRAT1R"] != out["STRAT1V"]).where(both)
    out["DIAGGR1"] = verified.map(GROUP_OF)
    out["DIAGGR1N"] = out["DIAGGR1"].map(DIAGNOSES)
    return out


def hamd_totals(rs: pd.DataFrame) -> pd.DataFrame:
    """21-item totals: USUBJID, VISITNUM, DAY, TIME and VALUE, missing with more than 2 items missing."""
    rated = rs[(rs["RSCAT"] == "HAMD 21") & rs["RSSTRESN"].notna() & rs["RSTESTCD"].isin(ITEMS_IN_TOTAL)]
    rated = rated.assign(ITEM=rated["RSTESTCD"].map(ITEMS_IN_TOTAL))
    groups = rated.groupby(["USUBJID", "VISITNUM", "RSDTC"], dropna=False)
    total = groups.agg(SUM=("RSSTRESN", "sum"), N=("ITEM", "nunique")).reset_index()
    total["VALUE"] = (total["SUM"] / total["N"] * 21).where(total["N"] >= 19)
    return total.assign(DAY=day(total["RSDTC"]), TIME=moment(total["RSDTC"]))


def treg_shares(cp: pd.DataFrame) -> pd.DataFrame:
    """Regulatory T cells as a share of CD4: USUBJID, CPSEQ, DAY, TIME and VALUE."""
    share = (cp["CPTESTCD"] == "TLHRTLH") & (cp["CPSTRESU"] == "%") & (cp["CPSPEC"] == "BLOOD")
    found = cp[share & cp["CPSTRESN"].notna()]
    return found[["USUBJID", "VISITNUM", "CPSEQ"]].assign(
        VALUE=found["CPSTRESN"], DAY=day(found["CPDTC"]), TIME=moment(found["CPDTC"])
    )


def baseline(values: pd.DataFrame, order: list[str]) -> pd.Series:
    """The last value before the first dose, by subject; a record of that day without a time counts."""
    same_day = values["DAY"] == values["TRTSDT"]
    later = values["TIME"] >= values["TRTSDTM"]
    known = values["VALUE"].notna()
    early = values[known & ((values["DAY"] < values["TRTSDT"]) | (same_day & ~later))]
    early = early.sort_values(["USUBJID", "DAY", *order], na_position="first")
    return early.groupby("USUBJID")["VALUE"].last()


def before_dose_of_day(values: pd.DataFrame, ex: pd.DataFrame) -> pd.Series:
    """Whether a result is not from after a dose of its day."""
    doses = ex.assign(DAY=day(ex["EXSTDTC"]), DOSED=moment(ex["EXSTDTC"]))
    first = doses.groupby(["USUBJID", "DAY"])["DOSED"].min().reset_index()
    dosed = values[["USUBJID", "DAY"]].merge(first, on=["USUBJID", "DAY"], how="left")["DOSED"]
    return ~(values["TIME"] >= dosed.set_axis(values.index))


def with_per_protocol(
    out: pd.DataFrame, totals: pd.DataFrame, ie: pd.DataFrame, dv: pd.DataFrame
) -> pd.DataFrame:
    """The reasons for exclusion from the per-protocol set, the deviation behind the first, and the flag."""
    major = dv["DVSCAT"] == "MAJOR"
    kinds = {
        "NOT ELIGIBLE": major & (dv["DVCAT"] == "INCLUSION/EXCLUSION"),
        "WRONG KIT": dv["DVCAT"] == "STUDY INTERVENTION",
        "FEWER THAN 7 DOSES": dv["DVDECOD"] == "NON-COMPLIANCE WITH STUDY INTERVENTION",
        "PROHIBITED MEDICATION": major & (dv["DVCAT"] == "PROHIBITED CONCOMITANT INTERVENTION"),
        "NO DAY 60 RATING": (dv["DVCAT"] == "TRIAL PROCEDURES") & (dv["VISITNUM"] == DAY_60),
    }
    sequence = {
        reason: out["USUBJID"].map(dv[holds].groupby("USUBJID")["DVSEQ"].min())
        for reason, holds in kinds.items()
    }
    in_window = study_day(totals["DAY"], totals["TRTSDT"]).between(FIRST_DAY_60, LAST_DAY_60)
    rated = totals.loc[in_window & totals["VALUE"].notna(), "USUBJID"]
    wrong = out["ACTARMCD"].notna() & (out["ACTARMCD"] != out["ARMCD"])
    reasons = {
        "NOT ELIGIBLE": out["USUBJID"].isin(ie["USUBJID"]) | sequence["NOT ELIGIBLE"].notna(),
        "WRONG KIT": wrong,
        "FEWER THAN 7 DOSES": out["NDOSES"] < FEWEST_DOSES,
        "PROHIBITED MEDICATION": sequence["PROHIBITED MEDICATION"].notna(),
        "NO DAY 60 RATING": ~out["USUBJID"].isin(rated),
    }
    analysed = out["FASFL"] == "Y"
    text, deviation = pd.Series("", index=out.index), pd.Series(np.nan, index=out.index)
    for reason, applies in reasons.items():
        joined = text.where(text == "", text + "; ") + reason
        text = text.mask(applies & analysed, joined)
        deviation = deviation.fillna(sequence[reason].where(applies & analysed))
    out["PPEXRS"] = text.where(text != "")
    out["PPDVSEQ"] = deviation
    out["PPROTFL"] = yes_no(analysed & out["PPEXRS"].isna())
    return out
