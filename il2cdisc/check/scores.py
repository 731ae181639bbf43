"""Totals beside their items: one line a collected total and occasion, from the sheet Totals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.check.context import Context, Rows, Table
from il2cdisc.spec.models import Total

NOT_DUE = "LOGICALLY SKIPPED ITEM"


@dataclass(frozen=True)
class Scored:
    """The occasions of a total. Positions are of records of `table`, -1 where there is none.

    `total`: record of the total (n,); `items`: of each item the record with its result, else the one that
    says why there is none (n, items); `values`: results, NaN for none (n, items).
    """

    table: Table
    spec: Total
    total: Rows
    items: NDArray[np.int64]
    values: NDArray[np.float64]

    @property
    def collected(self) -> NDArray[np.float64]:
        """The totals as collected, NaN for none."""
        numbers = self.table.frame[f"{self.table.name}STRESN"].to_numpy("float64")
        return np.where(self.total >= 0, numbers[self.total], np.nan)


def scored(context: Context) -> Iterator[Scored]:
    """Occasions of every total of the workbook whose dataset is there with its results."""
    for total in context.spec.totals:
        table = context.tables.get(total.dataset)
        name = total.dataset
        if table is None or not {"USUBJID", f"{name}TESTCD", f"{name}STRESN"} <= set(table.by_name):
            continue
        frame = table.frame
        slots = {code: number for number, item in enumerate(total.items) for code in item}
        slots[total.testcd] = len(total.items)
        mine = frame[f"{name}TESTCD"].isin(list(slots))
        if total.category and f"{name}CAT" in frame:
            mine &= frame[f"{name}CAT"] == total.category
        rows = np.flatnonzero(mine.to_numpy())
        if not len(rows):
            continue
        yield _occasions(table, total, rows, slots)


def _occasions(table: Table, total: Total, rows: NDArray[np.int64], slots: dict[str, int]) -> Scored:
    name, chosen = table.name, table.frame.iloc[rows]
    keys = [k for k in ("USUBJID", "VISITNUM", f"{name}DTC", f"{name}TPTNUM", f"{name}EVAL") if k in chosen]
    occasion = chosen.groupby(keys, sort=False, dropna=False).ngroup().to_numpy()
    slot = chosen[f"{name}TESTCD"].map(slots).to_numpy("int64")
    value = chosen[f"{name}STRESN"].to_numpy("float64")
    skipped = f"{name}REASND" in chosen and (chosen[f"{name}REASND"] == NOT_DUE).to_numpy()
    # of alternatives the rated one counts; without one, that which was due
    rank = np.where(~np.isnan(value), 0, 1 + np.asarray(skipped, dtype="int64"))
    order = np.lexsort((np.arange(len(rows)), rank, slot, occasion))
    best = pd.DataFrame({"o": occasion[order], "s": slot[order], "r": rows[order], "v": value[order]})
    best = best.drop_duplicates(["o", "s"])
    places = np.full((occasion.max() + 1, len(total.items) + 1), -1, dtype="int64")
    values = np.full(places.shape, np.nan)
    where = best["o"].to_numpy(), best["s"].to_numpy()
    places[where], values[where] = best["r"].to_numpy(), best["v"].to_numpy()
    return Scored(table, total, places[:, -1], places[:, :-1], values[:, :-1])
