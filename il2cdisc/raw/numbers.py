"""Numbers of binary files → the text that a person would have typed."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd


def number_text(value: float, digits: int = 17) -> str:
    """The shortest text of a number, without exponent and without `.0`: 12.0 → "12".

    `digits` is what the writing program keeps: 15 for Excel; 17 means as many as needed to read back the
    same number.
    """
    text = repr(float(value)) if digits >= 17 else f"{value:.{digits}g}"
    if "e" in text:
        text = format(Decimal(text), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def number_texts(values: pd.Series, digits: int = 17) -> pd.Series:
    """The same for a column of numbers, over its distinct values; missing stays missing."""
    codes, distinct = pd.factorize(values.to_numpy("float64"), use_na_sentinel=True)
    texts = np.array([number_text(value, digits) for value in distinct] + [None], dtype=object)
    return pd.Series(texts[codes], index=values.index, dtype="str")
