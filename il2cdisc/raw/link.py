"""Link: every record of the study to its subject, over narrow keys; what links nowhere is told."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from string import Formatter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.columns import CodedColumn, CodedTable
from il2cdisc.base.problems import Kind, Problems, did_you_mean
from il2cdisc.base.rowids import id_column
from il2cdisc.raw.forms import Form, RawExport
from il2cdisc.raw.problems import KEY_TWICE, NO_KEY, NOWHERE, SUBJECT_TWICE
from il2cdisc.study import Study
from il2cdisc.transport.arrow import pc
from il2cdisc.transport.text import text_array

Rows = NDArray[np.int32]
"""Row ids, -1 for none."""
HINTED = 20
"""For so many unknown keys of a form the nearest one is looked for: that takes long."""
PADDED = "Set trim = true for form '{}' in study.toml, or correct the key."


@dataclass(frozen=True, slots=True)
class _Keys:
    """Where keys lead: the key column of a form, by name and values."""

    form: Form
    column: str
    keys: CodedColumn


def link(export: RawExport, study: Study) -> RawExport:
    """The export with `USUBJID` in every form that has a subject, and the link table kept.

    Keys are compared as they are: no case, zero or space is forgiven (`trim` of a form removes blanks at
    the end while it is read). Raises `Stopped` with every subject
    that has several records, every record without a key or with one that links nowhere, and every key
    that points to several records of a linking form.
    """
    problems = Problems()
    base = _subject_keys(export.forms[study.study.subjects], study, problems)
    usubjid = _usubjid(base.form, study, problems)
    tables: dict[tuple[str, str], _Keys] = {(base.form.name, base.column): base}
    rows: dict[str, Rows] = {base.form.name: np.arange(base.form.rows, dtype="int32")}
    links: dict[str, dict[str, Rows]] = {}
    for name in sorted(export.forms, key=lambda form: (len(study.chain(form)), form)):
        chain = study.chain(name)
        if chain:
            links[name] = _linked(export, study, name, base, tables, rows, problems)
    problems.stop_if_any()
    names = CodedColumn.of(usubjid)
    forms = {
        name: _with_subjects(form, _of_rows(names, rows[name])) if name in links else form
        for name, form in export.forms.items()
    }
    subjects = pd.DataFrame(
        {
            id_column(base.form.name): pd.Series(np.arange(base.form.rows), dtype="Int64"),
            "SUBJID": base.form.column(base.column).series(),
            "USUBJID": usubjid,
        }
    )
    return replace(export, forms=forms, subjects=subjects, links=links)


def _of_rows(column: CodedColumn, rows: Rows) -> CodedColumn:
    """The values of a column at some rows, missing at -1."""
    return CodedColumn(column.values, np.append(column.codes, -1)[rows]).used()


def _with_subjects(form: Form, usubjid: CodedColumn) -> Form:
    """The form with USUBJID in front of its columns."""
    return replace(form, table=CodedTable({"USUBJID": usubjid, **form.table.columns}, form.rows))


def _linked(
    export: RawExport,
    study: Study,
    name: str,
    base: _Keys,
    tables: dict[tuple[str, str], _Keys],
    rows: dict[str, Rows],
    problems: Problems,
) -> dict[str, Rows]:
    """The form that a form goes through, with a row id there for each record; the rows of its subjects go to
    `rows`. -1 is an unknown one."""
    form, way = export.forms[name], study.forms[name].subject
    assert way is not None
    if name == base.form.name:
        return {}
    if way.column:
        other, key = base, way.column
    else:
        place = (way.through, way.other_column)
        if place not in tables:
            tables[place] = _distinct(export.forms[way.through], way.other_column, problems)
        other, key = tables[place], way.by
    found = _look_up(form, key, other, problems)
    rows[name] = np.append(rows[other.form.name], np.int32(-1))[found]
    return {other.form.name: found}


def _subject_keys(form: Form, study: Study, problems: Problems) -> _Keys:
    """The subjects form by its key: one record a subject, or a problem."""
    column = study.study.subject_key
    values = form.column(column)
    _tell_missing(form, column, values, problems)
    _tell_double(form, column, values, SUBJECT_TWICE, problems)
    return _Keys(form, column, values)


def _distinct(form: Form, column: str, problems: Problems) -> _Keys:
    """A linking form by its key; records without one can't be pointed to."""
    values = form.column(column)
    _tell_double(form, column, values, KEY_TWICE, problems)
    return _Keys(form, column, values)


