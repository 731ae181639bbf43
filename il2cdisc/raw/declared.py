"""Forms and columns that `study.toml` names, held against the data dictionary before any data are read."""

from __future__ import annotations

from collections.abc import Iterator

from il2cdisc.base.problems import Problem, at_line, did_you_mean
from il2cdisc.raw.dictionary import Dictionary
from il2cdisc.raw.problems import FORM_UNKNOWN
from il2cdisc.study import Study
from il2cdisc.study.checks import UNKNOWN_COLUMN

Named = tuple[tuple[str, ...], str, str]
"""A key of `study.toml`, and the form and column that it names."""


def check_declared(study: Study, dictionary: Dictionary) -> list[Problem]:
    """What the data dictionary does not have, each with its key; and forms that only one of both has."""
    return [*same_forms(study, dictionary), *_columns(study, dictionary)]


def same_forms(study: Study, dictionary: Dictionary) -> Iterator[Problem]:
    """Forms of the dictionary that `study.toml` does not declare, and the other way round."""
    shown = study.shown(study.dictionary)
    for name, columns in dictionary.items():
        if name not in study.forms:
            where = at_line(shown, columns[0].line)
            hint = did_you_mean(name, [other for other in study.forms if other not in dictionary])
            yield FORM_UNKNOWN.at(where, f"study.toml declares no form '{name}'.", hint=hint)
    for name in study.forms:
        if name not in dictionary:
            hint = did_you_mean(name, [other for other in dictionary if other not in study.forms])
            what = f"The data dictionary describes no form '{name}'."
            yield FORM_UNKNOWN.at(study.at("forms", name), what, hint=hint)


def _columns(study: Study, dictionary: Dictionary) -> Iterator[Problem]:
    known = {form: [column.column for column in columns] for form, columns in dictionary.items()}
    for key, form, column in _named(study):
        if form in known and column not in known[form]:
            what = f"Form '{form}' has no column '{column}' in the data dictionary."
            yield UNKNOWN_COLUMN.at(study.at(*key), what, hint=did_you_mean(column, known[form]))


def _named(study: Study) -> Iterator[Named]:
    subjects = study.study.subjects
    yield ("study", "subject_key"), subjects, study.study.subject_key
    for name in study.study.usubjid_fields:
        if name not in {"STUDYID", "SUBJID"}:
            yield ("study", "usubjid"), subjects, name
    for form, source in study.forms.items():
        key = ("forms", form)
        for column in source.key:
            yield (*key, "key"), form, column
        for column in source.restricted if isinstance(source.restricted, tuple) else ():
            yield (*key, "restricted"), form, column
        for column in source.explained_by:
            yield (*key, "explained_by"), form, column
        if source.subject is None:
            continue
        if source.subject.column:
            yield (*key, "subject"), form, source.subject.column
        elif source.subject.through:
            yield (*key, "subject"), form, source.subject.by
            yield (*key, "subject"), source.subject.through, source.subject.other_column
    for number, item in enumerate(study.agreements):
        for name in ("column", "agrees_with"):
            form, _, column = getattr(item, name).partition(".")
            yield ("agreements", str(number), name), form, column
