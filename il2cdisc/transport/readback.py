"""A written transport file read again, by pyreadstat and by our own reader, and compared with its dataset."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import Dataset
from il2cdisc.base.problems import Problem, at_record
from il2cdisc.transport.formats import parse_format
from il2cdisc.transport.problems import BACK_STRUCTURE, BACK_VALUES
from il2cdisc.transport.xpt import open_xpt

WHOLE_BELOW = 100_000_000
"""Files up to this size (bytes) are read whole by pyreadstat, larger ones in samples."""
SAMPLES, SAMPLE_ROWS = 8, 2_000


def compare_xpt(path: str | os.PathLike[str], dataset: Dataset) -> list[Problem]:
    """Differences between the file and `dataset`, sorted; empty when there is none.

    Names, labels, types, lengths, formats, number of rows and every value (numbers bit-equal, zeros of
    either sign alike; text without trailing blanks) by our own reader; names, labels, formats, rows and
    values by pyreadstat: all of them, or above 100 MB eight blocks of 2,000 rows from first to last.
    Raises `Stopped` when the file is no transport file.
    """
    found = _by_own_reader(path, dataset) + _by_pyreadstat(Path(path), dataset)
    return sorted(found, key=Problem.sort_key)


def _by_own_reader(path: str | os.PathLike[str], dataset: Dataset) -> list[Problem]:
    place = at_record(dataset.name)
    found: list[Problem] = []
    rows = 0
    with open_xpt(path) as file:
        header = file.header
        found += _told(place.dataset, "", "name", dataset.name, header.name, "our reader")
        found += _told(place.dataset, "", "label", dataset.label, header.label, "our reader")
        names = [variable.name for variable in header.variables]
        if names != list(dataset.names):
            return [*found, *_told(dataset.name, "", "variables", list(dataset.names), names, "our reader")]
        for wanted, got in zip(dataset.variables, header.variables, strict=True):
            for fact in ("label", "type", "length"):
                pair = (getattr(wanted, fact), getattr(got, fact))
                found += _told(dataset.name, wanted.name, fact, *pair, "our reader")
            form = str(parse_format(wanted.format))
            found += _told(dataset.name, wanted.name, "format", form, got.format, "our reader")
        wrong: dict[str, list[int]] = {}
        for block in file.blocks():
            frame = block.frame(header.variables)
            rows = block.start + len(frame)
            expected = dataset.frame.iloc[block.start : rows]
            if len(expected) < len(frame):
                continue
            for variable in dataset.variables:
                unequal = _unequal(expected[variable.name], frame[variable.name], variable.type)
                wrong.setdefault(variable.name, []).extend((np.flatnonzero(unequal) + block.start).tolist())
    found += _told(dataset.name, "", "number of records", len(dataset.frame), rows, "our reader")
    return found + _wrong_values(dataset, wrong, "our reader")


def _by_pyreadstat(path: Path, dataset: Dataset) -> list[Problem]:
    import pyreadstat

    read: Any = pyreadstat.read_xport
    blocks: list[tuple[int, pd.DataFrame]]
    options: dict[str, Any] = {"disable_datetime_conversion": True}
    rows, wrong = len(dataset.frame), dict[str, list[int]]()
    if path.stat().st_size <= WHOLE_BELOW:
        frame, meta = read(os.fspath(path), **options)
        found = _pyreadstat_facts(dataset, meta)
        found += _told(dataset.name, "", "number of records", rows, len(frame), "pyreadstat")
        blocks = [(0, frame)]
    else:
        _, meta = read(os.fspath(path), metadataonly=True, **options)
        found = _pyreadstat_facts(dataset, meta)
        starts = np.linspace(0, max(rows - SAMPLE_ROWS, 0), SAMPLES).astype(int).tolist()
        blocks = [
            (
                start,
                read(os.fspath(path), row_offset=start, row_limit=SAMPLE_ROWS, **options)[0],
            )
            for start in starts
        ]
    if found:
        return found
    for start, frame in blocks:
        expected = dataset.frame.iloc[start : start + len(frame)]
        for variable in dataset.variables:
            unequal = _unequal(expected[variable.name], frame[variable.name], variable.type)
            wrong.setdefault(variable.name, []).extend((np.flatnonzero(unequal) + start).tolist())
    return _wrong_values(dataset, wrong, "pyreadstat")


def _pyreadstat_facts(dataset: Dataset, meta: Any) -> list[Problem]:
    by = "pyreadstat"
    found = _told(dataset.name, "", "name", dataset.name, meta.table_name, by)
    found += _told(dataset.name, "", "label", dataset.label, meta.file_label, by)
    if list(meta.column_names) != list(dataset.names):
        return [*found, *_told(dataset.name, "", "variables", list(dataset.names), meta.column_names, by)]
    for variable, label in zip(dataset.variables, meta.column_labels, strict=True):
        found += _told(dataset.name, variable.name, "label", variable.label, label or "", by)
        form = meta.original_variable_types[variable.name] or ""
        wanted = str(parse_format(variable.format)).rstrip(".")
        found += _told(dataset.name, variable.name, "format", wanted, str(form).rstrip("."), by)
        kind = "Num" if meta.readstat_variable_types[variable.name] == "double" else "Char"
        found += _told(dataset.name, variable.name, "type", variable.type, kind, by)
    return found


def _told(dataset: str, variable: str, fact: str, wanted: object, got: object, by: str) -> list[Problem]:
    if wanted == got:
        return []
    what = f"{by} finds another {fact} than was written: {got!r}, not {wanted!r}"
    return [BACK_STRUCTURE.at(at_record(dataset, column=variable), what)]


def _unequal(wanted: pd.Series, got: pd.Series, kind: str) -> NDArray[np.bool_]:
    if kind == "Num":
        left = wanted.to_numpy(dtype=np.float64, na_value=np.nan)
        right = got.to_numpy(dtype=np.float64, na_value=np.nan)
        return ~((left == right) | (np.isnan(left) & np.isnan(right)))
    left_text = wanted.astype("str").fillna("").str.rstrip(" ")
    right_text = got.astype("str").fillna("")
    return (left_text.reset_index(drop=True) != right_text.reset_index(drop=True)).to_numpy(dtype=bool)


def _wrong_values(dataset: Dataset, wrong: dict[str, list[int]], by: str) -> list[Problem]:
    found: list[Problem] = []
    for name, rows in wrong.items():
        if rows:
            what = (
                f"{by} reads {len(rows)} values otherwise than they were written, first in row {rows[0] + 1}"
            )
            values = dataset.frame[name].iloc[rows].tolist()
            found.append(BACK_VALUES.at(at_record(dataset.name, column=name), what, values=values))
    return found
