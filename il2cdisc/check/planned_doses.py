"""What the sheet Protocol Doses plans, against the records of a package: doses, kits, times of procedures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2cdisc.base import moments
from il2cdisc.base.columns import row_numbers
from il2cdisc.base.moments import Moments
from il2cdisc.check.context import CheckContext
from il2cdisc.check.table import CheckedTable, Flags, Rows
from il2cdisc.spec.sheets_doses import DOSE, PROCEDURE
from il2cdisc.spec.sheets_sense import key_variable
from il2cdisc.spec.trial_models import DoseRow

MINUTE = 60_000_000  # microseconds
NONE = -1


def rows_of(context: CheckContext, item: str) -> list[DoseRow]:
    """Rows of one item whose dataset is there."""
    return [row for row in context.spec.doses if row.item == item and row.dataset in context.tables]


def variable(table: CheckedTable, stem: str) -> str:
    """The variable of a dataset with a stem such as DOSE; "" where the file has none."""
    name = f"{table.name[:2]}{stem}"
    return name if name in table.by_name else ""


def taken(table: CheckedTable) -> Flags:
    """Records of a treatment, or of a procedure, that took place."""
    out = np.ones(len(table), dtype=bool)
    for stem, value in (("OCCUR", "N"), ("STAT", "NOT DONE")):
        if name := variable(table, stem):
            out &= ~table.distinct(name).has(value)
    return out


def chosen(context: CheckContext, table: CheckedTable, row: DoseRow) -> Flags:
    """Records that a row is about: of its visit, arm, treatment and conditions."""
    out = np.zeros(len(table), dtype=bool)
    out[table.selection.rows(row.records)] = True
    if row.treatment:
        name = variable(table, "TRT")
        out &= table.distinct(name).has(row.treatment) if name else False
    if row.arm_code:
        arms, subjects = context.of_subject("ARMCD"), table.distinct("USUBJID")  # what was planned
        out &= subjects.column.where([arms.get(subject) == row.arm_code for subject in subjects.values])
    if row.visit:
        out &= at_visit(context, table, row.visit)
    return out


def at_visit(context: CheckContext, table: CheckedTable, visit: str) -> Flags:
    """Records of a visit of Protocol Visits, by its number; none where the dataset has no visits."""
    numbers = [v.visit_number for v in context.spec.protocol.visits if v.visit.casefold() == visit.casefold()]
    if "VISITNUM" not in table.by_name or not numbers:
        return np.zeros(len(table), dtype=bool)
    return np.isin(table.numbers("VISITNUM"), numbers)


@dataclass(frozen=True)
class Times:
    """Records of a procedure with a time: their rows, a number for subject and visit, and their moments."""

    table: CheckedTable
    name: str
    rows: Rows
    occasions: Rows
    moments: Moments

    def take(self, places: Rows) -> Times:
        """Some of them, by position."""
        rows, occasions = self.rows[places], self.occasions[places]
        return Times(self.table, self.name, rows, occasions, self.moments.take(places))

    def latest(self) -> Times:
        """Of each subject and visit the last one; in order of the occasions."""
        order = np.lexsort((self.moments.first, self.occasions))
        last = np.append(np.diff(self.occasions[order]) != 0, True)[: len(order)]
        return self.take(order[last])

    def texts(self, places: Rows) -> list[str]:
        """The dates as the file has them."""
        return [str(text) for text in self.table.values(self.name, self.rows[places])]


def times(context: CheckContext, row: DoseRow, subjects: dict[str, int]) -> Times | None:
    """The records of a procedure that took place and have a time; None where the dataset has no times."""
    table = context.tables[row.dataset]
    name = key_variable(table.by_name, table.name, "Date")
    if not name or not {"USUBJID", "VISITNUM"} <= set(table.by_name):
        return None
    dated = table.dated(name)
    known = table.numbers("VISITNUM")
    rows = np.flatnonzero(chosen(context, table, row) & taken(table) & dated.has_time & ~np.isnan(known))
    column = table.distinct("USUBJID")
    places = [subjects.setdefault(value, len(subjects)) for value in column.values]
    own = np.array([*places, NONE], dtype="int64")[column.codes[rows]]
    # visits have numbers such as 3.01: thousandths tell them apart
    visits = np.rint(known[rows] * 1000).astype("int64")
    occasions = own * 10_000_000 + visits
    return Times(table, name, rows, occasions, dated.of_values.take(dated.codes[rows]))


def procedures(context: CheckContext) -> list[tuple[DoseRow, Times]]:
    """Rows of procedures with their records, by their place in the sequence."""
    subjects: dict[str, int] = {}
    rows = sorted(rows_of(context, PROCEDURE), key=lambda row: row.order or 0)
    found = [(row, times(context, row, subjects)) for row in rows]
    return [(row, held) for row, held in found if held is not None]


def of_doses(context: CheckContext, given: Sequence[tuple[DoseRow, Times]]) -> list[tuple[DoseRow, Times]]:
    """Those procedures that are doses: of a dataset of which the sheet plans doses."""
    datasets = {row.dataset for row in rows_of(context, DOSE)}
    return [(row, held) for row, held in given if row.dataset in datasets]


def matched(one: Times, other: Times) -> tuple[Rows, Rows]:
    """Positions in `one`, and in `other` (one record an occasion, in order), with the same occasion."""
    places = np.searchsorted(other.occasions, one.occasions)
    inside = places < len(other.occasions)
    same = np.zeros(len(places), dtype=bool)
    same[inside] = other.occasions[places[inside]] == one.occasions[inside]
    return np.flatnonzero(same), places[same]


def after(one: Times, other: Times, left: Rows, right: Rows) -> Flags:
    """Whether records of `one` are known to be after those of `other`."""
    orders = moments.in_order(one.moments.take(left), other.moments.take(right))
    return orders == moments.AFTER


def minutes(one: Times, other: Times, left: Rows, right: Rows) -> np.ndarray:
    """Minutes from records of `other` to those of `one`."""
    return (one.moments.first[left] - other.moments.first[right]) / MINUTE


def occasion_numbers(table: CheckedTable, rows: Rows, names: Sequence[str]) -> Rows:
    """A number for each of some rows: rows that are alike in the variables have the same one."""
    return row_numbers([table.table[name] for name in names])[rows]


def surplus(numbers: Rows, most: int) -> tuple[Rows, Rows]:
    """Positions of rows beyond the first `most` of their number, and which one of them each is."""
    count = np.asarray(pd.Series(numbers).groupby(numbers).cumcount(), dtype=np.int64) + 1
    places = np.flatnonzero(count > most)
    return places, count[places]
