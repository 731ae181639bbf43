"""ADHAMD: items, totals, response and remission of the depression scale."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Analysis,
    Spec,
    analysis_dataset,
    append_rows,
    blank,
    derive_expected_records,
    derive_locf_records,
    derive_param_criterion,
    derive_var_flag,
    derive_vars_merged,
    windows_of,
)
from mappings.adam.adice import first_event
from mappings.adam.common import SAME, after_baseline, with_change, with_date, with_subject, with_visits
from mappings.adam.scale import PARAMETER, items_of, parameter, scale_parameters, totals_of

RESPONSE = "HAMD-21 total score decrease of at least 50%"
REMISSION = {"HAMD2TS": "HAMD-21 total score below 8", "HAMD17D": "HAMD-17 total score not above 7"}
# yes/no parameter → the total and the criterion that it stands for
NON_RESPONSE = {
    "RESPNRI": ("HAMD2TS", "CRIT1FL"),
    "REMNRI": ("HAMD2TS", "CRIT2FL"),
    "REM17NRI": ("HAMD17D", "CRIT2FL"),
}
VALUES = ["BASE", "CHG", "PCHG", "DTYPE", "ABLFL", "CRIT1", "CRIT1FL", "CRIT2", "CRIT2FL"]
SOURCE = ["SRCDOM", "SRCVAR", "SRCSEQ"]


def adhamd(rs: pd.DataFrame, adsl: pd.DataFrame, adice: pd.DataFrame, spec: Spec) -> Analysis:
    """Depression scale: one record per subject, parameter, analysis visit, date and derivation type."""
    windows = windows_of(spec, "ADHAMD")
    later = windows[windows["AVISITN"] > 0]

    parameters = scale_parameters(spec)
    items = with_date(with_subject(items_of(rs, parameters), adsl), "RSDTC")
    keep = [
        column
        for column in items.columns
        if not column.startswith(("RS", "@", "_ITEM")) and column not in (*PARAMETER, "AVAL")
    ]
    text = pd.Series(index=items.index, dtype="str")
    out = items.assign(SRCDOM=text.fillna("RS"), SRCVAR=text.fillna("RSSTRESN"), SRCSEQ=items["RSSEQ"])
    totals = [totals_of(items, parameters, code, keep) for code in REMISSION]
    out = append_rows(out, pd.concat(totals, ignore_index=True))
    out = with_criteria(with_change(with_visits(out, windows)))

    carried = out["PARAMCD"].isin(REMISSION) & after_baseline(out)
    order = ["ADT", "ADTM", "VISITNUM"]
    out = derive_locf_records(out, later, by=SAME, order=order, where=carried, keep_missing=["ANL01FL"])
    out = derive_var_flag(out, new_var="ANL02FL", where=(out["ANL01FL"] == "Y") | (out["DTYPE"] == "LOCF"))
    out = append_rows(out, non_response(out, adsl, later, parameters))
    return analysis_dataset("ADHAMD", with_estimands(out, adice))


def with_estimands(out: pd.DataFrame, adice: pd.DataFrame) -> pd.DataFrame:
    """The records of estimand E2 (ANL03FL), and those of E3 (ANL04FL): without what is after its events."""
    later = (out["AVISITN"] > 0) & (out["FASFL"] == "Y") & (out["ANL01FL"] == "Y")
    every = later & (out["PARAMCD"] == "HAMD2TS") & out["CHG"].notna()
    first = first_event(adice, "E3", "HYPOTHETICAL")
    new = {"_EVENTDT": "ASTDT", "_EVENT": "ICETERM"}
    out = derive_vars_merged(out, first, by=["USUBJID"], new_vars=new)
    after = every & (out["ADT"] > out["_EVENTDT"])
    out = derive_var_flag(out, new_var="ANL03FL", where=every)
    out = derive_var_flag(out, new_var="ANL04FL", where=every & ~after)
    return out.assign(ANL04RS=out["_EVENT"].where(after))


def with_criteria(out: pd.DataFrame) -> pd.DataFrame:
    """CRIT1 (response) and CRIT2 (remission) with their flags on totals after baseline."""
    after = after_baseline(out)
    response = after & (out["PARAMCD"] == "HAMD2TS")
    missing = pd.Series(index=out.index, dtype="str")
    low = (out["AVAL"] < 8) & (out["PARAMCD"] == "HAMD2TS")
    low |= (out["AVAL"] <= 7) & (out["PARAMCD"] == "HAMD17D")
    remission = after & out["PARAMCD"].isin(REMISSION)
    return out.assign(
        CRIT1=missing.mask(response, RESPONSE),
        CRIT1FL=_flag(out["PCHG"] <= -50, response & out["PCHG"].notna()),
        CRIT2=out["PARAMCD"].map(REMISSION).astype("str").where(remission),
        CRIT2FL=_flag(low, remission & out["AVAL"].notna()),
    )


def non_response(
    out: pd.DataFrame, adsl: pd.DataFrame, visits: pd.DataFrame, parameters: pd.DataFrame
) -> pd.DataFrame:
    """Yes/no parameters for every visit of every subject of the full analysis set; missing is no."""
    analysed = out["PARAMCD"].isin(REMISSION) & (out["ANL01FL"] == "Y") & (out["AVISITN"] > 0)
    totals = out[analysed & (out["FASFL"] == "Y")]
    seen, names = totals, [parameter(parameters, code) for code in NON_RESPONSE]
    for (total, flag), new in zip(NON_RESPONSE.values(), names, strict=True):
        source, met = seen["PARAMCD"] == total, seen[flag] == "Y"
        seen = derive_param_criterion(seen, source=source, met=met, set_values=new)
    seen = blank(seen.iloc[len(totals) :].reset_index(drop=True), [*VALUES, *SOURCE])
    subjects = adsl.loc[adsl["FASFL"] == "Y", ["STUDYID", "USUBJID"]]
    grid = subjects.merge(visits[["AVISIT", "AVISITN"]], how="cross")
    imputed = with_subject(pd.DataFrame(names).merge(grid, how="cross"), adsl)
    text = pd.Series(index=imputed.index, dtype="str")
    imputed = imputed.assign(
        AVAL=0.0, AVALC=text.fillna("N"), DTYPE=text.fillna("NRI"), ANL01FL=text.fillna("Y")
    )
    seen = derive_expected_records(seen, imputed, by=[*SAME, "AVISITN"])
    return seen.assign(ANL02FL=seen["ANL01FL"])


def _flag(met: pd.Series, known: pd.Series) -> pd.Series:
    return pd.Series("N", index=met.index, dtype="str").mask(met, "Y").where(known)
