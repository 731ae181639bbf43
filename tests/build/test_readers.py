"""Every transport file of a build, as pyreadstat, pandas and R's haven and foreign read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from il2cdisc.transport.xpt import XptFile, read_xpt


@pytest.fixture(scope="module")
def files(built: Path) -> dict[Path, XptFile]:
    """Every transport file of the build, as our own reader reads it."""
    paths = sorted(built.glob("*/*.xpt"))
    assert {path.parent.name for path in paths} == {"sdtm", "adam"}
    return {path: read_xpt(path) for path in paths}


def same(got: pd.Series, wanted: pd.Series, place: str, *, kind: str) -> None:
    if kind == "Num":
        np.testing.assert_array_equal(got.to_numpy("float64"), wanted.to_numpy("float64"), err_msg=place)
    else:
        assert got.fillna("").tolist() == wanted.fillna("").tolist(), place


def test_pyreadstat_reads_the_same_values_labels_and_formats(files: dict[Path, XptFile]) -> None:
    for path, file in files.items():
        frame, meta = pyreadstat.read_xport(str(path), disable_datetime_conversion=True)
        assert (meta.table_name, meta.file_label) == (file.name, file.label)
        assert meta.column_names == [v.name for v in file.variables]
        assert meta.column_labels == [v.label for v in file.variables]
        for v in file.variables:
            same(frame[v.name], file.frame[v.name], f"{path.name} {v.name}", kind=v.type)
            told = meta.original_variable_types[v.name]
            assert (told if told not in ("NULL", None) else "") == v.format.rstrip("."), v.name


def test_pandas_reads_the_same_values(files: dict[Path, XptFile]) -> None:
    """pandas reads a stored 0 as 5.4e-79; zeros are left out."""
    for path, file in files.items():
        frame = pd.read_sas(path, format="xport", encoding="ascii")
        assert list(frame.columns) == [v.name for v in file.variables]
        for v in file.variables:
            wanted = file.frame[v.name]
            kept = (wanted != 0) if v.type == "Num" else pd.Series(True, index=wanted.index)
            same(frame[v.name][kept], wanted[kept], f"{path.name} {v.name}", kind=v.type)


def test_haven_and_foreign_read_the_same(files: dict[Path, XptFile], read_by_r: Any) -> None:
    told = read_by_r(files)
    for path, file in files.items():
        assert told[path.name, "haven", "label", ""] == [file.label]
        for v in file.variables:
            assert told[path.name, "haven", "label", v.name] == [v.label]
            assert told[path.name, "haven", "format", v.name] == [v.format.rstrip(".")]
            for reader in ("haven", "foreign"):
                got = pd.Series(told[path.name, reader, "value", v.name], dtype="object")
                if v.type == "Num":
                    got = got.map(lambda text: np.nan if text == "NA" else float.fromhex(text))
                same(got, file.frame[v.name], f"{path.name} {reader} {v.name}", kind=v.type)
