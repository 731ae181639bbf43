"""A written transport file read again, by pyreadstat and by our own reader, and compared with its dataset."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import Dataset, Variable
from il2cdisc.base.problems import Problem, at_record
from il2cdisc.transport import ibm
from il2cdisc.transport.arrow import pa, pc
from il2cdisc.transport.formats import parse_format
from il2cdisc.transport.layout import padding
from il2cdisc.transport.problems import BACK_STRUCTURE, BACK_VALUES
from il2cdisc.transport.text import text_array
from il2cdisc.transport.xpt import open_xpt

WHOLE_BELOW = 100_000_000
"""Files up to this size (bytes) are read whole by pyreadstat, larger ones in samples."""
SAMPLES, SAMPLE_ROWS = 8, 2_000

_OURS, _PYREADSTAT = "our reader", "pyreadstat"
_NO_SPECIALS: Mapping[str, pd.Series] = {}

Columns = Mapping[str, Any]
"""By variable, numbers as float64, text as `large_string` Arrow array or list of `str`."""


def compare_xpt(
    path: str | os.PathLike[str],
    dataset: Dataset,
    *,
    specials: Mapping[str, pd.Series] = _NO_SPECIALS,
    whole_below: int = WHOLE_BELOW,
) -> list[Problem]:
    """Differences between the file and `dataset`, sorted; empty when there is none.

    Our own reader compares everything (`compare_with_dataset`), pyreadstat names, labels, types, formats,
    rows and values: all of them, or from `whole_below` bytes on those of eight samples of 2,000 rows, first
    and last rows among them. Raises `Stopped` when the file is no transport file.
    """
    found = compare_with_dataset(path, dataset, specials=specials)
    found += _by_pyreadstat(Path(path), _of_dataset(dataset), whole_below)
    return sorted(found, key=Problem.sort_key)


def compare_with_dataset(
    path: str | os.PathLike[str], dataset: Dataset, *, specials: Mapping[str, pd.Series] = _NO_SPECIALS
) -> list[Problem]:
    """Differences between the file, as our own reader reads it, and `dataset`, sorted.

    Compared is everything: names, labels, types, lengths, formats, number of rows, every value (numbers
    bit-equal, zeros of either sign alike; text but for trailing blanks) and special missing values.
    Raises `Stopped` when the file is no transport file.
    """
    rows, wrong = 0, _WrongRows(dataset.name, dataset.variables, _OURS)
    with open_xpt(path) as file:
        header = file.header
        found = _facts(_of_dataset(dataset), header.name, header.label, header.variables, _OURS)
        if [v.name for v in header.variables] == list(dataset.names):
            for wanted, got in zip(dataset.variables, header.variables, strict=True):
                found += _told(dataset.name, wanted.name, "length", wanted.length, got.length, _OURS)
            columns = _columns(dataset)
            for block in file.blocks():
                rows = wrong.compare(block.start, _from(block.start, columns), block.columns)
                for name in {*specials, *block.codes}:
                    numbers = columns[name][block.start : rows]
                    wrong.compare_codes(block.start, name, numbers, specials.get(name), block.codes.get(name))
            found += _told(dataset.name, "", "number of records", len(dataset.frame), rows, _OURS)
    return sorted(found + wrong.problems(), key=Problem.sort_key)


def compare_readers(path: str | os.PathLike[str], *, whole_below: int = WHOLE_BELOW) -> list[Problem]:
    """Differences between what pyreadstat and our own reader find in a file, sorted.

    It needs the file alone, so that another process can do it: where `compare_with_dataset` finds no
    difference, none here says that pyreadstat gives the dataset too. Compared are names, labels, types,
    formats, rows and values: all of them, or from `whole_below` bytes on those of eight samples of 2,000
    rows, first and last rows among them. Raises `Stopped` when the file is no transport file.
    """
    found = _by_pyreadstat(Path(path), _of_own_reader(Path(path)), whole_below)
    return sorted(found, key=Problem.sort_key)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a file should hold: its facts, and its rows.

    `rows(part, start)` gives the rows from `start` on, as columns that each come with the number of their
    first row; `part` is the file, or a sample of it that begins there.
    """

    name: str
    label: str
    variables: tuple[Variable, ...]
    count: int
    rows: Callable[[Path | bytes, int], Iterable[tuple[int, Columns]]]


def _of_dataset(dataset: Dataset) -> _Wanted:
    def rows(_: Path | bytes, start: int) -> Iterable[tuple[int, Columns]]:
        return [(start, _from(start, _columns(dataset)))]

    return _Wanted(dataset.name, dataset.label, dataset.variables, len(dataset.frame), rows)


def _of_own_reader(path: Path) -> _Wanted:
    def rows(part: Path | bytes, start: int) -> Iterable[tuple[int, Columns]]:
        with open_xpt(io.BytesIO(part) if isinstance(part, bytes) else part) as file:
            for block in file.blocks():
                yield start + block.start, block.columns

    with open_xpt(path) as file:
        header = file.header
        return _Wanted(header.name, header.label, header.variables, file.count_rows(), rows)


