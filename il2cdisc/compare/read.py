"""Files of datasets (transport files, Dataset-JSON, Parquet, CSV) as tables to be compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv as _csv  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.parquet as _parquet  # pyright: ignore[reportMissingTypeStubs]
from numpy.typing import NDArray

from il2cdisc.base.columns import CodedColumn
from il2cdisc.base.problems import Address, Problems, Stopped
from il2cdisc.compare.clocks import clock_of
from il2cdisc.compare.datasets import XPT
from il2cdisc.compare.problems import NOTHING, OTHER_TYPE, UNREADABLE
from il2cdisc.compare.tables import Attributes, Column, GivenTable, from_arrow, text_column
from il2cdisc.transport.arrow import ArrowError, pa
from il2cdisc.transport.codec import Received
from il2cdisc.transport.codecs import all_codecs, codec_of
from il2cdisc.transport.xpt import open_xpt

csv: Any = _csv
pq: Any = _parquet
SUFFIXES = (*all_codecs(), ".csv")


def read_table(path: Path, shown: str) -> GivenTable:
    """The dataset of a file, whose format its ending says; `shown` is its name in messages.

    Raises `Stopped` for another ending, a file that can't be read, and columns that can't be compared.
    """
    suffix = path.suffix.lower()
    if suffix == ".xpt":
        return _transport(path, shown)
    codec = codec_of(path)
    if codec is not None and suffix != ".parquet":
        return _described(codec.read(path, shown), shown, codec.title)
    if suffix not in SUFFIXES:
        what = "the file is not a dataset that can be compared"
        raise Stopped([NOTHING.at(shown, what, values=[suffix] if suffix else ())])
    try:
        table = _parquet_table(path) if suffix == ".parquet" else _csv_table(path)
    except (ArrowError, UnicodeDecodeError) as error:
        raise Stopped([UNREADABLE.at(shown, " ".join(str(error).split())[:200])]) from None
    return _arrow(table, path, shown, "Parquet" if suffix == ".parquet" else "CSV")


def _transport(path: Path, shown: str) -> GivenTable:
    """A transport file, block by block: numbers as they are, each distinct text of a block once."""
    pieces: dict[str, list[Any]] = {}
    letters: dict[str, list[tuple[int, NDArray[np.uint8]]]] = {}
    rows = 0
    with open_xpt(path, shown=shown) as file:
        header = file.header
        texts = {variable.name for variable in header.variables if variable.type == "Char"}
        for block in file.blocks():
            rows = block.start + block.rows
            for name, column in block.columns.items():
                held = column.dictionary_encode() if name in texts else column
                pieces.setdefault(name, []).append(held)
            for name, found in block.codes.items():
                letters.setdefault(name, []).append((block.start, found))
    columns = {v.name: _joined(pieces.get(v.name, []), text=v.name in texts) for v in header.variables}
    attributes = {
        v.name: Attributes(v.type, v.label, v.length, v.format, clock_of(v.format)) for v in header.variables
    }
    special = {name: _letters(found, rows) for name, found in letters.items()}
    return GivenTable(header.name, shown, XPT, header.label, attributes, columns, rows, special)


def _described(given: Received, shown: str, kind: str) -> GivenTable:
    """A dataset whose file describes its variables."""
    variables = given.variables or ()
    table = given.table
    columns: dict[str, Column] = {
        v.name: table[v.name] if v.type == "Char" else table[v.name].series().to_numpy() for v in variables
    }
    attributes = {
        v.name: Attributes(v.type, v.label, v.length, v.format, clock_of(v.format)) for v in variables
    }
    return GivenTable(given.name, shown, kind, given.label, attributes, columns, table.rows)


def _joined(pieces: list[Any], *, text: bool) -> Column:
    """A column of all blocks."""
    if not text:
        return np.concatenate([np.empty(0), *pieces])
    if not pieces:
        return CodedColumn.blank(0)
    whole = pa.chunked_array(pieces).unify_dictionaries().combine_chunks()
    return text_column(whole.dictionary, np.asarray(whole.indices.fill_null(-1), dtype="int64"))


def _letters(found: list[tuple[int, NDArray[np.uint8]]], rows: int) -> CodedColumn:
    """The special missing values of a variable: their letters, missing elsewhere."""
    codes = np.zeros(rows, dtype="int64")
    for start, block in found:
        codes[start : start + len(block)] = block
    return CodedColumn.of_texts([None, *(chr(number) for number in range(1, 128))], codes)


def _parquet_table(path: Path) -> Any:
    with pa.OSFile(str(path)) as file:  # by its path Arrow would take a folder's partitions, too
        return pq.read_table(file)


def _csv_table(path: Path) -> Any:
    """A CSV file in UTF-8, every field as text; an empty one is missing."""
    parse = csv.ParseOptions(newlines_in_values=True)
    names = csv.open_csv(path, parse_options=parse).schema.names
    convert = csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.large_string()),
        null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=True,
    )  # fmt: skip
    return csv.read_csv(path, parse_options=parse, convert_options=convert)


def _arrow(table: Any, path: Path, shown: str, kind: str) -> GivenTable:
    """A table of Arrow; what CSV holds may be text or numbers, which the other dataset says."""
    problems = Problems()
    names: list[str] = table.column_names
    for name in sorted({name for name in names if names.count(name) > 1}):
        what = "several columns have this name"
        problems.add(OTHER_TYPE.at(Address(file=shown, column=name), what, fix="Give each column a name."))
    problems.stop_if_any()
    columns: dict[str, Column] = {}
    attributes: dict[str, Attributes] = {}
    for name, column in zip(names, table.columns, strict=True):
        try:
            columns[name], found, clock = from_arrow(column)
        except ValueError as error:
            problems.add(OTHER_TYPE.at(Address(file=shown, column=name), f"the column holds {error}"))
            continue
        attributes[name] = Attributes(type=None if kind == "CSV" else found, clock=clock)
    problems.stop_if_any()
    return GivenTable(path.stem.upper(), shown, kind, None, attributes, columns, table.num_rows)
