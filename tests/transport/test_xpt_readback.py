"""A file that differs from its dataset is told, by which reader and in which row."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from il2cdisc.base.datasets import Dataset
from il2cdisc.transport.readback import compare_xpt
from il2cdisc.transport.xpt import write_xpt


@pytest.fixture
def written(make: Any, created: datetime, tmp_path: Path) -> tuple[Path, Dataset]:
    dataset = make(
        "AE",
        AETERM=["rash", None, "itch"],
        X=([1.5, np.nan, -0.0], {"format": "8.2"}),
        ASTDT=([1.0, 2.0, 3.0], {"format": "DATE9."}),
    )
    path = tmp_path / "ae.xpt"
    with path.open("wb") as stream:
        write_xpt(dataset, stream, created=created)
    return path, dataset


def test_no_difference(written: tuple[Path, Dataset]) -> None:
    path, dataset = written
    assert compare_xpt(path, dataset) == []
    spaced = dataset.frame.assign(AETERM=pd.Series(["rash  ", "", "itch"], dtype="str"))
    assert compare_xpt(path, replace(dataset, frame=spaced)) == []  # what a file can't hold


@pytest.mark.parametrize(
    "change", ["label", "name", "facts", "order", "text", "number", "rows", "more rows", "specials"]
)
def test_differences(change: str, written: tuple[Path, Dataset], snapshot: Any) -> None:
    path, dataset = written
    frame, variables = dataset.frame, dataset.variables
    specials: dict[str, pd.Series] = {}
    if change == "label":
        dataset = replace(dataset, label="Other")
    elif change == "name":
        dataset = replace(dataset, name="AX")
    elif change == "facts":
        first = replace(variables[0], label="Term", length=5)
        dataset = replace(dataset, variables=(first, variables[1], replace(variables[2], format="DATE11.")))
    elif change == "order":
        dataset = replace(dataset, variables=variables[::-1])
    elif change == "text":
        dataset = replace(dataset, frame=frame.assign(AETERM=pd.Series(["Rash", "x", "itch"], dtype="str")))
    elif change == "number":
        dataset = replace(dataset, frame=frame.assign(X=[np.nextafter(1.5, 2), np.nan, np.nan]))
    elif change == "rows":
        dataset = replace(dataset, frame=frame.iloc[:2])
    elif change == "more rows":
        dataset = replace(dataset, frame=pd.concat([frame, frame], ignore_index=True))
    elif change == "specials":
        specials = {"X": pd.Series([None, "A", None], dtype="str")}
    found = compare_xpt(path, dataset, specials=specials)
    assert all(problem.stops for problem in found)
    assert "\n".join(map(str, found)) == snapshot


def test_a_large_file_is_sampled(make: Any, created: datetime, tmp_path: Path) -> None:
    rows = 30_000
    dataset = make("LB", LBORRES=[f"{i % 7} x" for i in range(rows)], LBSEQ=pd.Series(np.arange(rows) * 1.0))
    path = tmp_path / "lb.xpt"
    with path.open("wb") as stream:
        write_xpt(dataset, stream, created=created)
    assert compare_xpt(path, dataset, whole_below=1) == []
    for row in (0, rows - 1):
        frame = dataset.frame.copy()
        frame.loc[row, "LBSEQ"] = -1.0
        found = compare_xpt(path, replace(dataset, frame=frame), whole_below=1)
        readers = ("our reader", "pyreadstat")
        assert [p.what for p in found] == [
            f"{reader} finds 1 value other than written, the first in row {row + 1}" for reader in readers
        ]
