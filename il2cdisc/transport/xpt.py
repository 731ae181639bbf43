"""SAS transport files, version 5: one dataset written to a stream, or read from one, block by block.

The writer takes nothing from the clock. Numbers come back bit-equal (IBM floats by `ibm`), text without
its trailing blanks; `-0.0` is written as 0, a missing text and an empty one are both blanks.
"""

from __future__ import annotations

import io
import math
import os
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import Dataset, Variable
from il2cdisc.base.problems import Problem, Stopped
from il2cdisc.base.stored import AnyDataset
from il2cdisc.transport import ibm, layout, problems, refusals
from il2cdisc.transport.arrow import pa
from il2cdisc.transport.header_problems import header_problems
from il2cdisc.transport.text import TextBuffers, from_fixed, to_fixed

BLOCK_BYTES = 4 << 20
_NO_SPECIALS: Mapping[str, pd.Series] = {}


@dataclass(frozen=True, slots=True)
class XptFile:
    """A transport file that was read whole.

    `frame`: `str` columns (blank = NaN) for Char and float64 for Num, in file order, RangeIndex.
    `specials`: for each Num variable with special missing values a `str` column of their letters
    (`A` to `Z`, `_`), NaN elsewhere; `write_xpt` takes the same.
    """

    name: str
    label: str
    variables: tuple[Variable, ...]
    frame: pd.DataFrame
    created: datetime | None
    modified: datetime | None
    specials: Mapping[str, pd.Series]


@dataclass(frozen=True, slots=True)
class XptBlock:
    """Rows of a transport file from `start` on; columns as in `XptFile`."""

    start: int
    columns: dict[str, Any]
    codes: dict[str, NDArray[np.uint8]]

    @property
    def rows(self) -> int:
        return len(next(iter(self.columns.values())))

    def split(self, rows: int) -> tuple[XptBlock, XptBlock | None]:
        """The first `rows` rows, and the others, None where there are no more."""
        if rows >= self.rows:
            return self, None
        return self._part(0, rows), self._part(rows, self.rows)

    def _part(self, start: int, stop: int) -> XptBlock:
        columns = {name: column[start:stop] for name, column in self.columns.items()}
        codes = {name: found[start:stop] for name, found in self.codes.items()}
        return XptBlock(self.start + start, columns, codes)

    def frame(self, variables: tuple[Variable, ...]) -> pd.DataFrame:
        """The block as a frame with a RangeIndex from 0."""
        return _frame(variables, {v.name: [self.columns[v.name]] for v in variables})


class XptWriter:
    """A version 5 transport file, written block by block: `write` each block in file order, then `close`.

    The bytes do not depend on the number or size of the blocks, and neither do the problems that `close`
    reports. Memory: a few pieces of 4 MB in addition to the block (text held as Python objects: a copy).
    """

    def __init__(self, stream: BinaryIO, header: layout.XptHeader) -> None:
        self._stream, self._header = stream, header
        self._header_problems = header_problems(header)
        self._refusals = refusals.Refusals()
        self._rows = 0
        self._begun = self._refused = False

    def write(self, block: pd.DataFrame, *, specials: Mapping[str, pd.Series] = _NO_SPECIALS) -> None:
        """Write the next records; the columns are the variables of the header, in their order.

        `specials` gives, by Num variable, a column of letters (`A` to `Z`, `_`) for records whose value is
        a special missing value, NaN for the others. Raises `Stopped` with every refusal of the header and
        the block before a byte of the block is written. Later blocks are checked and not written, so that
        `close` reports the refusals of all.
        """
        checked = self._checked(block, specials)
        self._write(checked, specials, refusals.Refusals(checked).problems())

    def close(self) -> list[Problem]:
        """End the file, but not the stream; gives the findings of all blocks, which did not stop it.

        Raises `Stopped` with the refusals of all blocks, as they are for one block of all records.
        """
        found = sorted(self._header_problems + self._refusals.problems_at_end(), key=Problem.sort_key)
        _refuse(found)
        self._begin()
        width = sum(variable.length for variable in self._header.variables)
        self._stream.write(layout.padding(self._rows * width))
        return found

    def write_whole(
        self, block: pd.DataFrame, *, specials: Mapping[str, pd.Series] = _NO_SPECIALS
    ) -> list[Problem]:
        """`write` the only block and `close`; its last record, too, is checked before the first byte."""
        checked = self._checked(block, specials)
        self._write(checked, specials, refusals.Refusals(checked).problems_at_end())
        return self.close()

    def _checked(self, block: pd.DataFrame, specials: Mapping[str, pd.Series]) -> refusals.CheckedBlock:
        checked = refusals.check_block(self._header, block, specials, self._rows)
        self._rows += checked.rows
        return checked

    def _write(
        self, block: refusals.CheckedBlock, specials: Mapping[str, pd.Series], found: list[Problem]
    ) -> None:
        self._refusals.add(block)
        self._refused = self._refused or any(problem.stops for problem in self._header_problems + found)
        _refuse(self._header_problems + found)
        if not self._refused:
            self._begin()
            codes = {name: ibm.codes(letters) for name, letters in specials.items()}
            _write_records(self._stream, self._header.variables, block, codes)

    def _begin(self) -> None:
        if not self._begun:
            self._stream.write(layout.header_bytes(self._header))
            self._begun = True


