"""Results as CSV."""

from __future__ import annotations

import io

import pandas as pd

from il2cdisc.results.frame import ResultCell, empty, frame_of
from il2cdisc.results.write import csv_bytes


def test_csv_reads_back_the_same():
    cells = [
        ResultCell(
            display="T-1", analysis="A", method="M", order=1, row=0, dataset="ADSL", where='SEX EQ "A, B"',
            population_dataset="ADSL", population_where="", statistic="mean", value=1 / 3,
            error='It says "no", and why.',
        ),
        ResultCell(
            display="T-1", analysis="A", method="M", order=1, row=1, dataset="ADSL", where="",
            population_dataset="ADSL", population_where="", statistic="value", text="è",
        ),
    ]  # fmt: skip
    content = csv_bytes(frame_of(cells))
    assert b"\r" not in content
    types = {name: str(dtype) for name, dtype in empty().dtypes.items()}
    back = pd.read_csv(
        io.BytesIO(content), keep_default_na=False, na_values={"value": [""], "denominator": [""]}
    )
    pd.testing.assert_frame_equal(back.astype(types), frame_of(cells))
