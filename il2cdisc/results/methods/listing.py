"""Rows of a dataset as they are: one result per value, numbers as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from il2cdisc.base.datasets import repeated
from il2cdisc.results.frame import COLUMNS, empty
from il2cdisc.results.method import Method
from il2cdisc.results.shape import ResultRow, RowShape, ShownLine
from il2cdisc.results.work import Work, level_texts, record_keys
from il2cdisc.spec.conditions import equals, written
from il2cdisc.spec.tlf import DisplayAnalysis


def run(work: Work) -> pd.DataFrame:
    """Statistic `value` of each variable of each selected row, sorted by the option `order`.

    `row` numbers the rows; `level` holds the row's subject. Numbers are in `value`, all else in `text`.
    `where` selects the one record, by its subject and the sequence numbers that the dataset has.
    """
    order = work.analysis.option_list("order")
    rows = work.rows.sort_values(order, kind="stable") if order else work.rows
    names = [item.name for item in work.analysis.variables]
    if not names or rows.empty:
        return empty()
    # one line per row, one column per variable; read line by line they are the results
    values = np.full((len(rows), len(names)), np.nan)
    texts = np.full((len(rows), len(names)), "", dtype=object)
    for place, name in enumerate(names):
        column = rows[name]
        if pd.api.types.is_numeric_dtype(column):
            values[:, place] = column.to_numpy(dtype="float64", na_value=np.nan)
        else:
            texts[:, place] = column.astype("str").fillna("")
    line = np.repeat(np.arange(len(rows)), len(names))
    made: dict[str, Any] = {
        "order": np.full(len(line), work.order),
        "row": line,
        "where": _where(work, rows).array.take(line),
        "variable": pd.array(names, dtype="str").take(np.tile(np.arange(len(names)), len(rows))),
        "level": rows["USUBJID"].astype("str").array.take(line),
        "value": values.ravel(),
        "text": pd.array(texts.ravel(), dtype="str"),
        "denominator": np.full(len(line), np.nan),
    }
    constant = {
        "display": work.display.id,
        "analysis": work.analysis.id,
        "method": work.analysis.method,
        "dataset": work.analysis.dataset,
        "chosen": work.chosen,
        "population_dataset": work.display.population_dataset,
        "population_where": written(work.display.population_where),
        "statistic": "value",
    }
    return pd.DataFrame(
        {
            name: made[name] if name in made else repeated(constant.get(name, ""), len(line))
            for name in COLUMNS
        }
    )


def _where(work: Work, rows: pd.DataFrame) -> pd.Series:
    """The where-clause of each row: that of the analysis, and the keys of its record."""
    keys = record_keys(rows.columns)
    parts = [_equal(name, level_texts(rows[name]).fillna("")) for name in keys]
    if work.analysis.where:
        parts.insert(0, pd.Series(written(work.analysis.where), index=rows.index, dtype="str"))
    return reduce(lambda left, right: left.str.cat(right, sep=" AND "), parts)


def _equal(name: str, texts: pd.Series) -> pd.Series:
    """`NAME EQ value` of each value."""
    codes, found = pd.factorize(texts)
    clauses = pd.array([str(equals(name, value)) for value in found], dtype="str")
    return pd.Series(clauses.take(codes), index=texts.index)


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """A row for each record; those of a subject are a block."""
    blocks: dict[str, int] = {}
    return [RowShape(result=row.number, block=blocks.setdefault(row.level, len(blocks))) for row in found]


METHOD = Method(
    name="Listing",
    run=run,
    rows=rows,
    needs=("Variables",),
    options=("order", "group"),
    naming=("order", "group"),
    kind="Listing",
)
