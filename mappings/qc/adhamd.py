"""Independent twin of ADHAMD, from the methods of specs/adam.xlsx alone, with pandas alone.

Intercurrent events are those of ADICE as built: that dataset has no twin.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

OF_SUBJECT = ["STUDYID", "USUBJID", "SUBJID", "SITEID", "AGE", "SEX", "RACE", "RANDFL", "SAFFL", "FASFL"]
OF_SUBJECT += ["BIOFL", "PPROTFL", "STRAT1R", "STRAT1RN", "DIAGGR1", "DIAGGR1N", "TRTSDT", "TRTEDT"]
TREATMENT = {"TRT01P": "TRTP", "TRT01PN": "TRTPN", "TRT01A": "TRTA", "TRT01AN": "TRTAN"}
KEYS = ["STUDYID", "USUBJID", "PARAMCD", "AVISITN", "ADT", "VISITNUM", "DTYPE"]

# Sheet Windows: visit, number, target, first day, last day
WINDOWS = pd.DataFrame(
    [
        ("Baseline", 0, 1, np.nan, 1),
        ("Day 5", 5, 5, 2, 9),
        ("Day 15", 15, 15, 10, 21),
        ("Day 29", 29, 29, 22, 44),
        ("Day 60", 60, 60, 45, 75),
    ],
    columns=["AVISIT", "AVISITN", "AWTARGET", "AWLO", "AWHI"],
)
OF_WINDOW = ["AWTARGET", "AWLO", "AWHI", "AWU", "AWTDIFF"]

# Sheet Parameters: code, name, number in the 21-item total, number in the 17-item total
ITEMS = pd.DataFrame(
    [
        ("HAMD201", "HAMD2-Depressed Mood", 1, 1),
        ("HAMD202", "HAMD2-Feelings of Guilt", 2, 2),
        ("HAMD203", "HAMD2-Suicide", 3, 3),
        ("HAMD204", "HAMD2-Insomnia Early", 4, 4),
        ("HAMD205", "HAMD2-Insomnia Middle", 5, 5),
        ("HAMD206", "HAMD2-Insomnia Late", 6, 6),
        ("HAMD207", "HAMD2-Work and Activities", 7, 7),
        ("HAMD208", "HAMD2-Retardation", 8, 8),
        ("HAMD209", "HAMD2-Agitation", 9, 9),
        ("HAMD210", "HAMD2-Anxiety Psychological", 10, 10),
        ("HAMD211", "HAMD2-Anxiety Somatic", 11, 11),
        ("HAMD212", "HAMD2-Somatic Symptoms Gastro-intestinal", 12, 12),
        ("HAMD213", "HAMD2-Somatic Symptoms General", 13, 13),
        ("HAMD214", "HAMD2-Genital Symptoms", 14, 14),
        ("HAMD215", "HAMD2-Hypochondriasis", 15, 15),
        ("HAMD216A", "HAMD2-Loss of Weight by History", 16, 16),
        ("HAMD216B", "HAMD2-Loss of Weight Measured", 16, 16),
        ("HAMD217", "HAMD2-Insight", 17, 17),
        ("HAMD218A", "HAMD2-Diurnal Variation", np.nan, np.nan),
        ("HAMD218B", "HAMD2-Diurnal Variation Severity", 18, np.nan),
        ("HAMD219", "HAMD2-Depersonalization/Derealization", 19, np.nan),
        ("HAMD220", "HAMD2-Paranoid Symptoms", 20, np.nan),
        ("HAMD221", "HAMD2-Obsessional/Compulsive Symptoms", 21, np.nan),
    ],
    columns=["PARAMCD", "PARAM", "ITEM21", "ITEM17"],
)
TOTALS = pd.DataFrame(
    [
        ("HAMD2TS", "HAMD2-Total Score - Analysis", 101, "TOTAL"),
        ("HAMD17D", "HAMD-17 Total Score - Derived from HAMD-21", 102, "TOTAL"),
        ("RESPNRI", "Response (HAMD-21 decrease >= 50%), missing = non-response", 201, "RESPONSE"),
        ("REMNRI", "Remission (HAMD-21 total < 8), missing = non-remission", 202, "RESPONSE"),
        ("REM17NRI", "Remission (HAMD-17 total <= 7), missing = non-remission", 203, "RESPONSE"),
    ],
    columns=["PARAMCD", "PARAM", "PARAMN", "PARCAT1"],
)
PARAMETERS = pd.concat(
    [
        ITEMS[["PARAMCD", "PARAM"]].assign(PARAMN=range(1, len(ITEMS) + 1), PARCAT1="ITEM"),
        TOTALS,
    ]
)
DECREASE = "HAMD-21 total score decrease of at least 50%"
REMISSION = {"HAMD2TS": "HAMD-21 total score below 8", "HAMD17D": "HAMD-17 total score not above 7"}


def adhamd(adsl: pd.DataFrame, rs: pd.DataFrame, adice: pd.DataFrame) -> pd.DataFrame:
    """One record per parameter, visit, date and derivation type."""
    subjects = adsl[[*OF_SUBJECT, *TREATMENT, "TRTSDTM"]].rename(columns=TREATMENT)
    for name in ("TRTSDT", "TRTEDT", "TRTSDTM"):
        subjects[name] = pd.to_datetime(subjects[name])
    rated = rated_items(rs)
    observed = pd.concat(
        [rated, total(rated, "HAMD2TS", "ITEM21", 21, 19), total(rated, "HAMD17D", "ITEM17", 17, 16)]
    )
    out = observed.merge(subjects, on="USUBJID").reset_index(drop=True)
    out = with_visit(out)
    out["ABLFL"] = flag(out, last_before_dose(out))
    out["ANL01FL"] = flag(out, nearest(out))
    carried = carried_forward(out)
    out = pd.concat([out, carried], ignore_index=True)
    out = with_change(out)
    out["ANL02FL"] = yes(out["ANL01FL"].notna() | (out["DTYPE"] == "LOCF"))
    out = with_criteria(out)
    out = with_estimands(out, adice)
    out = pd.concat([out, responses(out, subjects)], ignore_index=True)
    out = out.merge(PARAMETERS, on="PARAMCD", how="left")
    out = out.sort_values(KEYS, na_position="first", kind="stable").reset_index(drop=True)
    out["ASEQ"] = out.groupby("USUBJID").cumcount() + 1.0
    return out.drop(columns=["TRTSDTM", "EARLY", "ITEM21", "ITEM17"])


def yes(holds: pd.Series) -> pd.Series:
    """Y where a condition holds, missing elsewhere."""
    return pd.Series("Y", index=holds.index).where(holds)


def flag(out: pd.DataFrame, index: pd.Index) -> pd.Series:
    """Y on some records."""
    return yes(pd.Series(out.index.isin(index), index=out.index))


def rated_items(rs: pd.DataFrame) -> pd.DataFrame:
    """The items that were rated, with their source."""
    items = rs[(rs["RSCAT"] == "HAMD 21") & rs["RSSTRESN"].notna()].rename(
        columns={"RSTESTCD": "PARAMCD", "RSSTRESN": "AVAL", "RSSEQ": "SRCSEQ"}
    )
    items = items.merge(ITEMS[["PARAMCD", "ITEM21", "ITEM17"]], on="PARAMCD")
    items["ADT"] = pd.to_datetime(items["RSDTC"].str.slice(0, 10), format="%Y-%m-%d", errors="coerce")
    timed = items["RSDTC"].where(items["RSDTC"].str.len() >= 16).str.slice(0, 16)
    items["ADTM"] = pd.to_datetime(timed, format="%Y-%m-%dT%H:%M")
    items = items.assign(SRCDOM="RS", SRCVAR="RSSTRESN")
    kept = ["USUBJID", "PARAMCD", "VISIT", "VISITNUM", "ADT", "ADTM", "AVAL", "SRCDOM", "SRCVAR", "SRCSEQ"]
    return items[[*kept, "ITEM21", "ITEM17"]]


def total(rated: pd.DataFrame, code: str, number: str, items: int, fewest: int) -> pd.DataFrame:
    """A total of each assessment: prorated from at least the fewest items, missing with less."""
    keys = ["USUBJID", "VISIT", "VISITNUM", "ADT", "ADTM"]
    groups = rated.groupby(keys, dropna=False)
    counted = rated["AVAL"].where(rated[number].notna())
    sums = groups.agg(N=(number, "nunique")).join(
        rated.assign(COUNTED=counted).groupby(keys, dropna=False)["COUNTED"].sum()
    )
    made = sums.reset_index().assign(PARAMCD=code)
    enough = made["N"] >= fewest
    made["AVAL"] = (made["COUNTED"] / made["N"] * items).where(enough)
    made["DTYPE"] = pd.Series("PRORATED", index=made.index).where(enough & (made["N"] < items))
    return made.drop(columns=["N", "COUNTED"])


def with_visit(out: pd.DataFrame) -> pd.DataFrame:
    """ADY, whether a record counts as before the first dose (EARLY), and the analysis visit."""
    distance = (out["ADT"] - out["TRTSDT"]).dt.days
    out["ADY"] = distance + (distance >= 0).astype("float64")
    same_day = out["ADT"] == out["TRTSDT"]
    out["EARLY"] = (out["ADT"] < out["TRTSDT"]) | (same_day & ~(out["ADTM"] >= out["TRTSDTM"]))
    row = pd.Series(np.nan, index=out.index)
    for number in range(len(WINDOWS)):
        window = WINDOWS.iloc[number]
        low = -np.inf if pd.isna(window["AWLO"]) else window["AWLO"]
        inside = out["ADY"].between(low, window["AWHI"])
        allowed = out["EARLY"] if window["AWTARGET"] == 1 else ~out["EARLY"]
        row = row.mask(inside & allowed, number)
    for name in WINDOWS.columns:
        out[name] = row.map(WINDOWS[name])
    out["AWU"] = pd.Series("DAYS", index=out.index).where(row.notna())
    apart = (out["ADY"] - out["AWTARGET"]).abs()
    out["AWTDIFF"] = apart - ((out["ADY"] < 0) & (out["AWTARGET"] > 0))
    return out


def is_after_dose(out: pd.DataFrame) -> pd.Series:
    """Whether a record is known to be after the first dose."""
    return out["ADT"].notna() & out["TRTSDT"].notna() & ~out["EARLY"]


def last_before_dose(out: pd.DataFrame) -> pd.Index:
    """The last record with a value before the first dose, by subject and parameter."""
    early = out[out["EARLY"] & out["AVAL"].notna()]
    early = early.sort_values(["ADT", "ADTM", "VISITNUM"], na_position="first")
    return early.drop_duplicates(["USUBJID", "PARAMCD"], keep="last").index


def nearest(out: pd.DataFrame) -> pd.Index:
    """The record of each analysis visit that is nearest to its target, then the later."""
    known = out[out["AVISIT"].notna() & out["AVAL"].notna()]
    known = known.sort_values(["ADT", "ADTM", "VISITNUM"], na_position="first")
    known = known.iloc[::-1].sort_values("AWTDIFF", kind="stable")
    return known.drop_duplicates(["USUBJID", "PARAMCD", "AVISIT"]).index


def carried_forward(out: pd.DataFrame) -> pd.DataFrame:
    """LOCF records of the totals: the last value after the first dose from before the window of a visit
    without a record of its own."""
    sources = out[out["PARAMCD"].isin(REMISSION) & is_after_dose(out) & out["AVAL"].notna()]
    filled = out[out["ANL01FL"].notna()].set_index(["USUBJID", "PARAMCD", "AVISITN"]).index
    made: list[pd.DataFrame] = []
    for _, window in WINDOWS[WINDOWS["AVISITN"] > 0].iterrows():
        before = sources[sources["ADY"] < window["AWLO"]]
        before = before.sort_values(["ADT", "ADTM", "VISITNUM"], na_position="first")
        last = before.drop_duplicates(["USUBJID", "PARAMCD"], keep="last")
        last = last.assign(AVISIT=window["AVISIT"], AVISITN=window["AVISITN"], DTYPE="LOCF")
        place = pd.MultiIndex.from_frame(last[["USUBJID", "PARAMCD", "AVISITN"]])
        made.append(last[~place.isin(filled)])
    carried = pd.concat(made)
    carried[["ANL01FL", "ABLFL", *OF_WINDOW]] = np.nan
    return carried


def with_change(out: pd.DataFrame) -> pd.DataFrame:
    """BASE, CHG and PCHG."""
    base = out.loc[out["ABLFL"].notna(), ["USUBJID", "PARAMCD", "AVAL"]].rename(columns={"AVAL": "BASE"})
    out = out.merge(base, on=["USUBJID", "PARAMCD"], how="left")
    after = is_after_dose(out)
    out["CHG"] = (out["AVAL"] - out["BASE"]).where(after)
    out["PCHG"] = 100 * out["CHG"] / out["BASE"].where(out["BASE"] != 0)
    return out


def with_criteria(out: pd.DataFrame) -> pd.DataFrame:
    """CRIT1 on the 21-item total, CRIT2 on both totals, on records after baseline."""
    after = is_after_dose(out)
    whole = out["PARAMCD"] == "HAMD2TS"
    out["CRIT1"] = pd.Series(DECREASE, index=out.index).where(whole & after)
    met = pd.Series(np.where(out["PCHG"] <= -50, "Y", "N"), index=out.index)
    out["CRIT1FL"] = met.where(out["CRIT1"].notna() & out["PCHG"].notna())
    out["CRIT2"] = out["PARAMCD"].map(REMISSION).where(after)
    low = out["AVAL"].lt(8).where(whole, out["AVAL"].le(7))
    met = pd.Series(np.where(low, "Y", "N"), index=out.index)
    out["CRIT2FL"] = met.where(out["CRIT2"].notna() & out["AVAL"].notna())
    return out


def with_estimands(out: pd.DataFrame, adice: pd.DataFrame) -> pd.DataFrame:
    """ANL03FL, ANL04FL and ANL04RS."""
    analysed = (out["PARAMCD"] == "HAMD2TS") & out["ANL01FL"].notna() & out["CHG"].notna()
    analysed &= out["FASFL"] == "Y"
    events = adice[(adice["E3STRAT"] == "HYPOTHETICAL") & adice["ASTDT"].notna()]
    events = events.sort_values(["ASTDT", "ASEQ"]).drop_duplicates("USUBJID").set_index("USUBJID")
    since = pd.Timestamp("1960-01-01") + pd.to_timedelta(out["USUBJID"].map(events["ASTDT"]), unit="D")
    late = analysed & (out["ADT"] > since)
    out["ANL03FL"] = yes(analysed)
    out["ANL04FL"] = yes(analysed & ~late)
    out["ANL04RS"] = out["USUBJID"].map(events["ICETERM"]).where(late)
    return out


def responses(out: pd.DataFrame, subjects: pd.DataFrame) -> pd.DataFrame:
    """The yes/no parameters of each visit after baseline; of the full analysis set missing counts as no."""
    visits = WINDOWS.loc[WINDOWS["AVISITN"] > 0, ["AVISIT", "AVISITN"]]
    made: list[pd.DataFrame] = []
    for code, source, criterion in (
        ("RESPNRI", "HAMD2TS", "CRIT1FL"),
        ("REMNRI", "HAMD2TS", "CRIT2FL"),
        ("REM17NRI", "HAMD17D", "CRIT2FL"),
    ):
        seen = out[(out["PARAMCD"] == source) & out["ANL01FL"].notna() & (out["AVISITN"] > 0)]
        kept = ["USUBJID", "AVISIT", "AVISITN", "VISIT", "VISITNUM", "ADT", "ADTM", "ADY", *OF_WINDOW]
        places = subjects.merge(visits, how="cross")
        rows = places.merge(
            seen[[*kept, criterion]], on=["USUBJID", "AVISIT", "AVISITN"], how="left", indicator=True
        )
        absent = rows.pop("_merge") == "left_only"
        rows = rows.assign(PARAMCD=code, AVAL=(rows.pop(criterion) == "Y").astype("float64"))
        rows["DTYPE"] = pd.Series("NRI", index=rows.index).where(absent)
        made.append(rows[~absent | (rows["FASFL"] == "Y")])
    both = pd.concat(made, ignore_index=True)
    both["AVALC"] = np.where(both["AVAL"] == 1, "Y", "N")
    return both.assign(ANL01FL="Y", ANL02FL="Y")
