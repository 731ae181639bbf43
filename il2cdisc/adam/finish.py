"""From a derived frame to a finished analysis dataset, as the workbook says it must be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import numbers, text_column
from il2cdisc.adam.keys import ranks
from il2cdisc.adam.problems import (
    EXTRA_VARIABLE,
    KEYS_REPEAT,
    MISSING_VARIABLE,
    MIXED_PARAMETER,
    NO_DATASET,
    NOT_FINITE,
    TYPE_DIFFERS,
)
from il2cdisc.base.datasets import Dataset, Variable, byte_length, no_edges
from il2cdisc.base.problems import Problem, Problems, Stopped, at_record, did_you_mean
from il2cdisc.base.rowids import MARK, edges, id_columns
from il2cdisc.spec.assigned import assigned_column
from il2cdisc.spec.models import DatasetSpec, Spec, VariableSpec

SEQUENCE = "ASEQ"
_ONE_EACH = re.compile(r"[A-Z]{2}(STRESU|SPEC)")


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a mapping module returns: a dataset's name and its derived frame, not yet finished.

    `inherited` are the columns that the mapping was given in its inputs; they may stay in the frame
    without being variables of the dataset. `findings` are what a derivation found to tell.
    """

    name: str
    frame: pd.DataFrame
    inherited: frozenset[str] = field(default_factory=frozenset)
    findings: tuple[Problem, ...] = ()


def analysis_dataset(name: str, frame: pd.DataFrame, findings: Iterable[Problem] = ()) -> Analysis:
    """The last line of a mapping module: `frame` is all that dataset `name` needs.

    `findings` are problems that derivations told of (see `check_units`); `finish` passes them on.
    """
    return Analysis(name, frame, findings=tuple(findings))


def without_parameters(analysis: Analysis, spec: Spec) -> Analysis:
    """Without the rows of restricted parameters: a blinded build shows none of them."""
    codes = spec.restricted_parameters.get(analysis.name)
    if not codes or "PARAMCD" not in analysis.frame:
        return analysis
    return replace(analysis, frame=analysis.frame[~analysis.frame["PARAMCD"].isin(codes)])


def finish(analysis: Analysis, spec: Spec, problems: Problems | None = None) -> Dataset:
    """The dataset with the workbook's variables in order, types, labels, formats, sorted by its keys.

    Columns `_NAME`, `@NAME` and inherited ones that the workbook does not list are left behind. A
    variable with an assigned value that the mapping does not make is filled in. ASEQ numbers the rows of a
    subject after sorting (stable, missing first). The id columns become edges.

    Raises `Stopped` with all of ADM008 missing, ADM009 extra variables, ADM010 types, ADM016 infinite
    values, ADM019 a parameter of two units or specimens, or ADM012 no such dataset. Keys that repeat are a
    finding (ADM011), put into `problems`.
    """
    told = Problems() if problems is None else problems
    told.extend(analysis.findings)
    if analysis.name not in spec.datasets:
        hint = did_you_mean(analysis.name, spec.datasets)
        raise Stopped([NO_DATASET.at(analysis.name, "the workbook has no such dataset", hint=hint)])
    wanted = spec.datasets[analysis.name]
    stops = Problems()
    frame = _assigned(analysis.frame, wanted)
    _check_names(analysis, frame, wanted, stops)
    _check_parameters(analysis.name, frame, stops)
    columns: dict[str, pd.Series | np.ndarray] = {
        v.name: _typed(frame[v.name], v, stops)
        for v in wanted.variables
        if v.name in frame.columns and v.name != SEQUENCE
    }
    stops.stop_if_any()
    ids = frame[id_columns(frame)]
    typed = pd.DataFrame(columns, index=frame.index)
    keys = [key for key in wanted.keys if key in typed.columns]
    place, doubled = _sorted_places(typed, keys)
    typed = typed.iloc[place].reset_index(drop=True)
    names = [v.name for v in wanted.variables]
    if SEQUENCE in names:
        number = typed.groupby("USUBJID", sort=False).cumcount().astype("float64") + 1
        typed.insert(names.index(SEQUENCE), SEQUENCE, number)
    _check_keys(analysis.name, typed, keys, doubled, told)
    return Dataset(
        name=analysis.name,
        label=wanted.label,
        variables=tuple(_variable(v, typed[v.name]) for v in wanted.variables),
        keys=tuple(wanted.keys),
        frame=typed,
        edges=_edges(ids.iloc[place]),
    )


def _assigned(frame: pd.DataFrame, wanted: DatasetSpec) -> pd.DataFrame:
    new = {
        v.name: assigned_column(v, len(frame))
        for v in wanted.variables
        if v.assigned_value and v.name not in frame.columns
    }
    return frame.assign(**new) if new else frame


