"""Link: every record of the study to its subject, over narrow keys; what links nowhere is told."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from string import Formatter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.problems import Kind, Problems, did_you_mean
from il2cdisc.base.rowids import id_column
from il2cdisc.raw.forms import Form, RawExport
from il2cdisc.raw.problems import KEY_TWICE, NO_KEY, NOWHERE, SUBJECT_TWICE
from il2cdisc.study import Study

HINTED = 20
"""For so many unknown keys of a form the nearest one is looked for: that takes long."""
PADDED = "Set trim = true for form '{}' in study.toml, or correct the key."


@dataclass(frozen=True, slots=True)
class _Keys:
    """Where keys lead: the key column of a form, its distinct values and the row of each."""

    form: Form
    column: str
    keys: pd.Index
    rows: NDArray[np.int64]


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
    rows: dict[str, NDArray[np.int64]] = {base.form.name: np.arange(len(base.form.frame))}
    links: dict[str, pd.DataFrame] = {}
    for name in sorted(export.forms, key=lambda form: (len(study.chain(form)), form)):
        chain = study.chain(name)
        if chain:
            links[name] = _linked(export, study, name, base, tables, rows, problems)
    problems.stop_if_any()
    forms: dict[str, Form] = {}
    names = usubjid.array
    for name, form in export.forms.items():
        if name not in links:
            forms[name] = form
            continue
        subject = pd.Series(names.take(rows[name]))
        links[name].insert(1, "USUBJID", subject)
        frame = form.frame.copy(deep=False)
        frame.insert(1, "USUBJID", subject)
        forms[name] = replace(form, frame=frame)
    subjects = pd.DataFrame(
        {
            id_column(base.form.name): base.form.frame[id_column(base.form.name)],
            "SUBJID": base.form.frame[f"{base.form.name}.{base.column}"],
            "USUBJID": usubjid,
        }
    )
    return replace(export, forms=forms, subjects=subjects, links=links)


def _linked(
    export: RawExport,
    study: Study,
    name: str,
    base: _Keys,
    tables: dict[tuple[str, str], _Keys],
    rows: dict[str, NDArray[np.int64]],
    problems: Problems,
) -> pd.DataFrame:
    """Row ids of a form and of what it goes through; its subjects' rows go to `rows` (-1: unknown)."""
    form, way = export.forms[name], study.forms[name].subject
    assert way is not None
    out = {id_column(name): form.frame[id_column(name)].array}
    if name == base.form.name:
        return pd.DataFrame(out)
    if way.column:
        other, key = base, way.column
    else:
        place = (way.through, way.other_column)
        if place not in tables:
            tables[place] = _distinct(export.forms[way.through], way.other_column, problems)
        other, key = tables[place], way.by
    found = _look_up(form, key, other, problems)
    there = np.where(found >= 0, found, 0)
    own = other.form.frame[id_column(other.form.name)]
    if len(own):
        out[id_column(other.form.name)] = own.array.take(found, allow_fill=True)
        rows[name] = np.where(found >= 0, rows[other.form.name][there], -1)
    else:
        rows[name] = np.full(len(form.frame), -1)
    return pd.DataFrame(out)


def _subject_keys(form: Form, study: Study, problems: Problems) -> _Keys:
    """The subjects form by its key: one record a subject, or a problem."""
    column = study.study.subject_key
    values = form.frame[f"{form.name}.{column}"]
    _tell_missing(form, column, values, problems)
    _tell_double(form, column, values, SUBJECT_TWICE, problems)
    return _first_of(form, column, values)


def _distinct(form: Form, column: str, problems: Problems) -> _Keys:
    """A linking form by its key; records without one can't be pointed to."""
    values = form.frame[f"{form.name}.{column}"]
    _tell_double(form, column, values, KEY_TWICE, problems)
    return _first_of(form, column, values)


def _first_of(form: Form, column: str, values: pd.Series) -> _Keys:
    known = values.dropna().drop_duplicates()
    return _Keys(form, column, pd.Index(known), known.index.to_numpy("int64"))


