"""The results dataset: one row per statistic, numbers unformatted, each with its way back to ADaM records."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.datasets import char_array
from il2cdisc.base.problems import Problem
from il2cdisc.stats.estimates import Estimate

HEADER = "@columns"
"""The analysis id of the N of each display column."""

LEAST_GROUPS = 3
"""Groups that a results dataset has columns for, however few are used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultCell:
    """One statistic of one analysis, in one column and one row of its display.

    `row` orders the rows of an analysis and is the same in all columns of the display. The number is computed
    from the records of `dataset` that satisfy `where` (groups included) and belong to a subject of the
    population: a subject of a record of `population_dataset` that satisfies `population_where`. `chosen`: of
    each subject only one record enters, as in `highest AVAL OF PARAMCD EQ ALT`, which is chosen among the
    records that satisfy the clause behind OF. `groups` are pairs of variable and level: the display's column
    first, then the groups that the row is in. `value` is NaN for text and where `error` gives the reason.
    `denominator` is NaN without percentage.
    """

    display: str
    analysis: str
    method: str
    order: int
    row: int
    dataset: str
    where: str
    chosen: str = ""
    population_dataset: str
    population_where: str
    groups: tuple[tuple[str, str], ...] = ()
    variable: str = ""
    level: str = ""
    statistic: str
    value: float = math.nan
    text: str = ""
    denominator: float = math.nan
    error: str = ""


_BEFORE = (
    "display", "analysis", "method", "order", "row", "dataset", "where", "chosen",
    "population_dataset", "population_where",
)  # fmt: skip
_AFTER = ("variable", "level", "statistic", "value", "text", "denominator", "error")
_NUMBERS: dict[str, Any] = {"order": "int64", "row": "int64", "value": "float64", "denominator": "float64"}


def columns(groups: int = LEAST_GROUPS) -> tuple[str, ...]:
    """The columns of a results dataset with so many groups: `group1`, `group1_level`, `group2`, ..."""
    names = (f"group{number}{part}" for number in range(1, groups + 1) for part in ("", "_level"))
    return (*_BEFORE, *names, *_AFTER)


COLUMNS = columns()
"""The columns of a results dataset of which no analysis has more than `LEAST_GROUPS` groups."""


def frame_of(cells: Iterable[ResultCell]) -> pd.DataFrame:
    """The results dataset of cells, with as many groups as they have; text columns have no missing values."""
    given = list(cells)
    most = max([LEAST_GROUPS, *(len(cell.groups) for cell in given)])
    padded = [(*cell.groups, *[("", "")] * (most - len(cell.groups))) for cell in given]
    values: dict[str, list[Any]] = {}
    for number in range(most):
        values[f"group{number + 1}"] = [groups[number][0] for groups in padded]
        values[f"group{number + 1}_level"] = [groups[number][1] for groups in padded]
    values |= {name: [getattr(cell, name) for cell in given] for name in (*_BEFORE, *_AFTER)}
    return pd.DataFrame(
        {
            name: np.array(values[name], dtype=_NUMBERS[name])
            if name in _NUMBERS
            else char_array(values[name])
            for name in columns(most)
        }
    )


def empty() -> pd.DataFrame:
    """A results dataset without rows."""
    return frame_of([])


def joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One results dataset of several, with as many groups as the one that has most."""
    if not parts:
        return empty()
    names = max((part.columns for part in parts), key=len)
    return pd.concat([_widened(part, names) for part in parts], ignore_index=True)


def _widened(part: pd.DataFrame, names: pd.Index) -> pd.DataFrame:
    absent = [name for name in names if name not in part.columns]
    if not absent:
        return part
    blank = pd.DataFrame("", index=part.index, columns=pd.Index(absent), dtype="str")
    return pd.concat([part, blank], axis="columns")[list(names)]


def percentage(n: int, denominator: int) -> Estimate:
    """100 n / denominator, or the reason why there is none."""
    if denominator == 0:
        return Estimate(math.nan, "A percentage needs at least 1 subject in the column; there is none.")
    return Estimate(100.0 * n / denominator)


@dataclass(frozen=True, slots=True)
class Results:
    """The results dataset (see `ResultCell` for its columns) and what was found on the way.

    `listed`: by the id of a listing the table that it shows, a row for each of its rows: what says which
    record it is of, and its variables.
    """

    frame: pd.DataFrame
    problems: tuple[Problem, ...]
    listed: Mapping[str, CodedTable] = field(default_factory=dict[str, CodedTable])
