"""Rows of a dataset that satisfy conditions."""

from __future__ import annotations

import pandas as pd

from il2cdisc.spec.conditions import Condition, Where


def select(frame: pd.DataFrame, where: Where) -> pd.Series:
    """True for the rows of `frame` where every condition holds.

    Numbers compare as numbers, all else as text; an empty value means missing. A missing value satisfies
    only `EQ ""`, `NE` and `NOTIN` (Define-XML 2.1 RangeCheck; the convention of SAS).
    """
    out = pd.Series(True, index=frame.index)
    for condition in where:
        out &= _holds(frame[condition.variable], condition)
    return out


def _holds(column: pd.Series, condition: Condition) -> pd.Series:
    numeric = pd.api.types.is_numeric_dtype(column)
    values = [float(value) if numeric and value else value for value in condition.values]
    if condition.comparator in ("EQ", "IN", "NE", "NOTIN"):
        inside = column.isin([value for value in values if value != ""])
        if "" in values:
            inside |= column.isna() if numeric else column.isna() | (column == "")
        return inside if condition.comparator in ("EQ", "IN") else ~inside
    value = values[0]
    compared = {"LT": column.lt, "LE": column.le, "GT": column.gt, "GE": column.ge}[condition.comparator](
        value
    )
    return compared.fillna(False).astype(bool)
