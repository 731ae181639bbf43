"""Forms that the sheet Protocol Schedule expects and the export does not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from il2cdisc.base.dates import sas_day
from il2cdisc.base.problems import Address, Problem, at_line
from il2cdisc.raw.dictionary import Dictionary
from il2cdisc.raw.forms import Form, RawExport
from il2cdisc.raw.problems import ENDS_EARLY, NEVER_THERE, NOT_THERE
from il2cdisc.raw.visits import ANY, Calls, Flags, Numbers, Visits, pairs
from il2cdisc.spec.conditions import Condition
from il2cdisc.spec.models import PlannedVisit, ScheduleRow
from il2cdisc.spec.sheets_schedule import EACH_VISIT
from il2cdisc.spec.where import describe
from il2cdisc.study import Study

MANY = 3
"""So many missing forms of one file can be one cause; fewer are told one by one."""


def missing_forms(
    export: RawExport,
    study: Study,
    dictionary: Dictionary,
    rows: Sequence[ScheduleRow],
    planned: Sequence[PlannedVisit],
) -> list[Problem]:
    """A problem for each form that is expected and missing, at the record that calls for it.

    One problem for all of them where a file ends early (no subject from some point on has the form), or
    where no subject has the form at a visit. Forms that were not read are not looked for.
    """
    if study.schedule is None or export.subjects is None:
        return []
    view = Visits(export, study, dictionary, study.schedule)
    cut = study.build.data_cut
    limit = float(sas_day(cut)) if cut else np.inf
    asked: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        if not row.optional and _forms_of(row) <= set(export.forms) - study.withheld:
            asked.setdefault(row.form, []).append(number)
    found: list[Problem] = []
    for name, numbers in sorted(asked.items()):
        due = [_due(view, number, rows[number], planned, limit) for number in numbers]
        if any(own["missing"].any() for own in due):
            once = _once_each(due, [rows[number] for number in numbers])
            found += _of_form(view, export.forms[name], once, rows)
    return found


def _once_each(due: Sequence[Mapping[str, np.ndarray]], rows: Sequence[ScheduleRow]) -> pd.DataFrame:
    """What several rows expect of a form: the same records of a subject and visit once."""
    records = pd.factorize(np.array([str(row.records) for row in rows], dtype=object))[0]
    said = np.repeat(records, [len(own["subject"]) for own in due])
    every = pd.DataFrame({name: np.concatenate([own[name] for own in due]) for name in due[0]})
    double = every[["subject", "visit"]].assign(records=said).duplicated()
    return every[~double.to_numpy()]


def _forms_of(row: ScheduleRow) -> set[str]:
    return {row.form, *(item.variable.partition(".")[0] for item in row.condition)}


def _due(
    view: Visits, number: int, row: ScheduleRow, planned: Sequence[PlannedVisit], limit: float
) -> dict[str, np.ndarray]:
    """Where a row expects its form: `subject`, `visit`, `day`; `at`, `row`: the record that calls for it, by
    the place of its form; `missing`; `number` of the row."""
    found = _candidates(view, row, planned)
    found = found.take(_holds(view, found, row.condition) & ~(found.day + row.grace_days > limit))
    chosen = view.selected(row.form, row.records)
    there = _among(view, found, row.form, chosen, by_visit=bool(row.visit))
    said = {"at": list(view.export.forms).index(found.at), "number": number}
    return {
        **{name: getattr(found, name) for name in ("subject", "visit", "day", "row")},
        **{name: np.full(len(there), value, dtype="int32") for name, value in said.items()},
        "missing": ~there,
    }


def _candidates(view: Visits, row: ScheduleRow, planned: Sequence[PlannedVisit]) -> Calls:
    if not row.visit:
        return _once(view)
    if row.visit.upper() == EACH_VISIT:
        return _each_visit(view, row.condition)
    if row.form == view.facts.visits:
        return _planned(view, row, planned)
    return view.took_place.take(view.took_place.visit == view.code(row.visit))


def _once(view: Visits) -> Calls:
    """Every subject, with the day of its last visit."""
    day = view.last_day(view.took_place.subject, view.took_place.day)
    subject = np.arange(len(view.subjects), dtype="int32")
    return Calls(view.study.study.subjects, subject, np.full_like(subject, ANY), day, subject)


def _each_visit(view: Visits, condition: tuple[Condition, ...]) -> Calls:
    """Every visit at which the first form of a condition has a record that satisfies it."""
    form = condition[0].variable.partition(".")[0]
    keys = view.keys(form)
    chosen = view.selected(form, _own(form, condition)) & (keys.visit != ANY)
    rows = np.flatnonzero(chosen).astype("int32")
    subject, visit = keys.subject[rows], keys.visit[rows]
    return Calls(form, subject, visit, view.day_of(subject, visit), rows)


def _planned(view: Visits, row: ScheduleRow, planned: Sequence[PlannedVisit]) -> Calls:
    """Every subject that is to have come to a visit: its window ended before the end of participation.

    Days count from the visit that is planned for the first day. A visit on that day or before it is expected
    of every subject whom the condition names; a later one of those who were there on it.
    """
    visit = next((item for item in planned if item.visit.casefold() == row.visit.casefold()), None)
    subject = np.arange(len(view.subjects), dtype="int32")
    last = np.full(len(subject), np.nan)
    due = np.full(len(subject), visit is not None and visit.planned_day is not None)
    if visit is not None and visit.planned_day is not None and visit.planned_day > 1:
        last = _first_day(view, planned) + visit.planned_day - 1 + (visit.window_after or 0)
        due &= ~np.isnan(last) & ~(last > view.end)
    at, visits = view.study.study.subjects, np.full_like(subject, view.code(row.visit))
    return Calls(at, subject, visits, last, subject).take(due)


def _first_day(view: Visits, planned: Sequence[PlannedVisit]) -> Numbers:
    """For each subject the day of the visit that is planned for the first day."""
    first = [view.code(item.visit) for item in planned if item.planned_day == 1]
    held = view.took_place.take(np.isin(view.took_place.visit, first))
    return view.last_day(held.subject, held.day)


def _holds(view: Visits, found: Calls, condition: tuple[Condition, ...]) -> Flags:
    """Whether each form of the condition has a record of the subject, at the visit, that satisfies it.

    A condition that names the form's column of the visit looks at that visit, whatever the row's.
    """
    out = np.ones(len(found.subject), dtype=bool)
    for form in dict.fromkeys(item.variable.partition(".")[0] for item in condition):
        own = _own(form, condition)
        place, column = view.visit_place(form)
        named = any(item.variable == f"{place}.{column}" for item in own)
        out &= _among(view, found, form, view.selected(form, own), by_visit=bool(place) and not named)
    return out


def _own(form: str, condition: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return tuple(item for item in condition if item.variable.startswith(f"{form}."))


def _among(view: Visits, found: Calls, form: str, chosen: Flags, *, by_visit: bool) -> Flags:
    """Whether a form has a chosen record of each subject, at its visit where the line has one."""
    keys = view.keys(form)
    subject, visit = found.subject, found.visit
    if not by_visit or (visit == ANY).all():
        return np.isin(subject, keys.subject[chosen])
    width = 1 + int(max(visit.max(initial=0), keys.visit.max(initial=0)))
    with_visit = chosen & (keys.visit != ANY)
    held = pairs(keys.subject[with_visit], keys.visit[with_visit], width)
    return np.isin(pairs(subject, visit, width), held)


def _of_form(view: Visits, form: Form, due: pd.DataFrame, rows: Sequence[ScheduleRow]) -> Iterator[Problem]:
    """The problems of one form: what one cause explains is one of them."""
    due = _in_order(view, form, due)
    missing = due["missing"].to_numpy()
    if not missing.any():
        return
    tail = _tail(view, due)
    if tail.any():
        yield _ends_early(view, form, due[tail], len(due))
    rest = due[missing & ~tail]
    for number, own in rest.groupby("number", sort=False):
        row, asked = rows[int(str(number))], int((due["number"] == number).sum())
        if len(own) == asked and asked >= MANY:
            yield _never_there(view, form, own, row)
        else:
            yield from _one_by_one(view, own, row)


def _in_order(view: Visits, form: Form, due: pd.DataFrame) -> pd.DataFrame:
    """What is expected, in the order of the file: by subject if its records are, else by day."""
    subject = view.keys(form.name).subject
    by_subject = bool((np.diff(subject[subject >= 0]) >= 0).all())
    return due.sort_values(["subject", "day"] if by_subject else ["day", "subject"], kind="stable")


def _tail(view: Visits, due: pd.DataFrame) -> Flags:
    """Which lines come after the last one that is there, if they are many, of whole subjects."""
    there = np.flatnonzero(~due["missing"].to_numpy())
    after = np.arange(len(due)) > (there[-1] if len(there) else -1)
    subjects = due["subject"][after].unique()
    whole = set(subjects) - set(due["subject"][~after])
    enough = after.sum() >= MANY and bool(whole)
    return after if enough else np.zeros(len(due), dtype=bool)


def _ends_early(view: Visits, form: Form, missing: pd.DataFrame, asked: int) -> Problem:
    part = form.parts[-1]
    cause = Address(file=part.file, sheet=part.sheet)
    line = int(part.lines[-1]) if len(part.lines) else 0
    first = _address(view, missing.iloc[0])
    what = f"no record of form '{form.name}' comes after this line; the first that calls for one is {first}"
    where = at_line(part.file, line, sheet=part.sheet) if line else cause
    return ENDS_EARLY.at(where, what, records=_addresses(view, missing), out_of=asked, cause=cause)


def _never_there(view: Visits, form: Form, missing: pd.DataFrame, row: ScheduleRow) -> Problem:
    part = form.parts[0]
    cause = Address(file=part.file, sheet=part.sheet)
    what = f"no subject has {_named(row)}{_at_visit(row)}; {_asked_by(row)}"
    records = _addresses(view, missing)
    return NEVER_THERE.at(cause, what, records=records, out_of=len(missing), cause=cause)


def _one_by_one(view: Visits, missing: pd.DataFrame, row: ScheduleRow) -> Iterator[Problem]:
    why = f", although {describe(row.condition)}" if row.condition else ""
    for where, visit in zip(_addresses(view, missing), _visit_texts(view, missing), strict=True):
        at = f" at {visit}" if row.visit else ""
        what = f"{_named(row)} is missing{at}{why}; {_asked_by(row)}"
        yield NOT_THERE.at(where, what, values=[_name_of(row)])


def _visit_texts(view: Visits, missing: pd.DataFrame) -> list[str]:
    """The visits as the export writes them, else as the sheet does."""
    names = {code: name.upper() for name, code in view.names.items()}
    return [names.get(int(code), "") for code in missing["visit"]]


def _named(row: ScheduleRow) -> str:
    return f"form '{row.form}'" + (f" with {describe(row.records)}" if row.records else "")


def _name_of(row: ScheduleRow) -> str:
    """The form that is missing, with the values that tell its records from others: `samples FLOW`."""
    return " ".join([row.form, *(value for item in row.records for value in item.values if value)])


def _at_visit(row: ScheduleRow) -> str:
    if not row.visit:
        return ""
    return " at any visit" if row.visit.upper() == EACH_VISIT else f" at {row.visit}"


def _asked_by(row: ScheduleRow) -> str:
    return f"{row.place.sheet} row {row.place.row} expects it"


def _addresses(view: Visits, lines: pd.DataFrame) -> list[Address]:
    return [_address(view, line) for _, line in lines.iterrows()]


def _address(view: Visits, line: pd.Series) -> Address:
    """The record that calls for a form; of a subject without one of the form, that of the subjects form."""
    form = list(view.export.forms.values())[int(line["at"])]
    place, column = view.visit_place(form.name)
    own = column if place == form.name and line["visit"] != ANY else ""
    found = form.address(int(line["row"]), own)
    return replace(found, usubjid=str(view.subjects[int(line["subject"])]))
