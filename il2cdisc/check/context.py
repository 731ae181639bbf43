"""What a rule sees: the datasets of one package as they were re-read, beside their specification."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base import moments
from il2cdisc.base.columns import Codes
from il2cdisc.base.origins import Origin
from il2cdisc.base.problems import Address, Problem, Stopped
from il2cdisc.check.dated import Dated
from il2cdisc.check.findings import Level
from il2cdisc.check.scores import Scored, scored
from il2cdisc.check.table import NO_ROWS, CheckedTable, Flags, Rows
from il2cdisc.spec.models import Codelist, DatasetSpec, DescribedItem, Spec, ValueLevelSpec, VariableSpec


@dataclass(frozen=True)
class CheckContext:
    """One package: its specification and its datasets by name, sorted.

    `subjects` are the USUBJID of the dataset that names all subjects (DM; for analysis data ADSL),
    None where it is not there.
    """

    spec: Spec
    tables: Mapping[str, CheckedTable]
    terms: Callable[[str], frozenset[str]] = field(default=lambda _code: frozenset())
    """Terms of a standard's codelist by its NCI code; empty when unknown."""
    near: Callable[[str, str], str] = field(default=lambda _code, _value: "", kw_only=True)
    """By a codelist's NCI code, the term that a value probably means, though it is none; "" for none."""
    data_cut: date | None = field(default=None, kw_only=True)
    """The last day whose data count; None where the study has none."""
    exposed: frozenset[str] = field(default=frozenset(), kw_only=True)
    """Subjects with a dose in the package of SDTM, for rules on that of ADaM."""
    demographics: CheckedTable | None = field(default=None, kw_only=True)
    """DM of the package of SDTM, for rules on that of ADaM; None where no such package is checked with it."""
    own_lengths: bool = field(default=False, kw_only=True)
    """Whether each dataset has text lengths of its own, as in a part of a build."""
    awaited: frozenset[str] = field(default=frozenset(), kw_only=True)
    """Visits, in lower case, whose own form the sheet Protocol Schedule expects: it is missed there."""
    repeated: Callable[[str], Rows] = field(default=lambda _dataset: NO_ROWS)
    """Rows of a dataset made from raw records that repeat another one: told at the raw record already."""

    @cached_property
    def held(self) -> dict[str, object]:
        """What checks found out of the package as a whole, kept by name for the next one."""
        return {}

    @cached_property
    def subjects_dataset(self) -> str:
        return "ADSL" if self.spec.standard == "ADaM" else "DM"

    @cached_property
    def subjects(self) -> frozenset[str] | None:
        table = self.tables.get(self.subjects_dataset)
        if table is None or "USUBJID" not in table.by_name:
            return None
        return frozenset(table.distinct("USUBJID").texts)

    @property
    def dosed(self) -> frozenset[str]:
        """Subjects with a record of EX of a dose that was given; of ADaM those of `exposed`."""
        table = self.tables.get("EX")
        if table is None or "USUBJID" not in table.by_name:
            return self.exposed
        subjects = table.distinct("USUBJID")
        given = ~table.distinct("EXOCCUR").has("N") if "EXOCCUR" in table.by_name else slice(None)
        return frozenset(subjects.values[code] for code in subjects.present(given))

    @property
    def checked(self) -> Iterator[tuple[CheckedTable, DatasetSpec]]:
        """Datasets that workbook and package both have."""
        for table in self.tables.values():
            if table.spec is not None:
                yield table, table.spec

    @property
    def columns(self) -> Iterator[tuple[CheckedTable, VariableSpec]]:
        """Every variable that workbook and package both have."""
        for table in self.tables.values():
            for variable in table.specified:
                yield table, variable

    @cached_property
    def value_levels(self) -> tuple[tuple[CheckedTable, ValueLevelSpec, Rows], ...]:
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

    @cached_property
    def scored(self) -> tuple[Scored, ...]:
        """The occasions of every total of the workbook, beside their items."""
        return tuple(scored(self.spec.totals, self.tables))

    def of_subject(self, variable: str) -> dict[str, Any]:
        """A variable of the subjects' dataset by USUBJID (of the first record); empty when there is none."""
        table = self.tables.get(self.subjects_dataset)
        if table is None or not {"USUBJID", variable} <= set(table.by_name):
            return {}
        codes, first = np.unique(table.table["USUBJID"].codes, return_index=True)
        values = (table.values(name, first[codes >= 0]) for name in ("USUBJID", variable))
        return dict(zip(*values, strict=True))

    def codelist(self, item: DescribedItem) -> Codelist | None:
        """The codelist of a variable or value-level row, None for none or an external dictionary."""
        return self.spec.codelists.get(item.codelist) if item.codelist else None


