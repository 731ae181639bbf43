"""What shows in the linked export without any dataset: repeats, codes for no value, contradictions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
    every = [f"{form.name}.{column}" for column in form.columns]
    by_key = [f"{form.name}.{column}" for column in key]
    full = np.full(len(form.frame), bool(by_key))
    for name in by_key:
        full &= form.frame[name].notna().to_numpy()
    first = np.full(len(form.frame), -1, dtype="int64")
    for chosen, names in ((full, by_key), (~full, every)):
        if chosen.any():
            records = form.frame[names] if chosen.all() else form.frame.loc[chosen, names]
            first[chosen] = _earlier(records)
    rows = np.flatnonzero(first >= 0)
    column = key[-1] if key else ""
    places: list[tuple[int, str]] = []
    for row in rows.tolist():
        other = int(first[row])
        places.append((row, _of_repeat(form, row, other, key, every)))
    _tell(REPEATED, form, column, places, problems)
    return replace(form, repeats={int(row): int(first[row]) for row in rows})


def _earlier(frame: pd.DataFrame) -> NDArray[np.int64]:
    """For each row the index of the first earlier row with the same values, -1 where there is none."""
    out = pd.Series(-1, index=frame.index, dtype="int64")
    if frame.duplicated().any():
        some = frame[frame.duplicated(keep=False)]
        group = some.groupby(list(some.columns), sort=False, dropna=False).ngroup()
        first = pd.Series(some.index, index=some.index).groupby(group).transform("first")
        out.update(first[some.duplicated()])
    return out.to_numpy().astype(np.int64)


def _of_repeat(form: Form, row: int, other: int, key: tuple[str, ...], every: list[str]) -> str:
    """In words: which record is repeated, and in which columns the two differ."""
    line = form.address(other).line
    one, two = form.frame.loc[row, every].fillna(""), form.frame.loc[other, every].fillna("")
    differ = [name.partition(".")[2] for name in one.index[(one != two).to_numpy()]]
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
    values = form.frame[column.name]
    found = values.isin(list(words)).to_numpy()
    if not found.any():
        return
    for name, said in reasons.items():
        found = found & ~form.frame[f"{form.name}.{name}"].isin(list(said)).to_numpy()
    places = [
        (int(row), f"'{code}' ({words[code].lower()}) in a numeric field")
        for row, code in zip(np.flatnonzero(found), values[found], strict=True)
    ]
    _tell(NO_VALUE, form, column.column, places, problems)


def _treatment_list(forms: Mapping[str, Form], study: Study, problems: Problems) -> None:
    """Keys that lead from a subject to the treatment list, and that the list does not have."""
    treated = forms.get(study.treatment.form) if study.treatment else None
    way = study.forms[treated.name].subject if treated else None
    if treated is None or way is None or way.through not in forms:
        return
    other, name = forms[way.through], way.other_column
    keys = other.frame[f"{other.name}.{name}"]
    listed = treated.frame[f"{treated.name}.{way.by}"]
    missing = keys[keys.notna() & ~keys.isin(listed)]
    for key, rows in missing.groupby(missing, sort=False).groups.items():
        cells = other.addresses(rows.to_numpy("int64"), name)
        what = f"{name} {key!r} is not in the treatment list, form '{treated.name}'"
        problems.add(
            NOT_IN_LIST.at(cells[0], what, values=[key], records=cells, out_of=int(keys.notna().sum()))
        )


def _agreements(export: RawExport, study: Study, dictionary: Dictionary, problems: Problems) -> None:
    """Subjects of whom two columns contradict each other; told at the first column."""
    described = {column.name: column for form in dictionary.values() for column in form}
    for item in study.agreements:
        mine, _, column = item.column.partition(".")
        form, source = export.forms[mine], export.forms[item.agrees_with.partition(".")[0]]
        theirs = source.frame[["USUBJID", item.agrees_with]].dropna().drop_duplicates("USUBJID")
        against = form.frame["USUBJID"].map(theirs.set_index("USUBJID")[item.agrees_with])
        expected = form.frame[item.column].map(dict(item.pairs))
        wrong = against.notna() & form.frame[item.column].notna() & (expected != against)
        pairs = zip(form.frame.loc[wrong, item.column], against[wrong], strict=True)
        one, two = described[item.column], described[item.agrees_with]
        places: list[tuple[int, str]] = []
        for row, (said, other) in zip(np.flatnonzero(wrong), pairs, strict=True):
            told = f"{one.label} {_coded(one, said)} does not go with {_coded(two, other)}"
            places.append((int(row), f"{told} of {item.agrees_with} ({two.label})"))
        _tell(DISAGREE, form, column, places, problems)


def _coded(column: DictionaryColumn, value: str) -> str:
    meaning = column.codes.get(value, "")
    return f"'{value}'" + (f" ({meaning})" if meaning else "")


def _tell(kind: Kind, form: Form, column: str, places: list[tuple[int, str]], problems: Problems) -> None:
    """A problem for each distinct text, with the raw cells of all rows that it is said of."""
    rows_of: dict[str, list[int]] = {}
    for row, what in places:
        rows_of.setdefault(what, []).append(row)
    for what, rows in rows_of.items():
        values = form.frame[f"{form.name}.{column}"].iloc[rows].dropna().unique() if column else []
        cells = form.addresses(np.array(rows), column)
        problems.add(kind.at(cells[0], what, values=values, records=cells, out_of=len(form.frame)))
