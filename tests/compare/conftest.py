"""Datasets in files of each format, for tests of comparing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from il2cdisc.base.datasets import Dataset, Variable, byte_length, no_edges
from il2cdisc.transport.xpt import write_xpt

Save = Callable[..., Path]
CREATED = datetime(2024, 1, 2)  # noqa: DTZ001 - a header has no time zone


def variable(name: str, column: pd.Series, formats: Mapping[str, str], labels: Mapping[str, str]) -> Variable:
    label, text = labels.get(name, f"Label of {name}"), isinstance(column.dtype, pd.StringDtype)
    length = byte_length(column) if text else 8
    return Variable(name, label, "Char" if text else "Num", length, formats.get(name, ""))


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Writes a frame as a transport file: path below the folder of the test, frame, and what is different."""

    def write(
        path: str,
        frame: pd.DataFrame,
        *,
        name: str = "LB",
        label: str = "Laboratory Test Results",
        formats: Mapping[str, str] = {},
        labels: Mapping[str, str] = {},
        specials: Mapping[str, pd.Series] = {},
    ) -> Path:
        variables = tuple(variable(str(n), frame[n], formats, labels) for n in frame)
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        dataset = Dataset(name, label, variables, (), frame, no_edges())
        with target.open("wb") as stream:
            write_xpt(dataset, stream, created=CREATED, specials=specials)
        return target

    return write


@pytest.fixture
def lb() -> pd.DataFrame:
    """Four results of two subjects; LBDT is a day as SAS counts it."""
    return pd.DataFrame(
        {
            "USUBJID": pd.Series(["S-1", "S-1", "S-2", "S-2"], dtype="str"),
            "LBSEQ": [1.0, 2.0, 1.0, 2.0],
            "LBTEST": pd.Series(["Glucose", None, "Glucose", "Sodium"], dtype="str"),
            "LBSTRESN": [5.1, float("nan"), 4.9, 141.0],
            "LBDT": [23380.0, 23381.0, float("nan"), 23382.0],
        }
    )
