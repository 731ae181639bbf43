"""What every reader gives: frames of text, where their rows are, and what was noticed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

Lines = NDArray[np.int64]
MOST_ROWS = 50_000
"""The most records of one piece."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """Records of a file (or sheet), all or a piece of them: every column `str`, blank is missing.

    `lines` are 1-based and go on from piece to piece. What is said of the whole file is in its first piece;
    notes may come with any.
    """

    frame: pd.DataFrame
    lines: Lines
    encoding: str = ""
    notes: tuple[str, ...] = ()
    date_columns: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    units: Mapping[str, str] = field(default_factory=dict[str, str])
    """Column → what the line of units says of it, "" for nothing; empty for a table without such a line."""


def in_pieces(table: RawTable, rows: int = MOST_ROWS) -> Iterator[RawTable]:
    """A table as pieces of at most `rows` records; what is said of the file is in the first."""
    if len(table.frame) <= rows:
        yield table
        return
    for start in range(0, len(table.frame), rows):
        frame = table.frame.iloc[start : start + rows].reset_index(drop=True)
        lines = table.lines[start : start + rows]
        yield RawTable(frame, lines) if start else replace(table, frame=frame, lines=lines)


def joined(pieces: Sequence[RawTable]) -> RawTable:
    """The pieces of one file as one table, at least one of them."""
    if len(pieces) == 1:
        return pieces[0]
    return replace(
        pieces[0],
        frame=pd.concat([piece.frame for piece in pieces], ignore_index=True),
        lines=np.concatenate([piece.lines for piece in pieces]),
        notes=tuple(note for piece in pieces for note in piece.notes),
    )


def trimmed(table: RawTable) -> RawTable:
    """The table without blanks at the end of its values; the columns that had some are noted."""
    frame = table.frame.copy(deep=False)
    padded = [name for name in frame.columns if frame[name].str.endswith(" ").any()]
    for name in padded:
        frame[name] = frame[name].str.rstrip(" ").replace("", None)
    notes = (f"blanks at the end of values removed: {', '.join(padded)}",) if padded else ()
    return replace(table, frame=frame, notes=(*table.notes, *notes))


def text_frame(columns: Mapping[str, Sequence[str | None]]) -> pd.DataFrame:
    """Columns of text as a frame of `str` columns; None and the empty string are missing."""
    arrays = {
        name: pa.array([value or None for value in values], type=pa.large_string())
        for name, values in columns.items()
    }
    return pa.table(arrays).to_pandas()


def line_list(lines: Sequence[int] | Lines) -> str:
    """Line numbers for a sentence: the first five and how many more."""
    shown = ", ".join(str(int(line)) for line in lines[:5])
    more = len(lines) - 5
    return shown + (f" and {more} more" if more > 0 else "")
