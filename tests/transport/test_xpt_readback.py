"""A file that differs from its dataset is told, by which reader and in which row."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from il2cdisc.base.datasets import Dataset
from il2cdisc.base.problems import Problem, Stopped
from il2cdisc.transport.readback import compare_readers, compare_with_dataset, compare_xpt
from il2cdisc.transport.xpt import open_xpt, write_xpt


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
            f"{reader} reads another value than was written, first in row {row + 1}" for reader in readers
        ]


def test_own_reader_alone(written: tuple[Path, Dataset]) -> None:
    path, dataset = written
    assert compare_with_dataset(path, dataset) == []
    found = compare_with_dataset(path, replace(dataset, label="Other"))
    assert [problem.what for problem in found] == [
        "our reader finds another label than was written: 'Adverse Events', not 'Other'"
    ]


@pytest.fixture
def other_pyreadstat(monkeypatch: pytest.MonkeyPatch) -> Any:
    """`other_pyreadstat(change)`: pyreadstat gives columns and facts as `change(columns, meta)` left them."""
    read = pyreadstat.read_xport

    def install(change: Any) -> None:
        def changed(*given: Any, **options: Any) -> Any:
            columns, meta = read(*given, **options)
            change(columns, meta)
            return columns, meta

        monkeypatch.setattr(pyreadstat, "read_xport", changed)

    return install


def test_readers_agree(written: tuple[Path, Dataset]) -> None:
    path, _ = written
    assert compare_readers(path) == []
    assert compare_readers(path, whole_below=1) == []


@pytest.mark.parametrize("whole_below", [1_000_000, 1], ids=["whole", "samples"])
def test_readers_differ(
    whole_below: int, written: tuple[Path, Dataset], other_pyreadstat: Any, snapshot: Any
) -> None:
    def change(columns: Any, meta: Any) -> None:
        columns["AETERM"][1] = "x"
        columns["X"][0] = np.nextafter(1.5, 2)
        columns["ASTDT"][2] = np.nan
        meta.column_labels[0] = "Term"
        meta.file_label = "Other"

    other_pyreadstat(change)
    assert "\n".join(map(str, compare_readers(written[0], whole_below=whole_below))) == snapshot


def test_readers_differ_in_rows_or_names(
    written: tuple[Path, Dataset], other_pyreadstat: Any, snapshot: Any
) -> None:
    def lose_last(columns: Any, _: Any) -> None:
        for values in columns.values():
            values.pop()

    def rename(_: Any, meta: Any) -> None:
        for facts in (meta.readstat_variable_types, meta.original_variable_types):
            facts["Y"] = facts["X"]
        meta.column_names[1] = "Y"

    path, _ = written
    other_pyreadstat(lose_last)
    rows = compare_readers(path)
    other_pyreadstat(rename)
    assert "\n".join(map(str, rows + compare_readers(path))) == snapshot


@pytest.mark.parametrize("rows", [0, 1, 2, 3, 4, 79, 80, 81, 2_500])
@pytest.mark.parametrize("width", [1, 7, 30, 80, 93])
def test_rows_by_size(rows: int, width: int, make: Any, created: datetime, tmp_path: Path) -> None:
    dataset = make(AETERM=(pd.Series(["x"] * rows, dtype="str"), {"length": width}))
    path = tmp_path / "ae.xpt"
    with path.open("wb") as stream:
        write_xpt(dataset, stream, created=created)
    with open_xpt(path) as file:
        assert file.count_rows() == rows
    assert compare_readers(path) == compare_readers(path, whole_below=1) == compare_xpt(path, dataset) == []


def test_readers_in_another_process(written: tuple[Path, Dataset], tmp_path: Path) -> None:
    path, dataset = written
    damaged = tmp_path / "damaged.xpt"
    damaged.write_bytes(path.read_bytes()[:-1])
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(compare_readers, path).result() == []
        wrong = replace(dataset, label="Other")
        found = pool.submit(compare_with_dataset, path, wrong).result()
        with pytest.raises(Stopped, match="breaks off") as stopped:
            pool.submit(compare_readers, damaged).result()
    assert found == compare_with_dataset(path, wrong)
    assert [type(p) for p in (*found, *stopped.value.problems)] == [Problem, Problem]
    assert all(problem.stops for problem in (*found, *stopped.value.problems))
    assert pickle.loads(pickle.dumps(found)) == found
