"""Totals beside their items: one line a collected total and occasion, from the sheet Totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from il2cdisc.check.table import CheckedTable, Rows
from il2cdisc.spec.models import Total
from il2cdisc.spec.selection import groups

NOT_DUE = "LOGICALLY SKIPPED ITEM"


@dataclass(frozen=True)
class Scored:
    """The occasions of a total. Positions are of records of `table`, -1 where there is none.

    `total`: record of the total (n,); `items`: of each item the record with its result, else the one that
    says why there is none (n, items); `values`: results, NaN for none (n, items).
    """

    table: CheckedTable
    spec: Total
    total: Rows
    items: NDArray[np.int64]
    values: NDArray[np.float64]

    @property
    def collected(self) -> NDArray[np.float64]:
        """The totals as collected, NaN for none."""
        results = self.table.table[f"{self.table.name}STRESN"].take(self.total).numbers
        return np.where(self.total >= 0, results, np.nan)


def scored(totals: Iterable[Total], tables: Mapping[str, CheckedTable]) -> Iterator[Scored]:
    """Occasions of every total whose dataset is there with its results."""
    for total in totals:
        table, name = tables.get(total.dataset), total.dataset
        if table is None or not {"USUBJID", f"{name}TESTCD", f"{name}STRESN"} <= set(table.by_name):
            continue
        slots = {code: number for number, item in enumerate(total.items) for code in item}
        slots[total.testcd] = len(total.items)
        tests = table.distinct(f"{name}TESTCD")
        slot = tests.each([slots.get(code, -1) for code in tests.texts], -1)
        mine = slot >= 0
        if total.category and f"{name}CAT" in table.by_name:
            mine &= table.distinct(f"{name}CAT").has(total.category)
        rows = np.flatnonzero(mine)
        if len(rows):
            yield _occasions(table, total, rows, slot[rows])


def _occasions(table: CheckedTable, total: Total, rows: Rows, slot: Rows) -> Scored:
    name = table.name
    keys = ("USUBJID", "VISITNUM", f"{name}DTC", f"{name}TPTNUM", f"{name}EVAL")
    occasion, first = groups([table.distinct(key).codes[rows] for key in keys if key in table.by_name])
    value = table.table[f"{name}STRESN"].take(rows).numbers
    reason = f"{name}REASND"
    skipped = table.distinct(reason).has(NOT_DUE)[rows] if reason in table.by_name else np.zeros_like(rows)
    # of alternatives the rated one counts; without one, that which was due
    rank = np.where(~np.isnan(value), 0, 1 + skipped.astype("int64"))
    order = np.lexsort((rank, slot, occasion))
    best = order[np.flatnonzero(np.diff((occasion * (len(total.items) + 1) + slot)[order], prepend=-1))]
    places = np.full((len(first), len(total.items) + 1), -1, dtype="int64")
    values = np.full(places.shape, np.nan)
    where = occasion[best], slot[best]
    places[where], values[where] = rows[best], value[best]
    return Scored(table, total, places[:, -1], places[:, :-1], values[:, :-1])
