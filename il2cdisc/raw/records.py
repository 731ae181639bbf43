"""A raw record by file and line: whose it is, what tells it from the others, its values and their labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from il2cdisc.base.problems import Address
from il2cdisc.raw.dictionary import Dictionary
from il2cdisc.raw.forms import Form, FormPart, RawExport
from il2cdisc.study import Study


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One raw record. `subject` is the subject's number ("" without one), `key` the values of the form's key
    but for the subject, `values` those that are there by column; `labels` and `codes` are the dictionary's.
    """

    form: str
    subject: str
    key: Mapping[str, str]
    values: Mapping[str, str]
    labels: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]

    def label(self, column: str) -> str:
        """The column's label without remarks in brackets; its name where there is none."""
        return re.sub(r"\s*\([^()]*\)$", "", self.labels.get(column, "")) or column


class Records:
    """The records of a linked export by file, sheet and line."""

    def __init__(self, export: RawExport, study: Study, dictionary: Dictionary) -> None:
        self.export, self.study, self.dictionary = export, study, dictionary
        self._parts: dict[tuple[str, str], tuple[Form, FormPart]] = {
            (part.file, part.sheet): (form, part) for form in export.forms.values() for part in form.parts
        }
        subjects = export.subjects
        self._numbers: dict[str, str] = (
            {} if subjects is None else dict(zip(subjects["USUBJID"], subjects["SUBJID"], strict=True))
        )

    def identity(self, place: Address) -> tuple[tuple[str, ...], str] | None:
        """What tells the record of a raw cell from all others, and the cell's value; None if it is no record.

        The form, the subject and the values of the form's key; of a form without a key, or a record without
        a full one, all of its values.
        """
        form, row = self._row(place.file, place.sheet, place.line)
        if form is None:
            return None
        source = self.study.forms[form.name]
        key = [self._value(form, column, row) for column in source.key]
        if not key or not all(key):
            key = [self._value(form, column, row) for column in form.columns]
        subject = self._value(form, "USUBJID", row)
        return (form.name, subject, *key), self._value(form, place.column, row)

    def _row(self, file: str, sheet: str, line: int) -> tuple[Form | None, int]:
        """The form that a line is a record of, and its row."""
        form, part = self._parts.get((file, sheet), (None, None))
        if form is None or part is None:
            return None, -1
        found = int(np.searchsorted(part.lines, line))
        there = found < len(part.lines) and part.lines[found] == line
        return (form, part.first + found) if there else (None, -1)

    def _value(self, form: Form, column: str, row: int) -> str:
        """A value of a form as text, "" for a missing one or where there is no such column."""
        name = column if column == "USUBJID" else f"{form.name}.{column}"
        if name not in form.table or form.table[name].missing_at(row):
            return ""
        return str(form.table[name].at(row))

    def at(self, file: str, sheet: str, line: int) -> RawRecord | None:
        """The record on a line; None when no record stands there."""
        form, row = self._row(file, sheet, line)
        if form is None:
            return None
        values = {
            column: self._value(form, column, row)
            for column in form.columns
            if not form.column(column).missing_at(row)
        }
        described = self.dictionary.get(form.name, ())
        source = self.study.forms[form.name]
        own = source.subject.column if source.subject else ""
        return RawRecord(
            form=form.name,
            subject=self._numbers.get(self._value(form, "USUBJID", row), ""),
            key={column: values.get(column, "") for column in source.key if column != own},
            values=values,
            labels={column.column: column.label for column in described},
            codes={column.column: column.codes for column in described},
        )
