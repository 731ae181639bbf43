"""Records of different datasets that belong together: by subject, by visit, by any keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from il2cdisc.base.moments import DAY, Moments
from il2cdisc.check.context import CheckContext
from il2cdisc.check.dated import Dated
from il2cdisc.check.records import Cause, filled, has, numbers_of, one_of
from il2cdisc.check.table import CheckedTable, Flags, Rows

VISIT = (("USUBJID", "USUBJID"), ("VISITNUM", "VISITNUM"))


class Persons:
    """The subjects of a package, numbered from 0 alike for all datasets."""

    def __init__(self, tables: Mapping[str, CheckedTable]) -> None:
        self._of: dict[str, Rows] = {}
        known: dict[str, int] = {}
        for name, table in tables.items():
            if has(table, "USUBJID"):
                subjects = table.distinct("USUBJID")
                numbers = [known.setdefault(text, len(known)) for text in subjects.texts]
                self._of[name] = subjects.each(numbers, -1).astype("int32")
        self.count = len(known)

    def of(self, table: CheckedTable) -> Rows:
        """The number of the subject of each record, -1 for none."""
        return self._of[table.name]

    def any(self, table: CheckedTable, chosen: Flags) -> Flags:
        """For each subject whether one of the chosen records is theirs."""
        out = np.zeros(self.count + 1, dtype=bool)
        out[self.of(table)[chosen]] = True
        out[-1] = False  # records without a subject are counted there
        return out[:-1]

    def counts(self, table: CheckedTable, chosen: Flags) -> NDArray[np.int64]:
        """How many of the chosen records each subject has."""
        people = self.of(table)[chosen]
        return np.bincount(people[people >= 0], minlength=self.count)

    def spread(self, of_subjects: Flags, table: CheckedTable) -> Flags:
        """What holds for subjects, for each record of a dataset."""
        return np.append(of_subjects, False)[self.of(table)]


def persons(context: CheckContext) -> Persons:
    """The numbered subjects of a package, made once."""
    held = context.held
    if "persons" not in held:
        held["persons"] = Persons(context.tables)
    found = held["persons"]
    assert isinstance(found, Persons)
    return found


@dataclass(frozen=True)
class OtherValues:
    """A column of the other records, by the records of the first dataset."""

    table: CheckedTable
    rows: Rows
    variable: str

    def at(self, rows: Rows) -> list[object]:
        """The values for some records of the first dataset, None for none."""
        places = self.rows[rows]
        values = self.table.values(self.variable, np.maximum(places, 0)) if len(self.table) else []
        pairs = zip(values or [None] * len(places), places.tolist(), strict=True)
        return [value if place >= 0 else None for value, place in pairs]


@dataclass(frozen=True)
class Partner:
    """For each record of a dataset the row of a record of another one, `table`; -1 for none."""

    table: CheckedTable
    rows: Rows

    @property
    def found(self) -> Flags:
        """Records that have one."""
        return self.rows >= 0

    def dated(self, variable: str) -> Dated:
        """A date of the other records."""
        dates = self.table.dated(variable)
        return Dated(dates.of_values, self.taken(dates.codes.astype("int64"), -1))

    def days(self, variable: str) -> Dated:
        """The same without times, which a day alone is not compared with."""
        whole = self.dated(variable)
        days = whole.of_values
        first = days.first // DAY * DAY
        end = np.where(days.has_day, first + DAY, days.end)
        return Dated(Moments(first, end, np.minimum(days.known, 2)), whole.codes)

    def one_of(self, variable: str, *values: str) -> Flags:
        """Records whose other one has one of some values."""
        return self.taken(one_of(self.table, variable, *values), False)

    def holds(self, flags: Flags) -> Flags:
        """Records for whose other one a flag holds."""
        return self.taken(flags, False)

    def filled(self, variable: str) -> Flags:
        """Records whose other one has a value."""
        return self.taken(filled(self.table, variable), False)

    def numbers(self, variable: str) -> NDArray[np.float64]:
        """Numbers of the other records."""
        return self.taken(numbers_of(self.table, variable), np.nan)

    def text(self, variable: str) -> OtherValues:
        """A column of the other records for sentences."""
        return OtherValues(self.table, self.rows, variable)

    def cause(self, variable: str, what: str) -> Cause:
        """The cell of the other record as that which the records were compared with."""
        return Cause(self.table.name, variable, self.rows, what)

    def taken(self, values: NDArray[Any], missing: object = np.nan) -> NDArray[Any]:
        """What is known of each record of the other dataset, for each of these; `missing` without one."""
        return np.append(values, np.array([missing], dtype=values.dtype))[self.rows]


def of_subject(
    context: CheckContext,
    table: CheckedTable,
    other: str,
    chosen: Flags | None = None,
    *,
    by: str = "",
    last: bool = False,
) -> Partner | None:
    """For each record the first (or last) of the chosen records of its subject in another dataset.

    `by`: the date that orders them; those without a known day have no place. Without it: the first in the
    file. None where the other dataset, or a subject in one of the two, is not there.
    """
    right = context.tables.get(other)
    if right is None or not has(right, "USUBJID", *([by] if by else [])) or not has(table, "USUBJID"):
        return None
    people = persons(context)
    places = first_of_subjects(context, right, chosen, by=by, last=last)
    return Partner(right, np.append(places, -1)[people.of(table)])


def first_of_subjects(
    context: CheckContext,
    table: CheckedTable,
    chosen: Flags | None = None,
    *,
    by: str = "",
    last: bool = False,
) -> Rows:
    """For each subject the row of the first (or last) chosen record, -1 for none; see `of_subject`."""
    people = persons(context)
    keep = people.of(table) >= 0 if chosen is None else chosen & (people.of(table) >= 0)
    if by:
        dates = table.dated(by)
        keep = keep & dates.has_day
        at = np.append(dates.of_values.end if last else dates.of_values.first, 0)[dates.codes]
    else:
        at = np.arange(len(table))
    rows = np.flatnonzero(keep)
    order = rows[np.argsort(at[rows], kind="stable")]
    out = np.full(people.count, -1, dtype="int64")
    ordered = order if last else order[::-1]
    out[people.of(table)[ordered]] = ordered  # the last one that is written stays
    return out


def matched_rows(
    left: CheckedTable,
    right: CheckedTable,
    names: Sequence[tuple[str, str]] = VISIT,
    among: Flags | None = None,
) -> Partner:
    """For each record of `left` the first record of `right` (of those `among`) with the same values.

    `names` are pairs of variables. A missing value matches nothing.
    """
    ours, theirs = _keys(left, right, names)
    rows = np.flatnonzero(theirs >= 0 if among is None else among & (theirs >= 0))
    order = rows[np.argsort(theirs[rows], kind="stable")]
    sorted_ = theirs[order]
    place = np.searchsorted(sorted_, ours)
    inside = (place < len(sorted_)) & (ours >= 0)
    held = np.append(sorted_, -2)[np.minimum(place, len(sorted_))] == ours
    return Partner(right, np.where(inside & held, np.append(order, -1)[np.minimum(place, len(order))], -1))


def _keys(left: CheckedTable, right: CheckedTable, names: Sequence[tuple[str, str]]) -> tuple[Rows, Rows]:
    """A number for the values of each record, alike in both datasets; -1 where one is missing."""
    ours, theirs = (np.zeros(len(table), dtype="int64") for table in (left, right))
    for one, other in names:
        theirs_of, ours_of = right.distinct(other), left.distinct(one)
        known = {text: number for number, text in enumerate(theirs_of.texts)}
        size = len(known) + 1
        mine = ours_of.each([known.get(text, -1) for text in ours_of.texts], -1).astype("int64")
        codes = theirs_of.codes.astype("int64")
        ours = np.where((ours < 0) | (mine < 0), -1, ours * size + mine)
        theirs = np.where((theirs < 0) | (codes < 0), -1, theirs * size + codes)
    return ours, theirs


def groups_of(table: CheckedTable, names: Sequence[str]) -> Rows:
    """A number for each record: records with the same values, missing or not, have the same one."""
    from il2cdisc.spec.selection import groups

    return groups([table.distinct(name).codes for name in names if name in table.by_name])[0]
