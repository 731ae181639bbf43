"""Rows put behind a dataset, their types kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from il2cdisc.adam.keys import beside, rows_at


def append_rows(dataset: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` behind `dataset` with a new RangeIndex; a column that one side lacks is missing there.

    A column's type is that of the side with values; id columns of single ids and of lists mix.
    """
    if dataset.empty or rows.empty:
        names = list(dict.fromkeys([*dataset.columns, *rows.columns]))
        full, other = (rows, dataset) if dataset.empty else (dataset, rows)
        lacking = [name for name in names if name not in full.columns]
        return beside(full.reset_index(drop=True), _missing(other[lacking], len(full)))[names]
    left, right = (dict(zip(map(str, frame.columns), frame.dtypes, strict=True)) for frame in (dataset, rows))
    ours: dict[str, pd.Series] = {}
    theirs: dict[str, pd.Series] = {}
    for name in [name for name in left if name in right and left[name] != right[name]]:
        if not rows[name].notna().any():
            theirs[name] = dataset[name].iloc[:0].reindex(rows.index)
        elif not dataset[name].notna().any():
            ours[name] = rows[name].iloc[:0].reindex(dataset.index)
        elif not (pd.api.types.is_numeric_dtype(left[name]) and pd.api.types.is_numeric_dtype(right[name])):
            ours[name], theirs[name] = dataset[name].astype(object), rows[name].astype(object)
    parts = [dataset.assign(**ours) if ours else dataset, rows.assign(**theirs) if theirs else rows]
    return pd.concat(parts, ignore_index=True)


def blank(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """`rows` with missing values in `columns`, their types kept."""
    others = [column for column in rows.columns if column not in columns]
    return beside(rows[others], _missing(rows[list(columns)], len(rows)))[rows.columns]


def _missing(like: pd.DataFrame, length: int) -> pd.DataFrame:
    """A frame with the columns of another and their types, all missing."""
    return rows_at(like, np.full(length, -1))
