"""Rows of a dataset as they are: one result a value, numbers as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from il2cdisc.base.datasets import repeated
from il2cdisc.results.frame import COLUMNS, empty
from il2cdisc.results.method import Method
from il2cdisc.results.work import Work, population_text
from il2cdisc.spec.conditions import written


def run(work: Work) -> pd.DataFrame:
    """Statistic `value` of each variable of each selected row, sorted by the option `order`.

    `row` numbers the rows; `level` holds the row's subject. Numbers stand in `value`, all else in `text`.
    """
    order = work.analysis.option_list("order")
    rows = work.rows.sort_values(order, kind="stable") if order else work.rows
    names = [item.name for item in work.analysis.variables]
    if not names or rows.empty:
        return empty()
    # a line a row, a column a variable; read line by line they are the results
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
        "where": written(work.analysis.where),
        "population": population_text(work.display),
        "statistic": "value",
    }
    return pd.DataFrame(
        {
            name: made[name] if name in made else repeated(constant.get(name, ""), len(line))
            for name in COLUMNS
        }
    )


METHOD = Method(
    run=run, needs=("Variables",), options=("order", "group"), naming=("order", "group"), kind="Listing"
)
