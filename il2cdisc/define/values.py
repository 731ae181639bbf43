"""Value-level rows that the workbook does not have, made from the data: test by test, or by parameter."""

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
ANALYSED = "BASIC DATA STRUCTURE"
BY_PARAMETER = ("AVAL", "AVALC", "BASE", "BASEC", "CHG")
"""Variables of analysis parameters whose types and decimals are those of the parameter."""
_INTEGER = re.compile(r"-?\d{1,15}")
_FLOAT = re.compile(r"-?\d{1,15}\.\d+")
_DATE = re.compile(r"\d{4}(-\d\d){0,2}(T\d\d(:\d\d){0,2})?")
_DURATION = re.compile(r"[+-]?P(\d+W|(?=\d|T\d)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?)")
Flags = NDArray[np.bool_]


def with_values(spec: Spec, made: Mapping[str, MadeColumns], selections: Mapping[str, Selection]) -> Spec:
    """The workbook with a value-level row for each test whose results or units none of its own describes.

    Of findings --ORRES, --ORRESU, --STRESC and --STRESU; of TS the values; of the basic data structure
    AVAL, AVALC, BASE, BASEC and CHG by PARAMCD. A test is told apart by its code and by those qualifiers
    among the dataset's keys that split it (specimen, binding agent). Rows of the workbook that select no
    record are left out; the data type of a new one is that of its values.
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
        tests = _in_order(_tests(code, splitting, dataset), code, spec, name)
        fractions = np.zeros(dataset.rows, dtype=bool)
        for variable, _ in described:
            rows = [row for row in kept if (row.dataset, row.variable) == (name, variable.name)]
            free = np.ones(dataset.rows, dtype=bool)
            for row in rows:
                held = _held(spec, selections, row)
                free[held] = False
                fractions[held] |= row.data_type == "float"  # of AVAL, the first: BASE and CHG follow
            own = any(row.origin for row in rows)
            column = dataset.column(variable.name)
            found += _rows(spec, wanted, variable, tests, column, free, fractions, own)
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
    elif dataset.class_.upper() == ANALYSED:
        for name in BY_PARAMETER:
            if name in dataset.by_name and not dataset.by_name[name].no_data:
                yield dataset.by_name[name], "PARAMCD"
    elif dataset.class_.upper().replace("-", " ") in FINDINGS:
        for stem in STEMS:
            variable = dataset.by_name.get(f"{dataset.name}{stem}")
            if variable is not None and not variable.no_data:
                yield variable, f"{dataset.name}TESTCD"


def _rows(
    spec: Spec,
    dataset: DatasetSpec,
    variable: VariableSpec,
    tests: list[tuple[dict[str, str], Rows]],
    column: CodedColumn,
    free: Flags,
    fractions: Flags,
    origins: bool,
) -> Iterator[tuple[ValueLevelSpec, WhereClause]]:
    """A row and its clause for each test among the records of `free` that has a value.

    `fractions`: records whose analysis value the workbook calls float. `origins`: other rows of the variable
    have origins of their own, so these have the variable's, and its method.
    """
    number, texts = column.codes, np.asarray(column.values, dtype=object)
    for keys, places in tests:
        if not free[places].all() or not (number[places] >= 0).any():
            continue
        held = np.unique(number[places])
        values = texts[held[held >= 0]].tolist()
        kind = _kind(dataset, variable, values, bool(fractions[places].any()))
        clause = _clause(spec, dataset, keys)
        row = ValueLevelSpec(
            dataset=dataset.name,
            variable=variable.name,
            where=clause.id,
            data_type=kind,
            format=variable.format,
            codelist=variable.codelist if kind == "text" else "",
            origin=variable.origin if origins else None,
            source=variable.source if origins else "",
            pages=variable.pages if origins else "",
            method=variable.method if origins else "",
            predecessor=variable.predecessor if origins else "",
        )
        yield row, clause


def _kind(dataset: DatasetSpec, variable: VariableSpec, values: Sequence[object], fractions: bool) -> str:
    """The data type of the values of one test or parameter."""
    if variable.type == "Num":
        whole = all(float(str(value)).is_integer() for value in values)
        return "integer" if whole and not fractions else "float"
    if dataset.class_.upper() == ANALYSED or variable.name.endswith("U"):
        return "text"
    return kind_of([str(value) for value in values], numbers=dataset.name != "TS")


def _clause(spec: Spec, dataset: DatasetSpec, keys: Mapping[str, str]) -> WhereClause:
    """The clause that selects a test; a name that another clause of the workbook has is not used again."""
    identity = re.sub(r"[^A-Za-z0-9.]", "_", ".".join([dataset.name, *keys.values()]))
    name = f"WC.{identity}" if f"WC.{identity}" not in spec.where_clauses else f"WC.{identity}.DATA"
    conditions = tuple(
        ClauseCondition(variable=variable, comparator="EQ", values=(value,))
        for variable, value in keys.items()
    )
    return WhereClause(id=name, conditions=conditions)


def _in_order(
    tests: list[tuple[dict[str, str], Rows]], code: str, spec: Spec, dataset: str
) -> list[tuple[dict[str, str], Rows]]:
    """Parameters in the order of their codelist, as the workbook's own rows; tests by their codes."""
    listed = spec.codelists.get(spec.datasets[dataset].by_name[code].codelist)
    if code != "PARAMCD" or listed is None:
        return tests
    places = {value: number for number, value in enumerate(listed.values)}
    return sorted(tests, key=lambda item: places.get(item[0][code], len(places)))


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
