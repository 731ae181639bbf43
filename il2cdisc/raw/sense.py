"""Checks of the sheet Checks that name raw forms: their lint, and what they find in a linked export."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from il2cdisc.base.columns import CodedColumn
from il2cdisc.base.dates import iso_date
from il2cdisc.base.numbers import DecimalMark, read_number
from il2cdisc.base.problems import Kind, Problem, Severity
from il2cdisc.raw.dictionary import Dictionary, DictionaryColumn
from il2cdisc.raw.forms import Form, RawExport
from il2cdisc.raw.limits import outside, read_limits, read_pattern
from il2cdisc.raw.visits import visit_place, visit_words
from il2cdisc.spec.calculated import named, shown_results
from il2cdisc.spec.models import Spec
from il2cdisc.spec.sense import MOST_PAIRS, Fired, TooManyPairs, fired
from il2cdisc.spec.sense_lint import faults, filled, placeholders, referred, with_right_when
from il2cdisc.spec.sheets_sense import HARD, PROGRAMMING, REVIEW, SOFT, is_raw
from il2cdisc.spec.trial_models import TrialCheck
from il2cdisc.study import Study

_FOUND = Severity.FINDING
RAW_HARD = Kind(
    "RAW180",
    "Contradiction in a form by the trial's checks (sheet Checks)",
    _FOUND,
    "Ask the site; the data are kept as collected.",
)
RAW_SOFT = Kind(
    "RAW181",
    "Unusual data in a form by the trial's checks (sheet Checks)",
    _FOUND,
    "Ask the site whether the data are right; they are kept as collected.",
)
RAW_REVIEW = Kind(
    "RAW182",
    "Medical review of a form by the trial's checks (sheet Checks)",
    _FOUND,
    "Have the record reviewed by the medical monitor; it is listed, and the site is not asked.",
)
RAW_PROGRAMMING = Kind(
    "RAW183",
    "Error of an export by the trial's checks (sheet Checks)",
    _FOUND,
    "Have the export corrected; the site is not asked.",
)
RAW_TOO_WIDE = Kind(
    "RAW184",
    "Check of forms that compares too many records",
    _FOUND,
    "Narrow its join by a further key, or by conditions; the check did not run.",
)
RAW_OFTEN = Kind(
    "RAW185",
    "Check that fires at half of the records of a form or more",
    _FOUND,
    "Correct the check in the sheet Checks; the site is not asked about its records.",
)
KINDS: Mapping[str, Kind] = {
    HARD: RAW_HARD,
    SOFT: RAW_SOFT,
    REVIEW: RAW_REVIEW,
    PROGRAMMING: RAW_PROGRAMMING,
}
MANY = 10
"""Fewer records than that may be half of a small form."""


def check_raw_sense(spec: Spec, study: Study, dictionary: Dictionary) -> Iterator[Problem]:
    """Checks of raw forms against the forms of the study and the data dictionary."""
    for check in spec.checks:
        if is_raw(check.dataset):
            yield from _faults(check, study, dictionary)


def _faults(check: TrialCheck, study: Study, dictionary: Dictionary) -> Iterator[Problem]:
    columns = {form: {c.column: c for c in given} for form, given in dictionary.items()}
    sides = [form for form in study.forms if form in columns]

    def names(form: str) -> Iterable[str] | None:
        return columns[form] if form in sides else None

    def is_number(form: str, name: str) -> bool:
        return columns[form][name].type in ("integer", "decimal")

    def terms(form: str, name: str) -> Iterable[str]:
        column = columns[form][name]
        return column.codes if column.type == "code" else ()

    def word_of(known: Iterable[str], form: str, word: str) -> str:
        if word == "Subject":
            return "USUBJID" if study.chain(form) else ""
        if word == "Visit":
            return visit_place(study, form, {name: tuple(c) for name, c in columns.items()})[1]
        return word if word in set(known) else ""

    yield from faults(check, sides, names, is_number, terms, word_of=word_of)


def raw_contradictions(
    export: RawExport, study: Study, dictionary: Dictionary, spec: Spec
) -> Iterator[Problem]:
    """What the checks of raw forms find in a linked export, each at its raw cells.

    In a blinded build a check that names a restricted form or column does not run.
    """
    sides = {name: FormSide(form, export, study, dictionary) for name, form in export.forms.items()}
    for check in spec.checks:
        named = {check.dataset, check.join} - {""}
        if not is_raw(check.dataset) or check.broken or check.sense not in KINDS:
            continue
        if not named <= set(export.forms) or _is_withheld(check, study):
            continue
        if not any(_faults(check, study, dictionary)):
            yield from _found(check, sides[check.dataset], sides.get(check.join))


def _is_withheld(check: TrialCheck, study: Study) -> bool:
    names = [(check.dataset, item.variable) for item in check.condition]
    names += [(check.join, item.variable) for item in check.join_condition]
    names += [referred(item, check) for item in (*check.condition, *check.join_condition)]
    names += [pair for pairs in named(check).values() for pair in pairs]
    names += [(check.dataset, name) for name in (check.variable, *placeholders(check.message))]
    names += [pair for own, other in check.keys for pair in ((check.dataset, own), (check.join, other))]
    return any(is_withheld(study, form, name) for form, name in names if form)


def is_withheld(study: Study, form: str, column: str) -> bool:
    """Whether a column of a form is restricted, in a blinded build."""
    source = study.forms.get(form)
    if not study.blinded or source is None:
        return False
    restricted = source.restricted
    return restricted if isinstance(restricted, bool) else column in restricted


@dataclass(frozen=True)
class FormSide:
    """A raw form as a check sees it: numbers as numbers, dates in ISO 8601, as the data dictionary says.

    A column is read once for all checks.
    """

    form: Form
    export: RawExport
    study: Study
    dictionary: Dictionary
    read: dict[str, CodedColumn] = field(default_factory=dict[str, CodedColumn])

    @property
    def rows(self) -> int:
        return self.form.rows

    @cached_property
    def described(self) -> dict[str, DictionaryColumn]:
        """The form's columns in the data dictionary."""
        return {item.column: item for item in self.dictionary.get(self.form.name, ())}

    def is_date(self, name: str) -> bool:
        return name in self.described and self.described[name].type == "date"

    def column(self, name: str) -> CodedColumn:
        if name not in self.read:
            self.read[name] = self._column(name)
        return self.read[name]

    def _column(self, name: str) -> CodedColumn:
        column, known = self.form.column(name), self.described.get(name)
        if known is not None and known.type in ("integer", "decimal"):
            mark: DecimalMark = "," if self.form.decimal == "," else "."
            unread = marks(known)
            values = [np.nan if text in unread else _number(text, mark) for text in column.distinct]
            return CodedColumn.of_codes(np.array(values, dtype="float64"), column.codes)
        if self.is_date(name):
            pattern = read_pattern(self.described[name].range)
            return _each(column, lambda text: _iso(text, pattern))
        return column

    def key(self, word: str) -> CodedColumn:
        if word == "Subject":
            return self.form.column("USUBJID")
        return self._visits if word == "Visit" else self.column(word)

    @cached_property
    def _visits(self) -> CodedColumn:
        """The visit of each record by its meaning, of the form or of one that it links through."""
        columns = {name: form.columns for name, form in self.export.forms.items()}
        place, name = visit_place(self.study, self.form.name, columns)
        words = visit_words(self.dictionary, place, name)
        visits = self.export.forms[place].column(name)
        column = _each(visits, lambda text: words.get(text, "") if words else text)
        if place == self.form.name:
            return column
        linked = self.export.links[self.form.name][place]
        return CodedColumn(column.values, np.append(column.codes, -1)[linked])


