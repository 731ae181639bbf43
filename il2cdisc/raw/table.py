"""What every reader gives: coded tables of text, where their rows are, and what was noticed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from il2cdisc.base.columns import CodedColumn, CodedTable, narrow, stacked

Lines = NDArray[np.int32 | np.int64]
MOST_ROWS = 50_000
"""So many records are read at once, of formats that can be read in pieces."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """Records of a file (or sheet), all or a piece of them: every column text, blank is missing.

    `lines` are 1-based and go on from piece to piece. What is said of the whole file is in its first piece;
    notes may come with any. All pieces have the same columns.
    """

    records: CodedTable
    lines: Lines
    encoding: str = ""
    notes: tuple[str, ...] = ()
    date_columns: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    units: Mapping[str, str] = field(default_factory=dict[str, str])
    """Column → what the line of units says of it, "" for nothing; empty for a table without such a line."""

    @property
    def frame(self) -> pd.DataFrame:
        """The records as a frame of `str` columns."""
        return self.records.frame()


def joined(pieces: Sequence[RawTable]) -> RawTable:
    """The pieces of one file as one table, at least one of them. Raises `ValueError` for other columns."""
    if len(pieces) == 1:
        return pieces[0]
    if any(piece.records.names != pieces[0].records.names for piece in pieces):
        raise ValueError("pieces of the file have different columns")
    return replace(
        pieces[0],
        records=stacked([piece.records for piece in pieces]),
        lines=np.concatenate([piece.lines for piece in pieces]),
        notes=tuple(note for piece in pieces for note in piece.notes),
    )


def trimmed(table: RawTable) -> RawTable:
    """The table without blanks at the end of its values; the columns that had some are noted."""
    padded: dict[str, CodedColumn] = {}
    for name, column in table.records.columns.items():
        if any(value.endswith(" ") for value in column.distinct):
            padded[name] = column.recoded([value.rstrip(" ") or None for value in column.distinct])
    notes = (f"blanks at the end of values removed: {', '.join(padded)}",) if padded else ()
    return replace(table, records=table.records.with_columns(padded), notes=(*table.notes, *notes))


def text_table(columns: Mapping[str, Sequence[str | None]]) -> CodedTable:
    """Columns of text, all as long, as a coded table; None and the empty string are missing.

    >>> text_table({"SEX": ["F", ""], "NOTE": [None, "late"]}).frame()["NOTE"].tolist()
    [nan, 'late']
    """
    coded = {
        name: coded_text(pa.array([value or None for value in values], type=pa.large_string()))
        for name, values in columns.items()
    }
    return CodedTable(coded, len(next(iter(coded.values()), ())))


def coded_text(texts: Any) -> CodedColumn:
    """A column of an Arrow array of text: `large_string`, or a dictionary of it as it was read."""
    coded = texts if pa.types.is_dictionary(texts.type) else texts.dictionary_encode()
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    values: Any = pd.array(coded.dictionary, dtype="str")
    return CodedColumn(values, narrow(codes, len(values)))


def line_list(lines: Sequence[int] | Lines) -> str:
    """Line numbers for a sentence: the first five and how many more."""
    shown = ", ".join(str(int(line)) for line in lines[:5])
    more = len(lines) - 5
    return shown + (f" and {more} more" if more > 0 else "")
