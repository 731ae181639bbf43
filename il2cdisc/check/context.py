"""What a rule sees: the datasets of one package as they were re-read, beside their specification."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import Variable, byte_lengths
from il2cdisc.base.dates import is_iso, latest_day, over_distinct
from il2cdisc.base.problems import Address, Problem, Stopped
from il2cdisc.check.findings import Level
from il2cdisc.spec.models import Codelist, DatasetSpec, Item, Spec, ValueLevelSpec, VariableSpec
from il2cdisc.spec.where import columns, select

Rows = NDArray[np.int64]
NO_ROWS: Rows = np.empty(0, dtype="int64")
Origin = Callable[[str, int, str], list[Address]]
"""`origin(dataset, row, variable)`: the raw lines behind a record, row counted from 0."""


@dataclass(frozen=True)
class Table:
    """One dataset re-read from its file; `spec` is None where the workbook does not know it.

    `frame`: `str` columns (blank = NaN) for Char, float64 for Num, in file order, RangeIndex.
    """

    name: str
    label: str
    file: str
    variables: tuple[Variable, ...]
    frame: pd.DataFrame
    spec: DatasetSpec | None = None

    @cached_property
    def by_name(self) -> dict[str, Variable]:
        """Variables of the file by name."""
        return {variable.name: variable for variable in self.variables}

    @cached_property
    def seq(self) -> str:
        """Name of the sequence variable, empty when there is none."""
        names = ("ASEQ", f"{self.name[:2]}SEQ")
        return next((name for name in names if name in self.by_name), "")

    @cached_property
    def _distinct(self) -> dict[str, Distinct]:
        return {}

    def distinct(self, name: str) -> Distinct:
        """The distinct values of a column, found once: value levels ask for them again and again."""
        if name not in self._distinct:
            self._distinct[name] = distinct(self.frame[name])
        return self._distinct[name]

    @cached_property
    def specified(self) -> tuple[tuple[VariableSpec, pd.Series], ...]:
        """Variables that workbook and file both have, in the workbook's order, with their values."""
        variables = self.spec.variables if self.spec else ()
        return tuple((v, self.frame[v.name]) for v in variables if v.name in self.by_name)


@dataclass(frozen=True)
class Context:
    """One package: its specification and its datasets by name, sorted.

    `subjects` are the USUBJID of the dataset that names all subjects (DM; for analysis data ADSL),
    None where it is not there.
    """

    spec: Spec
    tables: Mapping[str, Table]
    terms: Callable[[str], frozenset[str]] = field(default=lambda _code: frozenset())
    """Terms of a standard's codelist by its NCI code; empty when unknown."""
    near: Callable[[str, str], str] = field(default=lambda _code, _value: "", kw_only=True)
    """By a codelist's NCI code, the term that a value probably means, though it is none; "" for none."""
    repeated: Callable[[str], Rows] = field(default=lambda _dataset: NO_ROWS)
    """Rows of a dataset made from raw records that repeat another one: told at the raw record already."""

    @cached_property
    def subjects_dataset(self) -> str:
        return "ADSL" if self.spec.standard == "ADaM" else "DM"

    @cached_property
    def subjects(self) -> frozenset[str] | None:
        table = self.tables.get(self.subjects_dataset)
        if table is None or "USUBJID" not in table.by_name:
            return None
        return frozenset(table.frame["USUBJID"].dropna().astype("object"))

    @property
    def checked(self) -> Iterator[tuple[Table, DatasetSpec]]:
        """Datasets that workbook and package both have."""
        for table in self.tables.values():
            if table.spec is not None:
                yield table, table.spec

    @property
    def columns(self) -> Iterator[tuple[Table, VariableSpec, pd.Series]]:
        """Every variable that workbook and package both have."""
        for table in self.tables.values():
            for variable, values in table.specified:
                yield table, variable, values

    @cached_property
    def value_levels(self) -> tuple[tuple[Table, ValueLevelSpec, Rows], ...]:
        """Every value-level row whose variable is there, with the records that its clause selects."""
        return tuple(
            (table, level, rows)
            for table in self.tables.values()
            for level, rows in self._selections[table.name]
            if isinstance(rows, np.ndarray)
        )

    @property
    def unselectable(self) -> list[Problem]:
        """What is wrong with where-clauses that can't be evaluated; their value levels are not checked."""
        found = [
            problem
            for table in self.tables.values()
            for _, rows in self._selections[table.name]
            if isinstance(rows, Stopped)
            for problem in rows.problems
        ]
        return list(dict.fromkeys(found))

    @cached_property
    def _selections(self) -> dict[str, list[tuple[ValueLevelSpec, Rows | Stopped]]]:
        return {name: list(_selections(self.spec, table)) for name, table in self.tables.items()}

    def of_subject(self, variable: str) -> pd.Series:
        """A variable of the subjects' dataset by USUBJID; empty when there is none."""
        table = self.tables.get(self.subjects_dataset)
        if table is None or not {"USUBJID", variable} <= set(table.by_name):
            return pd.Series([], dtype="str")
        return table.frame.drop_duplicates("USUBJID").set_index("USUBJID")[variable]

    def codelist(self, item: Item) -> Codelist | None:
        """The codelist of a variable or value-level row, None for none or an external dictionary."""
        return self.spec.codelists.get(item.codelist) if item.codelist else None


