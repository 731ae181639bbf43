"""A written transport file read again, by our own reader and by pyreadstat, and compared block by block."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import Variable
from il2cdisc.base.problems import Problem, at_record
from il2cdisc.base.stored import AnyDataset
from il2cdisc.transport import ibm
from il2cdisc.transport.arrow import pa, pc
from il2cdisc.transport.formats import parse_format
from il2cdisc.transport.layout import RECORD, Header, XptHeader, padding
from il2cdisc.transport.problems import BACK_STRUCTURE, BACK_VALUES
from il2cdisc.transport.text import text_array
from il2cdisc.transport.xpt import XptBlock, XptReader, open_xpt

WHOLE_BELOW = 100_000_000
"""Files up to this size (bytes) are read whole by pyreadstat, larger ones in samples."""
SAMPLES, SAMPLE_ROWS = 8, 2_000
RUN_BYTES = 4 << 20
"""How much of a file pyreadstat reads at once: its lists take ten times as much memory."""

_OURS, _PYREADSTAT = "our reader", "pyreadstat"
_NO_SPECIALS: Mapping[str, pd.Series] = {}

Variables = tuple[Variable, ...]
Columns = Mapping[str, Any]
"""By variable, numbers as float64, text as `large_string` Arrow array or list of `str`."""


class Comparison:
    """A file, as our own reader reads it, and what was to be written: `add` blocks in order, then `close`.

    Compared is everything: names, labels, types, lengths, formats, number of rows, every value (numbers
    bit-equal, zeros of either sign alike; text but for trailing blanks) and special missing values. The file
    is read in step with the blocks. Memory: 4 MB of the file, and the values that differ.
    """

    def __init__(self, file: XptReader, wanted: XptHeader | AnyDataset) -> None:
        self._wanted = wanted
        self._found = _facts(wanted, file.header, _OURS)
        self._alike = _names(file.header.variables) == _names(wanted.variables)
        if self._alike:
            self._found += _lengths(wanted, file.header)
        self._values = _Values(wanted.name, wanted.variables, _OURS)
        self._blocks = file.blocks()
        self._block: XptBlock | None = None
        self._rows = self._rows_read = 0

    def add(self, block: pd.DataFrame, *, specials: Mapping[str, pd.Series] = _NO_SPECIALS) -> None:
        """Compare the next records with those of the file; `specials` as in `XptWriter.write`.

        Raises `Stopped` where the file is damaged.
        """
        self._rows += len(block)
        if not self._alike:
            return
        columns, done = _columns(self._wanted.variables, block), 0
        while done < len(block) and (read := self._read(len(block) - done)) is not None:
            stop = done + read.rows
            self._values.compare(read.start, _rows(columns, done, stop), read.columns)
            for name in {*specials, *read.codes}:
                letters = specials[name].iloc[done:stop] if name in specials else None
                self._values.compare_codes(read, name, columns[name][done:stop], letters)
            done = stop

    def close(self) -> list[Problem]:
        """Read the file to its end; gives the differences, sorted. Raises `Stopped` where it is damaged."""
        found = self._found + self._values.problems()
        if self._alike:
            while self._read() is not None:
                pass
            rows = (self._rows, self._rows_read)
            found += _difference(self._wanted.name, "", "number of records", *rows, _OURS)
        return sorted(found, key=Problem.sort_key)

    def _read(self, most: int | None = None) -> XptBlock | None:
        """The next rows of the file, at most so many; None at its end."""
        block = self._block or next(self._blocks, None)
        if block is None:
            return None
        read, self._block = block.split(block.rows if most is None else most)
        self._rows_read += read.rows
        return read


def compare_with_dataset(
    path: str | os.PathLike[str], dataset: AnyDataset, *, specials: Mapping[str, pd.Series] = _NO_SPECIALS
) -> list[Problem]:
    """Differences between the file, as our own reader reads it, and `dataset`, sorted; see `Comparison`.

    Raises `Stopped` when the file is no transport file.
    """
    with open_xpt(path) as file:
        comparison = Comparison(file, dataset)
        for frame in dataset.frames():
            comparison.add(frame, specials=specials)
        return comparison.close()


def compare_readers(path: str | os.PathLike[str], *, whole_below: int = WHOLE_BELOW) -> list[Problem]:
    """Differences between what pyreadstat and our own reader find in a file, sorted.

    It needs the file alone, so that another process can do it: where `compare_with_dataset` finds no
    difference, none here says that pyreadstat gives the dataset too. Compared are names, labels, types,
    formats, rows and values: all of them, or from `whole_below` bytes on those of eight samples of 2,000
    rows, first and last rows among them. Memory: pyreadstat's lists of 4 MB of the file. Raises `Stopped`
    when the file is no transport file.
    """
    path = Path(path)
    with open_xpt(path) as file:
        header, count = file.header, file.count_rows()
    whole = path.stat().st_size < whole_below
    values = _Values(header.name, header.variables, _PYREADSTAT)
    found: list[Problem] = []
    rows = 0
    for start, part in _whole(path, header, count) if whole else _samples(path, header, count):
        columns, read = _by_pyreadstat(part)
        found = found or _facts(header, read, _PYREADSTAT)
        if _names(read.variables) != _names(header.variables):
            return sorted(found, key=Problem.sort_key)
        rows = start + len(columns[header.variables[0].name])
        with open_xpt(io.BytesIO(part)) as file:
            for block in file.blocks():
                got = _rows(columns, block.start, block.start + block.rows)
                values.compare(start + block.start, block.columns, got)
    if whole:
        found += _difference(header.name, "", "number of records", count, rows, _PYREADSTAT)
    return sorted(found + values.problems(), key=Problem.sort_key)


def _by_pyreadstat(part: bytes) -> tuple[Columns, Header]:
    """Columns of a file in memory, and the facts of its header, lengths and places apart."""
    import pyreadstat

    read: Any = pyreadstat.read_xport
    columns, meta = read(io.BytesIO(part), disable_datetime_conversion=True, output_format="dict")
    variables = tuple(
        Variable(
            name,
            label or "",
            "Num" if meta.readstat_variable_types[name] == "double" else "Char",
            format=meta.original_variable_types[name],
        )
        for name, label in zip(meta.column_names, meta.column_labels, strict=True)
    )
    return columns, Header(meta.table_name or "", meta.file_label or "", variables, None, None, (), 0)


def _whole(path: Path, header: Header, rows: int) -> Iterator[tuple[int, bytes]]:
    """The file as files in memory of some rows each, with the number of their first row."""
    unit = _unit(header)
    size = max(1, RUN_BYTES // (unit * header.width)) * unit
    return _parts(path, header, rows, size, range(0, max(rows, 1), size))


def _samples(path: Path, header: Header, rows: int) -> Iterator[tuple[int, bytes]]:
    """Files in memory of some rows each, from the beginning, the end and between."""
    starts = np.linspace(0, max(rows - SAMPLE_ROWS, 0), SAMPLES).astype(int) // _unit(header) * _unit(header)
    return _parts(path, header, rows, SAMPLE_ROWS, dict.fromkeys(starts.tolist()))


def _unit(header: Header) -> int:
    """How many rows fill whole records of 80 bytes: a run of rows must begin with such a record."""
    return RECORD // math.gcd(header.width, RECORD)


def _parts(
    path: Path, header: Header, rows: int, size: int, starts: Collection[int]
) -> Iterator[tuple[int, bytes]]:
    """The header has no count of rows, so that with any run of records it is a file as well.

    pyreadstat's `row_offset` would parse all rows before. The last run has the end of the file as it is.
    """
    last = max(starts)
    with path.open("rb") as stream:
        head = stream.read(header.data_starts)
        for start in starts:
            stream.seek(header.data_starts + start * header.width)
            if start == last:
                yield start, head + stream.read()
            else:
                records = stream.read(size * header.width)
                yield start, head + records + padding(len(records))


def _columns(variables: Variables, block: pd.DataFrame) -> Columns:
    return {
        v.name: text_array(block[v.name])
        if v.type == "Char"
        else block[v.name].to_numpy(dtype=np.float64, na_value=np.nan)
        for v in variables
    }


def _rows(columns: Columns, start: int, stop: int) -> Columns:
    return {name: column[start:stop] for name, column in columns.items()}


class _Values:
    """The rows of each variable where a reader gives another value than is wanted."""

    def __init__(self, dataset: str, variables: Variables, reader: str) -> None:
        self._dataset, self._variables, self._reader = dataset, variables, reader
        self._wanted: dict[str, dict[int, object]] = {}  # by row: samples may overlap

    def compare(self, start: int, wanted: Columns, got: Columns) -> None:
        """Compare columns, both from row `start` on, as far as both go."""
        for variable in self._variables:
            left, right = wanted[variable.name], got[variable.name]
            common = min(len(left), len(right))
            left, right = left[:common], right[:common]
            unequal = _unequal_numbers if variable.type == "Num" else _unequal_texts
            self._add(variable.name, start, left, unequal(left, right))

    def compare_codes(
        self, read: XptBlock, name: str, numbers: NDArray[np.float64], letters: pd.Series | None
    ) -> None:
        """Compare the special missing values of a variable: `letters` are wanted in the rows of `numbers`."""
        nothing = np.zeros(len(numbers), dtype=np.uint8)
        wanted = nothing if letters is None else ibm.codes(letters)
        self._add(name, read.start, numbers, wanted != read.codes.get(name, nothing))

    def _add(self, name: str, start: int, wanted: Any, unequal: NDArray[np.bool_] | None) -> None:
        if unequal is not None and unequal.any():
            rows = np.flatnonzero(unequal)
            values = [np.nan if value is None else value for value in wanted.take(rows).tolist()]
            self._wanted.setdefault(name, {}).update(zip((rows + start).tolist(), values, strict=True))

    def problems(self) -> list[Problem]:
        found: list[Problem] = []
        for name, by_row in self._wanted.items():
            rows = sorted(by_row)
            what = f"{self._reader} reads another value than was written, first in row {rows[0] + 1}"
            place = at_record(self._dataset, column=name)
            records = [at_record(self._dataset, column=f"{name} (row {row + 1})") for row in rows]
            values = [by_row[row] for row in rows]
            found.append(BACK_VALUES.at(place, what, values=values, records=records))
        return found


def _unequal_numbers(wanted: NDArray[np.float64], got: Any) -> NDArray[np.bool_]:
    right = np.asarray(got, dtype=np.float64)
    return ~((wanted == right) | (np.isnan(wanted) & np.isnan(right)))


def _unequal_texts(wanted: Any, got: Any) -> NDArray[np.bool_] | None:
    """Which texts differ, trailing blanks apart and a missing one as an empty one; None where none does."""
    right = got if isinstance(got, pa.Array) else pa.array(got, type=pa.large_string())
    if wanted.equals(right):
        return None
    left = pc.ascii_rtrim(pc.fill_null(wanted, ""), characters=" ")
    return pc.not_equal(left, pc.fill_null(right, "")).to_numpy(zero_copy_only=False)


def _facts(wanted: XptHeader | AnyDataset | Header, got: Header, by: str) -> list[Problem]:
    """Differences of the headers, lengths apart: pyreadstat gives none."""
    found = _difference(wanted.name, "", "name", wanted.name, got.name, by)
    found += _difference(wanted.name, "", "label", wanted.label, got.label, by)
    expected, names = _names(wanted.variables), _names(got.variables)
    if names != expected:
        return found + _difference(wanted.name, "", "list of variables", expected, names, by)
    for one, other in zip(wanted.variables, got.variables, strict=True):
        found += _difference(wanted.name, one.name, "label", one.label, other.label, by)
        found += _difference(wanted.name, one.name, "type", one.type, other.type, by)
        formats = _format_text(one.format), _format_text(other.format)
        found += _difference(wanted.name, one.name, "format", *formats, by)
    return found


def _lengths(wanted: XptHeader | AnyDataset, got: Header) -> list[Problem]:
    found: list[Problem] = []
    for one, other in zip(wanted.variables, got.variables, strict=True):
        found += _difference(wanted.name, one.name, "length", one.length, other.length, _OURS)
    return found


def _names(variables: Variables) -> list[str]:
    return [variable.name for variable in variables]


def _format_text(text: str | None) -> str:
    """A format in one spelling: readers leave the full stop away, or write decimals that are 0."""
    if not text:
        return ""
    try:
        return str(parse_format(text if "." in text else f"{text}."))
    except ValueError:
        return text


def _difference(
    dataset: str, variable: str, fact: str, wanted: object, got: object, by: str
) -> list[Problem]:
    if wanted == got:
        return []
    what = f"{by} finds another {fact} than was written: {got!r}, not {wanted!r}"
    return [BACK_STRUCTURE.at(at_record(dataset, column=variable), what)]