def _each(column: CodedColumn, change: Callable[[str], str]) -> CodedColumn:
    """Another text for each distinct value, "" for none."""
    return CodedColumn.of_texts([change(str(text)) or None for text in column.distinct], column.codes)


def marks(known: DictionaryColumn) -> set[str]:
    """Codes of a column of numbers that are no numbers of it: `999` for unknown, where 40 to 130 are kg."""
    codes, limits = list(known.codes), read_limits(known.range)
    out = outside([read_number(code) for code in codes], limits)
    return {code for code, beyond in zip(codes, out, strict=True) if beyond or not limits}


def _iso(text: str, pattern: str) -> str:
    try:
        return iso_date(text, pattern) if pattern else text
    except ValueError:
        return ""


def _number(text: str, mark: DecimalMark) -> float:
    found = read_number(text, mark)
    return found.value if found.is_number else np.nan


def _found(check: TrialCheck, own: FormSide, other: FormSide | None) -> Iterator[Problem]:
    try:
        found = fired(check, own, other)
    except TooManyPairs:
        what = f"check {check.id} did not run: its join compares more than {MOST_PAIRS:,} pairs of records"
        yield RAW_TOO_WIDE.at(check.at("By"), what, check=check.id)
        return
    if not len(found.rows):
        return
    cells = own.form.addresses(found.rows, check.variable)
    if len(cells) >= MANY and 2 * len(cells) >= own.rows:
        place = check.at("Condition" if check.condition else "Join Condition")
        what = f"check {check.id} fires at half of the records of form '{check.dataset}' or more"
        yield RAW_OFTEN.at(place, what, records=cells, out_of=own.rows, cause=place, check=check.id)
        return
    texts = pd.Series(_messages(check, own, other, found), dtype="str")
    for said, places in texts.groupby(texts, sort=False).groups.items():
        records = [cells[int(place)] for place in places]
        what = f"{said} (check {check.id})"
        kind = KINDS[check.sense]
        fix = with_right_when(kind.fix, check)
        yield kind.at(records[0], what, records=records, out_of=own.rows, fix=fix, check=check.id)


def _messages(check: TrialCheck, own: FormSide, other: FormSide | None, found: Fired) -> list[str]:
    """The message for each record, with the raw values that it names."""
    columns: dict[str, list[str]] = {}
    for name in placeholders(check.message):
        if name in dict(check.computed):
            columns[name] = shown_results(check, name, own, other or own, found.rows, found.joined)
            continue
        side, dot, joined = name.partition(".")
        if dot and side == check.join and other is not None:
            form, column, rows = other.form, joined, found.joined
        else:
            form, column, rows = own.form, name, found.rows
        values = form.column(column)
        texts, codes = [*values.distinct, "missing"], np.append(values.codes, -1)[rows]
        columns[name] = [str(texts[code]) for code in codes.tolist()]
    return [filled(check.message, lambda name, row=row: columns[name][row]) for row in range(len(found.rows))]
