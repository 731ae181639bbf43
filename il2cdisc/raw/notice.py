"""What shows in the linked export without any dataset: repeats, codes for no value, contradictions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.columns import CodedColumn, row_numbers
from il2cdisc.base.problems import Kind, Problems, did_you_mean
from il2cdisc.raw.described import check_descriptions
from il2cdisc.raw.dictionary import Dictionary, DictionaryColumn
from il2cdisc.raw.forms import Form, RawExport
from il2cdisc.raw.problems import COLUMN_MISSING, DISAGREE, NO_VALUE, NO_VALUE_MEANT, NOT_IN_LIST, REPEATED
from il2cdisc.raw.values import check_values
from il2cdisc.study import Study


def notice(
    export: RawExport, study: Study, dictionary: Dictionary, *, dated: Collection[str] = ()
) -> RawExport:
    """The export with its repeated records marked, and findings added to its problems.

    Told are: a record that repeats another one in its form's `key` of `study.toml` (without a key: in
    every column), a code or word for no value in a column of numbers, unless `explained_by` says why, and
    columns of `[[agreements]]` that contradict each other on a subject. `dated`: raw columns (`form.column`)
    whose dates are looked at as variables of SDTM. Raises `Stopped` when `study.toml`
    names a column that the form lacks.
    """
    problems = Problems()
    _columns_known(export, study, problems)
    problems.stop_if_any()
    forms = {name: _repeats(form, study.forms[name].key, problems) for name, form in export.forms.items()}
    for name, form in forms.items():
        for column in dictionary.get(name, ()):
            _no_value(form, column, study.forms[name].explained_by, problems)
    cut = study.build.data_cut
    check_values(forms.values(), dictionary, problems, data_cut=cut, checked_later=dated)
    check_descriptions(forms.values(), dictionary, problems)
    _treatment_list(forms, study, problems)
    _agreements(export, study, dictionary, problems)
    return replace(export, forms=forms, problems=(*export.problems, *problems.items))


def _columns_known(export: RawExport, study: Study, problems: Problems) -> None:
    """Every column that `study.toml` names for these checks is one of its form."""
    named = [
        (name, column)
        for name, source in study.forms.items()
        for column in (*source.key, *source.explained_by)
    ]
    for item in study.agreements:
        named += [
            (form, column) for form, _, column in (x.partition(".") for x in (item.column, item.agrees_with))
        ]
    for name, column in named:
        form = export.forms.get(name)
        if form is None or column not in form.columns:
            hint = did_you_mean(column, form.columns if form else ())
            what = f"study.toml names {name}.{column}, and there is no such column."
            problems.add(COLUMN_MISSING.at("study.toml", what, hint=hint, fix="Correct its name."))
    compared = {x.partition(".")[0] for item in study.agreements for x in (item.column, item.agrees_with)}
    for name in sorted(compared):
        if name in export.forms and not study.chain(name):
            what = f"[[agreements]] compares subjects, and form '{name}' has none."
            problems.add(COLUMN_MISSING.at("study.toml", what, fix="Name columns of forms with a subject."))


def _repeats(form: Form, key: tuple[str, ...], problems: Problems) -> Form:
    """The form with the row ids of its repeats. Records without a full key are compared as a whole."""
    every = [form.column(name) for name in form.columns]
    by_key = [form.column(name) for name in key]
    full = np.full(form.rows, bool(by_key))
    for column in by_key:
        full &= ~column.missing
    repeats: dict[int, int] = {}
    for chosen, columns in ((full, by_key), (~full, every)):
        if chosen.any():
            repeats |= _earlier(columns, np.flatnonzero(chosen))
    repeats = dict(sorted(repeats.items()))
    places = [(row, _of_repeat(form, row, other, key)) for row, other in repeats.items()]
    _tell(REPEATED, form, key[-1] if key else "", places, problems)
    return replace(form, repeats=repeats)


def _earlier(columns: Sequence[CodedColumn], rows: NDArray[np.int64]) -> dict[int, int]:
    """Of some rows those whose values an earlier one of them has → the first such row."""
    every = len(rows) == len(columns[0])
    numbers = row_numbers(columns if every else [column.take(rows) for column in columns])
    double = pd.Series(numbers, copy=False).duplicated(keep=False).to_numpy()
    rows, numbers = rows[double], numbers[double]
    first: dict[int, int] = {}
    before = {
        row: first.setdefault(number, row)
        for row, number in zip(rows.tolist(), numbers.tolist(), strict=True)
    }
    return {row: other for row, other in before.items() if row != other}


def _of_repeat(form: Form, row: int, other: int, key: tuple[str, ...]) -> str:
    """In words: which record is repeated, and in which columns the two differ."""
    line = form.address(other).line
    codes = {name: form.column(name).codes for name in form.columns}
    differ = [name for name, own in codes.items() if own[row] != own[other]]
    if not differ:
        return f"this record is the same as that on line {line} in every column; both are kept"
    shown = ", ".join(differ)
    return (
        f"this record has the same {', '.join(key)} as that on line {line}, and differs in {shown}; "
        "both are kept"
    )


def _no_value(
    form: Form, column: DictionaryColumn, reasons: Mapping[str, tuple[str, ...]], problems: Problems
) -> None:
    """Codes for no value in a column of numbers, of records that don't say why."""
    if column.type not in ("integer", "decimal"):
        return
    words = {code: meaning for code, meaning in column.codes.items() if meaning.casefold() in NO_VALUE_MEANT}
    if not words:
        return
    values = form.column(column.name)
    found = values.among(words)
    if not found.any():
        return
    for name, said in reasons.items():
        found = found & ~form.column(name).among(said)
    rows = np.flatnonzero(found)
    places = [
        (row, f"'{code}' ({words[code].lower()}) in a numeric field")
        for row, code in zip(rows.tolist(), values.series(rows), strict=True)
    ]
    _tell(NO_VALUE, form, column.column, places, problems)