def _tell_double(form: Form, column: str, values: pd.Series, kind: Kind, problems: Problems) -> None:
    double = values[values.duplicated(keep=False) & values.notna()]
    for key, rows in double.groupby(double, sort=False).groups.items():
        what = f"Several records of form '{form.name}' have the {column} '{key}'."
        _tell(kind, form, column, rows.to_numpy("int64"), what, problems)


def _look_up(form: Form, column: str, other: _Keys, problems: Problems) -> NDArray[np.int64]:
    """For each record the row of `other` that its key points to; -1 where there is none (told)."""
    values = form.frame[f"{form.name}.{column}"]
    _tell_missing(form, column, values, problems)
    codes, distinct = pd.factorize(values)
    at = other.keys.get_indexer(pd.Index(distinct))
    row_of = np.append(np.where(at >= 0, np.append(other.rows, -1)[at], -1), -1)
    orphans = [int(place) for place in np.flatnonzero(at < 0)]
    near = _Near(other.keys) if orphans else None
    end = f"of form '{form.name}' is not in {other.column} of form '{other.form.name}'."
    order = np.argsort(codes, kind="stable")
    first, last = (np.searchsorted(codes[order], orphans, side) for side in ("left", "right"))
    for number, place in enumerate(orphans):
        key, rows = str(distinct[place]), order[first[number] : last[number]]
        hint = near.to(key) if near and number < HINTED else ""
        what, fix = f"{column} '{key}' {end}", ""
        if near and (padded := near.padded(key)):
            hint, fix = padded, PADDED.format(form.name if key != key.rstrip(" ") else other.form.name)
            what = f"{what.removesuffix('.')}; without blanks at the end it is."
        _tell(NOWHERE, form, column, rows, what, problems, hint=hint, fix=fix)
    return row_of[codes].astype("int64")


class _Near:
    """The key that was probably meant: the same but for case, zeros and signs, else the nearest spelling."""

    def __init__(self, keys: pd.Index) -> None:
        self.keys = [str(key) for key in keys]
        self.bare = {_bare(key): key for key in self.keys}
        self.trimmed = {key.rstrip(" "): key for key in self.keys}

    def to(self, key: str) -> str:
        return self.bare.get(_bare(key)) or did_you_mean(key, self.keys)

    def padded(self, key: str) -> str:
        """The key that is the same but for blanks at the end; "" if there is none."""
        return self.trimmed.get(key.rstrip(" "), "")


def _bare(key: str) -> str:
    return "-".join(part.lstrip("0") for part in re.split(r"[^0-9a-z]+", key.strip().casefold()))


def _tell_missing(form: Form, column: str, values: pd.Series, problems: Problems) -> None:
    missing = np.flatnonzero(values.isna().to_numpy())
    if len(missing):
        what = f"Records of form '{form.name}' have no {column}."
        _tell(NO_KEY, form, column, missing, what, problems)


def _tell(
    kind: Kind,
    form: Form,
    column: str,
    rows: NDArray[np.int64] | NDArray[np.intp],
    what: str,
    problems: Problems,
    hint: str = "",
    fix: str = "",
) -> None:
    places = form.addresses(rows, column)
    problems.add(kind.at(places[0], what, hint=hint, fix=fix, records=places, out_of=len(form.frame)))


def _usubjid(form: Form, study: Study, problems: Problems) -> pd.Series:
    """USUBJID of each record of the subjects form, by the study's pattern."""
    out = pd.Series("", index=form.frame.index, dtype="str")
    for text, field, _, _ in Formatter().parse(study.study.usubjid):
        out = out + text
        if field == "STUDYID":
            out = out + study.id
        elif field is not None:
            column = study.study.subject_key if field == "SUBJID" else field
            if f"{form.name}.{column}" not in form.frame:
                hint = did_you_mean(column, form.columns)
                what = f"USUBJID needs {column}, the form '{form.name}' has no such column."
                problems.add(NO_KEY.at("study.toml", what, hint=hint))
                continue
            values = form.frame[f"{form.name}.{column}"]
            if column != study.study.subject_key and values.isna().any():
                rows = np.flatnonzero(values.isna().to_numpy())
                _tell(NO_KEY, form, column, rows, f"USUBJID needs {column}, it is blank.", problems)
            out = out + values
    return out
