"""What every reader hands back: a frame of text, where its rows stand, and what was noticed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

Lines = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Table:
    """The records of one file (or sheet): every column `str`, blank is missing; `lines` are 1-based."""

    frame: pd.DataFrame
    lines: Lines
    encoding: str = ""
    notes: tuple[str, ...] = ()
    date_columns: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    value_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    units: Mapping[str, str] = field(default_factory=dict[str, str])
    """Column → what the line of units says of it, "" for nothing; empty for a table without such a line."""


def trimmed(table: Table) -> Table:
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


def text_column(values: Iterable[str | None]) -> pd.Series:
    """One such column."""
    return pd.Series([value or None for value in values], dtype="str")


def line_list(lines: Sequence[int] | Lines) -> str:
    """Line numbers for a sentence: the first five and how many more."""
    shown = ", ".join(str(int(line)) for line in lines[:5])
    more = len(lines) - 5
    return shown + (f" and {more} more" if more > 0 else "")
