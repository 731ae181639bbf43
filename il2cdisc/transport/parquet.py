"""Frames to and from Parquet, with the same bytes for the same rows however they come."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from typing import Any, BinaryIO

import pandas as pd
import pyarrow.parquet as _parquet  # pyright: ignore[reportMissingTypeStubs]

from il2cdisc.transport.arrow import pa

pq: Any = _parquet
Source = str | os.PathLike[str] | BinaryIO

ROWS_A_GROUP = 131_072


class ParquetWriter:
    """A Parquet file written frame by frame: `write` each in order, then `close`, or use it as a context.

    `columns` are the names and dtypes ("str", "Int64", ...) of the frames, in their order. Row groups have
    `ROWS_A_GROUP` rows, so that the bytes do not depend on the number or size of the frames. Parquet 2.6,
    zstd; nothing of the platform goes in but the Arrow version: no pandas metadata, no schema copy, no clock,
    one thread's order. Text, integers (also nullable), floats, booleans and dates are kept; anything else
    raises `pyarrow.ArrowException`. Memory: the rows of one group in addition to the frame.
    """

    def __init__(self, stream: BinaryIO, columns: Mapping[str, Any]) -> None:
        empty = pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in columns.items()})
        self._groups = _RowGroups(stream, _table(empty).schema)

    def write(self, frame: pd.DataFrame) -> None:
        """Write the next rows; the index is left out. Raises `ValueError` for other columns."""
        self._groups.add(_table(frame))

    def close(self) -> None:
        """Write the last rows and the end of the file. The stream stays open."""
        self._groups.close()

    def __enter__(self) -> ParquetWriter:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self._groups.abandon()


def write_parquet(frame: pd.DataFrame, stream: BinaryIO) -> None:
    """Write all rows of `frame` as `ParquetWriter` does; columns of objects have the type of their values."""
    table = _table(frame)
    groups = _RowGroups(stream, table.schema)
    groups.add(table)
    groups.close()


def read_parquet(source: Source, columns: list[str] | None = None) -> pd.DataFrame:
    """A frame of the columns (all, or the named ones): text `str`, whole numbers `int64`, or `Int64` where
    some are missing; RangeIndex."""
    with pq.ParquetFile(source) as file:
        return _frame(file.read(columns))


def read_parquet_columns(source: Source) -> Iterator[tuple[str, pd.Series]]:
    """The columns of the frame of `read_parquet`, one after the other, each with its name."""
    with pq.ParquetFile(source) as file:
        for name in file.schema_arrow.names:
            yield name, _frame(file.read([name]))[name]


def read_parquet_groups(source: Source, columns: list[str] | None = None) -> Iterator[pd.DataFrame]:
    """The frame of `read_parquet`, one row group after the other, each with its own RangeIndex.

    The dtypes are those of the whole: a column has `Int64` in every group if it does in one.
    """
    with pq.ParquetFile(source) as file:
        for group in range(file.num_row_groups):
            yield _frame(file.read_row_group(group, columns), _nullable(file))


def read_parquet_group(source: Source, group: int, columns: list[str] | None = None) -> pd.DataFrame:
    """One row group of the frame of `read_parquet`, counted from 0, with its dtypes."""
    with pq.ParquetFile(source) as file:
        return _frame(file.read_row_group(group, columns), _nullable(file))


def parquet_spans(source: Source, column: str) -> list[tuple[int, int]]:
    """The least and the greatest number of a column in each row group; (0, -1) in one without any."""
    with pq.ParquetFile(source) as file:
        at = file.schema_arrow.get_field_index(column)
        groups = [file.metadata.row_group(group) for group in range(file.num_row_groups)]
        found = [group.column(at).statistics if group.num_rows else None for group in groups]
    return [(known.min, known.max) if known is not None else (0, -1) for known in found]


def read_parquet_rows(source: Source, rows: range, columns: list[str] | None = None) -> pd.DataFrame:
    """Rows of the frame of `read_parquet`, with its dtypes; only the row groups that hold them are read.

    `rows` counts from 0 in steps of 1; what is after the last row of the file is left out. RangeIndex from 0.
    """
    if rows.step != 1 or rows.start < 0:
        raise ValueError(f"{rows} does not count upwards from 0 or later in steps of 1")
    with pq.ParquetFile(source) as file:
        first, groups = _groups_with(file, rows)
        table = file.read_row_groups(groups, columns)
        return _frame(table.slice(rows.start - first, len(rows)), _nullable(file))


class _RowGroups:
    """Tables written as row groups of `ROWS_A_GROUP` rows, the last one with the rest."""

    def __init__(self, stream: BinaryIO, schema: Any) -> None:
        self._schema = schema
        self._waiting: list[Any] = []
        self._rows = 0
        self._empty = True
        self._writer: Any = pq.ParquetWriter(
            stream,
            pa.schema([field.with_type(_narrow(field.type)) for field in schema]),
            version="2.6",
            compression="zstd",
            compression_level=3,
            use_dictionary=True,
            write_statistics=True,
            data_page_size=1 << 20,
            store_schema=False,
        )

    def add(self, table: Any) -> None:
        if table.column_names != self._schema.names:
            raise ValueError(f"columns {table.column_names} are not those of the file, {self._schema.names}")
        self._waiting.append(table.cast(self._schema))
        self._rows += len(table)
        while self._rows >= ROWS_A_GROUP:
            self._write(ROWS_A_GROUP)

    def close(self) -> None:
        if self._rows or self._empty:
            self._write(self._rows)
        self._writer.close()

    def abandon(self) -> None:
        """Let go of the stream, now and not when this is collected; the file is of no use."""
        self._writer.close()

    def _write(self, rows: int) -> None:
        """One row group of the first waiting rows; text has 32-bit offsets, enough for a group."""
        waiting = pa.concat_tables([self._schema.empty_table(), *self._waiting])
        group = waiting.slice(0, rows).cast(self._writer.schema).combine_chunks()
        self._writer.write_table(group, row_group_size=ROWS_A_GROUP)
        self._waiting = [waiting.slice(rows)]
        self._rows -= rows
        self._empty = False


def _table(frame: pd.DataFrame) -> Any:
    arrays: list[Any] = [pa.array(column, from_pandas=True) for _, column in frame.items()]
    return pa.Table.from_arrays(arrays, [str(name) for name in frame.columns])


def _narrow(kind: Any) -> Any:
    return pa.string() if pa.types.is_large_string(kind) else kind


def _groups_with(file: Any, rows: range) -> tuple[int, list[int]]:
    """The row groups that hold some of `rows`, and the number of their first row."""
    first, start, groups = 0, 0, list[int]()
    for group in range(file.num_row_groups):
        stop = start + file.metadata.row_group(group).num_rows
        if start < rows.stop and rows.start < stop:
            first = first if groups else start
            groups.append(group)
        start = stop
    return (first if groups else rows.start), groups


def _nullable(file: Any) -> set[str]:
    """Names of the columns in which a value of the file is missing."""
    groups = [file.metadata.row_group(group) for group in range(file.num_row_groups)]
    columns = [group.column(at) for group in groups for at in range(group.num_columns)]
    return {c.path_in_schema for c in columns if c.statistics is not None and c.statistics.null_count}


def _frame(table: Any, nullable: Collection[str] = ()) -> pd.DataFrame:
    """A frame; its `nullable` columns have the same dtype whether a value is missing in `table` or not."""
    frame: pd.DataFrame = table.to_pandas()
    for name, column in zip(table.column_names, table.columns, strict=True):
        if not column.null_count and name not in nullable:
            continue
        if pa.types.is_integer(column.type):
            frame[name] = pd.array(column.to_pandas(types_mapper={column.type: pd.Int64Dtype()}.get))
        elif pa.types.is_boolean(column.type):
            frame[name] = column.to_pandas().astype(object)
    return frame