def _treatment_list(forms: Mapping[str, Form], study: Study, problems: Problems) -> None:
    """Keys that lead from a subject to the treatment list, and that the list does not have."""
    treated = forms.get(study.treatment.form) if study.treatment else None
    way = study.forms[treated.name].subject if treated else None
    if treated is None or way is None or way.through not in forms:
        return
    other, name = forms[way.through], way.other_column
    keys, listed = other.column(name), set(treated.column(way.by).distinct)
    for key, rows in keys.rows_by_value([key not in listed for key in keys.distinct]):
        cells = other.addresses(rows, name)
        what = f"{name} {key!r} is not in the treatment list, form '{treated.name}'"
        problems.add(NOT_IN_LIST.at(cells[0], what, values=[key], records=cells, out_of=keys.filled))


def _agreements(export: RawExport, study: Study, dictionary: Dictionary, problems: Problems) -> None:
    """Subjects of whom two columns contradict each other, reported at the first column."""
    described = {column.name: column for form in dictionary.values() for column in form}
    for item in study.agreements:
        mine, _, column = item.column.partition(".")
        form, source = export.forms[mine], export.forms[item.agrees_with.partition(".")[0]]
        own = form.column(item.column)
        theirs = _first_of_subjects(form, source, source.column(item.agrees_with))
        expected = [dict(item.pairs).get(value) for value in own.distinct]
        place = {value: number for number, value in enumerate(theirs.distinct)}
        codes = own.spread(np.array([place.get(value, -2) for value in expected], dtype="int64"), -2)
        rows = np.flatnonzero(~theirs.missing & ~own.missing & (codes != theirs.codes))
        one, two = described[item.column], described[item.agrees_with]
        places: list[tuple[int, str]] = []
        for row, said, other in zip(rows.tolist(), own.series(rows), theirs.series(rows), strict=True):
            text = f"{one.label} {_coded(one, said)} does not go with {_coded(two, other)}"
            places.append((row, f"{text} of {item.agrees_with} ({two.label})"))
        _tell(DISAGREE, form, column, places, problems)


def _first_of_subjects(form: Form, source: Form, values: CodedColumn) -> CodedColumn:
    """For each record of a form the first value that another form has of its subject."""
    filled = np.flatnonzero(~values.missing)
    subjects = source.column("USUBJID").take(filled)
    first = np.append(filled, -1)[subjects.first_rows]
    known = dict(zip(subjects.distinct, np.append(values.codes, -1)[first].tolist(), strict=True))
    subject = form.column("USUBJID")
    codes = np.array([known.get(name, -1) for name in subject.distinct], dtype="int64")
    return CodedColumn(values.values, subject.spread(codes, -1))


def _coded(column: DictionaryColumn, value: str) -> str:
    meaning = column.codes.get(value, "")
    return f"'{value}'" + (f" ({meaning})" if meaning else "")


def _tell(kind: Kind, form: Form, column: str, places: list[tuple[int, str]], problems: Problems) -> None:
    """A problem for each distinct text, with the raw cells of all rows that it is said of."""
    rows_of: dict[str, list[int]] = {}
    for row, what in places:
        rows_of.setdefault(what, []).append(row)
    for what, rows in rows_of.items():
        values = form.column(column).found(np.array(rows)) if column else []
        cells = form.addresses(np.array(rows), column)
        problems.add(kind.at(cells[0], what, values=values, records=cells, out_of=form.rows))
