"""Frames to and from Parquet with the same bytes for the same frame: for results and lineage."""

from __future__ import annotations

import os
from typing import Any, BinaryIO

import pandas as pd
import pyarrow.parquet as _parquet  # pyright: ignore[reportMissingTypeStubs]

from il2cdisc.transport.arrow import pa

pq: Any = _parquet

ROWS_A_GROUP = 131_072


def write_parquet(frame: pd.DataFrame, stream: BinaryIO) -> None:
    """Write the columns of `frame` (its index is left out) as Parquet 2.6, zstd, fixed row groups.

    Nothing of the platform goes in but the Arrow version: no pandas metadata, no schema copy, no clock,
    one thread's order. Text, integers (also nullable), floats, booleans and dates are kept; anything else
    raises `pyarrow.ArrowException`.
    """
    arrays: list[Any] = [pa.array(column, from_pandas=True) for _, column in frame.items()]
    narrow = [array.cast(pa.string()) if pa.types.is_large_string(array.type) else array for array in arrays]
    pq.write_table(
        pa.Table.from_arrays(narrow, [str(name) for name in frame.columns]),
        stream,
        row_group_size=ROWS_A_GROUP,
        version="2.6",
        compression="zstd",
        compression_level=3,
        use_dictionary=True,
        write_statistics=True,
        data_page_size=1 << 20,
        store_schema=False,
    )


def read_parquet(source: str | os.PathLike[str] | BinaryIO, columns: list[str] | None = None) -> pd.DataFrame:
    """A frame of the columns (all, or the named ones): text `str`, whole numbers `int64`, or `Int64` where
    some are missing; RangeIndex."""
    table: Any = pq.read_table(source, columns=columns)
    frame: pd.DataFrame = table.to_pandas()
    for name, column in zip(table.column_names, table.columns, strict=True):
        if column.null_count and pa.types.is_integer(column.type):
            frame[name] = pd.array(column.to_pandas(types_mapper={column.type: pd.Int64Dtype()}.get))
    return frame