def _check_names(analysis: Analysis, frame: pd.DataFrame, wanted: DatasetSpec, stops: Problems) -> None:
    listed = {v.name for v in wanted.variables}
    made = {str(column) for column in frame.columns}
    extra = sorted(
        column
        for column in made - listed - analysis.inherited
        if not column.startswith(("_", MARK)) and column != SEQUENCE
    )
    for v in wanted.variables:
        if v.name not in made and v.name != SEQUENCE:
            what = f"{analysis.name}.{v.name} is in the workbook; its mapping does not make it"
            stops.add(MISSING_VARIABLE.at(v.at("Variable"), what, hint=did_you_mean(v.name, extra)))
    for column in extra:
        what = f"the mapping makes {analysis.name}.{column}, which the Variables sheet does not list"
        stops.add(
            EXTRA_VARIABLE.at(
                at_record(analysis.name, column=column), what, hint=did_you_mean(column, listed - made)
            )
        )


def _check_parameters(name: str, frame: pd.DataFrame, stops: Problems) -> None:
    """Values of one PARAMCD share their unit and their specimen, those of the SDTM records behind them."""
    if not {"PARAMCD", "AVAL"} <= set(frame.columns):
        return
    valued = frame["AVAL"].notna().to_numpy()
    parameter, codes = pd.factorize(frame["PARAMCD"])
    for column in [str(c) for c in frame.columns if _ONE_EACH.fullmatch(str(c))]:
        number, values = pd.factorize(frame[column])
        rows = valued & (parameter >= 0) & (number >= 0)
        pairs = np.unique(parameter[rows].astype("int64") * (len(values) + 1) + number[rows])
        of_pair, count = np.unique(pairs // (len(values) + 1), return_counts=True)
        for place in of_pair[count > 1].tolist():
            held = pairs[pairs // (len(values) + 1) == place] % (len(values) + 1)
            found = sorted(str(values[n]) for n in held.tolist())
            what = f"{name} parameter {codes[place]} has values of {column} {' and '.join(found)}"
            stops.add(MIXED_PARAMETER.at(at_record(name, column="PARAMCD"), what, values=found))


def _typed(column: pd.Series, variable: VariableSpec, stops: Problems) -> pd.Series | np.ndarray:
    if variable.type == "Num":
        return _as_number(column, variable, stops)
    if pd.api.types.is_numeric_dtype(column) and column.notna().any():
        what = f"{variable.name} is Char in the workbook; the mapping makes numbers"
        stops.add(TYPE_DIFFERS.at(variable.at("Data Type"), what, values=column.dropna().unique()[:6]))
    text = column if isinstance(column.dtype, pd.StringDtype) else column.astype(object).astype("str")
    blank = np.asarray(text.array == "", dtype=bool)
    return text.mask(blank) if blank.any() else text


def _as_number(column: pd.Series, variable: VariableSpec, stops: Problems) -> np.ndarray:
    if not pd.api.types.is_numeric_dtype(column):
        if column.notna().any():
            what = f"{variable.name} is Num in the workbook; the mapping makes text"
            stops.add(TYPE_DIFFERS.at(variable.at("Data Type"), what, values=column.dropna().unique()[:6]))
        return np.full(len(column), np.nan)
    values = numbers(column)
    if np.isinf(values).any():
        what = f"{variable.name} is infinite"
        stops.add(NOT_FINITE.at(variable.at("Variable"), what))
    return values


def _sorted_places(frame: pd.DataFrame, keys: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Positions of the rows sorted by the keys (stable, missing first); which of the sorted share theirs."""
    doubled = np.zeros(len(frame), dtype=bool)
    if not keys:
        return np.arange(len(frame)), doubled
    by = [ranks(frame[key]) for key in keys]
    place = np.lexsort(by[::-1])
    same = np.all([rank[place[1:]] == rank[place[:-1]] for rank in by], axis=0)
    doubled[1:] |= same
    doubled[:-1] |= same
    return place, doubled


def _check_keys(name: str, frame: pd.DataFrame, keys: list[str], doubled: np.ndarray, told: Problems) -> None:
    if doubled.any():
        chosen = frame.loc[doubled]
        rows = chosen[keys].drop_duplicates().astype(object)
        shown = [" ".join("." if pd.isna(v) else str(v) for v in row) for row in rows.itertuples(index=False)]
        what = f"several rows have the same {', '.join(keys)}"
        subjects = chosen["USUBJID"].tolist() if "USUBJID" in chosen else [""] * len(chosen)
        numbers = chosen[SEQUENCE].tolist() if SEQUENCE in chosen else [0] * len(chosen)
        records = [at_record(name, str(s), int(n)) for s, n in zip(subjects, numbers, strict=True)]
        told.add(KEYS_REPEAT.at(at_record(name), what, values=shown, records=records, out_of=len(frame)))


def _variable(variable: VariableSpec, column: pd.Series) -> Variable:
    length = byte_length(column) if variable.type == "Char" else 8
    return Variable(variable.name, variable.label, variable.type, length, variable.format)


def _edges(ids: pd.DataFrame) -> pd.DataFrame:
    found = edges(ids.reset_index(drop=True))
    if found.empty:
        return no_edges()
    found["field"] = text_column(found.index)
    return found[["row", "source", "id", "field"]]
