"""A written transport file read again, by pyreadstat and by our own reader, and compared with its dataset."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
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
from il2cdisc.transport.layout import Header, padding
from il2cdisc.transport.problems import BACK_STRUCTURE, BACK_VALUES
from il2cdisc.transport.xpt import open_xpt

WHOLE_BELOW = 100_000_000
"""Files up to this size (bytes) are read whole by pyreadstat, larger ones in samples."""
SAMPLES, SAMPLE_ROWS = 8, 2_000

_OURS, _PYREADSTAT = "our reader", "pyreadstat"
_NO_SPECIALS: Mapping[str, pd.Series] = {}


def compare_xpt(
    path: str | os.PathLike[str],
    dataset: Dataset,
    *,
    specials: Mapping[str, pd.Series] = _NO_SPECIALS,
    whole_below: int = WHOLE_BELOW,
) -> list[Problem]:
    """Differences between the file and `dataset`, sorted; empty when there is none.

    Our own reader compares everything: names, labels, types, lengths, formats, number of rows, every
    value (numbers bit-equal, zeros of either sign alike; text but for trailing blanks) and special
    missing values. pyreadstat compares names, labels, types, formats, rows and values: all of them, or
    from `whole_below` bytes on those of eight samples of 2,000 rows, first and last rows among them.
    Raises `Stopped` when the file is no transport file.
    """
    found, header = _by_own_reader(path, dataset, specials)
    found += _by_pyreadstat(Path(path), dataset, header, whole_below)
    return sorted(found, key=Problem.sort_key)


def _by_own_reader(
    path: str | os.PathLike[str], dataset: Dataset, specials: Mapping[str, pd.Series]
) -> tuple[list[Problem], Header]:
    rows, wrong = 0, _WrongRows(dataset, _OURS)
    with open_xpt(path) as file:
        header = file.header
        found = _facts(dataset, header.name, header.label, header.variables, _OURS)
        if [v.name for v in header.variables] != list(dataset.names):
            return found, header
        for wanted, got in zip(dataset.variables, header.variables, strict=True):
            found += _told(dataset, wanted.name, "length", wanted.length, got.length, _OURS)
        for block in file.blocks():
            rows = wrong.compare(block.start, block.columns)
            for name in {*specials, *block.codes}:
                wrong.compare_codes(block.start, rows, name, specials.get(name), block.codes.get(name))
    found += _told(dataset, "", "number of records", len(dataset.frame), rows, _OURS)
    return found + wrong.problems(), header


def _by_pyreadstat(path: Path, dataset: Dataset, header: Header, whole_below: int) -> list[Problem]:
    import pyreadstat

    read: Any = pyreadstat.read_xport
    options = {"disable_datetime_conversion": True, "output_format": "dict"}
    size, wrong = path.stat().st_size, _WrongRows(dataset, _PYREADSTAT)
    limit = 0 if size < whole_below else SAMPLE_ROWS
    columns, meta = read(os.fspath(path), row_limit=limit, **options)
    variables = tuple(
        Variable(
            name,
            label or "",
            "Num" if meta.readstat_variable_types[name] == "double" else "Char",
            format=_format_text(meta.original_variable_types[name]),
        )
        for name, label in zip(meta.column_names, meta.column_labels, strict=True)
    )
    found = _facts(dataset, meta.table_name or "", meta.file_label or "", variables, _PYREADSTAT)
    if [v.name for v in variables] != list(dataset.names):
        return found
    rows = wrong.compare(0, columns)
    if not limit:
        found += _told(dataset, "", "number of records", len(dataset.frame), rows, _PYREADSTAT)
    else:
        for start, sample in _samples(path, header, len(dataset.frame)):
            wrong.compare(start, read(sample, **options)[0])
    return found + wrong.problems()


def _samples(path: Path, header: Header, rows: int) -> Iterator[tuple[int, io.BytesIO]]:
    """Files in memory of some rows each, as they stand in the file.

    pyreadstat's `row_offset` parses all rows before; the header has no count of rows, so that the header
    and any run of records are a file as well.
    """
    with path.open("rb") as stream:
        head = stream.read(header.data_starts)
        for start in np.linspace(0, max(rows - SAMPLE_ROWS, 0), SAMPLES).astype(int).tolist():
            stream.seek(header.data_starts + start * header.width)
            records = stream.read(SAMPLE_ROWS * header.width)
            records = records[: min(SAMPLE_ROWS, rows - start) * header.width]
            yield start, io.BytesIO(head + records + padding(len(records)))


class _WrongRows:
    """Gathers the rows of each variable where a reader gives another value than the dataset has."""

    def __init__(self, dataset: Dataset, reader: str) -> None:
        self._dataset, self._reader = dataset, reader
        self._rows: dict[str, set[int]] = {}  # samples may overlap

    def compare(self, start: int, columns: Mapping[str, Any]) -> int:
        """Compare rows from `start` on, as far as the dataset goes; gives the row after the last one read."""
        stop = start
        for variable in self._dataset.variables:
            got = columns[variable.name]
            stop = start + len(got)
            wanted = self._dataset.frame[variable.name].iloc[start:stop]
            unequal = _unequal_numbers if variable.type == "Num" else _unequal_texts
            self._add(variable.name, start, unequal(wanted, got[: len(wanted)]))
        return stop

    def compare_codes(
        self, start: int, stop: int, name: str, wanted: pd.Series | None, got: NDArray[np.uint8] | None
    ) -> None:
        """Compare the special missing values of one variable in the rows from `start` to `stop`."""
        nothing = np.zeros(stop - start, dtype=np.uint8)
        codes = nothing if wanted is None else ibm.codes(wanted.iloc[start:stop])
        self._add(name, start, codes != (nothing if got is None else got)[: len(codes)])

    def _add(self, name: str, start: int, unequal: NDArray[np.bool_]) -> None:
        if unequal.any():
            self._rows.setdefault(name, set()).update((np.flatnonzero(unequal) + start).tolist())

    def problems(self) -> list[Problem]:
        found: list[Problem] = []
        for name, found_in in self._rows.items():
            rows = sorted(found_in)
            values = "1 value" if len(rows) == 1 else f"{len(rows)} values"
            what = f"{self._reader} finds {values} other than written, the first in row {rows[0] + 1}"
            written = self._dataset.frame[name].iloc[rows].tolist()
            place = at_record(self._dataset.name, column=name)
            found.append(BACK_VALUES.at(place, what, values=written))
        return found


def _unequal_numbers(wanted: pd.Series, got: Any) -> NDArray[np.bool_]:
    left = wanted.to_numpy(dtype=np.float64, na_value=np.nan)
    right = np.asarray(got, dtype=np.float64)
    return ~((left == right) | (np.isnan(left) & np.isnan(right)))


def _unequal_texts(wanted: pd.Series, got: Any) -> NDArray[np.bool_]:
    left, right = (
        pc.fill_null(_one(pa.array(values, from_pandas=True)).cast(pa.large_string()), "")
        for values in (wanted, got)
    )
    unequal = pc.not_equal(pc.ascii_rtrim(left, characters=" "), right)
    return unequal.to_numpy(zero_copy_only=False)


def _one(array: Any) -> Any:
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _facts(
    dataset: Dataset, name: str, label: str, variables: tuple[Variable, ...], by: str
) -> list[Problem]:
    found = _told(dataset, "", "name", dataset.name, name, by)
    found += _told(dataset, "", "label", dataset.label, label, by)
    names = [variable.name for variable in variables]
    if names != list(dataset.names):
        return found + _told(dataset, "", "list of variables", list(dataset.names), names, by)
    for wanted, got in zip(dataset.variables, variables, strict=True):
        found += _told(dataset, wanted.name, "label", wanted.label, got.label, by)
        found += _told(dataset, wanted.name, "type", wanted.type, got.type, by)
        found += _told(dataset, wanted.name, "format", _format_text(wanted.format), got.format, by)
    return found


def _format_text(text: str | None) -> str:
    """A format in one spelling: readers leave the full stop away, or write decimals that are 0."""
    if not text:
        return ""
    try:
        return str(parse_format(text if "." in text else f"{text}."))
    except ValueError:
        return text


def _told(dataset: Dataset, variable: str, fact: str, wanted: object, got: object, by: str) -> list[Problem]:
    if wanted == got:
        return []
    what = f"{by} finds another {fact} than was written: {got!r}, not {wanted!r}"
    return [BACK_STRUCTURE.at(at_record(dataset.name, column=variable), what)]
