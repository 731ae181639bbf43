"""Codes of large columns in a file: memory that can be given back and is read again where it is asked for."""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray

from il2cdisc.base.columns import CodedColumn, CodedTable, Codes

LEAST = 100_000
"""Bytes of the codes of a column that goes into a file: of a small one the pages cost more than they save."""
ALIGNED = 8
_open: WeakSet[mmap.mmap] = WeakSet()


def paged(table: CodedTable, folder: Path | None) -> CodedTable:
    """The same table, the codes of its large columns in a file of `folder` that has no name.

    Without a folder, without a large column, or without room in the folder, the table as it is. The file is
    there as long as a column of it is.

    >>> import tempfile
    >>> import pandas as pd
    >>> table = CodedTable.of(pd.DataFrame({"SEX": ["F", "M"] * 100_000}))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found = paged(table, Path(folder))
    >>> found["SEX"].series(slice(0, 3)).tolist()
    ['F', 'M', 'F']
    """
    large = {name: column.codes for name, column in table.columns.items() if _is_large(column.codes)}
    if folder is None or not large:
        return table
    try:
        codes = _in_file(large, folder)
    except OSError:  # no room: memory holds them, as it does those of a small trial
        return table
    return table.with_columns({name: CodedColumn(table[name].values, held) for name, held in codes.items()})


def _is_large(codes: Codes) -> bool:
    return codes.nbytes >= LEAST and codes.strides != (0,)  # one that all rows have is held once


def _in_file(columns: Mapping[str, Codes], folder: Path) -> dict[str, Codes]:
    starts: dict[str, int] = {}
    with tempfile.TemporaryFile(dir=folder) as file:
        for name, codes in columns.items():
            starts[name] = file.tell()
            file.write(np.ascontiguousarray(codes).data)
            file.write(bytes(-file.tell() % ALIGNED))
        file.flush()
        held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    _open.add(held)
    return {name: _codes(held, codes, starts[name]) for name, codes in columns.items()}


def _codes(held: mmap.mmap, like: NDArray[Any], start: int) -> Codes:
    return np.frombuffer(held, dtype=like.dtype, count=len(like), offset=start)


def give_back_pages() -> None:
    """Give back the pages of all such files that this process has read; they are read again when asked for.

    Does nothing where the system has no such call.
    """
    if hasattr(mmap, "MADV_DONTNEED"):
        for held in list(_open):
            held.madvise(mmap.MADV_DONTNEED)
