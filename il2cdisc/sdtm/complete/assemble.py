"""A dataset in its final shape: the workbook's variables, types, order, keys, --SEQ, edges."""

from __future__ import annotations

from typing import Any

import pandas as pd

from il2cdisc.base.datasets import Dataset, Variable, byte_span, repeated
from il2cdisc.base.dates import text_over_distinct
from il2cdisc.base.numbers import numbers_of
from il2cdisc.base.problems import Address, Problems
from il2cdisc.base.rowids import edges
from il2cdisc.base.rows import counted, in_order
from il2cdisc.sdtm.complete.places import NOWHERE, Places
from il2cdisc.sdtm.complete.problems import NOT_NUMERIC, REQUIRED_MISSING, UNKNOWN_VARIABLE
from il2cdisc.spec.assigned import assigned_column
from il2cdisc.spec.models import DatasetSpec, VariableSpec

MADE_HERE = (
    "DY",
    "STDY",
    "ENDY",
    "STRESC",
    "STRESN",
    "STRESU",
    "STNRLO",
    "STNRHI",
    "STNRC",
    "LOINC",
    "NRIND",
    "LOBXFL",
    "TEST",
)


def in_key_order(frame: pd.DataFrame, wanted: DatasetSpec) -> pd.DataFrame:
    """Rows sorted by the workbook's keys, missing first, stable; --SEQ counted within subjects."""
    keys = [k for k in wanted.keys if k in frame and k != "STUDYID"]
    out = frame.take(in_order([frame[k] for k in keys])) if keys else frame.copy()
    sequence = f"{wanted.name}SEQ"
    if sequence in wanted.by_name and "USUBJID" in out:
        out[sequence] = counted([out["USUBJID"]]).astype("float64")
    return out


def finished(
    frame: pd.DataFrame, wanted: DatasetSpec, study_id: str, problems: Problems, places: Places = NOWHERE
) -> Dataset:
    """The dataset with exactly the workbook's variables; what is missing or too much is told."""
    fixed = {"STUDYID": study_id, "DOMAIN": wanted.name}
    made = [c for c in frame.columns if not str(c).startswith("@") and c not in ("field", "parent")]
    root = wanted.name[:2]
    made_up = {"VISITNUM", "VISITDY", "EPOCH", f"{root}SEQ", *(f"{root}{stem}" for stem in MADE_HERE)}
    for name in made:
        if name not in wanted.by_name and name not in made_up:
            what = f"{name} is not in the specification of {wanted.name}"
            problems.add(UNKNOWN_VARIABLE.at(Address(dataset=wanted.name, column=str(name)), what))
    values: dict[str, Any] = {}
    variables: list[Variable] = []
    for variable in wanted.variables:
        name, length = variable.name, 8
        if name in frame and name not in fixed:
            column = frame[name]
        else:
            value = fixed.get(name, variable.assigned_value)
            if not value and variable.mandatory and not variable.no_data:
                problems.add(REQUIRED_MISSING.at(variable.at("Variable"), f"nothing makes {name}"))
            same = repeated(value, len(frame)) if name in fixed else assigned_column(variable, len(frame))
            column = pd.Series(same, index=frame.index)
        if variable.type == "Char":
            column, length = _text(column)
        else:
            column = _number(column, variable, wanted.name, problems, places)
        values[name] = column.array
        variables.append(Variable(name, variable.label, variable.type, length))
    out = pd.DataFrame(values, index=pd.RangeIndex(len(frame)))
    return Dataset(wanted.name, wanted.label, tuple(variables), tuple(wanted.keys), out, edges_of(frame))


def edges_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Edges of the rows' ids, with the raw column of gathered rows."""
    out = edges(frame)
    out["field"] = repeated(None, len(out))
    if "field" in frame:
        row = out["row"].to_numpy()
        form = text_over_distinct(frame["field"], lambda field: field.partition(".")[0])
        own = pd.Series(form.array.take(row)) == out["source"]
        out["field"] = pd.Series(frame["field"].array.take(row)).where(own)
    return out


def _text(column: pd.Series) -> tuple[pd.Series, int]:
    """Text without blanks, and the bytes of the longest."""
    if not isinstance(column.dtype, pd.StringDtype):
        column = column.astype("str")
    shortest, longest = byte_span(column)
    return (column if shortest else column.where(column != "")), longest


def _number(
    column: pd.Series, variable: VariableSpec, dataset: str, problems: Problems, places: Places
) -> pd.Series:
    """Numbers; what is none is told and left empty."""
    if column.dtype == "float64":
        return column
    number = pd.Series(numbers_of(column), index=column.index)
    bad = number.isna() & column.notna() & (column.astype("str") != "")
    if bad.any():
        place = Address(dataset=dataset, column=variable.name)
        what = f"the mapping gives {variable.name} text that is not a number"
        records = places.of(bad, variable.name)
        found = column[bad].unique()
        problems.add(NOT_NUMERIC.at(place, what, values=found, records=records, out_of=len(column)))
    return number