def _tell_double(form: Form, column: str, values: CodedColumn, kind: Kind, problems: Problems) -> None:
    counts = np.bincount(values.codes.astype("int64") + 1, minlength=len(values.values) + 1)[1:]
    for key, rows in values.rows_by_value(counts > 1):
        what = f"Several records of form '{form.name}' have the {column} '{key}'."
        _tell(kind, form, column, rows, what, problems)


def _look_up(form: Form, column: str, other: _Keys, problems: Problems) -> Rows:
    """For each record the row of `other` that its key points to; -1 where there is none (told)."""
    values = form.column(column)
    _tell_missing(form, column, values, problems)
    found = pc.index_in(_texts(values), value_set=_texts(other.keys))
    at = pc.fill_null(found, -1).to_numpy(zero_copy_only=False)
    unknown = at < 0
    near = _Near(other.keys.distinct) if unknown.any() else None
    end = f"of form '{form.name}' is not in {other.column} of form '{other.form.name}'."
    for number, (key, rows) in enumerate(values.rows_by_value(unknown)):
        hint = near.to(key) if near and number < HINTED else ""
        what, fix = f"{column} '{key}' {end}", ""
        if near and (padded := near.padded(key)):
            hint, fix = padded, PADDED.format(form.name if key != key.rstrip(" ") else other.form.name)
            what = f"{what.removesuffix('.')}; without blanks at the end it is."
        _tell(NOWHERE, form, column, rows, what, problems, hint=hint, fix=fix)
    first = np.append(other.keys.first_rows, -1).astype("int32")
    return values.spread(first[at], np.int32(-1))


def _texts(column: CodedColumn) -> Any:
    """The distinct values as an Arrow array."""
    return text_array(pd.Series(column.values))


class _Near:
    """The key that was probably meant: the same but for case, zeros and signs, else the nearest spelling."""

    def __init__(self, keys: list[str]) -> None:
        self.keys = keys
        self.bare = {_bare(key): key for key in self.keys}
        self.trimmed = {key.rstrip(" "): key for key in self.keys}

    def to(self, key: str) -> str:
        return self.bare.get(_bare(key)) or did_you_mean(key, self.keys)

    def padded(self, key: str) -> str:
        """The key that is the same but for blanks at the end; "" if there is none."""
        return self.trimmed.get(key.rstrip(" "), "")


def _bare(key: str) -> str:
    return "-".join(part.lstrip("0") for part in re.split(r"[^0-9a-z]+", key.strip().casefold()))


def _tell_missing(form: Form, column: str, values: CodedColumn, problems: Problems) -> None:
    missing = np.flatnonzero(values.missing)
    if len(missing):
        what = f"Records of form '{form.name}' have no {column}."
        _tell(NO_KEY, form, column, missing, what, problems)


def _tell(
    kind: Kind,
    form: Form,
    column: str,
    rows: NDArray[np.int64],
    what: str,
    problems: Problems,
    hint: str = "",
    fix: str = "",
) -> None:
    places = form.addresses(rows, column)
    problems.add(kind.at(places[0], what, hint=hint, fix=fix, records=places, out_of=form.rows))


def _usubjid(form: Form, study: Study, problems: Problems) -> pd.Series:
    """USUBJID of each record of the subjects form, by the study's pattern."""
    out = pd.Series("", index=pd.RangeIndex(form.rows), dtype="str")
    for text, field, _, _ in Formatter().parse(study.study.usubjid):
        out = out + text
        if field == "STUDYID":
            out = out + study.id
        elif field is not None:
            column = study.study.subject_key if field == "SUBJID" else field
            if column not in form.columns:
                hint = did_you_mean(column, form.columns)
                what = f"USUBJID needs {column}, the form '{form.name}' has no such column."
                problems.add(NO_KEY.at("study.toml", what, hint=hint))
                continue
            values = form.column(column).series()
            if column != study.study.subject_key and values.isna().any():
                rows = np.flatnonzero(values.isna().to_numpy())
                _tell(NO_KEY, form, column, rows, f"USUBJID needs {column}, it is blank.", problems)
            out = out + values
    return out
