"""A file that differs from its dataset is told, by which reader and in which row."""

from __future__ import annotations

import io
import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.base.datasets import Dataset
from il2cdisc.base.problems import Problem, Stopped
from il2cdisc.transport import readback
from il2cdisc.transport.readback import Comparison, compare_readers, compare_with_dataset
from il2cdisc.transport.xpt import XptReader, open_xpt, write_xpt, xpt_bytes


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
    assert compare_with_dataset(path, dataset) == []
    spaced = dataset.frame.assign(AETERM=pd.Series(["rash  ", "", "itch"], dtype="str"))
    assert compare_with_dataset(path, replace(dataset, frame=spaced)) == []  # what a file can't hold


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
    found = compare_with_dataset(path, dataset, specials=specials)
    assert all(problem.stops for problem in found)
    assert "\n".join(map(str, found)) == snapshot


def test_a_large_file_is_sampled(make: Any, created: datetime, tmp_path: Path, other_pyreadstat: Any) -> None:
    def change(columns: Any, _: Any) -> None:
        columns["LBSEQ"] = [-1.0 if value in (0, rows - 1) else value for value in columns["LBSEQ"]]

    rows = 30_000
    dataset = make("LB", LBORRES=[f"{i % 7} x" for i in range(rows)], LBSEQ=pd.Series(np.arange(rows) * 1.0))
    path = tmp_path / "lb.xpt"
    with path.open("wb") as stream:
        write_xpt(dataset, stream, created=created)
    assert compare_readers(path, whole_below=1) == []
    other_pyreadstat(change)
    found = compare_readers(path, whole_below=1)
    assert [p.what for p in found] == ["pyreadstat reads another value than was written, first in row 1"]
    assert [str(place) for place in found[0].records] == ["LB LBSEQ (row 1)", f"LB LBSEQ (row {rows})"]


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


@pytest.mark.parametrize("whole_below", [1_000_000, 1], ids=["whole", "samples"])
def test_rows_are_counted_over_the_runs_of_a_file(
    whole_below: int, make: Any, created: datetime, tmp_path: Path, other_pyreadstat: Any
) -> None:
    """However little pyreadstat reads at once."""

    def change(columns: Any, _: Any) -> None:
        columns["LBSEQ"] = [-1.0 if value in (0, 79, 80, 199) else value for value in columns["LBSEQ"]]

    dataset = make("LB", LBORRES=["x"] * 200, LBSEQ=pd.Series(np.arange(200) * 1.0))
    path = tmp_path / "lb.xpt"
    with path.open("wb") as stream:
        write_xpt(dataset, stream, created=created)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(readback, "RUN_BYTES", 90)
        assert compare_readers(path, whole_below=whole_below) == []
        other_pyreadstat(change)
        (found,) = compare_readers(path, whole_below=whole_below)
    assert [str(place) for place in found.records] == [f"LB LBSEQ (row {row})" for row in (1, 80, 81, 200)]


def test_readers_agree(written: tuple[Path, Dataset]) -> None:
    path, _ = written
    assert compare_readers(path) == []
    assert compare_readers(path, whole_below=1) == []


@pytest.mark.parametrize("whole_below", [1_000_000, 1], ids=["whole", "samples"])
def test_a_damaged_end_is_refused(whole_below: int, written: tuple[Path, Dataset]) -> None:
    path, _ = written
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Stopped, match="breaks off"):
        compare_readers(path, whole_below=whole_below)


def test_a_second_dataset_after_many_rows_is_refused(
    make: Any, created: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readback, "RUN_BYTES", 1_000)
    file = xpt_bytes(make("LB", LBORRES=["seven by"] * 1_000), created=created)
    path = tmp_path / "lb.xpt"
    path.write_bytes(file + file[240:])
    with pytest.raises(Stopped, match="more than one dataset"):
        compare_readers(path)


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
    for found in (
        compare_readers(path),
        compare_readers(path, whole_below=1),
        compare_with_dataset(path, dataset),
    ):
        assert found == []


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


VALUES = st.tuples(
    st.sampled_from(["rash", None, "itch"]), st.sampled_from([1.5, np.nan, 0.0]), st.sampled_from([None, "A"])
)
CUTS = st.lists(st.integers(0, 30), max_size=5)


@given(rows=st.lists(VALUES, min_size=1, max_size=30), changed=st.lists(VALUES, max_size=30), cuts=CUTS)
def test_differences_do_not_depend_on_the_blocks(
    rows: list[Any], changed: list[Any], cuts: list[int], make: Any, created: datetime
) -> None:
    """Values, special missing values and records too many or few, however the dataset comes."""

    def dataset_of(rows: list[Any]) -> tuple[Dataset, dict[str, pd.Series]]:
        terms, numbers, letters = ([row[at] for row in rows] for at in range(3))
        numbers = [np.nan if letter else number for number, letter in zip(numbers, letters, strict=True)]
        term = (pd.Series(terms, dtype="str"), {"length": 4})
        dataset = make("AE", AETERM=term, X=pd.Series(numbers, dtype="float64"))
        return dataset, {"X": pd.Series(letters, dtype="str")}

    file = io.BytesIO()
    dataset, specials = dataset_of(rows)
    write_xpt(dataset, file, created=created, specials=specials)
    other, letters = dataset_of(changed + rows[len(changed) :])
    found = [compared(file, other, letters, given, block) for given in ([], cuts) for block in (90, 4 << 20)]
    assert found[1:] == found[:-1]
    assert compared(file, dataset, specials, cuts, 90) == []


def compared(
    file: io.BytesIO, dataset: Dataset, letters: dict[str, pd.Series], cuts: list[int], block_bytes: int
) -> list[Problem]:
    file.seek(0)
    rows = len(dataset.frame)
    with pytest.MonkeyPatch.context() as patch, open_xpt(file) as reader:
        patch.setattr(XptReader.blocks, "__defaults__", (block_bytes,))
        comparison = Comparison(reader, dataset)
        for start, stop in pairwise([0, *sorted(min(cut, rows) for cut in cuts), rows]):
            parts = {name: column.iloc[start:stop] for name, column in letters.items()}
            comparison.add(dataset.frame.iloc[start:stop], specials=parts)
        return comparison.close()
