"""Value-level rows that the workbook does not have, made from the data: results and units test by test."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import Dataset
from il2cdisc.base.problems import Stopped
from il2cdisc.define.measure import date_type
from il2cdisc.spec.models import Condition, DatasetSpec, Spec, ValueLevelSpec, VariableSpec, WhereClause
from il2cdisc.spec.selection import Rows, Selection, groups

FINDINGS = ("FINDINGS", "FINDINGS ABOUT")
STEMS = ("ORRES", "ORRESU", "STRESC", "STRESU")
PARAMETER, VALUE = "TSPARMCD", "TSVAL"
_INTEGER = re.compile(r"-?\d{1,15}")
_FLOAT = re.compile(r"-?\d{1,15}\.\d+")
_DATE = re.compile(r"\d{4}(-\d\d){0,2}(T\d\d(:\d\d){0,2})?")
_DURATION = re.compile(r"[+-]?P(\d+W|(?=\d|T\d)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?)")
Flags = NDArray[np.bool_]


def with_values(spec: Spec, made: Mapping[str, Dataset], selections: Mapping[str, Selection]) -> Spec:
    """The workbook with a value-level row for each test whose results or units none of its own describes.

    Of findings --ORRES, --ORRESU, --STRESC and --STRESU; of TS the values. A test is told apart by its code
    and by those qualifiers among the dataset's keys that split it (specimen, binding agent). Rows of the
    workbook that select no record are left out; the data type of a new one is that of its values.
    """
    kept = [row for row in spec.value_levels if row.dataset not in made or len(_held(spec, selections, row))]
    found: list[tuple[ValueLevelSpec, WhereClause]] = []
    for name, dataset in made.items():
        if (wanted := spec.datasets.get(name)) is None:
            continue
        for variable, code in _described(wanted):
            if variable.name in dataset.frame and code in dataset.frame:
                rows = [row for row in kept if (row.dataset, row.variable) == (name, variable.name)]
                free = np.ones(len(dataset.frame), dtype=bool)
                for row in rows:
                    free[_held(spec, selections, row)] = False
                found += _rows(wanted, variable, code, dataset.frame, free, any(row.origin for row in rows))
    clauses = {clause.id: clause for _, clause in found}
    fields = {name: getattr(spec, name) for name in Spec.model_fields}
    fields["value_levels"] = (*kept, *(row for row, _ in found))
    fields["where_clauses"] = {**spec.where_clauses, **clauses}
    return Spec.model_construct(**fields)  # a copy would keep the look-ups of the old rows


def _held(spec: Spec, selections: Mapping[str, Selection], row: ValueLevelSpec) -> Rows:
    """Positions of the records of a workbook's row; none where its clause can't be evaluated."""
    clause, selection = spec.where_clauses.get(row.where), selections.get(row.dataset)
    if clause is not None and selection is not None:
        with suppress(Stopped):
            return selection.rows(clause)
    return np.empty(0, dtype="int64")


def _described(dataset: DatasetSpec) -> Iterator[tuple[VariableSpec, str]]:
    """Variables that are described test by test, each with the variable that names the test."""
    if dataset.name == "TS" and VALUE in dataset.by_name:
        yield dataset.by_name[VALUE], PARAMETER
    elif dataset.class_.upper().replace("-", " ") in FINDINGS:
        for stem in STEMS:
            variable = dataset.by_name.get(f"{dataset.name}{stem}")
            if variable is not None and not variable.no_data:
                yield variable, f"{dataset.name}TESTCD"


def _rows(
    dataset: DatasetSpec, variable: VariableSpec, code: str, frame: pd.DataFrame, free: Flags, origins: bool
) -> Iterator[tuple[ValueLevelSpec, WhereClause]]:
    """A row and its clause for each test among the records of `free` that has a value.

    `origins`: other rows of the variable have origins of their own, so these have the variable's.
    """
    there = frame[variable.name].notna().to_numpy()
    for keys, places in _tests(dataset, code, frame):
        if not free[places].all() or not there[places].any():
            continue
        values = frame[variable.name].iloc[places].dropna()
        identity = ".".join([dataset.name, *keys.values()])
        clause = WhereClause(
            id=f"WC.{re.sub(r'[^A-Za-z0-9.]', '_', identity)}",
            conditions=tuple(
                Condition(variable=name, comparator="EQ", values=(value,)) for name, value in keys.items()
            ),
        )
        kind = "text" if variable.name.endswith("U") else kind_of(values, numbers=dataset.name != "TS")
        row = ValueLevelSpec(
            dataset=dataset.name,
            variable=variable.name,
            where=clause.id,
            data_type=kind,
            codelist=variable.codelist if kind == "text" else "",
            origin=variable.origin if origins else None,
            source=variable.source if origins else "",
            pages=variable.pages if origins else "",
        )
        yield row, clause


def _tests(dataset: DatasetSpec, code: str, frame: pd.DataFrame) -> list[tuple[dict[str, str], Rows]]:
    """Tests in the order of their codes: the variables and values that name one, and its records."""
    splitting = [
        variable.name
        for variable in (dataset.by_name[key] for key in dataset.keys if key in dataset.by_name)
        if variable.name != code and variable.name in frame and variable.role.endswith("Qualifier")
    ]
    out: list[tuple[dict[str, str], Rows]] = []
    numbers, texts = pd.factorize(frame[code], sort=True)
    for place, test in enumerate(texts.tolist()):
        places = np.flatnonzero(numbers == place)
        names = _splitting(frame, splitting, places)
        number = groups([pd.factorize(frame[name].iloc[places])[0] for name in names])[0] if names else None
        for one in range(int(number.max()) + 1) if number is not None else (0,):
            own = places if number is None else places[number == one]
            first = frame.iloc[own[0]]
            out.append(({code: test} | {name: str(first[name]) for name in names}, own))
    return sorted(out, key=lambda item: tuple(item[0].values()))


def _splitting(frame: pd.DataFrame, names: Sequence[str], places: Rows) -> list[str]:
    """Those of the variables that tell records of one test apart: filled on all, each splitting further."""
    kept: list[str] = []
    count = 1
    for name in names:
        column = frame[name].iloc[places]
        if column.isna().any():
            continue
        codes = [pd.factorize(frame[other].iloc[places])[0] for other in (*kept, name)]
        split = int(groups(codes)[0].max()) + 1
        if split > count:
            kept, count = [*kept, name], split
    return kept


def kind_of(values: pd.Series, *, numbers: bool = True) -> str:
    """Data type of values that are held as text.

    >>> kind_of(pd.Series(["7", "12"])), kind_of(pd.Series(["7", "1.5"])), kind_of(pd.Series(["7", "<5"]))
    ('integer', 'float', 'text')

    `numbers`: decimals are numbers; where they are not (a version 3.4), they are text.
    """
    texts = [str(value) for value in values.unique()]
    if all(map(_INTEGER.fullmatch, texts)):
        return "integer"
    if numbers and all(_INTEGER.fullmatch(text) or _FLOAT.fullmatch(text) for text in texts):
        return "float"
    if not numbers and all(len(text) > 4 and _DATE.fullmatch(text) for text in texts):
        return date_type(values)
    if not numbers and all(map(_DURATION.fullmatch, texts)):
        return "durationDatetime"
    return "text"
