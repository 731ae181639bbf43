"""A dataset in its final shape: the workbook's variables, types, order, keys, --SEQ, edges."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.base.datasets import Dataset, Variable, byte_length
from il2cdisc.base.problems import Address, Problems
from il2cdisc.base.rowids import edges, id_columns
from il2cdisc.sdtm.steps.places import NOWHERE, Places
from il2cdisc.sdtm.steps.problems import NOT_NUMERIC, REQUIRED_MISSING, UNKNOWN_VARIABLE
from il2cdisc.spec.models import DatasetSpec, VariableSpec


def in_key_order(frame: pd.DataFrame, wanted: DatasetSpec) -> pd.DataFrame:
    """Rows sorted by the workbook's keys, missing first, stable; --SEQ counted within subjects."""
    keys = [k for k in wanted.keys if k in frame and k != "STUDYID"]
    helper = pd.DataFrame(
        {k: frame[k].fillna("") if str(frame[k].dtype) == "str" else frame[k] for k in keys}
    )
    order = helper.sort_values(keys, kind="stable", na_position="first").index if keys else frame.index
    out = frame.loc[order]
    sequence = f"{wanted.name}SEQ"
    if sequence in wanted.by_name and "USUBJID" in out:
        out = out.assign(**{sequence: out.groupby("USUBJID", sort=False).cumcount() + 1.0})
    return out


def finished(
    frame: pd.DataFrame, wanted: DatasetSpec, study_id: str, problems: Problems, places: Places = NOWHERE
) -> Dataset:
    """The dataset with exactly the workbook's variables; what is missing or too much is told."""
    fixed = {"STUDYID": study_id, "DOMAIN": wanted.name}
    made = [c for c in frame.columns if not str(c).startswith("@") and c not in ("field", "parent")]
    made_up = {"VISITNUM", "VISITDY", "EPOCH"}
    root = wanted.name[:2]
    made_up |= {f"{root}{x}" for x in ("DY", "STDY", "ENDY", "STRESC", "STRESN", "STRESU", "STNRLO")}
    made_up |= {f"{root}{x}" for x in ("STNRHI", "NRIND", "LOBXFL", "TEST", "SEQ")}
    for name in made:
        if name not in wanted.by_name and name not in made_up:
            what = f"{wanted.name} is given {name}, which the workbook lacks"
            problems.add(UNKNOWN_VARIABLE.at(Address(dataset=wanted.name, column=str(name)), what))
    columns: dict[str, pd.Series] = {}
    for variable in wanted.variables:
        if variable.name in fixed:
            column = pd.Series(fixed[variable.name], index=frame.index, dtype="str")
        elif variable.name in frame:
            column = frame[variable.name]
        elif variable.assigned_value:
            column = pd.Series(variable.assigned_value, index=frame.index, dtype="str")
        else:
            if variable.mandatory and not variable.no_data:
                what = f"nothing makes {variable.name}"
                problems.add(REQUIRED_MISSING.at(variable.at("Variable"), what))
            column = pd.Series(np.nan, index=frame.index)
        columns[variable.name] = _typed(column, variable, wanted.name, problems, places)
    out = pd.DataFrame(columns, index=frame.index).reset_index(drop=True)
    variables = tuple(
        Variable(v.name, v.label, v.type, byte_length(out[v.name]) if v.type == "Char" else 8)
        for v in wanted.variables
    )
    return Dataset(wanted.name, wanted.label, variables, tuple(wanted.keys), out, edges_of(frame))


def edges_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Edges of the rows' ids, with the raw column of gathered rows."""
    names = [*id_columns(frame), *(["field"] if "field" in frame else [])]
    plain = frame[names].reset_index(drop=True)
    out = edges(plain)
    field = pd.Series(np.nan, index=out.index, dtype="str")
    if "field" in plain:
        of_row = plain["field"].take(out["row"].to_numpy()).reset_index(drop=True)
        field = of_row.where(of_row.str.partition(".")[0] == out["source"]).astype("str")
    return out.assign(field=field)


def _typed(
    column: pd.Series, variable: VariableSpec, dataset: str, problems: Problems, places: Places
) -> pd.Series:
    if variable.type == "Char":
        text = column.astype("str")
        return text.where(text != "")
    if str(column.dtype) != "float64":
        number = pd.to_numeric(column, errors="coerce").astype("float64")
        bad = number.isna() & column.notna() & (column.astype("str") != "")
        if bad.any():
            place = Address(dataset=dataset, column=variable.name)
            what = f"{variable.name} is no number ({int(bad.sum())} of {len(column)} records)"
            source = places.of(bad, variable.name)
            problems.add(NOT_NUMERIC.at(place, what, values=column[bad].unique(), source=source))
        return number
    return column
