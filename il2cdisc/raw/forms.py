"""A form as it was read: coded columns, row ids, and the way from a row id to file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.columns import CodedColumn, CodedTable, Rows
from il2cdisc.base.paged import paged
from il2cdisc.base.problems import Address, Problem, at_line
from il2cdisc.base.rowids import id_column
from il2cdisc.raw.table import Lines


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was received: one file (or sheet) of one form."""

    form: str
    file: str
    sheet: str
    sha256: str
    bytes: int
    encoding: str
    rows: int
    columns: tuple[str, ...]
    rejected: tuple[tuple[int, str], ...] = ()
    """Rejected rows: line and why. A build with one stops, so only a stopped one has any."""
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the fields, in order."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class FormPart:
    """One file (or sheet) of a form: its rows have the ids `first`, `first` + 1, ..."""

    file: str
    sheet: str
    first: int
    lines: Lines
    unit_line: int = 0
    units: Mapping[str, str] = field(default_factory=dict[str, str])
    """Column → what line `unit_line` says of it; empty without such a line."""
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """Column → value as text → its label in this file."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form: `table` has, after link, `USUBJID`, and a column of text `form.COLUMN` for each column.

    Row ids are 0, 1, ...
    """

    name: str
    table: CodedTable
    columns: tuple[str, ...]
    parts: tuple[FormPart, ...]
    decimal: str = "."
    """How numbers are written in the file."""
    date_columns: tuple[str, ...] = ()
    """Columns where the file held real dates: they are written yyyy-mm-dd, text beside them as it was."""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    """Column → its label in the file (SPSS, SAS, Stata)."""
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """Column → value as text → its label in the file."""
    repeats: Mapping[int, int] = field(default_factory=dict[int, int])
    """Row id → the row id of the earlier record that it repeats."""

    @property
    def rows(self) -> int:
        """How many records it has."""
        return self.table.rows

    @property
    def has_subjects(self) -> bool:
        """Whether its records are linked to subjects."""
        return "USUBJID" in self.table

    def column(self, name: str) -> CodedColumn:
        """A column by its name, `COLUMN` or `form.COLUMN`; after link also `USUBJID`."""
        return self.table[name if name in self.table else f"{self.name}.{name}"]

    def frame(self, rows: Rows | None = None) -> pd.DataFrame:
        """All records, or those of some row ids: `@form` (`Int64`), USUBJID if linked, and text columns."""
        out = self.table.frame(rows=rows)
        ids = np.arange(self.rows, dtype="int64") if rows is None else rows
        out.insert(0, id_column(self.name), pd.Series(ids, dtype="Int64"))
        return out

    def take(self, rows: Rows) -> Form:
        """Some of its records, in the order of the file, numbered anew; their addresses stay."""
        table = self.table.take(rows)
        used = CodedTable({name: column.used() for name, column in table.columns.items()}, table.rows)
        parts: list[FormPart] = []
        for part in self.parts:
            own = rows[(rows >= part.first) & (rows < part.first + len(part.lines))] - part.first
            first = parts[-1].first + len(parts[-1].lines) if parts else 0
            parts.append(replace(part, first=first, lines=part.lines[own]))
        return replace(self, table=used, parts=tuple(parts), repeats={})

    def address(self, row: int, column: str = "") -> Address:
        """Where a row stands: `raw/edc/ae.csv:118 COLUMN`. `column` may be `COLUMN` or `form.COLUMN`.

        After link the address knows the subject too.
        """
        column = column.removeprefix(f"{self.name}.")
        for part in self.parts:
            if part.first <= row < part.first + len(part.lines):
                place = at_line(part.file, int(part.lines[row - part.first]), column, sheet=part.sheet)
                if self.has_subjects:
                    return replace(place, usubjid=str(self.table["USUBJID"].at(row)))
                return place
        raise IndexError(f"form {self.name} has no row {row}")

    def addresses(self, rows: Rows, column: str = "") -> list[Address]:
        """`address` of many rows at once, in their order."""
        column = column.removeprefix(f"{self.name}.")
        ends = np.cumsum([len(part.lines) for part in self.parts])
        number = np.searchsorted(ends, rows, side="right")
        lines = np.concatenate([part.lines for part in self.parts])[rows]
        subjects = self.table["USUBJID"].series(rows).tolist() if self.has_subjects else [""] * len(rows)
        return [
            Address(self.parts[n].file, self.parts[n].sheet, line=line, column=column, usubjid=str(subject))
            for n, line, subject in zip(number.tolist(), lines.tolist(), subjects, strict=True)
        ]

    def row_index(self) -> pd.DataFrame:
        """One row a row id: columns `id` (int64), `file`, `sheet` (str), `line` (int64) and `repeats` (row
        id of the earlier record that it repeats, -1 for none).
        """
        sizes = [len(part.lines) for part in self.parts]
        lines = (
            np.concatenate([part.lines for part in self.parts]) if self.parts else np.array([], dtype="int64")
        )
        which = np.repeat(np.arange(len(sizes)), sizes)
        names = {
            name: CodedColumn.of_texts([getattr(part, name) for part in self.parts], which).series()
            for name in ("file", "sheet")
        }
        ids = np.arange(len(lines), dtype="int64")
        repeats = np.full(len(ids), -1, dtype="int64")
        repeats[list(self.repeats)] = list(self.repeats.values())
        return pd.DataFrame({"id": ids, **names, "line": lines.astype("int64"), "repeats": repeats})


