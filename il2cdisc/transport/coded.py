"""A transport file read as distinct values and codes: only what differs is ever decoded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.columns import CodedColumn, CodedTable, Codes, Values, narrow
from il2cdisc.base.datasets import Variable
from il2cdisc.transport import ibm
from il2cdisc.transport.arrow import pa
from il2cdisc.transport.text import from_fixed
from il2cdisc.transport.xpt import XptReader, number_bits, open_xpt

Raw = NDArray[np.void]
WHOLE_NUMBERS = (1, 2, 4, 8)
"""Bytes of the whole numbers that raw values can be seen as."""


@dataclass(frozen=True, slots=True)
class CodedFile:
    """A transport file that was read whole.

    `table`: texts (blank = missing) for Char and numbers for Num, in file order; a special missing value is
    missing like any other.
    """

    name: str
    label: str
    variables: tuple[Variable, ...]
    table: CodedTable


def read_coded(
    source: str | os.PathLike[str] | BinaryIO, *, encoding: str = "utf-8", shown: str = ""
) -> CodedFile:
    """The one dataset of a transport file, with the values of `read_xpt` and its refusals.

    Memory: two blocks of 4 MB, one, two or four bytes a cell, and the distinct values.
    """
    with open_xpt(source, encoding=encoding, shown=shown) as file:
        header, rows = file.header, 0
        most = file.most_rows()
        columns = {variable.name: _Pieces(most) for variable in header.variables}
        for start, records in file.records():
            rows = start + len(records)
            for variable in header.variables:
                values = columns[variable.name].add(records[variable.name])
                _refuse_other_encoding(file, variable, values, start)
    table = {v.name: columns.pop(v.name).whole(v, encoding) for v in header.variables}
    return CodedFile(header.name, header.label, header.variables, CodedTable(table, rows))


class _Pieces:
    """A variable, block after block: the raw values that differ in each, and for each row the place of its
    own among those of its block. One array holds the places: small ones would leave the memory in holes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: list[Raw] = []
        self._ends: list[int] = [0]
        self._codes: Codes | None = None

    def add(self, column: NDArray[Any]) -> Raw:
        """Take the next rows; gives the raw values that differ in them."""
        records = np.ascontiguousarray(column).view(f"V{column.dtype.itemsize}")
        if _is_constant(records):
            values = records[:1].copy()  # the place of each is 0, as it is where nothing was held
        else:
            values, codes = _distinct(records)
            self._hold(narrow(codes, len(values)))
        self._values.append(values)
        self._ends.append(self._ends[-1] + len(records))
        return values

    def _hold(self, codes: Codes) -> None:
        if self._codes is None:
            self._codes = np.zeros(self._most, dtype=codes.dtype)
        elif self._codes.itemsize < codes.itemsize:
            self._codes = self._codes.astype(codes.dtype)
        self._codes[self._ends[-1] : self._ends[-1] + len(codes)] = codes

    def whole(self, variable: Variable, encoding: str) -> CodedColumn:
        """The values that differ in all rows, decoded, and the codes of the rows."""
        if len(self._values) == 1:  # of one block they differ already
            values, places = self._values[0], np.arange(len(self._values[0]))
        else:
            values, places = _distinct(np.concatenate([_no_records(variable.length), *self._values]))
        pieces = CodedColumn.of_codes(_decoded(variable, values, encoding), places)
        return CodedColumn(pieces.values, self._codes_by(pieces.codes))

    def _codes_by(self, pieces: Codes) -> Codes:
        """The codes of the rows by those of the values of all blocks; one that all have is held once."""
        rows, sizes = self._ends[-1], [len(values) for values in self._values]
        if rows and pieces.min() == pieces.max():
            return np.broadcast_to(pieces[0], rows)
        if self._codes is None:
            return np.repeat(pieces, np.diff(self._ends))
        held = self._codes
        out = held if held.dtype == pieces.dtype else np.empty(rows, dtype=pieces.dtype)
        firsts = np.cumsum([0, *sizes]).tolist()
        for (first, last), (start, stop) in zip(pairwise(firsts), pairwise(self._ends), strict=True):
            out[start:stop] = pieces[first:last].take(held[start:stop])
        return out[:rows]


def _no_records(width: int) -> Raw:
    return np.empty(0, dtype=f"V{width}")


def _is_constant(records: Raw) -> bool:
    """Whether all are the same: of many columns they are in each block, and then nothing is to be encoded."""
    if records[0] != records[-1]:
        return False
    width, held = records.dtype.itemsize, records.view(np.uint8)
    return bool((held[width:] == held[:-width]).all())


def _distinct(records: Raw) -> tuple[Raw, NDArray[np.int32]]:
    """The values that differ, in the order in which they appear, and for each one the place of its own."""
    width = records.dtype.itemsize
    if width in WHOLE_NUMBERS:  # a quarter faster than as bytes
        given = pa.array(records.view(f"u{width}"))
    else:
        held = [None, pa.py_buffer(records)]
        given = pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(records), held)
    coded = given.dictionary_encode()
    values = np.frombuffer(coded.dictionary.buffers()[1] or b"", dtype=records.dtype)
    return values[: len(coded.dictionary)], np.asarray(coded.indices, dtype="int32")


def _refuse_other_encoding(file: XptReader, variable: Variable, values: Raw, start: int) -> None:
    """Raise `Stopped` for a text of a block that can't be decoded, as `XptReader.blocks` does."""
    if variable.type == "Char" and values.view(np.uint8).max(initial=0) > 0x7F:
        try:
            from_fixed(values, file.encoding)
        except UnicodeDecodeError as error:
            raise file.not_in_encoding(variable.name, start) from error


def _decoded(variable: Variable, values: Raw, encoding: str) -> Values:
    """Raw values as texts, missing where blank, or as numbers."""
    if variable.type == "Char":
        return pd.array(from_fixed(values, encoding), dtype="str")
    raw = values.view(">u8") if variable.length == 8 else values
    return ibm.from_ibm(number_bits(raw, variable.length))[0]
