"""A dataset of many blocks of subjects: its records lie in files, and are read as they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.columns import CodedColumn, CodedTable, Values, narrow, stacked
from il2cdisc.base.datasets import Dataset, Variable, byte_length, pa
from il2cdisc.base.rows import in_order

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StoredBlock:
    """The dataset of one block in two files: its records, and its edges.

    `lengths`: of text, in bytes; `filled`: the variables that have a value.
    """

    records: Path
    edges: Path
    rows: int
    lengths: Mapping[str, int]
    filled: frozenset[str]

    def table(self, names: Iterable[str] | None = None) -> CodedTable:
        """Its records, some columns of them."""
        return _read(self.records, None if names is None else list(names))

    def edge_table(self) -> pd.DataFrame:
        """Its edges: row, source, id, field."""
        with pa.OSFile(str(self.edges)) as file:
            columns = pa.ipc.open_file(file).read_all()
        made = ((name, _column(columns[name])) for name in ("row", "source", "id", "field"))
        return pd.DataFrame({name: c.series() if isinstance(c, CodedColumn) else c for name, c in made})


def store(item: Dataset, folder: Path, number: int) -> StoredBlock:
    """Write the dataset of a block. Raises `OSError` where there is no room."""
    paths = [folder / f"{item.name}.{number}{kind}.arrow" for kind in ("", ".edges")]
    table = CodedTable({name: _coded(item.frame[name]) for name in item.names}, len(item.frame))
    _write(paths[0], {name: _array(column) for name, column in table.columns.items()})
    edges = {name: pa.array(item.edges[name].to_numpy("int64")) for name in ("row", "id")}
    edges |= {name: _array(CodedColumn.of(item.edges[name])) for name in ("source", "field")}
    _write(paths[1], edges)
    texts = [v.name for v in item.variables if v.type == "Char"]
    lengths = {name: byte_length(pd.Series(table[name].values)) for name in texts}
    filled = frozenset(name for name, column in table.columns.items() if len(column.values))
    return StoredBlock(paths[0], paths[1], len(table), lengths, filled)


@dataclass(frozen=True, slots=True)
class Segment:
    """Rows `start` to `stop` of the block `number`."""

    number: int
    start: int
    stop: int


class Places:
    """Where the rows of each block are among those of all blocks; segments are in the order of all rows."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._of: dict[int, list[tuple[int, int]]] = {}
        self.rows = 0
        for item in segments:
            self._of.setdefault(item.number, []).append((item.start, self.rows - item.start))
            self.rows += item.stop - item.start

    def of(self, number: int, rows: Rows) -> Rows:
        """The positions of rows of a block.

        >>> Places([Segment(0, 0, 2), Segment(1, 0, 3)]).of(1, np.array([0, 2])).tolist()
        [2, 4]
        """
        starts, moved = np.array(sorted(self._of[number]), dtype="int64").T
        return rows + moved[np.searchsorted(starts, rows, side="right") - 1]


@dataclass(frozen=True, slots=True)
class StoredDataset:
    """A finished dataset of many blocks: what `Dataset` is, with its records in files.

    `segments` are the blocks' rows in key order; `led(number, source, ids)` leads ids of a block's source to
    those of all blocks.
    """

    name: str
    label: str
    variables: tuple[Variable, ...]
    keys: tuple[str, ...]
    blocks: Mapping[int, StoredBlock]
    segments: tuple[Segment, ...]
    led: Callable[[int, str, Rows], Rows]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(variable.name for variable in self.variables)

    @property
    def rows(self) -> int:
        return sum(item.stop - item.start for item in self.segments)

    def with_lengths(self, lengths: dict[str, int]) -> StoredDataset:
        """The same dataset with the byte lengths given by variable name; others keep theirs."""
        variables = tuple(replace(v, length=lengths.get(v.name, v.length)) for v in self.variables)
        return replace(self, variables=variables)

    def unlinked(self) -> StoredDataset:
        """The same, without the way from its edges to other datasets: for another process."""
        return replace(self, led=_as_they_are)

    def longest(self, name: str) -> int:
        """The longest value of a Char variable in UTF-8 bytes; at least 1."""
        return max((block.lengths[name] for block in self.blocks.values()), default=1)

    def table(self, names: Iterable[str] | None = None) -> CodedTable:
        """The records of all blocks in key order, some columns of them."""
        wanted = self.names if names is None else list(names)
        held = {number: block.table(wanted) for number, block in self.blocks.items()}
        pieces = [held[item.number].take(slice(item.start, item.stop)) for item in self.segments]
        return stacked(pieces)

    def is_empty(self, name: str) -> bool:
        """Whether no record has a value of a variable."""
        return all(name not in block.filled for block in self.blocks.values())

    def distinct(self, names: Iterable[str]) -> dict[str, Values]:
        """The distinct values of some variables: each block is read once."""
        wanted = list(names)
        held = [block.table(wanted) for block in self.blocks.values()] if wanted else []
        return {name: _merged([table[name].values for table in held]) for name in wanted}

    def frames(self) -> Iterator[pd.DataFrame]:
        """The records in key order, piece after piece, each with its own RangeIndex."""
        last, table = -1, CodedTable({}, 0)
        for item in self.segments:
            table = table if item.number == last else self.blocks[item.number].table()
            last = item.number
            yield table.frame(rows=slice(item.start, item.stop))

    def edge_tables(self) -> Iterator[pd.DataFrame]:
        """The edges, in the order of their rows, piece after piece."""
        first, last, edges = 0, -1, pd.DataFrame()
        for item in self.segments:
            edges = edges if item.number == last else self.blocks[item.number].edge_table()
            last = item.number
            row = edges["row"].to_numpy()
            ends = np.searchsorted(row, [item.start, item.stop])
            own = edges.iloc[ends[0] : ends[1]].reset_index(drop=True)
            yield self._led(own.assign(row=own["row"] - item.start + first), item.number)
            first += item.stop - item.start

    def _led(self, edges: pd.DataFrame, number: int) -> pd.DataFrame:
        ids = edges["id"].to_numpy("int64").copy()
        codes, sources = pd.factorize(edges["source"])
        for code, source in enumerate(sources):
            here = codes == code
            ids[here] = self.led(number, str(source), ids[here])
        return edges.assign(id=ids)