def _selections(spec: Spec, table: Table) -> Iterator[tuple[ValueLevelSpec, Rows | Stopped]]:
    """Value-level rows of a dataset with the records selected, or why they can't be.

    A clause is evaluated over the distinct values of its columns, not over all records.
    """
    distinct: dict[tuple[str, ...], tuple[pd.DataFrame, NDArray[np.int64]]] = {}
    for level in spec.values_of(table.name):
        clause = spec.where_clauses.get(level.where)
        if clause is None or level.variable not in table.by_name:
            continue  # told by the workbook's own check, or by CHK010
        names = columns(clause)
        try:
            if not names or any(name not in table.by_name for name in names):
                yield level, positions(select(table.frame, clause))
                continue
            if names not in distinct:
                numbers = (
                    table.frame.groupby(list(names), sort=False, dropna=False)
                    .ngroup()
                    .to_numpy()
                    .astype("int64")
                )
                distinct[names] = (table.frame.loc[:, list(names)].drop_duplicates(), numbers)
            kinds, numbers = distinct[names]
            yield level, np.flatnonzero(select(kinds, clause).to_numpy()[numbers])
        except Stopped as stopped:
            yield level, stopped


@dataclass(frozen=True)
class Hit:
    """One message of a rule and the records that it holds for (none: the dataset or variable as a whole).

    `details`, where given, has one text a record in the place of `what`.
    `hints` gives, for a value found, the value that was probably meant. `spec` is the workbook's cell.
    """

    dataset: str
    what: str
    variable: str = ""
    rows: Rows = field(default_factory=lambda: NO_ROWS)
    value: str = ""
    hint: str = ""
    hints: Mapping[str, str] = field(default_factory=dict)
    details: Sequence[str] = ()
    spec: Address | None = None
    level: Level | None = None


def positions(mask: pd.Series | NDArray[np.bool_]) -> Rows:
    """Positions (from 0) at which a mask is true; missing counts as false."""
    held = mask.fillna(False).to_numpy(dtype=bool) if isinstance(mask, pd.Series) else mask
    return np.flatnonzero(held).astype("int64")


