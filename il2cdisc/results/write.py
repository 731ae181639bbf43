"""The results dataset as CSV: full precision, the same bytes each time."""

from __future__ import annotations

import pandas as pd

FORMULA = ("=", "@")


def csv_bytes(results: pd.DataFrame) -> bytes:
    """UTF-8 CSV with `\\n` line ends; numbers in their shortest exact form, missing ones empty.

    A text that a spreadsheet would take for a formula (`=` or `@` in front) has an apostrophe before it.
    """
    safe = results.apply(lambda column: without_formulas(column) if column.dtype == "str" else column)
    return safe.to_csv(index=False, lineterminator="\n").encode()


def without_formulas(column: pd.Series) -> pd.Series:
    """A column of text without one that begins as a formula does."""
    formula = column.str.startswith(FORMULA).fillna(False).to_numpy(dtype=bool)
    return column.mask(formula, "'" + column) if formula.any() else column
