"""How values are when they are written: characters in all, decimals, and how much of a date is there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DistinctValues = Sequence[str] | NDArray[np.float64]
"""Distinct values of a column, without missing ones: texts, or numbers."""
COMPUTED_DECIMALS, TINY = 10, 1e-6
DATE_TYPES = ("date", "datetime", "partialDate", "partialDatetime", "incompleteDatetime")
_FORMS = (
    ("date", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")),
    ("partialDate", re.compile(r"[0-9]{4}(-[0-9]{2})?")),
    (
        "datetime",
        re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}(:[0-9]{2}){2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?"),
    ),
    ("partialDatetime", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}(:[0-9]{2})?")),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """`length` in characters (bytes for text), `digits` after the point; None where it has no meaning."""

    length: int | None = None
    digits: int | None = None


def date_type(texts: Iterable[str]) -> str:
    """The narrowest data type that all of some ISO 8601 dates have (Define-XML 2.1 and ODM 1.3.2).

    `partial` types lack parts at their end, `incompleteDatetime` parts in their midst as well. A time without
    seconds is partial.

    >>> date_type(["2022-01-31"])
    'date'
    >>> date_type(["2022-01-31", "2022-01-31T08:30"])
    'partialDatetime'
    """
    forms = {next((name for name, form in _FORMS if form.fullmatch(text)), "") for text in texts}
    if "" in forms or not forms:
        return "incompleteDatetime"
    if len(forms) == 1:
        return forms.pop()
    return "partialDate" if forms == {"date", "partialDate"} else "partialDatetime"


def shape_of(values: DistinctValues) -> Shape:
    """Of numbers, or of numbers that are held as text; each number as its shortest text, up to 15 digits.

    >>> shape_of(np.array([1.0, 12.25]))
    Shape(length=5, digits=2)
    >>> shape_of(["7", "<0.44"])
    Shape(length=5, digits=2)
    """
    if not isinstance(values, np.ndarray):
        return _shape(values)
    known = np.unique(values)
    if len(known) and not (known % 1).any() and np.abs(known[[0, -1]]).max() < 1e15:
        known = known[[0, -1]]  # of whole numbers the least or the greatest is the longest
    return _shape(map(_positional, known.tolist()))


def shape_of_computed(values: NDArray[np.float64]) -> Shape:
    """Of numbers that were computed: `shape_of` up to 10 decimals; of numbers that are all tiny, all digits.

    Beyond 10 decimals a difference of numbers below 100,000 has only what binary arithmetic leaves.

    >>> 1450.3 - 1450.2
    0.09999999999990905
    >>> shape_of_computed(np.array([1450.3 - 1450.2]))
    Shape(length=3, digits=1)
    """
    tiny = np.abs(values).max(initial=0) < TINY
    return shape_of(values if tiny else np.round(values, COMPUTED_DECIMALS))


def longest_text(values: DistinctValues) -> int:
    """The longest of some values as text, in UTF-8 bytes; at least 1."""
    texts = [str(value) for value in values]
    return max((len(text) if text.isascii() else len(text.encode()) for text in texts), default=1) or 1


def _positional(value: float) -> str:
    """The shortest text of a number of up to 15 digits, without an exponent.

    >>> [_positional(value) for value in (0.1 + 0.2, 12.0, 1.5e-7)]
    ['0.3', '12', '0.00000015']
    """
    text = f"{value:.15g}"  # two texts of up to 15 digits are never one number: none is shorter
    return np.format_float_positional(float(text), trim="-") if "e" in text else text


def _shape(texts: Iterable[str]) -> Shape:
    length, digits = 1, 0
    for text in texts:
        length = max(length, len(text))
        digits = max(digits, len(text.partition(".")[2]))
    return Shape(length, digits)
