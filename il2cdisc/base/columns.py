"""A table whose columns are held as distinct values and a small code per row, and read one at a time.

The data of a trial repeat themselves: a column of a million texts has a few hundred that differ. A frame of
texts takes 20 to 60 bytes a cell; held like this a cell takes one, two or four.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]
Codes = NDArray[np.signedinteger[Any]]
Values = ExtensionArray | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CodedColumn:
    """`values`: the distinct values, in the order in which they appear, texts (`str`) or numbers; `codes`:
    for each row the position of its value among them, -1 for missing."""

    values: Values
    codes: Codes

    @classmethod
    def of(cls, column: pd.Series) -> CodedColumn:
        """A column of texts or numbers.

        >>> found = CodedColumn.of(pd.Series(["B", None, "A", "B"], dtype="str"))
        >>> found.distinct, found.codes.tolist()
        (['B', 'A'], [0, -1, 1, 0])
        """
        codes, values = _factorized(_values(column))
        return cls(values, narrow(codes, len(values)))

    @classmethod
    def of_codes(cls, values: Values, codes: NDArray[Any]) -> CodedColumn:
        """A column of values of which some may be missing, or the same as others, and of their positions.

        >>> given = pd.array(["B", None, "B", "A"], dtype="str")
        >>> found = CodedColumn.of_codes(given, np.array([0, 1, 2, 3, -1]))
        >>> found.distinct, found.codes.tolist()
        (['B', 'A'], [0, -1, 0, 1, -1])
        """
        places, found = _factorized(values)
        return cls(found, narrow(np.append(places, -1), len(found))[codes])

    @classmethod
    def of_texts(cls, texts: Sequence[str | None], codes: NDArray[Any]) -> CodedColumn:
        """A column of text by places among `texts`: equal ones become one, None is missing like the place -1.

        >>> found = CodedColumn.of_texts(["1", None, "1"], np.array([0, 1, 2, -1]))
        >>> found.distinct, found.codes.tolist()
        (['1'], [0, -1, 0, -1])
        """
        return cls.of_codes(pd.Series(list(texts), dtype="str").array, codes)

    @classmethod
    def blank(cls, rows: int) -> CodedColumn:
        """A column of text without a value."""
        return cls(pd.Series([], dtype="str").array, np.full(rows, -1, dtype=np.int8))

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def filled(self) -> int:
        """How many rows have a value."""
        return int((self.codes >= 0).sum())

    @property
    def first_rows(self) -> Rows:
        """The first row of each distinct value; -1 for one that no row has any more.

        >>> CodedColumn.of(pd.Series(["B", None, "A", "B"], dtype="str")).first_rows.tolist()
        [0, 2]
        """
        out = np.full(len(self.values) + 1, -1, dtype="int64")
        out[self.codes[::-1]] = np.arange(len(self.codes) - 1, -1, -1)
        return out[:-1]

    @property
    def distinct(self) -> list[Any]:
        """The distinct values, as `str` or `float`."""
        return self.values.tolist()

    @property
    def missing(self) -> Flags:
        """The rows without a value."""
        return self.codes < 0

    @property
    def numbers(self) -> NDArray[np.float64]:
        """The values of all rows of a column of numbers, NaN where one is missing."""
        return np.asarray(taken(np.asarray(self.values, dtype="float64"), self.codes), dtype="float64")

    def series(self, rows: Rows | slice | None = None) -> pd.Series:
        """The values of all rows, or of some, as a column."""
        codes = self.codes if rows is None else self.codes[rows]
        return pd.Series(taken(self.values, codes))

    def take(self, rows: Rows | slice) -> CodedColumn:
        """Some rows; the distinct values stay, those that no row has any more among them."""
        return CodedColumn(self.values, self.codes[rows])

    def missing_at(self, row: int) -> bool:
        """Whether a row has no value."""
        return bool(self.codes[row] < 0)

    def at(self, row: int) -> Any:
        """The value of a row, NaN for a missing one."""
        code = int(self.codes[row])
        return self.values[code] if code >= 0 else np.nan

    def found(self, rows: Rows) -> list[Any]:
        """The distinct values of some rows, in the order of these.

        >>> CodedColumn.of(pd.Series(["B", None, "A", "B"], dtype="str")).found(np.array([2, 1, 3, 2]))
        ['A', 'B']
        """
        codes = pd.unique(self.codes[rows])
        return taken(self.values, codes[codes >= 0]).tolist()

    def spread(self, results: Sequence[Any] | NDArray[Any], missing: Any) -> NDArray[Any]:
        """What was found for each distinct value, a row; `missing` for rows without a value."""
        return np.append(np.asarray(results), missing)[self.codes]

    def recoded(self, values: Sequence[str | None]) -> CodedColumn:
        """A column of text with another text for each distinct value: equal ones become one, None missing.

        >>> found = CodedColumn.of(pd.Series(["B ", "A", "B"], dtype="str")).recoded(["B", None, "B"])
        >>> found.distinct, found.codes.tolist()
        (['B'], [0, -1, 0])
        """
        return CodedColumn.of_texts(values, self.codes)

    def used(self) -> CodedColumn:
        """The same rows, distinct values in the order in which these have them, and no others.

        >>> CodedColumn.of(pd.Series(["B", "A", "C"], dtype="str")).take(np.array([2, 0])).used().distinct
        ['C', 'B']
        """
        codes, places = pd.factorize(np.where(self.codes < 0, np.nan, self.codes))
        return CodedColumn(taken(self.values, places.astype("int64")), narrow(codes, len(places)))

    def rows_by_value(self, chosen: Sequence[bool] | Flags) -> Iterator[tuple[Any, Rows]]:
        """Each chosen distinct value that rows have, in the order of the distinct values, and its rows.

        >>> column = CodedColumn.of(pd.Series(["B", "A", "B"], dtype="str"))
        >>> [(value, rows.tolist()) for value, rows in column.rows_by_value([True, True])]
        [('B', [0, 2]), ('A', [1])]
        """
        rows = np.flatnonzero(self.where(chosen))
        rows = rows[np.argsort(self.codes[rows], kind="stable")]
        ends = np.flatnonzero(np.diff(self.codes[rows])) + 1
        for own in np.split(rows, ends) if len(rows) else ():
            yield self.at(int(own[0])), own

    def where(self, chosen: Sequence[bool] | Flags) -> Flags:
        """The rows whose value is a chosen one; `chosen` says it of each distinct value.

        >>> CodedColumn.of(pd.Series(["B", None, "A"], dtype="str")).where([True, False]).tolist()
        [True, False, False]
        """
        return np.append(np.asarray(chosen, dtype=bool), False)[self.codes]

    def among(self, values: Iterable[Any]) -> Flags:
        """The rows whose value is one of some."""
        known = frozenset(values)
        return self.where([value in known for value in self.distinct])


class CodedTable:
    """Columns of the same number of rows, by name, in their order."""

    __slots__ = ("columns", "rows")

    def __init__(self, columns: Mapping[str, CodedColumn], rows: int) -> None:
        self.columns = dict(columns)
        self.rows = rows

    @classmethod
    def of(cls, frame: pd.DataFrame) -> CodedTable:
        """The columns of a frame of texts and numbers."""
        return cls({str(name): CodedColumn.of(frame[name]) for name in frame.columns}, len(frame))

    def __len__(self) -> int:
        return self.rows

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def __getitem__(self, name: str) -> CodedColumn:
        return self.columns[name]

    @property
    def names(self) -> list[str]:
        return list(self.columns)

    def frame(self, names: Iterable[str] | None = None, rows: Rows | slice | None = None) -> pd.DataFrame:
        """Some columns and rows, or all, as a frame with a RangeIndex.

        >>> table = CodedTable.of(pd.DataFrame({"SEX": ["F", "M"], "AGE": [41.0, 38.0]}))
        >>> table.frame(["SEX"], np.array([1]))
          SEX
        0   M
        """
        wanted = self.names if names is None else list(names)
        if isinstance(rows, slice):
            count = len(range(*rows.indices(self.rows)))
        else:
            count = self.rows if rows is None else len(rows)
        columns = {name: self.columns[name].series(rows) for name in wanted}
        return pd.DataFrame(columns, index=pd.RangeIndex(count))

    def take(self, rows: Rows | slice) -> CodedTable:
        """Some rows of all columns."""
        count = len(range(*rows.indices(self.rows))) if isinstance(rows, slice) else len(rows)
        return CodedTable({name: column.take(rows) for name, column in self.columns.items()}, count)

    def with_columns(self, columns: Mapping[str, CodedColumn]) -> CodedTable:
        """The same with further or other columns."""
        return CodedTable({**self.columns, **columns}, self.rows)


def rows_of_blocks(subject: CodedColumn, block_of: pd.Series, count: int) -> list[NDArray[np.int32]]:
    """The rows of each of `count` blocks, in their order, by the subject that they belong to.

    `block_of`: the number of a subject's block, by its id. A row without a subject is in the first block.

    >>> column = CodedColumn.of(pd.Series(["S2", "S1", None, "S2"], dtype="str"))
    >>> [rows.tolist() for rows in rows_of_blocks(column, pd.Series({"S1": 0, "S2": 1}), 2)]
    [[1, 2], [0, 3]]
    """
    block = subject.spread(block_of.reindex(subject.distinct).to_numpy("int32"), 0)
    order = np.argsort(block, kind="stable").astype("int32")
    return np.split(order, np.searchsorted(block[order], np.arange(1, count)))


def row_numbers(columns: Sequence[CodedColumn]) -> Rows:
    """A number for each row: rows with the same values, missing or not, have the same one.

    >>> table = CodedTable.of(pd.DataFrame({"SEX": ["F", "M", "F"], "AGE": [41.0, 38.0, 41.0]}))
    >>> row_numbers([table["SEX"], table["AGE"]]).tolist()
    [4, 8, 4]
    """
    out, size = np.zeros(len(columns[0]), dtype="int64"), 1
    for column in columns:
        count = len(column.values) + 1
        if size * count >= 2**62:
            found: Any = pd.factorize(out)
            out, size = np.asarray(found[0], dtype="int64"), len(found[1])
        out *= count
        out += column.codes
        out += 1
        size *= count
    return out


def stacked(pieces: Sequence[CodedTable]) -> CodedTable:
    """Tables with the same columns, one below the other.

    >>> one, two = (CodedTable.of(pd.DataFrame({"SEX": [sex]})) for sex in ("F", "M"))
    >>> stacked([one, two]).frame()["SEX"].tolist()
    ['F', 'M']
    """
    if len(pieces) == 1:
        return pieces[0]
    columns = {name: _stacked([piece[name] for piece in pieces]) for name in pieces[0].names}
    return CodedTable(columns, sum(piece.rows for piece in pieces))


def _stacked(pieces: Sequence[CodedColumn]) -> CodedColumn:
    """One column: the distinct values of all pieces, found once more among those of each."""
    every = pd.concat([pd.Series(piece.values) for piece in pieces], ignore_index=True)
    numbers, values = _factorized(_values(every))
    ends = np.cumsum([len(piece.values) for piece in pieces])
    codes: list[Codes] = []
    for piece, end in zip(pieces, ends.tolist(), strict=True):
        places = narrow(np.append(numbers[end - len(piece.values) : end], -1), len(values))
        codes.append(places[piece.codes])
    return CodedColumn(values, np.concatenate(codes))


def _values(column: pd.Series) -> Values:
    """Texts as they are held, numbers as floats."""
    return column.to_numpy("float64") if pd.api.types.is_numeric_dtype(column.dtype) else column.array


def _factorized(values: Values) -> tuple[NDArray[np.int64], Values]:
    factorize: Any = pd.factorize
    codes, found = factorize(values)
    return np.asarray(codes, dtype="int64"), found


def narrow(codes: NDArray[Any], count: int) -> Codes:
    """Codes below `count`, or -1, in the smallest type that holds them."""
    kind = np.int8 if count <= 127 else np.int16 if count <= 32_767 else np.int32
    return codes.astype(kind, copy=False)


def taken(values: Values, codes: NDArray[Any]) -> Values:
    """Values at positions, missing where a position is -1."""
    at = codes.astype("int64", copy=False)
    if not isinstance(values, np.ndarray):
        return values.take(at, allow_fill=True)
    if not len(values):
        return np.full(len(at), np.nan)
    given: Any = values
    found: NDArray[np.float64] = given[at]
    found[at < 0] = np.nan
    return found
