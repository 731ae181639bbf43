"""A small dataset from columns, for the tests of the codecs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from il2cdisc.base.datasets import Dataset, Variable, byte_length, no_edges

MakeDataset = Callable[..., Dataset]


@pytest.fixture(scope="session")
def created() -> datetime:
    return datetime(2023, 5, 2, 9, 0)  # noqa: DTZ001 - as a header holds it


@pytest.fixture(scope="session")
def make() -> MakeDataset:
    """`make("AE", AESEQ=[1.0], AETERM=["x"])`: lists of numbers give Num, others Char variables.

    A tuple `(values, facts)` sets facts of the variable: `([0.0], {"format": "DATE9."})`.
    """

    def dataset(name: str = "AE", label: str = "Adverse Events", **columns: Any) -> Dataset:
        frame: dict[str, pd.Series] = {}
        variables: list[Variable] = []
        for column, given in columns.items():
            values, facts = given if isinstance(given, tuple) else (given, {})
            series = values if isinstance(values, pd.Series) else _series(values)
            number = pd.api.types.is_numeric_dtype(series)
            if "length" not in facts:
                facts = {"length": 8 if number else min(byte_length(series), 200), **facts}
            variables.append(
                Variable(
                    **{"name": column, "label": column.title(), "type": "Num" if number else "Char", **facts}
                )
            )
            frame[column] = series
        return Dataset(name, label, tuple(variables), (), pd.DataFrame(frame), no_edges())

    return dataset


def _series(values: list[Any]) -> pd.Series:
    if all(isinstance(value, float | int) for value in values):
        return pd.Series(np.array(values, dtype=np.float64))
    return pd.Series(values, dtype="str")
