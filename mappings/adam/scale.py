"""Totals of the depression scale, recomputed from its items."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    Spec,
    derive_param_total,
    derive_vars_parameter,
    filter_extreme,
    parameters_of,
)

PARAMETER = ["PARAMCD", "PARAM", "PARAMN", "PARCAT1"]
# parameter → column of the Parameters sheet with the item numbers, and how many items may be missing
TOTALS = {"HAMD2TS": ("_ITEM21", 2), "HAMD17D": ("_ITEM17", 1)}


def scale_parameters(spec: Spec) -> pd.DataFrame:
    """The parameters of the scale; `RSTESTCD`, `_ITEM21` and `_ITEM17` name the items and their numbers."""
    names = {"Test Code": "RSTESTCD", "Item 21": "_ITEM21", "Item 17": "_ITEM17"}
    return parameters_of(spec, "ADHAMD").rename(columns=names)


def parameter(parameters: pd.DataFrame, code: str) -> dict[str, str | float]:
    """PARAMCD, PARAM, PARAMN and PARCAT1 of one parameter."""
    return parameters.loc[parameters["PARAMCD"] == code, PARAMETER].iloc[0].to_dict()


def items_of(rs: pd.DataFrame, parameters: pd.DataFrame) -> pd.DataFrame:
    """The rated items of the scale with their parameter, AVAL and item numbers."""
    items = parameters[parameters["PARCAT1"] == "ITEM"]
    rated = rs[rs["RSSTRESN"].notna()]
    out = derive_vars_parameter(rated, items, by=["RSTESTCD"], new_vars=[*PARAMETER, "_ITEM21", "_ITEM17"])
    return out.assign(AVAL=out["RSSTRESN"])


def totals_of(items: pd.DataFrame, parameters: pd.DataFrame, code: str, keep: list[str]) -> pd.DataFrame:
    """One total a subject, visit and date; `keep` are columns of the items that the total keeps."""
    column, allowed = TOTALS[code]
    key = ["USUBJID", "_VISIT", "_DATE"]
    ids = [name for name in items.columns if name.startswith("@")]
    wanted = dict.fromkeys(["USUBJID", column, "AVAL", "VISITNUM", "RSDTC", "RSSEQ", *keep, *ids])
    rows = items.loc[items[column].notna(), list(wanted)]
    rows = rows.assign(_VISIT=rows["VISITNUM"].fillna(-1.0), _DATE=rows["RSDTC"].fillna(""))
    # an item that was entered twice counts once: the record with the lower sequence number
    rows = filter_extreme(rows, by=[*key, column], order=["RSSEQ"], mode="first")
    out = derive_param_total(
        rows,
        by=key,
        item=column,
        items=list(parameters[column].dropna().unique()),
        set_values=parameter(parameters, code),
        missing_allowed=allowed,
        keep=keep,
    )
    return out.iloc[len(rows) :].drop(columns=["_VISIT", "_DATE"]).reset_index(drop=True)
