"""What a mapping hands to the complete step: target variables with row ids, and qualifiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from il2cdisc.base.dates import text_over_distinct


@dataclass(frozen=True)
class LinkedRows:
    """One link of a mapped dataset: which records of `other` its rows belong to.

    `values`: a column a variable of `other`, on the index of the mapped frame (or a part of it); `sources`:
    the raw columns that they were made of.
    """

    other: str
    values: pd.DataFrame
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class MappedDataset:
    """A mapped dataset before it is completed.

    `frame`: target variables (text `str` or float), id columns `@form`, and, of gathered rows, `field`
    (the raw column a row came from). `supplemental`: one text column a QNAM, on the same index.
    `sources`: the raw columns behind each variable and qualifier. `planned_rows`: True on the rows of what
    the protocol plans before the dose of its day; None where a mapping says nothing of it.
    """

    name: str
    frame: pd.DataFrame
    supplemental: pd.DataFrame
    links: tuple[LinkedRows, ...] = ()
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    planned_rows: pd.Series | None = None

    @property
    def planned_before_dose(self) -> pd.Series:
        """The rows of what the protocol plans before the dose of its day."""
        if self.planned_rows is not None:
            return self.planned_rows
        return pd.Series(False, index=self.frame.index, dtype="bool")


def number_text(numbers: pd.Series) -> pd.Series:
    """Numbers as text, as short as they are: 1, 8.1; a zero has no sign; missing stays missing."""
    return text_over_distinct(numbers, lambda value: f"{value + 0.0:.15g}")


def with_new(frame: pd.DataFrame, columns: Mapping[str, Any]) -> pd.DataFrame:
    """`frame` with those of `columns` that it has not: what a mapping made is never overwritten."""
    new = {name: column for name, column in columns.items() if name not in frame}
    return frame.assign(**new) if new else frame