def number_text(value: float) -> str:
    """A number as a workbook writes it: 1.0 → `1`, 0.5 → `0.5`."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


@dataclass(frozen=True)
class Distinct:
    """A column as its distinct values: `texts` (numbers as a workbook writes them) and, for each row, the
    position of its value in them, -1 for missing."""

    texts: tuple[str, ...]
    codes: NDArray[np.int32]

    def of(self, rows: Rows) -> Distinct:
        """The same of some rows, with only the values that they have."""
        found, codes = np.unique(self.codes[rows], return_inverse=True)
        missing = int(len(found) > 0 and found[0] < 0)
        return Distinct(
            tuple(self.texts[code] for code in found[missing:]), (codes - missing).astype("int32")
        )

    def shown(self, rows: Rows) -> list[str]:
        """Text of some rows, none of which may be missing."""
        return [self.texts[code] for code in self.codes[rows].tolist()]


def distinct(values: pd.Series) -> Distinct:
    """The distinct values of a column, in the order in which they appear."""
    codes, found = pd.factorize(values)
    texts = found.tolist()
    if pd.api.types.is_numeric_dtype(values):
        texts = [number_text(value) for value in texts]
    return Distinct(tuple(texts), codes.astype("int32"))


def where_distinct(values: pd.Series | Distinct, wrong: Callable[[str], bool]) -> Rows:
    """Positions of values (as text) for which `wrong` holds, asked once a distinct value."""
    found = values if isinstance(values, Distinct) else distinct(values)
    bad = np.fromiter((wrong(text) for text in found.texts), dtype=bool, count=len(found.texts))
    return np.flatnonzero((found.codes >= 0) & bad[found.codes]).astype("int64") if bad.any() else NO_ROWS


def where_not_in(values: pd.Series | Distinct, allowed: Iterable[str]) -> Rows:
    """Positions of non-missing values (as text) that are not among the allowed."""
    known = frozenset(allowed)
    return where_distinct(values, lambda value: value not in known)


def codes(frame: pd.DataFrame, keys: Iterable[str]) -> NDArray[np.int64]:
    """Keys as integers that sort as the values do, missing first (-1): shape (rows, keys)."""
    columns = [pd.factorize(frame[key], sort=True)[0] for key in keys]
    return np.column_stack(columns).astype("int64") if columns else np.empty((len(frame), 0), dtype="int64")


def longer_than(values: pd.Series, length: int) -> Rows:
    """Positions of texts of more than `length` bytes."""
    return np.flatnonzero(byte_lengths(values) > length).astype("int64")


def decimals(value: str) -> int | None:
    """Decimal places of a number written as text, trailing zeros apart; None when it is no number."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    if not number.is_finite():
        return None
    exponent = number.normalize().as_tuple().exponent
    return max(0, -int(exponent))


def more_decimals(values: pd.Series | Distinct, digits: int) -> Rows:
    """Positions of numbers that need more than `digits` decimals in their shortest writing."""
    return where_distinct(values, lambda value: (decimals(value) or 0) > digits)


def days_before(context: Context, dataset: str, variable: str, reference: str) -> tuple[Rows, list[str]]:
    """Records whose date is a day or more before a date of their subject, and that date of each.

    A partial date counts as the last day that it may mean.
    """
    frame = context.tables[dataset].frame
    if not {"USUBJID", variable} <= set(frame.columns):
        return NO_ROWS, []
    known = context.of_subject(reference).str[:10]
    against = frame["USUBJID"].map(known[known.str.len() == 10]).astype("str")
    latest = over_distinct(frame[variable], _latest).astype("str")
    rows = positions((latest < against).to_numpy(dtype=bool, na_value=False))
    return rows, against.iloc[rows].tolist()


def _latest(text: str) -> str | None:
    return latest_day(text).isoformat() if is_iso(text) else None


def of_test(table: Table | None, testcd: str, unit: str) -> pd.Series | None:
    """Records of a test with a standard result in a unit (blank: without one); None without the variables."""
    if table is None:
        return None
    names = [f"{table.name}{stem}" for stem in ("TESTCD", "STRESN", "STRESU")]
    if not {"USUBJID", *names[:2]} <= set(table.by_name):
        return None
    mine = (table.frame[names[0]] == testcd) & table.frame[names[1]].notna()
    units = table.frame[names[2]].fillna("") if names[2] in table.by_name else ""
    return mine & (units == unit)


def name_of_test(table: Table, testcd: str) -> str:
    """A test by its name and code, `Glucose (GLUC)`; by its code alone where the file has no name."""
    code, name = f"{table.name}TESTCD", f"{table.name}TEST"
    if name not in table.by_name:
        return testcd
    names = table.frame.loc[table.frame[code] == testcd, name].dropna()
    return f"{names.iloc[0]} ({testcd})" if len(names) else testcd
