"""Records of a linked export by subject and visit: which visit each is of, when it took place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.dates import is_iso, iso_date, latest_day, sas_day
from il2cdisc.raw.dictionary import Dictionary
from il2cdisc.raw.forms import Form, RawExport
from il2cdisc.spec.conditions import Condition, parse
from il2cdisc.spec.where import select
from il2cdisc.study import Study
from il2cdisc.study.model import ScheduleFacts

Codes = NDArray[np.int32]
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
ANY = -1
"""In the place of a visit: none, or whichever."""


def visit_column(study: Study, form: str, columns: Iterable[str]) -> str:
    """The column that holds the visit of a form's own records; "" where there is none."""
    name = study.forms[form].visit or (study.schedule.visit if study.schedule else "")
    return name if name in columns else ""


def visit_place(study: Study, form: str, columns: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """Form and column that tell the visit of a form's records: its own, or of one that it links through."""
    for name in (form, *study.chain(form)):
        if column := visit_column(study, name, columns.get(name, ())):
            return name, column
    return "", ""


def visit_words(dictionary: Dictionary, form: str, column: str) -> dict[str, str]:
    """Code of a visit → its name by the data dictionary, without regard to case."""
    found = next((item for item in dictionary.get(form, ()) if item.column == column), None)
    return {code: meaning.casefold() for code, meaning in found.codes.items()} if found else {}


@dataclass(frozen=True)
class Keys:
    """The records of a form: code of the subject and of the visit of each (`ANY`: none)."""

    subject: Codes
    visit: Codes


@dataclass(frozen=True)
class Calls:
    """Records that call for a form: subject and visit, the visit's SAS day (NaN if unknown), the form `at`
    and its row."""

    at: str
    subject: Codes
    visit: Codes
    day: Numbers
    row: Codes

    def take(self, chosen: Flags) -> Calls:
        """Those that a mask chooses."""
        return Calls(self.at, self.subject[chosen], self.visit[chosen], self.day[chosen], self.row[chosen])


class Visits:
    """The records of a study by subject and visit. Subjects are counted in the order of the subjects form."""

    def __init__(self, export: RawExport, study: Study, dictionary: Dictionary, facts: ScheduleFacts) -> None:
        assert export.subjects is not None
        self.export, self.study, self.dictionary, self.facts = export, study, dictionary, facts
        self.subjects = pd.Index(export.subjects["USUBJID"])
        self.names: dict[str, int] = {}
        """Name of a visit, lower case → its code."""
        self._keys: dict[str, Keys] = {}
        self._selected: dict[tuple[str, tuple[Condition, ...]], Flags] = {}
        self._columns = {name: form.columns for name, form in export.forms.items()}

    def code(self, visit: str) -> int:
        """The code of a visit by its name, whatever its case."""
        return self.names.setdefault(visit.casefold(), len(self.names))

    def keys(self, form: str) -> Keys:
        """Subject and visit of each record of a form; a code that the dictionary lacks is no visit."""
        if form not in self._keys:
            usubjid = self.export.forms[form].column("USUBJID")
            places = self.subjects.get_indexer(pd.Index(usubjid.distinct, dtype="str"))
            subject = usubjid.spread(places.astype("int32"), np.int32(ANY))
            self._keys[form] = Keys(subject, self._visit_codes(form))
        return self._keys[form]

    def _visit_codes(self, form: str) -> Codes:
        place, column = self.visit_place(form)
        if not place:
            return np.full(self.export.forms[form].rows, ANY, dtype="int32")
        visits = self.export.forms[place].column(column)
        words = visit_words(self.dictionary, place, column) or {value: value for value in visits.distinct}
        known = [self.code(words[value]) if value in words else ANY for value in visits.distinct]
        own = visits.spread(np.array(known, dtype="int32"), np.int32(ANY))
        return own if place == form else np.append(own, np.int32(ANY))[self.export.links[form][place]]

    def visit_place(self, form: str) -> tuple[str, str]:
        """Form and column that tell the visit of a form's records."""
        return visit_place(self.study, form, self._columns)

    def selected(self, form: str, where: tuple[Condition, ...]) -> Flags:
        """Which records of a form satisfy conditions on its columns (`COLUMN` or `form.COLUMN`)."""
        if (form, where) not in self._selected:
            own = [replace(item, variable=_of_form(form, item.variable)) for item in where]
            self._selected[form, where] = _satisfy(self.export.forms[form], own)
        return self._selected[form, where]

    @cached_property
    def took_place(self) -> Calls:
        """Visits that took place, one a subject and visit."""
        form = self.facts.visits
        keys, days = self.keys(form), self.days(f"{form}.{self.facts.date}")
        held = self.selected(form, parse(self.facts.took_place))
        rows = np.flatnonzero(held & (keys.visit != ANY))
        held = pairs(keys.subject[rows], keys.visit[rows], 1 + int(keys.visit.max(initial=0)))
        rows = rows[~pd.Series(held).duplicated().to_numpy()].astype("int32")
        return Calls(form, keys.subject[rows], keys.visit[rows], days[rows], rows)

    def day_of(self, subject: Codes, visit: Codes) -> Numbers:
        """The day of each visit that took place, NaN for others."""
        held = self.took_place
        width = 1 + int(max(visit.max(initial=0), held.visit.max(initial=0)))
        days = pd.Series(held.day, index=pairs(held.subject, held.visit, width))
        return np.asarray(days.reindex(pairs(subject, visit, width)), dtype=np.float64)

    def days(self, name: str) -> Numbers:
        """SAS days of a raw column `form.COLUMN` of dates; a partial one is the last day that it may mean."""
        column = self.export.forms[name.partition(".")[0]].column(name)
        return column.spread(np.array([self._day(text) for text in column.distinct], dtype="float64"), np.nan)

    def _day(self, text: str) -> float:
        try:
            found = text if is_iso(text) or not self.facts.written else iso_date(text, self.facts.written)
            return float(sas_day(latest_day(found)))
        except ValueError:
            return np.nan

    def last_day(self, subject: Codes, day: Numbers) -> Numbers:
        """The latest known day of each subject of the study, NaN without one."""
        found = pd.Series(day).groupby(subject).max()
        return np.asarray(found.reindex(np.arange(len(self.subjects))), dtype=np.float64)

    @cached_property
    def end(self) -> Numbers:
        """The last day of participation of each subject, NaN while it goes on."""
        out = np.full(len(self.subjects), np.nan)
        for name in self.facts.end:
            last = self.last_day(self.keys(name.partition(".")[0]).subject, self.days(name))
            out = np.fmax(out, last)
        return out


def pairs(subject: Codes, visit: Codes, width: int) -> NDArray[np.int64]:
    """A number for each subject and visit, of visits below `width`."""
    out = subject.astype(np.int64)
    return out * width + visit


def _satisfy(form: Form, where: Sequence[Condition]) -> Flags:
    """Which records satisfy conditions; each is asked of the distinct values, and of a missing one."""
    if any(item.variable not in form.table for item in where):
        select(form.frame(np.array([], dtype="int64")), where)  # raises: a column is not there
    out = np.ones(form.rows, dtype=bool)
    for item in where:
        column = form.column(item.variable)
        asked = pd.DataFrame({item.variable: pd.Series([*column.distinct, None], dtype="str")})
        out &= select(asked, [item]).to_numpy(dtype=bool)[column.codes]
    return out


def _of_form(form: str, variable: str) -> str:
    return variable if variable.startswith(f"{form}.") else f"{form}.{variable}"