AnyDataset = Dataset | StoredDataset
"""A finished dataset, wherever its records are."""


def common_lengths(datasets: Iterable[AnyDataset]) -> list[AnyDataset]:
    """Datasets whose Char variables have the longest length over all datasets that carry them.

    SUPP-- and RELREC keep their own (FDA Study Data Technical Conformance Guide, section 3.3.3).
    """
    given = list(datasets)
    shared: dict[str, int] = {}
    own: dict[str, dict[str, int]] = {}
    for item in given:
        alone = item.name.startswith("SUPP") or item.name == "RELREC"
        table = own.setdefault(item.name, {}) if alone else shared
        for variable in item.variables:
            if variable.type == "Char":
                table[variable.name] = max(table.get(variable.name, 1), item.longest(variable.name))
    return [item.with_lengths(own.get(item.name, shared)) for item in given]


def segments_of(blocks: Mapping[int, StoredBlock], before_subject: Sequence[str]) -> tuple[Segment, ...]:
    """The rows of blocks in key order: by the keys that stand before USUBJID, then block after block."""
    if not before_subject:
        return tuple(Segment(number, 0, block.rows) for number, block in blocks.items())
    found: list[tuple[pd.DataFrame, Segment]] = []
    for number, block in blocks.items():
        table = block.table(before_subject)
        starts = _starts(table, before_subject)
        for start, stop in zip(starts, [*starts[1:], len(table)], strict=True):
            found.append((table.frame(rows=slice(start, start + 1)), Segment(number, start, stop)))
    if not found:
        return ()
    keys = pd.concat([frame for frame, _ in found], ignore_index=True)
    order: list[int] = in_order([keys[name] for name in before_subject]).tolist()
    return tuple(found[place][1] for place in order)


def _as_they_are(number: int, source: str, ids: Rows) -> Rows:
    return ids


def _merged(parts: Sequence[Values]) -> Values:
    """The distinct values of some parts, each of which has its own."""
    if isinstance(parts[0], np.ndarray):
        return np.unique(np.concatenate([np.asarray(part, dtype="float64") for part in parts]))
    every = pd.concat([pd.Series(part) for part in parts], ignore_index=True)
    return every.drop_duplicates().array


def _starts(table: CodedTable, names: Sequence[str]) -> list[int]:
    """Where the rows begin that are alike in some columns; the first row always."""
    changes = np.zeros(max(len(table) - 1, 0), dtype=bool)
    for name in names:
        changes |= np.diff(table[name].codes.astype("int64")) != 0
    return [0, *(np.flatnonzero(changes) + 1).tolist()] if len(table) else []


def _coded(column: pd.Series) -> CodedColumn:
    """A column with its numbers as they are, bit by bit: 0 and -0 are two."""
    if not pd.api.types.is_numeric_dtype(column.dtype):
        return CodedColumn.of(column)
    numbers = column.to_numpy("float64")
    there = ~np.isnan(numbers)
    bits, own = np.unique(numbers[there].view("int64"), return_inverse=True)
    codes = np.full(len(numbers), -1, dtype="int64")
    codes[there] = own
    return CodedColumn(bits.view("float64"), narrow(codes, len(bits)))


def _array(column: CodedColumn) -> Any:
    """The Arrow array of a column: a dictionary, missing values without a code."""
    codes = pa.array(column.codes, mask=column.missing)
    return pa.DictionaryArray.from_arrays(codes, _flat(pa.array(column.values)))


def _flat(array: Any) -> Any:
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _write(path: Path, columns: Mapping[str, Any]) -> None:
    table = pa.table(dict(columns))
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def _read(path: Path, names: list[str] | None) -> CodedTable:
    with pa.OSFile(str(path)) as file:
        reader = pa.ipc.open_file(file)
        if names is not None:
            places = [reader.schema.get_field_index(name) for name in names]
            file.seek(0)
            reader = pa.ipc.open_file(file, options=pa.ipc.IpcReadOptions(included_fields=places))
        table = reader.read_all()
    columns = {name: _column(table[name]) for name in (table.column_names if names is None else names)}
    return CodedTable({name: c for name, c in columns.items() if isinstance(c, CodedColumn)}, len(table))


def _column(given: Any) -> CodedColumn | NDArray[np.int64]:
    array = _flat(given)
    if not pa.types.is_dictionary(array.type):
        return array.to_numpy()
    codes = array.indices.fill_null(-1).to_numpy()
    values: Any = array.dictionary
    numeric = pa.types.is_floating(values.type)
    return CodedColumn(values.to_numpy() if numeric else pd.array(values, dtype="str"), codes)
