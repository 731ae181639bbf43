"""Parquet, for analysts: names and types of columns; labels stay in define.xml."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pandas as pd

from il2cdisc.base.columns import CodedColumn, CodedTable
from il2cdisc.base.problems import Address, Kind, Problems, Severity, Stopped
from il2cdisc.base.stored import AnyDataset
from il2cdisc.transport.codec import Codec, FileFacts, Received
from il2cdisc.transport.parquet import ParquetWriter, read_parquet_columns

UNREADABLE = Kind("STA003", "Unreadable dataset", Severity.STOP, "Ask for the file again.")
OTHER_TYPE = Kind(
    "STA004",
    "Column of neither text nor numbers",
    Severity.STOP,
    "Write the column as text or as numbers; dates of ADaM are SAS days.",
)


def read(path: Path, shown: str) -> Received:
    """The columns of a Parquet file; the dataset is called as the file is. Memory: one column as it is."""
    problems = Problems()
    columns: dict[str, CodedColumn] = {}
    try:
        for column, values in read_parquet_columns(path):
            columns[column] = _coded(values, Address(file=shown, column=column), problems)
    except (OSError, ValueError) as error:  # pyarrow's own errors are ValueErrors
        raise Stopped([UNREADABLE.at(shown, " ".join(str(error).split())[:200])]) from None
    problems.stop_if_any()
    rows = len(next(iter(columns.values()))) if columns else 0
    return Received(path.stem.upper(), CodedTable(columns, rows))


def _coded(values: pd.Series, place: Address, problems: Problems) -> CodedColumn:
    """A column of text, an empty one as a missing one, or of numbers, which are floats."""
    if isinstance(values.dtype, pd.StringDtype):
        found = CodedColumn.of(values)
        return found.recoded([text or None for text in found.distinct]) if "" in found.distinct else found
    if pd.api.types.is_bool_dtype(values) or not pd.api.types.is_numeric_dtype(values):
        problems.add(OTHER_TYPE.at(place, f"The column holds {values.dtype}."))
        return CodedColumn.blank(len(values))
    return CodedColumn.of(values.astype("float64"))


def write(dataset: AnyDataset, facts: FileFacts, stream: BinaryIO) -> None:
    """The records, in fixed row groups."""
    kinds = {v.name: "str" if v.type == "Char" else "float64" for v in dataset.variables}
    with ParquetWriter(stream, kinds) as writer:
        for frame in dataset.frames():
            writer.write(frame[list(kinds)])


CODEC = Codec(name="parquet", suffix=".parquet", title="Parquet", read=read, write=write)
