"""What a mapping hands to the complete step: target variables with row ids, and qualifiers."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


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
    """

    name: str
    frame: pd.DataFrame
    supplemental: pd.DataFrame
    links: tuple[LinkedRows, ...] = ()