class RowIndexes(Mapping[str, pd.DataFrame]):
    """`row_index` of each form, made when it is asked for: a file's name for each record is large."""

    def __init__(self, forms: Mapping[str, Form]) -> None:
        self._forms = forms

    def __getitem__(self, form: str) -> pd.DataFrame:
        return self._forms[form].row_index()

    def __iter__(self) -> Iterator[str]:
        return iter(self._forms)

    def __len__(self) -> int:
        return len(self._forms)


@dataclass(frozen=True, slots=True)
class RawExport:
    """The whole export. `problems` are findings; what stops was raised."""

    forms: Mapping[str, Form]
    receipts: tuple[Receipt, ...]
    problems: tuple[Problem, ...] = ()
    subjects: pd.DataFrame | None = None
    """After link: one row a subject: its key as `SUBJID`, `USUBJID` and the row id of the subjects form."""
    links: Mapping[str, Mapping[str, NDArray[np.int32]]] = field(
        default_factory=dict[str, Mapping[str, NDArray[np.int32]]]
    )
    """After link: form with a subject → the form that it goes through → the row id there of each record."""

    def frames(self) -> dict[str, pd.DataFrame]:
        """Form → frame, as mapping modules take them."""
        return {name: form.frame() for name, form in self.forms.items()}

    def paged(self, folder: Path | None) -> RawExport:
        """The same, the codes of large columns in files of `folder` that have no name (`base.paged`)."""
        forms = {name: replace(form, table=paged(form.table, folder)) for name, form in self.forms.items()}
        return replace(self, forms=forms)

    def row_indexes(self) -> RowIndexes:
        """Form → file and line of each record."""
        return RowIndexes(self.forms)

    def address(self, form: str, row: int, column: str = "") -> Address:
        """Where a row of a form stands."""
        return self.forms[form].address(row, column)


def empty_frame(form: str, columns: tuple[str, ...], linked: bool) -> pd.DataFrame:
    """The frame of a form without records: `@form`, USUBJID if `linked`, and its columns."""
    text = pd.array([], dtype="str")
    out: dict[str, Any] = {id_column(form): pd.array([], dtype="Int64")}
    if linked:
        out["USUBJID"] = text
    out |= {f"{form}.{column}": text for column in columns}
    return pd.DataFrame(out)
