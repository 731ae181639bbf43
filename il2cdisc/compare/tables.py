"""A dataset to be compared, whatever file or frame it comes from, with the attributes that its format has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.columns import CodedColumn
from il2cdisc.base.datasets import VariableType
from il2cdisc.compare.clocks import DAY, EPOCH, Clock
from il2cdisc.transport.arrow import pa, pc

Floats = NDArray[np.float64]
Column = CodedColumn | Floats
"""Text as distinct values and codes, numbers as they are: a million of these hardly repeat themselves."""
LARGEST_WHOLE = 2**53
"""Above it a double does not tell a whole number from the next."""
FROM_1970 = (date(1970, 1, 1) - EPOCH.date()).days
"""Arrow counts from 1970, SAS from 1960."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is known of a variable; None: its format does not hold it. `clock`: what its numbers count."""

    type: VariableType | None = None
    label: str | None = None
    length: int | None = None
    format: str | None = None
    clock: Clock = Clock.NONE


@dataclass(frozen=True, slots=True)
class GivenTable:
    """One of two datasets that are compared.

    `file` is its name in messages, `format` what it is (XPT, Parquet, CSV, build, twin), `label` None where
    the format has none. `columns`: texts without trailing blanks (blank = missing), numbers, or, where the
    type of the variable is None, text that may be anything. `letters`: of each variable with special missing
    values their letters (`A` to `Z`, `_`).
    """

    name: str
    file: str
    format: str
    label: str | None
    attributes: Mapping[str, Attributes]
    columns: Mapping[str, Column]
    rows: int
    letters: Mapping[str, CodedColumn] = field(default_factory=dict[str, CodedColumn])

    @property
    def names(self) -> list[str]:
        return list(self.attributes)


def text_column(values: Any, codes: Any) -> CodedColumn:
    """A column of text by its distinct values (an Arrow array) and codes: trailing blanks are cut, a blank
    value is missing."""
    trimmed = pc.ascii_rtrim(values.cast(pa.large_string()), characters=" ")
    known = pc.if_else(pc.equal(trimmed, ""), None, trimmed)
    return CodedColumn.of_codes(pd.array(known, dtype="str"), codes)


def coded(column: Column) -> CodedColumn:
    """The column as distinct values and codes."""
    return column if isinstance(column, CodedColumn) else CodedColumn.of(pd.Series(column))


def from_arrow(given: Any) -> tuple[Column, VariableType | None, Clock]:
    """A column of an Arrow table: its values, their type and what they count.

    Dates become days, moments (in UTC) and times seconds, as SAS counts them. The type is None for a column
    that holds nothing but null. Raises `ValueError`, with what is wrong, for anything but text, numbers,
    dates and times, and for whole numbers that a double can't hold.
    """
    array = given.combine_chunks() if isinstance(given, pa.ChunkedArray) else given
    kind = array.type
    if pa.types.is_null(kind):
        return CodedColumn.blank(len(array)), None, Clock.NONE
    if pa.types.is_dictionary(kind) and _is_text(kind.value_type):
        return _texts(array), "Char", Clock.NONE
    if _is_text(kind):
        return _texts(array.cast(pa.large_string()).dictionary_encode()), "Char", Clock.NONE
    numbers, clock = _numbers(array, kind)
    return numbers, "Num", clock


def _is_text(kind: Any) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _texts(array: Any) -> CodedColumn:
    return text_column(array.dictionary, np.asarray(array.indices.fill_null(-1), dtype="int64"))


def _numbers(array: Any, kind: Any) -> tuple[Floats, Clock]:
    """Numbers, NaN where one is missing, and what they count."""
    types = pa.types
    if types.is_integer(kind):
        ends = [abs(end.as_py() or 0) for end in pc.min_max(array).values()]
        if max(ends) > LARGEST_WHOLE:
            raise ValueError(f"whole numbers above {LARGEST_WHOLE:,}, which a double cannot hold")
        return _floats(array), Clock.NONE
    if types.is_floating(kind) or types.is_decimal(kind):
        return _floats(array), Clock.NONE
    if types.is_date(kind):
        return _floats(array.cast(pa.date32()).cast(pa.int32())) + FROM_1970, Clock.DAYS
    if types.is_timestamp(kind):
        fine = kind.unit == "ns"
        counts = _floats((array if fine else array.cast(pa.timestamp("us", kind.tz))).cast(pa.int64()))
        return counts / (1e9 if fine else 1e6) + FROM_1970 * DAY, Clock.SECONDS
    if types.is_time(kind):
        return _floats(array.cast(pa.time64("us"), safe=False).cast(pa.int64())) / 1e6, Clock.TIME
    raise ValueError(f"{kind}")


def _floats(array: Any) -> Floats:
    return np.asarray(array.cast(pa.float64()).fill_null(np.nan), dtype="float64")