def _selections(spec: Spec, table: CheckedTable) -> Iterator[tuple[ValueLevelSpec, Rows | Stopped]]:
    """Value-level rows of a dataset with the records selected, or why they can't be."""
    for level in spec.values_of(table.name):
        clause = spec.where_clauses.get(level.where)
        if clause is None or level.variable not in table.by_name:
            continue  # told by the workbook's own check, or by CHK010
        try:
            yield level, table.selection.rows(clause)
        except Stopped as stopped:
            yield level, stopped


@dataclass(frozen=True)
class RuleHit:
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
    out_of: int = 0
    """How many records were looked at; 0: all of the dataset."""
    compared: Compared | None = None
    """The cells that the records of `rows` were compared with."""
    published: tuple[str, ...] = ()
    """Ids of the standard's published rules that are broken, such as AD0010; the text names them, too."""
    check: str = ""
    """Id of the check of the sheet Checks that fired; findings of one code differ by it."""


@dataclass(frozen=True)
class Compared:
    """Records that were compared with a cell of another dataset: for each the row that holds its cell.

    A rule yields one for all records that it looked at, and gives one with each hit. `what` says, for each
    record, what is wrong with the cell if it is the cell that is wrong.
    """

    dataset: str
    variable: str
    rows: Rows
    what: Sequence[str] = ()


DAY_ALONE = len("2020-01-04")
NONE_SUCH = -2  # a code that no record has


def positions(mask: pd.Series | NDArray[np.bool_]) -> Rows:
    """Positions (from 0) at which a mask is true; missing counts as false."""
    held = mask.fillna(False).to_numpy(dtype=bool) if isinstance(mask, pd.Series) else mask
    return np.flatnonzero(held).astype("int64")


@dataclass(frozen=True)
class Before:
    """Records whose date is before a date of their subject: that date of each, and the row of its cell.

    `compared` are the rows of all records that were compared, `looked_at` the rows of their cells.
    """

    rows: Rows = field(default_factory=lambda: NO_ROWS)
    dates: Sequence[str] = ()
    cells: Rows = field(default_factory=lambda: NO_ROWS)
    compared: Rows = field(default_factory=lambda: NO_ROWS)
    looked_at: Rows = field(default_factory=lambda: NO_ROWS)

    def of(self, chosen: Flags) -> Before:
        """The same of some records of the dataset."""
        held, looked = chosen[self.rows], chosen[self.compared]
        dates = [text for text, keep in zip(self.dates, held.tolist(), strict=True) if keep]
        return Before(self.rows[held], dates, self.cells[held], self.compared[looked], self.looked_at[looked])


def dates_before(
    context: CheckContext,
    dataset: str,
    variable: str,
    reference: str,
    *,
    cell: tuple[str, str] | None = None,
    by_time: bool = False,
) -> Before:
    """Records whose date is known to be before a date of their subject (`reference`, of DM).

    By days, or `by_time`: also by the times of one day, where both have one. A date that may be as late is
    none. `cell` is the dataset and variable that the reference is copied from; rows of cells are rows of that
    dataset, else of the subjects' dataset.
    """
    table = context.tables[dataset]
    if not {"USUBJID", variable} <= set(table.by_name):
        return Before()
    dates, against = table.dated(variable), of_records(context, table, reference)
    limits = against.dates if by_time else against.days
    rows = np.flatnonzero(dates.order(limits) == moments.BEFORE)
    place = reference_cells(context, reference, *(cell or (context.subjects_dataset, reference)))
    places = [place.get(subject, -1) for subject in table.distinct("USUBJID").values]
    cells = np.array([*places, -1], dtype="int64")[against.subjects]
    looked = np.flatnonzero(dates.is_known & limits.has_day)
    texts = [text if by_time else text[:DAY_ALONE] for text in against.texts(rows)]
    return Before(rows, texts, cells[rows], looked, cells[looked])


