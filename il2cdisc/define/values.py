"""Value-level rows that the workbook does not have, made from the data: results and units test by test."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from il2cdisc.base.columns import CodedColumn
from il2cdisc.base.problems import Stopped
from il2cdisc.define.columns import MadeColumns
from il2cdisc.define.measure import date_type
from il2cdisc.spec.models import ClauseCondition, DatasetSpec, Spec, ValueLevelSpec, VariableSpec, WhereClause
from il2cdisc.spec.selection import Rows, Selection, groups

FINDINGS = ("FINDINGS", "FINDINGS ABOUT")
STEMS = ("ORRES", "ORRESU", "STRESC", "STRESU")
PARAMETER, VALUE = "TSPARMCD", "TSVAL"
_INTEGER = re.compile(r"-?\d{1,15}")
_FLOAT = re.compile(r"-?\d{1,15}\.\d+")
_DATE = re.compile(r"\d{4}(-\d\d){0,2}(T\d\d(:\d\d){0,2})?")
_DURATION = re.compile(r"[+-]?P(\d+W|(?=\d|T\d)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?)")
Flags = NDArray[np.bool_]


def with_values(spec: Spec, made: Mapping[str, MadeColumns], selections: Mapping[str, Selection]) -> Spec:
    """The workbook with a value-level row for each test whose results or units none of its own describes.

    Of findings --ORRES, --ORRESU, --STRESC and --STRESU; of TS the values. A test is told apart by its code
    and by those qualifiers among the dataset's keys that split it (specimen, binding agent). Rows of the
    workbook that select no record are left out; the data type of a new one is that of its values.
    """
    kept = [row for row in spec.value_levels if row.dataset not in made or len(_held(spec, selections, row))]
    found: list[tuple[ValueLevelSpec, WhereClause]] = []
    for name, dataset in made.items():
        wanted = spec.datasets.get(name)
        described = [
            (v, code)
            for v, code in (_described(wanted) if wanted else ())
            if v.name in dataset and code in dataset
        ]
        if wanted is None or not described:
            continue
        code = described[0][1]
        splitting = _splitting_variables(wanted, code, dataset)
        dataset.table([code, *splitting, *(v.name for v, _ in described)])  # all are read at once
        tests = _tests(code, splitting, dataset)
        for variable, _ in described:
            rows = [row for row in kept if (row.dataset, row.variable) == (name, variable.name)]
            free = np.ones(dataset.rows, dtype=bool)
            for row in rows:
                free[_held(spec, selections, row)] = False
            own = any(row.origin for row in rows)
            found += _rows(wanted, variable, tests, dataset.column(variable.name), free, own)
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
    dataset: DatasetSpec,
    variable: VariableSpec,
    tests: list[tuple[dict[str, str], Rows]],
    column: CodedColumn,
    free: Flags,
    origins: bool,
) -> Iterator[tuple[ValueLevelSpec, WhereClause]]:
    """A row and its clause for each test among the records of `free` that has a value.

    `origins`: other rows of the variable have origins of their own, so these have the variable's.
    """
    number, texts = column.codes, np.asarray(column.values, dtype=object)
    for keys, places in tests:
        if not free[places].all() or not (number[places] >= 0).any():
            continue
        held = np.unique(number[places])
        values = [str(value) for value in texts[held[held >= 0]]]
        identity = ".".join([dataset.name, *keys.values()])
        clause = WhereClause(
            id=f"WC.{re.sub(r'[^A-Za-z0-9.]', '_', identity)}",
            conditions=tuple(
                ClauseCondition(variable=name, comparator="EQ", values=(value,))
                for name, value in keys.items()
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


def _splitting_variables(dataset: DatasetSpec, code: str, made: MadeColumns) -> list[str]:
    """The keys of a dataset that are qualifiers: what may tell the records of one test apart."""
    keys = [dataset.by_name[key] for key in dataset.keys if key in dataset.by_name]
    return [v.name for v in keys if v.name != code and v.name in made and v.role.endswith("Qualifier")]


def _tests(code: str, splitting: Sequence[str], made: MadeColumns) -> list[tuple[dict[str, str], Rows]]:
    """Tests in the order of their codes: the variables and values that name one, and its records."""
    out: list[tuple[dict[str, str], Rows]] = []
    tests = made.column(code)
    columns = {name: made.column(name) for name in splitting}
    ends = np.cumsum(np.bincount(tests.codes + 1, minlength=len(tests.values) + 1))
    order = np.argsort(tests.codes, kind="stable")  # records of a test beside each other, missing first
    for place, test in sorted(enumerate(tests.distinct), key=lambda item: str(item[1])):
        places = order[ends[place] : ends[place + 1]]
        names, number = _splitting(
            {name: column.codes[places].astype("int64") for name, column in columns.items()}
        )
        for one in range(int(number.max()) + 1) if names else (0,):
            own = places[number == one] if names else places
            values = {name: str(columns[name].values[columns[name].codes[own[0]]]) for name in names}
            out.append(({code: test} | values, own))
    return sorted(out, key=lambda item: tuple(item[0].values()))


def _splitting(codes: Mapping[str, Rows]) -> tuple[list[str], Rows]:
    """Those of the variables that tell records of one test apart, and the number of each record's part.

    `codes`: of each variable, in the test's records, -1 for missing. Each that is kept is filled on all of
    them and splits further.
    """
    kept: list[str] = []
    number, count = np.empty(0, dtype="int64"), 1
    for name, own in codes.items():
        if (own < 0).any():
            continue
        split = groups([*(codes[other].astype("int64") for other in kept), own.astype("int64")])[0]
        if int(split.max()) + 1 > count:
            kept, number, count = [*kept, name], split, int(split.max()) + 1
    return kept, number


def kind_of(texts: Sequence[str], *, numbers: bool = True) -> str:
    """Data type of values that are held as text.

    >>> kind_of(["7", "12"]), kind_of(["7", "1.5"]), kind_of(["7", "<5"])
    ('integer', 'float', 'text')

    `numbers`: decimals are numbers; where they are not (a version 3.4), they are text.
    """
    if all(map(_INTEGER.fullmatch, texts)):
        return "integer"
    if numbers and all(_INTEGER.fullmatch(text) or _FLOAT.fullmatch(text) for text in texts):
        return "float"
    if not numbers and all(len(text) > 4 and _DATE.fullmatch(text) for text in texts):
        return date_type(texts)
    if not numbers and all(map(_DURATION.fullmatch, texts)):
        return "durationDatetime"
    return "text"
