"""Records of one dataset as a check looks at them, a flag a record, and the sentences on those it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.moments import DAY
from il2cdisc.check.context import CheckContext, Compared, RuleHit
from il2cdisc.check.findings import Level
from il2cdisc.check.table import CheckedTable, Flags, Rows, number_text

MISSING = "no value"
"""What a sentence shows for a variable without a value."""


class ValuesAt(Protocol):
    """Values of another record for some records of a dataset."""

    def at(self, rows: Rows) -> list[object]: ...


Others = ValuesAt | NDArray[np.float64]


@dataclass(frozen=True)
class Cause:
    """The cell that records were compared with: its dataset and variable, for each record its row (-1: none),
    and the sentence of the cell if it explains them all; that may name variables of the records."""

    dataset: str
    variable: str
    rows: Rows
    what: str


def prefix(table: CheckedTable) -> str:
    """What the names of a dataset's own variables begin with: AE of AESEQ; else the dataset's name."""
    return table.seq[:2] if table.seq and table.seq != "ASEQ" else table.name


def has(table: CheckedTable | None, *names: str) -> bool:
    """Whether a dataset is there with all of some variables."""
    return table is not None and all(name in table.by_name for name in names)


def one_of(table: CheckedTable, name: str, *values: str) -> Flags:
    """Records with one of some values; none where the variable is not there."""
    if name not in table.by_name:
        return np.zeros(len(table), dtype=bool)
    return table.table[name].among(values)


def matching(table: CheckedTable, name: str, holds: Callable[[str], bool]) -> Flags:
    """Records for whose text a condition holds; it is asked once a value."""
    if name not in table.by_name:
        return np.zeros(len(table), dtype=bool)
    column = table.distinct(name)
    return column.column.where([holds(text) for text in column.texts])


def filled(table: CheckedTable, name: str) -> Flags:
    """Records with a value; none where the variable is not there."""
    if name not in table.by_name:
        return np.zeros(len(table), dtype=bool)
    return ~table.table[name].missing


def numbers_of(table: CheckedTable, name: str) -> NDArray[np.float64]:
    """Numbers of all records, NaN for missing ones and where the variable is not there."""
    if name not in table.by_name or table.by_name[name].type != "Num":
        return np.full(len(table), np.nan)
    return table.numbers(name)


def in_days(table: CheckedTable, name: str) -> NDArray[np.float64]:
    """Day of each date, counted from the start of the calendar; NaN where the day is not known."""
    dates = table.dated(name)
    return np.where(dates.has_day, dates.days.astype("float64"), np.nan)


def in_minutes(table: CheckedTable, name: str) -> NDArray[np.float64]:
    """Minutes from the start of the calendar; NaN where the time is not known."""
    dates = table.dated(name)
    first = np.append(dates.of_values.first, 0)[dates.codes]
    return np.where(dates.has_time, first / (DAY / 1440), np.nan)


def findings_of(context: CheckContext, *names: str) -> Iterator[tuple[CheckedTable, str]]:
    """Datasets of findings on subjects, and what their variables begin with; those with further variables,
    given without the beginning (`STRESN`)."""
    for table in context.tables.values():
        own = prefix(table)
        if has(table, "USUBJID", f"{own}TESTCD", *(f"{own}{name}" for name in names)):
            yield table, own


def given(table: CheckedTable) -> Flags:
    """Records of EX or EC of a dose that was given: not marked as missed, not planned only."""
    own = prefix(table)
    missed = one_of(table, f"{own}OCCUR", "N") | one_of(table, f"{own}STAT", "NOT DONE")
    return ~(missed | one_of(table, f"{own}MOOD", "SCHEDULED"))


def done(table: CheckedTable) -> Flags:
    """Records of what was done: not marked as not done."""
    return ~one_of(table, f"{prefix(table)}STAT", "NOT DONE")


def happened(table: CheckedTable) -> Flags:
    """Records of what is there: --OCCUR is not N, --STAT is not NOT DONE."""
    return done(table) & ~one_of(table, f"{prefix(table)}OCCUR", "N")


def hits(
    table: CheckedTable,
    variable: str,
    chosen: Flags,
    what: str,
    *,
    looked_at: Flags | None = None,
    level: Level | None = None,
    cause: Cause | None = None,
    **others: Others,
) -> Iterator[RuleHit | Compared]:
    """One hit for the chosen records, with a sentence each.

    `what` names variables of the dataset in braces, or one of `others`. With a `cause` the records that
    were compared with it are counted, too, so that one wrong cell is one finding.
    """
    if cause is not None:
        held = cause.rows if looked_at is None else cause.rows[looked_at]
        yield Compared(cause.dataset, cause.variable, held[held >= 0])
    rows = np.flatnonzero(chosen)
    if not len(rows):
        return
    compared = None
    if cause is not None:
        told = sentences(table, rows, cause.what, others)
        compared = Compared(cause.dataset, cause.variable, cause.rows[rows], told)
    out_of = 0 if looked_at is None else int(looked_at.sum())
    details = sentences(table, rows, what, others)
    yield RuleHit(
        table.name, what, variable, rows, details=details, level=level, out_of=out_of, compared=compared
    )


def sentences(table: CheckedTable, rows: Rows, what: str, others: Mapping[str, Others]) -> list[str]:
    """A template filled for some records.

    >>> from il2cdisc.base.columns import CodedTable
    >>> from il2cdisc.base.datasets import Variable
    >>> frame = pd.DataFrame({"VSSTRESN": [120.0, None]})
    >>> table = CheckedTable(
    ...     "VS", "", "vs.xpt", (Variable("VSSTRESN", "", "Num", 8),), CodedTable.of(frame)
    ... )
    >>> sentences(table, np.array([0, 1]), "{VSSTRESN} of {most}", {"most": np.array([110.5, 9])})
    ['120 of 110.5', 'no value of 9']
    """
    columns = {name: _texts(table, rows, name, others.get(name)) for name in _fields(what)}
    if not columns:
        return [what] * len(rows)
    names = list(columns)
    return [
        what.format(**dict(zip(names, cells, strict=True))) for cells in zip(*columns.values(), strict=True)
    ]


@lru_cache(maxsize=1024)
def _fields(what: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for _, name, _, _ in Formatter().parse(what) if name))


def _texts(table: CheckedTable, rows: Rows, name: str, other: Others | None) -> list[str]:
    if other is None:
        values = table.values(name, rows) if name in table.by_name else [None] * len(rows)
    elif isinstance(other, np.ndarray):
        values = other[rows].tolist()
    else:
        values = other.at(rows)
    return [_text(value) for value in values]


def _text(value: object) -> str:
    if value is None or pd.isna(value):  # pyright: ignore[reportArgumentType, reportCallIssue]
        return MISSING
    return number_text(float(f"{value:.6g}")) if isinstance(value, float) else str(value)
