"""What a mapping hands to the complete step: target variables with row ids, and qualifiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from il2cdisc.base import numbers
from il2cdisc.base.dates import text_over_distinct
from il2cdisc.base.numbers import DecimalMark, Flags
from il2cdisc.base.rowids import id_column
from il2cdisc.base.ties import no_plan


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
    `sources`: the raw columns behind each variable and qualifier. `planned_rows`: of each row, whether the
    protocol plans it before the dose of its day or (False) after it; missing without a plan.
    `decimals`: the decimal mark of each form.
    """

    name: str
    frame: pd.DataFrame
    supplemental: pd.DataFrame
    links: tuple[LinkedRows, ...] = ()
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    planned_rows: pd.Series | None = None
    decimals: Mapping[str, DecimalMark] = field(default_factory=dict[str, DecimalMark])

    @property
    def planned_before_dose(self) -> pd.Series:
        """`planned_rows`, all missing where there are none."""
        return self.planned_rows if self.planned_rows is not None else no_plan(self.frame.index)


def decimal_commas(rows: pd.DataFrame, sources: Sequence[str], decimals: Mapping[str, DecimalMark]) -> Flags:
    """Rows whose value is made of a form that writes its decimals with a comma.

    `sources`: the raw columns `form.COLUMN` of the value; a gathered row came from the form of its `field`.
    """
    out, decided = np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
    if "," not in decimals.values():
        return out
    if "field" in rows:
        own = text_over_distinct(rows["field"], lambda field: field.partition(".")[0])
        decided = rows["field"].isin(sources).to_numpy(dtype=bool)
        out = decided & own.isin([form for form, mark in decimals.items() if mark == ","]).to_numpy(
            dtype=bool
        )
    for form in dict.fromkeys(source.partition(".")[0] for source in sources):
        if id_column(form) in rows:
            here = rows[id_column(form)].notna().to_numpy(dtype=bool) & ~decided
            out, decided = out | (here & (decimals.get(form) == ",")), decided | here
    return out


def number_text(column: pd.Series) -> pd.Series:
    """Numbers as text, as short as they are: 1, 8.1; a zero has no sign; missing stays missing."""
    return text_over_distinct(column, lambda value: numbers.number_text(float(value)))


def with_new(frame: pd.DataFrame, columns: Mapping[str, Any]) -> pd.DataFrame:
    """`frame` with those of `columns` that it has not: what a mapping made is never overwritten."""
    new = {name: column for name, column in columns.items() if name not in frame}
    return frame.assign(**new) if new else frame