@dataclass(frozen=True)
class OfRecords:
    """A date of the subjects' dataset for each record of another one; `subjects`: numbers of the subjects."""

    dates: Dated
    days: Dated
    subjects: Codes
    of_subjects: tuple[str, ...]

    def texts(self, rows: Rows) -> list[str]:
        """The date of the subject of each row, "" where there is none."""
        return [self.of_subjects[number] if number >= 0 else "" for number in self.subjects[rows]]


def of_records(context: CheckContext, table: CheckedTable, variable: str) -> OfRecords:
    """A date of the subjects' dataset by the USUBJID of a table's records."""
    known, subjects = context.of_subject(variable), table.distinct("USUBJID")
    given = [known.get(subject) for subject in subjects.values]
    texts = tuple(text if isinstance(text, str) else "" for text in given)
    whole, days = (
        Dated(moments.moments_of(pd.Series(column, dtype="str")), subjects.codes)
        for column in (texts, [text[:DAY_ALONE] for text in texts])
    )
    return OfRecords(whole, days, subjects.codes, texts)


def reference_cells(context: CheckContext, reference: str, dataset: str, variable: str) -> dict[str, int]:
    """Of each subject the first row of a dataset that has the subject's reference date in a variable."""
    table = context.tables.get(dataset)
    if table is None or not {"USUBJID", variable} <= set(table.by_name):
        return {}
    known, subjects, dates = (
        context.of_subject(reference),
        table.distinct("USUBJID"),
        table.distinct(variable),
    )
    code_of = {value: code for code, value in enumerate(dates.values)}
    codes = [code_of.get(known.get(subject), NONE_SUCH) for subject in subjects.values]
    rows = np.flatnonzero(dates.codes == subjects.each(codes, NONE_SUCH))
    found, first = np.unique(subjects.codes[rows], return_index=True)
    return {subjects.values[code]: row for code, row in zip(found, rows[first].tolist(), strict=True)}


def collected_dates(context: CheckContext) -> Iterator[tuple[CheckedTable, str]]:
    """Datasets and names of their --DTC variables that are as collected, neither derived nor copied."""
    for table, variable in context.columns:
        made = (Origin.DERIVED, Origin.PREDECESSOR, Origin.ASSIGNED)
        if variable.name.endswith("DTC") and variable.origin not in made:
            yield table, variable.name


def of_test(table: CheckedTable | None, testcd: str, unit: str) -> Flags | None:
    """Records of a test with a standard result in a unit (blank: without one); None without the variables."""
    if table is None:
        return None
    names = [f"{table.name}{stem}" for stem in ("TESTCD", "STRESN", "STRESU")]
    if not {"USUBJID", *names[:2]} <= set(table.by_name):
        return None
    mine = table.distinct(names[0]).has(testcd) & ~table.table[names[1]].missing
    if names[2] in table.by_name:
        return mine & table.distinct(names[2]).has(unit)
    return mine if unit == "" else np.zeros_like(mine)


def name_of_test(table: CheckedTable, testcd: str) -> str:
    """A test by its name and code, `Glucose (GLUC)`; by its code alone where the file has no name."""
    code, name = f"{table.name}TESTCD", f"{table.name}TEST"
    if name not in table.by_name:
        return testcd
    rows = np.flatnonzero(table.distinct(code).has(testcd) & ~table.table[name].missing)
    return f"{table.values(name, rows[:1])[0]} ({testcd})" if len(rows) else testcd
