"""The results dataset: one row a statistic, numbers unformatted, each with its way back to ADaM rows."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from il2cdisc.stats.estimates import Estimate

HEADER = "@columns"
"""The analysis id under which the N of each display column stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One statistic of one analysis, in one column and one row of its display.

    `row` orders the rows of an analysis and is the same for all that stand side by side. `where` is the
    whole condition on `dataset` (groups included); `population` the condition on the population dataset.
    `value` is NaN for text and where `error` gives the reason. `denominator` is NaN without percentage.
    """

    display: str
    analysis: str
    method: str
    order: int
    row: int
    dataset: str
    where: str
    population: str
    group1: str = ""
    group1_level: str = ""
    group2: str = ""
    group2_level: str = ""
    group3: str = ""
    group3_level: str = ""
    variable: str = ""
    level: str = ""
    statistic: str
    value: float = math.nan
    text: str = ""
    denominator: float = math.nan
    error: str = ""


COLUMNS = tuple(field.name for field in fields(Cell))
_NUMBERS: dict[str, Any] = {"order": "int64", "row": "int64", "value": "float64", "denominator": "float64"}


def frame_of(cells: Iterable[Cell]) -> pd.DataFrame:
    """The results dataset of cells: columns `COLUMNS`, text columns without missing values."""
    given = list(cells)
    return pd.DataFrame(
        {
            name: pd.array([getattr(cell, name) for cell in given], dtype=_NUMBERS.get(name, "str"))
            for name in COLUMNS
        }
    )


def empty() -> pd.DataFrame:
    """A results dataset without rows."""
    return frame_of([])


def percentage(n: int, denominator: int) -> Estimate:
    """100 n / denominator, or the reason why there is none."""
    if denominator == 0:
        return Estimate(math.nan, "A percentage needs at least 1 subject in the column; there is none.")
    return Estimate(100.0 * n / denominator)
