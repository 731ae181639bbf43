"""The results dataset as CSV: full precision, the same bytes each time."""

from __future__ import annotations

import pandas as pd


def csv_bytes(results: pd.DataFrame) -> bytes:
    """UTF-8 CSV with `\\n` line ends; numbers in their shortest exact form, missing ones empty."""
    return results.to_csv(index=False, lineterminator="\n").encode()
