"""A frame as a side of a check of the sheet Checks: names that end with DTC are dates."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from il2cdisc.base.columns import CodedColumn


@dataclass
class Side:
    """Records of a dataset, as a check sees them."""

    frame: pd.DataFrame

    @property
    def rows(self) -> int:
        return len(self.frame)

    def column(self, name: str) -> CodedColumn:
        return CodedColumn.of(self.frame[name])

    def is_date(self, name: str) -> bool:
        return name.endswith("DTC")

    def key(self, word: str) -> CodedColumn:
        return self.column({"Subject": "USUBJID", "Visit": "VISITNUM"}.get(word, word))