def write_xpt(
    dataset: AnyDataset,
    stream: BinaryIO,
    *,
    created: datetime,
    specials: Mapping[str, pd.Series] = _NO_SPECIALS,
) -> list[Problem]:
    """Write `dataset` as a version 5 transport file, its pieces as blocks (`XptWriter`); gives the findings.

    Lengths are the variables' own, in bytes. `created` goes into all four times of the header. A problem
    names the first record concerned (USUBJID and --SEQ, or ASEQ, where the dataset has them, else the row),
    up to four more, their number, and the distinct values. Raises `Stopped` with every refusal before the
    first byte is written; trailing blanks are a finding: they are lost.
    """
    header = layout.XptHeader(dataset.name, dataset.label, dataset.variables, created)
    writer = XptWriter(stream, header)
    if isinstance(dataset, Dataset):
        return writer.write_whole(dataset.frame, specials=specials)
    for frame in dataset.frames():
        with suppress(Stopped):  # `close` raises the refusals of all
            writer.write(frame)
    return writer.close()


def _refuse(found: list[Problem]) -> None:
    stops = [problem for problem in found if problem.stops]
    if stops:
        raise Stopped(stops)


def _write_records(
    stream: BinaryIO,
    variables: tuple[Variable, ...],
    block: refusals.CheckedBlock,
    codes: Mapping[str, NDArray[np.uint8]],
) -> None:
    record = np.dtype([(v.name, ">u8" if v.type == "Num" else f"V{v.length}") for v in variables])
    rows, size = block.rows, max(1, BLOCK_BYTES // record.itemsize)
    buffers = [np.empty(min(rows, size), dtype=record) for _ in range(min(2, -(-rows // size)))]

    def pieces() -> Iterator[memoryview]:
        for number, start in enumerate(range(0, rows, size)):
            stop = min(start + size, rows)
            part = buffers[number % 2][: stop - start]
            for variable in variables:
                part[variable.name] = _encoded(block.columns, codes, variable, start, stop)
            yield part.view(np.uint8).data

    if rows > size:
        _write_alternately(stream, pieces())
    else:
        for piece in pieces():
            stream.write(piece)


def _write_alternately(stream: BinaryIO, pieces: Iterator[memoryview]) -> None:
    """Write each piece while the next is made; it is written before the next but one is asked for."""
    with ThreadPoolExecutor(1) as writer:
        written: Future[int] | None = None
        for piece in pieces:
            if written is not None:
                written.result()
            written = writer.submit(stream.write, piece)
        if written is not None:
            written.result()


def read_xpt(
    source: str | os.PathLike[str] | BinaryIO, *, encoding: str = "utf-8", shown: str = ""
) -> XptFile:
    """The one dataset of a transport file; `shown` names the file in messages (default: its path).

    Text is decoded as `encoding`. Rows: the data part has no count of its own, so blank records within
    the padding of the last 80 bytes are none. Raises `Stopped` for what is no transport file of version
    5, damaged, holds several datasets, or text that is not in `encoding`.
    """
    parts: dict[str, list[Any]] = {}
    codes: dict[str, list[tuple[int, NDArray[np.uint8]]]] = {}
    rows = 0
    with open_xpt(source, encoding=encoding, shown=shown) as file:
        header = file.header
        for block in file.blocks():
            rows = block.start + block.rows
            for name, column in block.columns.items():
                parts.setdefault(name, []).append(column)
            for name, found in block.codes.items():
                codes.setdefault(name, []).append((block.start, found))
    specials = {v.name: _letters(codes[v.name], rows) for v in header.variables if v.name in codes}
    return XptFile(
        name=header.name,
        label=header.label,
        variables=header.variables,
        frame=_frame(header.variables, parts),
        created=header.created,
        modified=header.modified,
        specials=specials,
    )


@contextmanager
def open_xpt(
    source: str | os.PathLike[str] | BinaryIO, *, encoding: str = "utf-8", shown: str = ""
) -> Generator[XptReader]:
    """A transport file to be read in blocks: `with open_xpt(path) as file: ...`; see `read_xpt`."""
    if isinstance(source, str | os.PathLike):
        with Path(source).open("rb") as stream:
            name = shown or os.fspath(source)
            yield XptReader(stream, layout.read_header(stream, name), encoding, name)
    else:
        name = shown or "transport file"
        yield XptReader(source, layout.read_header(source, name), encoding, name)


@dataclass(frozen=True, slots=True)
class XptReader:
    """An open transport file, its header read."""

    stream: BinaryIO
    header: layout.Header
    encoding: str
    shown: str

    def blocks(self, block_bytes: int = BLOCK_BYTES) -> Iterator[XptBlock]:
        """The rows in order, in blocks of about `block_bytes`; can be walked once."""
        for start, records in self.records(block_bytes):
            yield self._block(records, start)

    def records(self, block_bytes: int = BLOCK_BYTES) -> Iterator[tuple[int, NDArray[np.void]]]:
        """The rows in such blocks as they are in the file, one field for each variable, each block with the
        number of its first row; can be walked once."""
        record = self._record()
        width = record.itemsize
        unit = math.lcm(width, layout.RECORD)  # a block begins with a record of 80 bytes
        want = max(1, block_bytes // unit) * unit
        start, at, raw = 0, 0, layout.read_fully(self.stream, want)
        while raw:
            following = layout.read_fully(self.stream, want)
            layout.refuse_second_member(raw, self.shown)
            rows = len(raw) // width
            if not following:
                self._refuse_odd_end(at + len(raw), raw[rows * width :])
                rows -= _padding_rows(raw, rows, width)
            if rows:
                yield start, np.frombuffer(raw, dtype=record, count=rows)
            start, at, raw = start + rows, at + len(raw), following

    def most_rows(self) -> int:
        """No fewer rows than there are, by the size of the file, whose place stays."""
        place = self.stream.tell()
        size = self.stream.seek(0, os.SEEK_END)
        self.stream.seek(place)
        return max(0, size - self.header.data_starts) // self.header.width

    def count_rows(self) -> int:
        """Rows of the file by its size, but for blank ones in the padding at its end; moves in the file."""
        header = self.header
        rows = (self.stream.seek(0, os.SEEK_END) - header.data_starts) // header.width
        last = min(rows, layout.RECORD)
        self.stream.seek(header.data_starts + (rows - last) * header.width)
        return rows - _padding_rows(self.stream.read(), last, header.width)

    def not_in_encoding(self, name: str, start: int) -> Stopped:
        """The refusal of a variable's text, in a block whose first row is `start`."""
        what = f"{name}: text is not in {self.encoding}, rows {start + 1} and on"
        return Stopped([problems.ENCODING.at(self.shown, what)])

    def _record(self) -> np.dtype[Any]:
        header = self.header
        return np.dtype(
            {
                "names": [v.name for v in header.variables],
                "formats": [
                    f"V{v.length}" if v.type == "Char" or v.length < 8 else ">u8" for v in header.variables
                ],
                "offsets": list(header.positions),
                "itemsize": header.width,
            }
        )

    def _refuse_odd_end(self, size: int, rest: bytes) -> None:
        """Raise `Stopped` unless `size` is whole records of 80 and `rest`, after the last row, is padding."""
        if size % layout.RECORD or len(rest) >= layout.RECORD or rest.strip(b" "):
            what = "the file breaks off within its data"
            raise Stopped([problems.DAMAGED.at(self.shown, what)])

    def _block(self, records: NDArray[np.void], start: int) -> XptBlock:
        columns: dict[str, Any] = {}
        codes: dict[str, NDArray[np.uint8]] = {}
        for variable in self.header.variables:
            raw = records[variable.name]
            if variable.type == "Char":
                try:
                    columns[variable.name] = from_fixed(np.ascontiguousarray(raw), self.encoding)
                except UnicodeDecodeError as error:
                    raise self.not_in_encoding(variable.name, start) from error
            else:
                numbers, found = ibm.from_ibm(number_bits(raw, variable.length))
                columns[variable.name] = numbers
                if found is not None:
                    codes[variable.name] = found
        return XptBlock(start, columns, codes)


def _encoded(
    columns: refusals.Columns,
    codes: Mapping[str, NDArray[np.uint8]],
    variable: Variable,
    start: int,
    stop: int,
) -> NDArray[Any]:
    column = columns[variable.name]
    if isinstance(column, TextBuffers):
        return to_fixed(column, start, stop, variable.length)
    special = codes.get(variable.name)
    return ibm.to_ibm(column[start:stop], None if special is None else special[start:stop])


def _letters(found: list[tuple[int, NDArray[np.uint8]]], rows: int) -> pd.Series:
    codes = np.zeros(rows, dtype=np.uint8)
    for start, part in found:
        codes[start : start + len(part)] = part
    return pd.Series(codes).map({ord(letter): letter for letter in ibm.SPECIALS}).astype("str")


def number_bits(raw: NDArray[Any], length: int) -> NDArray[np.uint64]:
    """Native 64-bit patterns; numbers shorter than 8 bytes are the leading ones."""
    if length == 8:
        return raw.astype(np.uint64)
    whole = np.zeros((len(raw), 8), dtype=np.uint8)
    whole[:, :length] = np.ascontiguousarray(raw).view(np.uint8).reshape(-1, length)
    return whole.view(">u8").ravel().astype(np.uint64)


def _padding_rows(raw: bytes, rows: int, width: int) -> int:
    """How many blank records at the end of the last block are padding: they begin in its last 79 bytes."""
    count = 0
    while count < rows:
        begin = (rows - count - 1) * width
        if len(raw) - begin >= layout.RECORD or raw[begin : begin + width].strip(b" "):
            break
        count += 1
    return count


def _frame(variables: tuple[Variable, ...], parts: dict[str, list[Any]]) -> pd.DataFrame:
    """A frame of columns in parts; `parts` is emptied on the way, to hold nothing twice."""
    columns: dict[str, Any] = {}
    for variable in variables:
        found = parts.pop(variable.name, [])
        if variable.type == "Num":
            columns[variable.name] = np.concatenate(found) if found else np.empty(0)
        else:
            whole = pa.chunked_array(found, type=pa.large_string()).combine_chunks()
            columns[variable.name] = pd.array(whole, dtype="str")
    return pd.DataFrame(columns, copy=False)


def xpt_bytes(dataset: Dataset, *, created: datetime) -> bytes:
    """The whole transport file of a small dataset."""
    stream = io.BytesIO()
    write_xpt(dataset, stream, created=created)
    return stream.getvalue()
