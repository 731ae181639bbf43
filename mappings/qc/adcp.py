"""Independent twin of ADCP, from the methods of specs/adam.xlsx alone, with pandas alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

OF_SUBJECT = ["STUDYID", "USUBJID", "SUBJID", "SITEID", "AGE", "SEX", "RACE", "RANDFL", "SAFFL", "FASFL"]
OF_SUBJECT += ["BIOFL", "PPROTFL", "STRAT1R", "STRAT1RN", "DIAGGR1", "DIAGGR1N", "TRTSDT", "TRTEDT"]
TREATMENT = {"TRT01P": "TRTP", "TRT01PN": "TRTPN", "TRT01A": "TRTA", "TRT01AN": "TRTAN"}
KEYS = ["STUDYID", "USUBJID", "PARAMCD", "AVISITN", "ADT", "CPSEQ"]
TIME = ["ADT", "ADTM", "VISITNUM", "CPSEQ"]

# Sheet Windows: visit, number, target, first day, last day
WINDOWS = pd.DataFrame(
    [
        ("Baseline", 0, 1, np.nan, 1),
        ("Day 5", 5, 5, 4, 6),
        ("Day 29", 29, 29, 26, 32),
        ("Day 60", 60, 60, 53, 67),
    ],
    columns=["AVISIT", "AVISITN", "AWTARGET", "AWLO", "AWHI"],
)

# Sheet Parameters: code, code of the logarithm, name, category, unit, test code, markers, cell state.
# Numbers count from 1, those of the logarithms from 101; names of the logarithms begin with "Log of".
MEASURED = pd.DataFrame(
    [
        ("TLYCE", "TLYCEL", "T-Lymphocytes (10^6/L)", "COUNT", "10^6/L", "TLYCE", "", ""),
        ("TLYH", "TLYHL", "TLym Help (10^6/L)", "COUNT", "10^6/L", "TLYH", "", ""),
        ("TLC", "TLCL", "TLym Cytx (10^6/L)", "COUNT", "10^6/L", "TLC", "", ""),
        ("TLYHR", "TLYHRL", "TLym Help Reg (10^6/L)", "COUNT", "10^6/L", "TLYHR", "", ""),
        ("TLHRN", "TLHRNL", "TLym Help Reg Naive (10^6/L)", "COUNT", "10^6/L", "TLHRN", "", ""),
        ("TLHRM", "TLHRML", "TLym Help Reg Mem (10^6/L)", "COUNT", "10^6/L", "TLHRM", "", ""),
        ("TLHN", "TLHNL", "TLym Help Naive (10^6/L)", "COUNT", "10^6/L", "TLHN", "", ""),
        ("TLHCM", "TLHCML", "TLym Help Cen Mem (10^6/L)", "COUNT", "10^6/L", "TLHCM", "", ""),
        ("TLHEM", "TLHEML", "TLym Help Eff Mem (10^6/L)", "COUNT", "10^6/L", "TLHEM", "", ""),
        ("TLHTM", "TLHTML", "TLym Help Term Mem (10^6/L)", "COUNT", "10^6/L", "TLHTM", "", ""),
        ("TLCN", "TLCNL", "TLym Cytx Naive (10^6/L)", "COUNT", "10^6/L", "TLCN", "", ""),
        ("TLCCM", "TLCCML", "TLym Cytx Cen Mem (10^6/L)", "COUNT", "10^6/L", "TLCCM", "", ""),
        ("TLCEM", "TLCEML", "TLym Cytx Eff Mem (10^6/L)", "COUNT", "10^6/L", "TLCEM", "", ""),
        ("TLCTM", "TLCTML", "TLym Cytx Term Mem (10^6/L)", "COUNT", "10^6/L", "TLCTM", "", ""),
        ("TLH1", "TLH1L", "TLym Help 1 (10^6/L)", "COUNT", "10^6/L", "TLH1", "", ""),
        ("TLH2", "TLH2L", "TLym Help 2 (10^6/L)", "COUNT", "10^6/L", "TLH2", "", ""),
        ("TLH17", "TLH17L", "TLym Help 17 (10^6/L)", "COUNT", "10^6/L", "TLH17", "", ""),
        ("BLYCE", "BLYCEL", "B-Lymphocytes (10^6/L)", "COUNT", "10^6/L", "BLYCE", "", ""),
        ("NKCE", "NKCEL", "Natural Killer Cells (10^6/L)", "COUNT", "10^6/L", "NKCE", "", ""),
        ("MONO", "MONOL", "Monocytes (10^6/L)", "COUNT", "10^6/L", "MONO", "", ""),
        ("TLYLY", "TLYLYL", "TLym/Lym (%)", "SHARE", "%", "TLYLY", "", ""),
        ("TLYHTLY", "TLYHTLYL", "TLym Help/TLym (%)", "SHARE", "%", "TLYHTLY", "", ""),
        ("TLYCTLY", "TLYCTLYL", "TLym Cytx/TLym (%)", "SHARE", "%", "TLYCTLY", "", ""),
        ("TLHRTLH", "TLHRTLHL", "TLym Help Reg/TLym Help (%)", "SHARE", "%", "TLHRTLH", "", ""),
        ("TLHRNTHR", "TLHRNTHL", "TLym Help Reg Naive/TLymHR (%)", "SHARE", "%", "TLHRNTHR", "", ""),
        ("TLHRMTHR", "TLHRMTHL", "TLym Help Reg Mem/TLymHR (%)", "SHARE", "%", "TLHRMTHR", "", ""),
        ("TLHNTH", "TLHNTHL", "TLym Help Naive/TLym Help (%)", "SHARE", "%", "TLHNTH", "", ""),
        ("TLHCMTH", "TLHCMTHL", "TLym Help Cen Mem/TLym Help (%)", "SHARE", "%", "TLHCMTH", "", ""),
        ("TLHEMTH", "TLHEMTHL", "TLym Help Eff Mem/TLym Help (%)", "SHARE", "%", "TLHEMTH", "", ""),
        ("TLHTMTLH", "TLHTMTLL", "TLym Help Term Mem/TLym Help (%)", "SHARE", "%", "TLHTMTLH", "", ""),
        ("TLCNTLC", "TLCNTLCL", "TLym Cytx Naive/TLym Cytx (%)", "SHARE", "%", "TLCNTLC", "", ""),
        ("TLCCMTLC", "TLCCMTLL", "TLym Cytx Cen Mem/TLym Cytx (%)", "SHARE", "%", "TLCCMTLC", "", ""),
        ("TLCEMTLC", "TLCEMTLL", "TLym Cytx Eff Mem/TLym Cytx (%)", "SHARE", "%", "TLCEMTLC", "", ""),
        ("TLCTMTLC", "TLCTMTLL", "TLym Cytx Term Mem/TLymC (%)", "SHARE", "%", "TLCTMTLC", "", ""),
        ("TH1TH", "TH1THL", "TLym Help 1/TLym Help (%)", "SHARE", "%", "TH1TH", "", ""),
        ("TH2TH", "TH2THL", "TLym Help 2/TLym Help (%)", "SHARE", "%", "TH2TH", "", ""),
        ("TH17TH", "TH17THL", "TLym Help 17/TLym Help (%)", "SHARE", "%", "TH17TH", "", ""),
        ("BLYCELY", "BLYCELYL", "B-Lymphocytes/Lymphocytes (%)", "SHARE", "%", "BLYCELY", "", ""),
        ("NKLY", "NKLYL", "NK Cells/Lym (%)", "SHARE", "%", "NKLY", "", ""),
        ("MONOLE", "MONOLEL", "Monocytes/Leukocytes (%)", "SHARE", "%", "MONOLE", "", ""),
        ("MNCLMN", "MNCLMNL", "Mono Classic/Mono (%)", "SHARE", "%", "MNCLMN", "", ""),
        ("MNINMN", "MNINMNL", "Mono Intermed/Mono (%)", "SHARE", "%", "MNINMN", "", ""),
        ("MNNCLMN", "MNNCLMNL", "Mono NonClassic/Mono (%)", "SHARE", "%", "MNNCLMN", "", ""),
        ("TLYHTLYC", "TLYHTLCL", "TLym Help/TLym Cytx (ratio)", "RATIO", "RATIO", "TLYHTLYC", "", ""),
        ("TH171TH", "TH171THL", "TLym Help 17.1/TLym Help (%)", "SHARE", "%", "TH171TH", "", ""),
        ("LYMLE", "LYMLEL", "Lymphocytes/Leukocytes (%)", "SHARE", "%", "LYMLE", "", ""),
        ("LYM", "LYML", "Lymphocytes (10^6/L)", "COUNT", "10^6/L", "LYM", "", ""),
        ("WBC", "WBCL", "Leukocytes (10^6/L)", "COUNT", "10^6/L", "WBC", "", ""),
        ("NKBR", "NKBRL", "NK Cells Sub, CD56bright (10^6/L)", "COUNT", "10^6/L", "NKS", "CD56bright", ""),
        ("NKDIM", "NKDIML", "NK Cells Sub, CD56dim (10^6/L)", "COUNT", "10^6/L", "NKS", "CD56dim", ""),
        ("NKBRNK", "NKBRNKL", "NK Cells Sub/NK Cells, CD56bright (%)",
         "SHARE", "%", "NKSNK", "CD56bright", ""),
        ("NKDIMNK", "NKDIMNKL", "NK Cells Sub/NK Cells, CD56dim (%)", "SHARE", "%", "NKSNK", "CD56dim", ""),
        ("RTETHN", "RTETHNL", "TLym Help Naive Sub/TLymHN, CD31+ (%)", "SHARE", "%", "TLHNSP", "CD31+", ""),
        ("ACTTH", "ACTTHL", "TLym Help Sub/TLym Help, activated (%)",
         "SHARE", "%", "TLHSP", "HLA-DR+CD38+", "ACTIVATED"),
        ("ACTTC", "ACTTCL", "TLym Cytx Sub/TLym Cytx, activated (%)",
         "SHARE", "%", "TLCSTLC", "HLA-DR+CD38+", "ACTIVATED"),
    ],
    columns=["PARAMCD", "LOGCD", "PARAM", "PARCAT1", "UNIT", "CPTESTCD", "CPSBMRKS", "CPCELSTA"],
)  # fmt: skip


def adcp(adsl: pd.DataFrame, cp: pd.DataFrame, ex: pd.DataFrame) -> pd.DataFrame:
    """One record per parameter and result."""
    subjects = adsl[[*OF_SUBJECT, *TREATMENT, "TRTSDTM"]].rename(columns=TREATMENT)
    for name in ("TRTSDT", "TRTEDT", "TRTSDTM"):
        subjects[name] = pd.to_datetime(subjects[name])
    out = populations(cp).merge(subjects, on="USUBJID").reset_index(drop=True)
    out = with_visit(out, ex)
    known = out[out["AVAL"].notna()].sort_values(TIME, na_position="first")
    last = known[known["EARLY"]].drop_duplicates(["USUBJID", "PARAMCD"], keep="last")
    out["ABLFL"] = yes(pd.Series(out.index.isin(last.index), index=out.index))
    closest = known[known["AVISIT"].notna()].iloc[::-1].sort_values("AWTDIFF", kind="stable")
    closest = closest.drop_duplicates(["USUBJID", "PARAMCD", "AVISIT"])
    out["ANL01FL"] = yes(pd.Series(out.index.isin(closest.index), index=out.index))
    out = with_change(out)
    primary = (out["PARAMCD"] == "TLHRTLHL") & (out["AVISIT"] == "Day 5") & (out["FASFL"] == "Y")
    out["ANL02FL"] = yes(primary & out["ANL01FL"].notna() & out["CHG"].notna())
    out = out.sort_values(KEYS, na_position="first", kind="stable").reset_index(drop=True)
    out["ASEQ"] = out.groupby("USUBJID").cumcount() + 1.0
    return out.drop(columns=["TRTSDTM", "EARLY"])


def yes(holds: pd.Series) -> pd.Series:
    """Y where a condition holds, missing elsewhere."""
    return pd.Series("Y", index=holds.index).where(holds)


def days(text: pd.Series) -> pd.Series:
    """The day of complete dates in ISO 8601; missing for partial ones."""
    return pd.to_datetime(text.str.slice(0, 10), format="%Y-%m-%d", errors="coerce")


def moments(text: pd.Series) -> pd.Series:
    """Date and time of texts that have a time; missing for the others."""
    return pd.to_datetime(text.where(text.str.len() >= 16).str.slice(0, 16), format="%Y-%m-%dT%H:%M")


def populations(cp: pd.DataFrame) -> pd.DataFrame:
    """Results of the parameters in their units, as measured and as natural logarithms."""
    results = cp[["USUBJID", "CPSEQ", "VISIT", "VISITNUM", "CPTESTCD"]].assign(
        CPSBMRKS=cp["CPSBMRKS"].fillna(""),
        CPCELSTA=cp["CPCELSTA"].fillna(""),
        GIVEN=cp["CPSTRESU"],
        AVAL=cp["CPSTRESN"],
        ADT=days(cp["CPDTC"]),
        ADTM=moments(cp["CPDTC"]),
    )
    results = results[cp["CPSPEC"] == "BLOOD"]
    numbered = MEASURED.assign(PARAMN=np.arange(1.0, len(MEASURED) + 1), PARCAT2="AS MEASURED")
    measured = results.merge(numbered, on=["CPTESTCD", "CPSBMRKS", "CPCELSTA"])
    measured = measured[(measured["GIVEN"] == measured["UNIT"]) | measured["AVAL"].isna()]
    logs = measured.assign(
        PARAMCD=measured["LOGCD"],
        PARAM="Log of " + measured["PARAM"],
        PARAMN=measured["PARAMN"] + 100,
        PARCAT2="NATURAL LOG",
        AVAL=np.log(measured["AVAL"].where(measured["AVAL"] > 0)),
    )
    both = pd.concat([measured, logs], ignore_index=True)
    return both.drop(columns=["LOGCD", "CPTESTCD", "CPSBMRKS", "CPCELSTA", "UNIT", "GIVEN"])


def with_visit(out: pd.DataFrame, ex: pd.DataFrame) -> pd.DataFrame:
    """ADY, whether a record counts as before the first dose (EARLY), and the analysis visit."""
    distance = (out["ADT"] - out["TRTSDT"]).dt.days
    out["ADY"] = distance + (distance >= 0).astype("float64")
    same_day = out["ADT"] == out["TRTSDT"]
    out["EARLY"] = (out["ADT"] < out["TRTSDT"]) | (same_day & ~(out["ADTM"] >= out["TRTSDTM"]))
    doses = ex[["USUBJID"]].assign(ADT=days(ex["EXSTDTC"]), DOSED=moments(ex["EXSTDTC"]))
    first = doses.groupby(["USUBJID", "ADT"])["DOSED"].min().reset_index()
    dosed = out[["USUBJID", "ADT"]].merge(first, on=["USUBJID", "ADT"], how="left")["DOSED"]
    after_dose = out["ADTM"] >= dosed.set_axis(out.index)
    row = pd.Series(np.nan, index=out.index)
    for number in range(len(WINDOWS)):
        window = WINDOWS.iloc[number]
        low = -np.inf if pd.isna(window["AWLO"]) else window["AWLO"]
        inside = out["ADY"].between(low, window["AWHI"])
        row = row.mask(inside & ~after_dose & (out["EARLY"] | (out["ADY"] > 1)), number)
    for name in WINDOWS.columns:
        out[name] = row.map(WINDOWS[name])
    out["AWU"] = pd.Series("DAYS", index=out.index).where(row.notna())
    apart = (out["ADY"] - out["AWTARGET"]).abs()
    out["AWTDIFF"] = apart - ((out["ADY"] < 0) & (out["AWTARGET"] > 0))
    return out


def with_change(out: pd.DataFrame) -> pd.DataFrame:
    """BASE, CHG, PCHG and R2BASE."""
    base = out.loc[out["ABLFL"].notna(), ["USUBJID", "PARAMCD", "AVAL"]].rename(columns={"AVAL": "BASE"})
    out = out.merge(base, on=["USUBJID", "PARAMCD"], how="left")
    after = out["ADT"].notna() & out["TRTSDT"].notna() & ~out["EARLY"]
    out["CHG"] = (out["AVAL"] - out["BASE"]).where(after)
    usable = out["BASE"].where((out["BASE"] != 0) & (out["PARCAT2"] != "NATURAL LOG"))
    out["PCHG"] = 100 * out["CHG"] / usable
    out["R2BASE"] = (out["AVAL"] / usable).where(after)
    return out
