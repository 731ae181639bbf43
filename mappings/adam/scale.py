"""Rating scales: their items, and totals recomputed from these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from il2cdisc.adam import (
    Spec,
    append_rows,
    derive_param_total,
    derive_vars_parameter,
    filter_extreme,
    parameters_of,
)
from mappings.adam.common import with_date, with_source, with_subject

PARAMETER = ["PARAMCD", "PARAM", "PARAMN", "PARCAT1"]
# further columns of the sheet Parameters that scales use
COLUMNS = {"Item 21": "_ITEM21", "Item 17": "_ITEM17", "Item": "_ITEM", "Subscale": "_SUBSCALE"}


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale: its analysis dataset, the SDTM domain of its items, and its totals.

    `totals`: parameter → the column that numbers the items in it, and how many of these may be missing. The
    column is one of `COLUMNS`, or the parameter of a subscale behind an underscore: the items whose Subscale
    it is.
    """

    dataset: str
    domain: str
    totals: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def item_columns(self) -> list[str]:
        """The columns that number items, each once."""
        return list(dict.fromkeys(column for column, _ in self.totals.values()))

    def variable(self, suffix: str) -> str:
        """A variable of the domain: `TESTCD` is RSTESTCD or QSTESTCD."""
        return f"{self.domain}{suffix}"


HAMD = Scale("ADHAMD", "RS", {"HAMD2TS": ("_ITEM21", 2), "HAMD17D": ("_ITEM17", 1)})


def scale_parameters(spec: Spec, scale: Scale = HAMD) -> pd.DataFrame:
    """The parameters of the scale; --TESTCD names its items, `item_columns` of the scale number them."""
    names = {"Test Code": scale.variable("TESTCD"), **COLUMNS}
    out = parameters_of(spec, scale.dataset).rename(columns=names)
    subscales = {
        column: out["_ITEM"].where(out["_SUBSCALE"] == column.removeprefix("_"))
        for column in scale.item_columns
        if column not in out.columns
    }
    return out.assign(**subscales)


def parameter(parameters: pd.DataFrame, code: str) -> dict[str, str | float]:
    """PARAMCD, PARAM, PARAMN and PARCAT1 of one parameter."""
    row = parameters.loc[parameters["PARAMCD"] == code].iloc[0]
    return {name: row[name] for name in PARAMETER}


def items_of(records: pd.DataFrame, parameters: pd.DataFrame, scale: Scale = HAMD) -> pd.DataFrame:
    """The rated items of the scale with their parameter, AVAL and item numbers."""
    test, score = scale.variable("TESTCD"), scale.variable("STRESN")
    items = parameters[parameters["PARCAT1"] == "ITEM"]
    rated = records[records[score].notna()]
    out = derive_vars_parameter(rated, items, by=[test], new_vars=[*PARAMETER, *scale.item_columns])
    return out.assign(AVAL=out[score])


def totals_of(
    items: pd.DataFrame, parameters: pd.DataFrame, code: str, keep: list[str], scale: Scale = HAMD
) -> pd.DataFrame:
    """One total a subject, visit and date; `keep` are columns of the items that the total keeps."""
    column, allowed = scale.totals[code]
    dtc, sequence = scale.variable("DTC"), scale.variable("SEQ")
    key = ["USUBJID", "_VISIT", "_DATE"]
    ids = [name for name in items.columns if name.startswith("@")]
    wanted = dict.fromkeys(["USUBJID", column, "AVAL", "VISITNUM", dtc, sequence, *keep, *ids])
    rows = items.loc[items[column].notna(), list(wanted)]
    rows = rows.assign(_VISIT=rows["VISITNUM"].fillna(-1.0), _DATE=rows[dtc].fillna(""))
    # an item that was entered twice counts once: the record with the lower sequence number
    rows = filter_extreme(rows, by=[*key, column], order=[sequence], mode="first")
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


def scale_records(records: pd.DataFrame, adsl: pd.DataFrame, spec: Spec, scale: Scale) -> pd.DataFrame:
    """Items with the record that each is taken from, and behind them the totals; visits come after."""
    parameters = scale_parameters(spec, scale)
    items = items_of(records, parameters, scale)
    items = with_date(with_subject(items, adsl), scale.variable("DTC"))
    keep = [
        column
        for column in items.columns
        if not column.startswith((scale.domain, "@"))
        and column not in (*PARAMETER, "AVAL", *scale.item_columns)
    ]
    out = with_source(items, domain=scale.domain, variable=scale.variable("STRESN"))
    totals = [totals_of(items, parameters, code, keep, scale) for code in scale.totals]
    return append_rows(out, pd.concat(totals, ignore_index=True)) if totals else out
