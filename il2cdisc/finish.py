"""Any frame to a finished dataset: typed by the workbook, in key order, numbered, with its edges."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from il2cdisc.base.datasets import Dataset, Variable, byte_span, repeated
from il2cdisc.base.dates import text_over_distinct
from il2cdisc.base.numbers import Flags, numbers_of
from il2cdisc.base.problems import Address, Kind, Problem, Problems, Severity, at_record, records_of
from il2cdisc.base.rowids import edges, id_columns
from il2cdisc.base.rows import counted, in_order
from il2cdisc.spec.assigned import assigned_column
from il2cdisc.spec.models import DatasetSpec, VariableSpec

NOT_NUMERIC = Kind(
    "MAP124",
    "Text in a numeric variable",
    Severity.FINDING,
    "Correct the mapping; the value is set to missing.",
)
SUBJECT = "USUBJID"
FIELD = "field"
"""Of gathered rows: the raw column that a row came from."""

Values = ExtensionArray | NDArray[np.float64]
Cells = Callable[[pd.Series, str], list[Address]]
"""The places of the rows where a condition holds (boolean, on the index of the frame), for a variable."""


@dataclass(frozen=True)
class Finished:
    """A finished dataset, and what became of the frame that it was made of.

    `order`: for each row of the dataset its position in the frame. `unmade`: the variables that neither the
    frame nor an assigned value makes; all of their values are missing.
    """

    dataset: Dataset
    order: NDArray[np.int64]
    unmade: tuple[VariableSpec, ...]


def finished(
    frame: pd.DataFrame,
    wanted: DatasetSpec,
    problems: Problems,
    *,
    sequence: str,
    constants: Mapping[str, str] = MappingProxyType({}),
    cells: Cells | None = None,
) -> Finished:
    """The dataset that the workbook describes, of the columns of `frame` that it lists.

    Each variable is the frame's column, or its value in `constants`, or its Assigned Value, or missing. Text
    in a numeric variable is missing, and a finding (MAP124) with the text. Rows go by the keys of the
    workbook: missing first, text by code point, ties in the order of `frame`; `sequence` then numbers those
    of a subject. The id columns become edges. `cells` names the places of a finding, which are records of the
    dataset without it.
    """
    typed = _typed(frame, wanted, constants)
    keys = [key for key in wanted.keys if key in typed.values and key in frame and key not in constants]
    order = in_order([pd.Series(typed.values[key]) for key in keys]) if keys else np.arange(len(frame))
    table = _numbered(typed, order, sequence if SUBJECT in frame else "")
    for name, rows in typed.unread.items():
        given, bad, place = frame[name].take(order), rows[order], at_record(wanted.name, column=name)
        where = pd.Series(bad, index=given.index)
        records = cells(where, name) if cells else _records(table[bad], place, sequence)
        problems.add(_text_found(given[bad], place, records, len(frame)))
    made = {*map(str, frame.columns), *constants, *([sequence] if SUBJECT in frame else [])}
    unmade = tuple(v for v in wanted.variables if v.name not in made and not v.assigned_value)
    edge_table, keyed_by = edges_of(frame, order), tuple(wanted.keys)
    dataset = Dataset(wanted.name, wanted.label, typed.variables(wanted), keyed_by, table, edge_table)
    return Finished(dataset, order, unmade)


def edges_of(frame: pd.DataFrame, order: NDArray[np.int64]) -> pd.DataFrame:
    """Edges of the row ids, of the rows in their order; of gathered rows with the raw column."""
    ids = frame[[*id_columns(frame), *([FIELD] if FIELD in frame else [])]].take(order)
    out = edges(ids)
    out[FIELD] = repeated(None, len(out))
    if FIELD in ids:
        row = out["row"].to_numpy()
        form = text_over_distinct(ids[FIELD], lambda field: field.partition(".")[0])
        own = pd.Series(form.array.take(row)) == out["source"]
        out[FIELD] = pd.Series(ids[FIELD].array.take(row)).where(own)
    return out


@dataclass(frozen=True)
class _Typed:
    """Values of the variables in the workbook's order and types, in the order of the frame.

    `unread`: the rows of a numeric variable whose text is not a number; `lengths`: in bytes.
    """

    values: dict[str, Values]
    unread: dict[str, Flags]
    lengths: dict[str, int]

    def variables(self, wanted: DatasetSpec) -> tuple[Variable, ...]:
        return tuple(
            Variable(v.name, v.label, v.type, self.lengths[v.name], v.format) for v in wanted.variables
        )


def _typed(frame: pd.DataFrame, wanted: DatasetSpec, constants: Mapping[str, str]) -> _Typed:
    out = _Typed({}, {}, {})
    for variable in wanted.variables:
        name, column = variable.name, _column(frame, variable, constants)
        if variable.type == "Char":
            out.values[name], out.lengths[name] = _text(column)
            continue
        out.values[name], bad = _numbers(column)
        out.lengths[name] = 8
        if bad.any():
            out.unread[name] = bad
    return out


def _numbered(typed: _Typed, order: NDArray[np.int64], sequence: str) -> pd.DataFrame:
    """The variables in key order, with the number of each record of a subject."""
    columns = {name: values.take(order) for name, values in typed.values.items()}
    table = pd.DataFrame(columns, index=pd.RangeIndex(len(order)))
    if sequence in table and SUBJECT in table:
        table[sequence] = counted([table[SUBJECT]]).astype("float64")
    return table


def _column(frame: pd.DataFrame, variable: VariableSpec, constants: Mapping[str, str]) -> pd.Series:
    if variable.name in constants:
        return pd.Series(repeated(constants[variable.name], len(frame)))
    if variable.name in frame:
        return frame[variable.name]
    return pd.Series(assigned_column(variable, len(frame)))


def _text(column: pd.Series) -> tuple[Values, int]:
    """Text, blank text as missing; and the bytes of the longest."""
    if not isinstance(column.dtype, pd.StringDtype):
        column = column.astype("str")
    shortest, longest = byte_span(column)
    return (column if shortest else column.where(column != "")).array, longest


def _numbers(column: pd.Series) -> tuple[Values, Flags]:
    """Numbers, and the rows with text that is not one, which are missing."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy("float64", na_value=np.nan), np.zeros(len(column), dtype=bool)
    values = numbers_of(column)
    return values, np.isnan(values) & (column.notna() & (column.astype("str") != "")).to_numpy(dtype=bool)


def _text_found(texts: pd.Series, place: Address, records: Sequence[Address], out_of: int) -> Problem:
    """One finding for all text in a numeric variable, with each distinct text."""
    what = f"the mapping gives {place.column} text that is not a number"
    of = records_of(place.dataset)
    return NOT_NUMERIC.at(place, what, values=texts.unique(), records=records, out_of=out_of, of=of)


def _records(rows: pd.DataFrame, place: Address, sequence: str) -> list[Address]:
    """Records of a dataset by subject and sequence number."""
    subjects = rows[SUBJECT].fillna("") if SUBJECT in rows else [""] * len(rows)
    numbers = rows[sequence].fillna(0).astype("int64") if sequence in rows else [0] * len(rows)
    return [replace(place, usubjid=s, seq=n) for s, n in zip(subjects, numbers, strict=True)]
