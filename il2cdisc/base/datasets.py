"""A finished dataset: its frame, its variables in order, its keys and its lineage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as _arrow  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.compute as _compute  # pyright: ignore[reportMissingTypeStubs]
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from il2cdisc.base.columns import CodedColumn, CodedTable, Values

pa: Any = _arrow
pc: Any = _compute

VariableType = Literal["Char", "Num"]
_CHAR: Any = pd.StringDtype(na_value=np.nan)


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable as a transport file holds it; `length` is in bytes (8 for numbers)."""

    name: str
    label: str
    type: VariableType
    length: int = 8
    format: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A finished SDTM or ADaM dataset.

    `frame` has exactly the columns of `variables`, in that order, a RangeIndex, `str` columns (missing =
    NaN) for Char and float64 for Num, sorted by `keys`. `edges` has the columns `row` (position in
    `frame`), `source` (a raw form in lower case, or a dataset in upper case), `id` (row id of the
    source, for a dataset its position) and `field` (raw column, where it differs from row to row, else
    missing).
    """

    name: str
    label: str
    variables: tuple[Variable, ...]
    keys: tuple[str, ...]
    frame: pd.DataFrame
    edges: pd.DataFrame

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(variable.name for variable in self.variables)

    def with_lengths(self, lengths: dict[str, int]) -> Dataset:
        """The same dataset with the byte lengths given by variable name; others keep theirs."""
        return replace(
            self, variables=tuple(replace(v, length=lengths.get(v.name, v.length)) for v in self.variables)
        )

    @property
    def rows(self) -> int:
        """The number of records."""
        return len(self.frame)

    def longest(self, name: str) -> int:
        """The longest value of a Char variable in UTF-8 bytes; at least 1."""
        return byte_length(self.frame[name])

    def table(self, names: Iterable[str] | None = None) -> CodedTable:
        """The records as distinct values and codes, some columns of them."""
        return CodedTable.of(self.frame if names is None else self.frame[list(names)])

    def is_empty(self, name: str) -> bool:
        """Whether no record has a value of a variable."""
        return bool(self.frame[name].array.isna().all())

    def distinct(self, names: Iterable[str]) -> dict[str, Values]:
        """The distinct values of some variables."""
        return {name: CodedColumn.of(self.frame[name]).values for name in names}

    def frames(self) -> Iterator[pd.DataFrame]:
        """The records in key order, in pieces: here there is one."""
        yield self.frame

    def edge_tables(self) -> Iterator[pd.DataFrame]:
        """The edges in the order of their rows, in pieces: here there is one."""
        yield self.edges


def heading(variables: Iterable[Variable]) -> pd.DataFrame:
    """The frame of a dataset without records."""
    kinds = {v.name: "str" if v.type == "Char" else "float64" for v in variables}
    return pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in kinds.items()})


def no_edges() -> pd.DataFrame:
    """An empty edge table."""
    return pd.DataFrame(
        {
            "row": pd.Series([], dtype="int64"),
            "source": pd.Series([], dtype="str"),
            "id": pd.Series([], dtype="int64"),
            "field": pd.Series([], dtype="str"),
        }
    )


def text_array(column: pd.Series) -> Any:
    """The Arrow array of a Char column; missing is null."""
    text = column if isinstance(column.dtype, pd.StringDtype) else column.astype("str")
    array = pa.array(text.array)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def char_array(texts: Sequence[str | None]) -> ExtensionArray:
    """A Char column of texts, None missing: what `pd.array` makes, without its look at each value.

    >>> list(char_array(["LOW", None]))
    ['LOW', nan]
    """
    return _CHAR.__from_arrow__(pa.array(texts, type=pa.large_string()))


def repeated(text: str | None, rows: int) -> ExtensionArray:
    """A Char column of one text, or of none, on all of its rows."""
    return pd.array([text], dtype="str").take(np.zeros(rows, dtype="int64"))


def texts_at(texts: Sequence[str], places: NDArray[Any]) -> ExtensionArray:
    """A Char column: the one of `texts` at each place, missing where a place is -1.

    >>> list(texts_at(["LOW", "HIGH"], np.array([1, -1, 0])))
    ['HIGH', nan, 'LOW']
    """
    return pd.array(list(texts), dtype="str").take(places, allow_fill=True)


def byte_lengths(column: pd.Series) -> NDArray[np.int64]:
    """Length of each value of a Char column in UTF-8 bytes; 0 for missing."""
    lengths = pc.binary_length(text_array(column))
    return np.asarray(pc.fill_null(lengths, 0), dtype="int64")


def byte_span(column: pd.Series) -> tuple[int, int]:
    """Shortest and longest value of a Char column in UTF-8 bytes; the longest is at least 1."""
    shortest, longest = (end.as_py() for end in pc.min_max(pc.binary_length(text_array(column))).values())
    return (1 if shortest is None else shortest), max(longest or 1, 1)


def byte_length(column: pd.Series) -> int:
    """The longest value of a Char column in UTF-8 bytes; at least 1."""
    return byte_span(column)[1]
