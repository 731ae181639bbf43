"""Totals of the depression scale, recomputed from its items."""

from __future__ import annotations

import pandas as pd

from il2cdisc.adam import (
    derive_param_total,
    derive_vars_parameter,
    filter_extreme,
    parameters_of,
)
from il2cdisc.spec.models import Spec

PARAMETER = ["PARAMCD", "PARAM", "PARAMN", "PARCAT1"]
# parameter → column of the Parameters sheet with the item numbers, and how many items may be missing
TOTALS = {"HAMD2TS": ("_ITEM21", 2), "HAMD17D": ("_ITEM17", 1)}


def parameter(spec: Spec, code: str) -> dict[str, str | float]:
    """PARAMCD, PARAM, PARAMN and PARCAT1 of one parameter."""
    table = parameters_of(spec, "ADHAMD")
    row = table[table["PARAMCD"] == code].iloc[0]
    return {name: row[name] for name in PARAMETER}


def items_of(rs: pd.DataFrame, spec: Spec) -> pd.DataFrame:
    """The rated items of the scale with their parameter, AVAL and item numbers."""
    parameters = parameters_of(spec, "ADHAMD").rename(
        columns={"Test Code": "RSTESTCD", "Item 21": "_ITEM21", "Item 17": "_ITEM17"}
    )
    items = parameters[parameters["PARCAT1"] == "ITEM"]
    out = derive_vars_parameter(rs, items, by=["RSTESTCD"], new_vars=[*PARAMETER, "_ITEM21", "_ITEM17"])
    return out[out["RSSTRESN"].notna()].assign(AVAL=lambda frame: frame["RSSTRESN"])


def totals_of(items: pd.DataFrame, spec: Spec, code: str, keep: list[str]) -> pd.DataFrame:
    """One total a subject, visit and date; `keep` are columns of the items that the total keeps."""
    column, allowed = TOTALS[code]
    numbers = parameters_of(spec, "ADHAMD")[column.replace("_ITEM", "Item ")].dropna().unique()
    rows = items[items[column].notna()].assign(
        _VISIT=items["VISITNUM"].fillna(-1.0), _DATE=items["RSDTC"].fillna("")
    )
    key = ["USUBJID", "_VISIT", "_DATE"]
    # an item that was entered twice counts once: the record with the lower sequence number
    rows = filter_extreme(rows, by=[*key, column], order=["RSSEQ"], mode="first")
    out = derive_param_total(
        rows,
        by=key,
        item=column,
        items=list(numbers),
        set_values=parameter(spec, code),
        missing_allowed=allowed,
        keep=keep,
    )
    return out.iloc[len(rows) :].reindex(columns=[*items.columns, "DTYPE"]).reset_index(drop=True)
