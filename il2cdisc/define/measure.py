"""How values are when they are written: characters in all, decimals, and how much of a date is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from il2cdisc.base.datasets import pc, text_array

DATE_TYPES = ("date", "datetime", "partialDate", "partialDatetime", "incompleteDatetime")
_FORMS = (
    ("date", r"^\d{4}-\d\d-\d\d$"),
    ("partialDate", r"^\d{4}(-\d\d)?$"),
    ("datetime", r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$"),
    ("partialDatetime", r"^\d{4}-\d\d-\d\dT\d\d(:\d\d)?$"),
)


@dataclass(frozen=True, slots=True)
class Shape:
    """`length` in characters (bytes for text), `digits` after the point; None where it has no meaning."""

    length: int | None = None
    digits: int | None = None


def date_type(values: pd.Series) -> str:
    """The narrowest data type that all of some ISO 8601 dates have (Define-XML 2.1 and ODM 1.3.2).

    `partial` types lack parts at their end, `incompleteDatetime` parts in their midst as well. A time without
    seconds is partial.

    >>> date_type(pd.Series(["2022-01-31", None]))
    'date'
    >>> date_type(pd.Series(["2022-01-31", "2022-01-31T08:30"]))
    'partialDatetime'
    """
    texts = text_array(pd.Series(values.dropna().unique(), dtype="str"))
    fits = {name: np.asarray(pc.match_substring_regex(texts, form), dtype=bool) for name, form in _FORMS}
    forms = {name for name, rows in fits.items() if rows.any()}
    if not np.logical_or.reduce(list(fits.values())).all():
        return "incompleteDatetime"
    if len(forms) == 1:
        return forms.pop()
    return "partialDate" if forms == {"date", "partialDate"} else "partialDatetime"


def shape_of_numbers(values: pd.Series) -> Shape:
    """Of a numeric column: each distinct value as its shortest text, with up to 15 digits.

    >>> shape_of_numbers(pd.Series([1.0, 12.25, None]))
    Shape(length=5, digits=2)
    """
    known = np.unique(values.dropna().to_numpy(dtype="float64"))
    if len(known) and not (known % 1).any() and np.abs(known[[0, -1]]).max() < 1e15:
        known = known[[0, -1]]  # of whole numbers the least or the greatest is the longest
    return _shape(np.format_float_positional(float(f"{value:.15g}"), trim="-") for value in known)


def shape_of_texts(values: pd.Series) -> Shape:
    """Of numbers that are held as text.

    >>> shape_of_texts(pd.Series(["7", "<0.44"], dtype="str"))
    Shape(length=5, digits=2)
    """
    return _shape(str(value) for value in values.dropna().unique())


def _shape(texts: Iterable[str]) -> Shape:
    length, digits = 1, 0
    for text in texts:
        length = max(length, len(text))
        digits = max(digits, len(text.partition(".")[2]))
    return Shape(length, digits)
