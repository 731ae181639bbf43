"""What a mapping hands to the complete step: target variables with row ids, and qualifiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class MappedDataset:
    """A mapped dataset before it is completed.

    `frame`: target variables (text `str` or float), id columns `@form`, and, of gathered rows, `field`
    (the raw column a row came from). `supplemental`: one text column a QNAM, on the same index.
    """

    name: str
    frame: pd.DataFrame
    supplemental: pd.DataFrame
    links: Mapping[str, str] = field(default_factory=dict)
