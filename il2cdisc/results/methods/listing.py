"""Rows of a dataset as they are: one result a value, numbers as numbers."""

from __future__ import annotations

import pandas as pd

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
    parts = []
    for place, item in enumerate(work.analysis.variables):
        column = rows[item.name]
        numeric = pd.api.types.is_numeric_dtype(column)
        part = pd.DataFrame({"row": range(len(rows)), "level": rows["USUBJID"].to_numpy()})
        part["place"] = place
        part["variable"] = item.name
        part["value"] = column.to_numpy(dtype="float64", na_value=float("nan")) if numeric else float("nan")
        part["text"] = "" if numeric else column.astype("str").fillna("").to_numpy()
        parts.append(part)
    if not parts or rows.empty:
        return empty()
    out = pd.concat(parts).sort_values(["row", "place"], kind="stable", ignore_index=True)
    constant = {
        "display": work.display.id,
        "analysis": work.analysis.id,
        "method": work.analysis.method,
        "order": work.order,
        "dataset": work.analysis.dataset,
        "where": written(work.analysis.where),
        "population": population_text(work.display),
        "statistic": "value",
        "denominator": float("nan"),
    }
    out = out.assign(**{name: constant.get(name, "") for name in COLUMNS if name not in out})
    return out[list(COLUMNS)].astype(empty().dtypes.to_dict())


METHOD = Method(
    run=run, needs=("Variables",), options=("order", "group"), naming=("order", "group"), kind="Listing"
)
