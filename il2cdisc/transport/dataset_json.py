"""Datasets as CDISC Dataset-JSON 1.1: JSON, lines (NDJSON) or compressed lines (DSJC).

Texts stand as they are, numbers as the shortest decimal text that gives the same number again, dates and
times of SAS as ISO 8601 with `targetDataType` integer. A missing text is "", a missing number null. The order
of the attributes is that of the specification, so that a reader may take them as they come.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from enum import StrEnum
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.columns import Values
from il2cdisc.base.datasets import Variable, pa, pc, text_array
from il2cdisc.base.stored import AnyDataset
from il2cdisc.transport.codec import ColumnFacts, FileFacts
from il2cdisc.transport.sas_time import clock_type, fits, iso_texts

VERSION = "1.1.0"
CHAR_TYPES = ("date", "datetime", "time", "URI")
"""Data types of define.xml that a text may have here; a partial date is a string."""
_EXACT = 2.0**53


class FileLayout(StrEnum):
    """How the file is laid out: its ending without the full stop."""

    JSON = "json"
    NDJSON = "ndjson"
    DSJC = "dsjc"


def write_dataset_json(
    dataset: AnyDataset, facts: FileFacts, stream: BinaryIO, *, layout: FileLayout
) -> None:
    """Write a dataset, block after block. `facts` are those of define.xml; no clock goes in."""
    columns = _columns(dataset, facts)
    header = _header(dataset, facts, [column.described for column in columns])
    write, close = _sink(stream, layout)
    start = json.dumps(header, ensure_ascii=False, separators=(",", ":"))
    opened = layout is FileLayout.JSON
    write(f'{start[:-1]},"rows":[' if opened else f"{start}\n")
    first = True
    for frame in dataset.frames():
        if frame.empty:
            continue
        lines: list[str] = _lines(frame, columns).to_pylist()
        write(("" if first else ",\n") + ",\n".join(lines) if opened else "\n".join(lines) + "\n")
        first = False
    write("]}\n" if opened else "")
    close()


class _WrittenColumn:
    """A variable, how it is described, and how its values are written."""

    def __init__(self, variable: Variable, facts: ColumnFacts, values: Values | None) -> None:
        self.name, self.text = variable.name, variable.type == "Char"
        numbers = np.empty(0) if values is None else np.asarray(values, dtype="float64")
        numbers = numbers[~np.isnan(numbers)]
        clock = "" if self.text else clock_type(variable.format)
        self.clock = clock if clock and fits(clock, numbers) else ""
        self.described = self._described(variable, facts, whole=not (numbers % 1).any())

    def _described(self, variable: Variable, facts: ColumnFacts, *, whole: bool) -> dict[str, Any]:
        if self.text:
            kind = facts.data_type if facts.data_type in CHAR_TYPES else "string"
        elif self.clock:
            kind = self.clock
        else:
            kind = "integer" if facts.data_type == "integer" and whole else "float"
        return {
            "itemOID": facts.oid,
            "name": variable.name,
            "label": variable.label,
            "dataType": kind,
            **({"targetDataType": "integer"} if self.clock else {}),
            **({"length": variable.length} if self.text else {}),
            **({"displayFormat": variable.format} if variable.format else {}),
            **({"keySequence": facts.key} if facts.key else {}),
        }

    def texts(self, column: pd.Series) -> Any:
        """Each value as JSON, an Arrow array."""
        if self.text:
            coded = text_array(column).dictionary_encode()
            known = [json.dumps(text, ensure_ascii=False) for text in coded.dictionary.to_pylist()]
            return _taken(known, coded.indices.fill_null(-1).to_numpy(), '""')
        bits = np.ascontiguousarray(column.to_numpy("float64")).view("int64")  # so that -0.0 is not 0.0
        distinct, codes = np.unique(bits, return_inverse=True)
        values = distinct.view("float64")
        missing = np.isnan(values)
        known = np.full(len(values), "null", dtype=object)
        known[~missing] = self._numbers(values[~missing])
        return _taken(known.tolist(), codes, "null")

    def _numbers(self, values: NDArray[np.float64]) -> list[str]:
        if self.clock:
            return [f'"{text}"' for text in iso_texts(self.clock, values)]
        return [number_text(value) for value in values.tolist()]


def number_text(value: float) -> str:
    """A finite number as the shortest text that gives the same number again.

    >>> number_text(5.0), number_text(0.1), number_text(-0.0)
    ('5', '0.1', '-0.0')
    """
    whole = value.is_integer() and abs(value) < _EXACT and (value != 0 or str(value)[0] != "-")
    return str(int(value)) if whole else repr(value)


def _taken(known: list[str], codes: NDArray[Any], missing: str) -> Any:
    every = pa.array([*known, missing], type=pa.large_string())
    return every.take(pa.array(np.where(codes < 0, len(known), codes)))


def _columns(dataset: AnyDataset, facts: FileFacts) -> list[_WrittenColumn]:
    numeric = [variable.name for variable in dataset.variables if variable.type == "Num"]
    distinct = dataset.distinct(numeric)
    return [
        _WrittenColumn(
            variable,
            facts.columns.get(variable.name, ColumnFacts(f"IT.{dataset.name}.{variable.name}")),
            distinct.get(variable.name),
        )
        for variable in dataset.variables
    ]


def _header(dataset: AnyDataset, facts: FileFacts, columns: list[dict[str, Any]]) -> dict[str, Any]:
    given = {
        "datasetJSONCreationDateTime": facts.created.isoformat(timespec="seconds"),
        "datasetJSONVersion": VERSION,
        "fileOID": facts.file,
        "originator": facts.originator,
        "sourceSystem": {"name": facts.system, "version": facts.system_version} if facts.system else None,
        "studyOID": facts.study,
        "metaDataVersionOID": facts.metadata_version,
        "metaDataRef": facts.metadata,
        "itemGroupOID": facts.item_group,
        "records": dataset.rows,
        "name": dataset.name,
        "label": dataset.label,
        "columns": columns,
    }
    return {name: value for name, value in given.items() if value not in ("", None)}


def _lines(frame: pd.DataFrame, columns: list[_WrittenColumn]) -> Any:
    """Each record as a JSON array, an Arrow array of texts."""
    texts = [column.texts(frame[column.name]) for column in columns]
    inner = (
        texts[0]
        if len(texts) == 1
        else pc.binary_join_element_wise(*texts, pa.scalar(",", pa.large_string()))
    )
    ends = [pa.scalar(end, pa.large_string()) for end in ("[", "]", "")]
    return pc.binary_join_element_wise(ends[0], inner, ends[1], ends[2])


def _sink(stream: BinaryIO, layout: FileLayout) -> tuple[Callable[[str], None], Callable[[], None]]:
    """What takes the text of a file, and what ends it."""
    if layout is not FileLayout.DSJC:
        return (lambda text: _put(stream, text.encode())), lambda: None
    packer = zlib.compressobj(9)
    return (
        lambda text: _put(stream, packer.compress(text.encode())),
        lambda: _put(stream, packer.flush()),
    )


def _put(stream: BinaryIO, data: bytes) -> None:
    stream.write(data)
