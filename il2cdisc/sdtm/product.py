"""Product: the ledgers, where each raw column and each raw row went."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from il2cdisc.base.products import Product


@dataclass(frozen=True, slots=True)
class Ledgers:
    """The ledger of raw columns and that of raw rows (`sdtm.ledger`)."""

    columns: pd.DataFrame
    rows: pd.DataFrame


def write(folder: Path, ledgers: Ledgers) -> None:
    """`ledger_columns.csv` and `ledger_rows.csv`."""
    for name, frame in (("columns", ledgers.columns), ("rows", ledgers.rows)):
        text = frame.to_csv(index=False, lineterminator="\n")
        (folder / f"ledger_{name}.csv").write_text(text, encoding="utf-8", newline="\n")


PRODUCT = Product("ledger", write, "raw")