def _by_pyreadstat(path: Path, wanted: _Wanted, whole_below: int) -> list[Problem]:
    import pyreadstat

    read: Any = pyreadstat.read_xport
    options = {"disable_datetime_conversion": True, "output_format": "dict"}
    whole = path.stat().st_size < whole_below
    columns, meta = read(os.fspath(path), row_limit=0 if whole else SAMPLE_ROWS, **options)
    variables = tuple(
        Variable(
            name,
            label or "",
            "Num" if meta.readstat_variable_types[name] == "double" else "Char",
            format=_format_text(meta.original_variable_types[name]),
        )
        for name, label in zip(meta.column_names, meta.column_labels, strict=True)
    )
    found = _facts(wanted, meta.table_name or "", meta.file_label or "", variables, _PYREADSTAT)
    if [v.name for v in variables] != [v.name for v in wanted.variables]:
        return found
    wrong = _WrongRows(wanted.name, wanted.variables, _PYREADSTAT)
    if whole:
        count = len(columns[variables[0].name])
        found += _told(wanted.name, "", "number of records", wanted.count, count, _PYREADSTAT)
        parts: Iterable[tuple[int, Path | bytes, Any]] = [(0, path, columns)]
    else:
        samples = _samples(path, wanted.count)
        parts = ((start, sample, read(io.BytesIO(sample), **options)[0]) for start, sample in samples)
    for start, part, got in parts:
        for first, columns in wanted.rows(part, start):
            wrong.compare(first, columns, _from(first - start, got))
    return found + wrong.problems()


def _columns(dataset: Dataset) -> Columns:
    frame = dataset.frame
    return {
        v.name: text_array(frame[v.name])
        if v.type == "Char"
        else frame[v.name].to_numpy(dtype=np.float64, na_value=np.nan)
        for v in dataset.variables
    }


def _from(start: int, columns: Columns) -> Columns:
    """The columns from a row on."""
    return {name: column[start:] for name, column in columns.items()} if start else columns


def _samples(path: Path, rows: int) -> Iterator[tuple[int, bytes]]:
    """Files in memory of some rows each, as they stand in the file.

    pyreadstat's `row_offset` parses all rows before; the header has no count of rows, so that the header
    and any run of records are a file as well.
    """
    with open_xpt(path) as file:
        starts, width = file.header.data_starts, file.header.width
    with path.open("rb") as stream:
        head = stream.read(starts)
        for start in np.linspace(0, max(rows - SAMPLE_ROWS, 0), SAMPLES).astype(int).tolist():
            stream.seek(starts + start * width)
            records = stream.read(min(SAMPLE_ROWS, rows - start) * width)
            yield start, head + records + padding(len(records))


class _WrongRows:
    """Gathers the rows of each variable where a reader gives another value than is wanted."""

    def __init__(self, dataset: str, variables: tuple[Variable, ...], reader: str) -> None:
        self._dataset, self._variables, self._reader = dataset, variables, reader
        self._wanted: dict[str, dict[int, object]] = {}  # by row: samples may overlap

    def compare(self, start: int, wanted: Columns, got: Columns) -> int:
        """Compare columns, both from row `start` on, as far as both go; gives the row after `got`."""
        stop = start
        for variable in self._variables:
            left, right = wanted[variable.name], got[variable.name]
            stop = start + len(right)
            common = min(len(left), len(right))
            left, right = left[:common], right[:common]
            unequal = _unequal_numbers if variable.type == "Num" else _unequal_texts
            self._add(variable.name, start, left, unequal(left, right))
        return stop

    def compare_codes(
        self,
        start: int,
        name: str,
        numbers: NDArray[np.float64],
        wanted: pd.Series | None,
        got: NDArray[np.uint8] | None,
    ) -> None:
        """Compare the special missing values of a variable in the rows of `numbers`, which begin at `start`;
        `wanted` are the letters of the whole dataset."""
        stop, nothing = start + len(numbers), np.zeros(len(numbers), dtype=np.uint8)
        codes = nothing if wanted is None else ibm.codes(wanted.iloc[start:stop])
        found = nothing if got is None else got[: len(numbers)]
        self._add(name, start, numbers, codes != found)

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


def _facts(wanted: _Wanted, name: str, label: str, variables: tuple[Variable, ...], by: str) -> list[Problem]:
    found = _told(wanted.name, "", "name", wanted.name, name, by)
    found += _told(wanted.name, "", "label", wanted.label, label, by)
    expected, names = ([v.name for v in given] for given in (wanted.variables, variables))
    if names != expected:
        return found + _told(wanted.name, "", "list of variables", expected, names, by)
    for variable, got in zip(wanted.variables, variables, strict=True):
        found += _told(wanted.name, variable.name, "label", variable.label, got.label, by)
        found += _told(wanted.name, variable.name, "type", variable.type, got.type, by)
        found += _told(wanted.name, variable.name, "format", _format_text(variable.format), got.format, by)
    return found


def _format_text(text: str | None) -> str:
    """A format in one spelling: readers leave the full stop away, or write decimals that are 0."""
    if not text:
        return ""
    try:
        return str(parse_format(text if "." in text else f"{text}."))
    except ValueError:
        return text


def _told(dataset: str, variable: str, fact: str, wanted: object, got: object, by: str) -> list[Problem]:
    if wanted == got:
        return []
    what = f"{by} finds another {fact} than was written: {got!r}, not {wanted!r}"
    return [BACK_STRUCTURE.at(at_record(dataset, column=variable), what)]
