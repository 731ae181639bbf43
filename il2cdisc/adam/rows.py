"""Rows put behind a dataset, their types kept."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def append_rows(dataset: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """`rows` behind `dataset` with a new RangeIndex; a column that one side lacks is missing there.

    A column's type is that of the side with values; id columns of single ids and of lists mix.
    """
    names = list(dict.fromkeys([*dataset.columns, *rows.columns]))
    columns: dict[str, pd.Series] = {}
    for name in names:
        present = [part[name] for part in (dataset, rows) if name in part.columns]
        filled = [column for column in present if column.notna().any()] or present[:1]
        types = {column.dtype for column in filled}
        dtype = types.pop() if len(types) == 1 else None
        pieces = [
            part[name]
            if name in part.columns and (dtype is None or part[name].dtype == dtype)
            else filled[0].iloc[:0].reindex(part.index)
            for part in (dataset, rows)
        ]
        columns[str(name)] = pd.concat([piece for piece in pieces if len(piece)] or pieces, ignore_index=True)
    return pd.DataFrame(columns, columns=names)


def blank(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """`rows` with missing values in `columns`, their types kept."""
    empty = rows.iloc[:0]
    return rows.assign(**{column: empty[column].reindex(rows.index) for column in columns})
