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
from il2cdisc.base.datasets import Dataset, Variable, heading, pa, pc, text_array
from il2cdisc.base.received import ReceivedDataset
from il2cdisc.base.rows import in_order

Rows = NDArray[np.int64]
EDGES = ("row", "source", "id", "field")


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
        """Its records as distinct values and codes, some columns of them."""
        found = _read(self.records, None if names is None else list(names))
        return CodedTable({name: _coded(found[name]) for name in found.column_names}, self.rows)

    def frame(self) -> pd.DataFrame:
        """Its records."""
        found = _read(self.records, None)
        columns = {name: _decoded(found[name]) for name in found.column_names}
        return pd.DataFrame(columns, index=pd.RangeIndex(self.rows))

    def edge_table(self) -> pd.DataFrame:
        """Its edges: row, source, id, field."""
        found = _read(self.edges, None)
        return pd.DataFrame({name: _decoded(found[name]) for name in EDGES})


def store(item: Dataset, folder: Path, number: int) -> StoredBlock:
    """Write the dataset of a block: text as distinct values and codes. Raises `OSError` without room."""
    paths = [folder / f"{item.name}.{number}{kind}.arrow" for kind in ("", ".edges")]
    kinds = {variable.name: variable.type for variable in item.variables}
    columns = {name: _array(item.frame[name], text=kind == "Char") for name, kind in kinds.items()}
    _write(paths[0], columns)
    edges = {name: _array(item.edges[name], text=name in ("source", "field")) for name in EDGES}
    _write(paths[1], edges)
    texts = {name: columns[name].dictionary for name, kind in kinds.items() if kind == "Char"}
    longest = {name: pc.max(pc.binary_length(text)).as_py() or 1 for name, text in texts.items()}
    numbers = {name for name, kind in kinds.items() if kind == "Num" and item.frame[name].notna().any()}
    filled = numbers | {name for name, text in texts.items() if len(text)}
    return StoredBlock(paths[0], paths[1], len(item.frame), longest, frozenset(filled))


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
        return stacked(pieces or [CodedTable.of(heading(self.variables)[list(wanted)])])

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
        last, frame = -1, pd.DataFrame()
        for item in self.segments:
            frame = frame if item.number == last else self.blocks[item.number].frame()
            last = item.number
            whole = item.stop - item.start == len(frame)
            yield frame if whole else frame.iloc[item.start : item.stop].reset_index(drop=True)

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


AnyDataset = Dataset | StoredDataset | ReceivedDataset
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


def _array(column: pd.Series, *, text: bool) -> Any:
    """The Arrow array of a column: text as a dictionary with small codes, numbers as they are."""
    if not text:
        return pa.array(column.to_numpy())
    coded = text_array(column).dictionary_encode()
    kind = pa.from_numpy_dtype(narrow(np.empty(0, dtype="int64"), len(coded.dictionary)).dtype)
    return pa.DictionaryArray.from_arrays(coded.indices.cast(kind), coded.dictionary)


def _write(path: Path, columns: Mapping[str, Any]) -> None:
    table = pa.table(dict(columns))
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def _read(path: Path, names: list[str] | None) -> Any:
    """The Arrow table of a file, some columns of it in their order."""
    with pa.OSFile(str(path)) as file:
        reader = pa.ipc.open_file(file)
        if names is None:
            return reader.read_all()
        places = [reader.schema.get_field_index(name) for name in names]
        file.seek(0)
        options = pa.ipc.IpcReadOptions(included_fields=places)
        return pa.ipc.open_file(file, options=options).read_all().select(names)


def _flat(given: Any) -> Any:
    return given.combine_chunks() if isinstance(given, pa.ChunkedArray) else given


def _decoded(given: Any) -> Any:
    """A column of a frame."""
    array = _flat(given)
    if not pa.types.is_dictionary(array.type):
        return array.to_numpy()
    return pd.array(array.dictionary_decode(), dtype="str")


def _coded(given: Any) -> CodedColumn:
    """A column of a table of codes."""
    array = _flat(given)
    if not pa.types.is_dictionary(array.type):
        return CodedColumn.of(pd.Series(array.to_numpy()))
    codes = array.indices.fill_null(-1).to_numpy()
    return CodedColumn(pd.array(array.dictionary, dtype="str"), codes)
