"""Rows put behind a dataset, their types kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import text_column
from il2cdisc.adam.keys import rows_at, with_columns


def append_rows(dataset: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` behind `dataset` with a new RangeIndex; a column that one side does not have is missing there.

    A column's type is that of the side with values; id columns of single ids and of lists mix.

    >>> vs = pd.DataFrame({"PARAMCD": ["SYSBP"], "AVAL": [118.0]})
    >>> append_rows(vs, pd.DataFrame({"PARAMCD": ["MAP"], "DTYPE": ["AVERAGE"]}))
      PARAMCD   AVAL    DTYPE
    0   SYSBP  118.0      NaN
    1     MAP    NaN  AVERAGE
    """
    names = list(dict.fromkeys([*dataset.columns, *rows.columns]))
    if dataset.empty:
        return _completed(rows, dataset, names)
    upper = _completed(dataset, rows, names)
    if rows.empty:
        return upper
    lower = _completed(rows, dataset, names)
    ours: dict[str, pd.Series] = {}
    theirs: dict[str, pd.Series] = {}
    for name, left, right in zip(names, upper.dtypes, lower.dtypes, strict=True):
        if left == right:
            continue
        if not lower[name].notna().any():
            theirs[name] = upper[name].iloc[:0].reindex(lower.index)
        elif not upper[name].notna().any():
            ours[name] = lower[name].iloc[:0].reindex(upper.index)
        elif not (pd.api.types.is_numeric_dtype(left) and pd.api.types.is_numeric_dtype(right)):
            ours[name], theirs[name] = upper[name].astype(object), lower[name].astype(object)
    parts = [upper.assign(**ours) if ours else upper, lower.assign(**theirs) if theirs else lower]
    return pd.concat(parts, ignore_index=True)


def _completed(frame: pd.DataFrame, other: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """`frame` with a new RangeIndex and the columns `names`; those that only `other` has are missing."""
    lacking = [name for name in names if name not in frame.columns]
    full = frame.reset_index(drop=True)
    if lacking:
        full = with_columns(full, _missing(other[lacking], len(full)))
    return full if names == list(full.columns) else full.reindex(columns=names)


def no_rows(dataset: pd.DataFrame, set_values: Mapping[str, str | float]) -> pd.DataFrame:
    """`dataset` where no row is to be added: with the columns of `set_values`, missing, as with rows.

    The columns of a dataset must not depend on what its subjects have.

    >>> no_rows(pd.DataFrame({"PARAMCD": ["SYSBP"]}), {"PARAMCD": "MAP", "DTYPE": "AVERAGE"})
      PARAMCD DTYPE
    0   SYSBP   NaN
    """
    new = {
        name: text_column(dataset.index, np.zeros(len(dataset), dtype=bool))
        if isinstance(value, str)
        else pd.Series(np.nan, index=dataset.index)
        for name, value in set_values.items()
        if name not in dataset
    }
    return dataset.assign(**new) if new else dataset


def blank(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """`rows` with missing values in `columns`, their types kept.

    >>> blank(pd.DataFrame({"PARAMCD": ["SYSBP"], "AVAL": [118.0], "CHG": [3.0]}), ["CHG"])
      PARAMCD   AVAL  CHG
    0   SYSBP  118.0  NaN
    """
    others = [column for column in rows.columns if column not in columns]
    return with_columns(rows[others], _missing(rows[list(columns)], len(rows)))[rows.columns]


def _missing(like: pd.DataFrame, length: int) -> pd.DataFrame:
    """A frame with the columns of another and their types, all missing: one array a type, shared."""
    if not length:
        return like.iloc[:0].reset_index(drop=True)
    kinds = [str(kind) for kind in like.dtypes]
    one_each = dict(zip(kinds, like.columns, strict=True))
    none = rows_at(like[list(one_each.values())], np.full(length, -1))
    arrays = {kind: none[name].array for kind, name in one_each.items()}
    columns = {name: arrays[kind] for name, kind in zip(like.columns, kinds, strict=True)}
    return pd.DataFrame(columns, index=none.index)
