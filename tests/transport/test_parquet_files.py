"""Parquet with the same bytes for the same frame, and one file whole or not at all."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from il2cdisc.transport.parquet import ROWS_A_GROUP, read_parquet, write_parquet


@pytest.fixture
def frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "source": pd.Series(["ae", None, "Età"], dtype="str"),
            "row": pd.Series([0, 1, 2], dtype="int64"),
            "id": pd.array([5, None, 2**53 + 1], dtype="Int64"),
            "value": pd.Series([0.1, np.nan, -0.0]),
            "shown": pd.Series([True, False, True]),
        }
    )


def written(frame: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    write_parquet(frame, stream)
    return stream.getvalue()


def test_a_frame_comes_back(frame: pd.DataFrame) -> None:
    back = read_parquet(io.BytesIO(written(frame)))
    pd.testing.assert_frame_equal(back, frame, check_exact=True)
    assert list(read_parquet(io.BytesIO(written(frame)), ["id", "row"]).columns) == ["id", "row"]


def test_an_empty_frame_keeps_its_types(frame: pd.DataFrame) -> None:
    back = read_parquet(io.BytesIO(written(frame.iloc[:0])))
    assert back.dtypes.astype(str).to_dict() == {**frame.dtypes.astype(str).to_dict(), "id": "int64"}


def test_the_same_frame_gives_the_same_bytes(frame: pd.DataFrame) -> None:
    """However pandas holds it: chunks, index, and history of the columns show nowhere."""
    joined = pd.concat([frame.iloc[:1], frame.iloc[1:]])
    joined.index = pd.Index(["a", "b", "c"])
    joined.attrs["note"] = "not for the file"
    assert written(joined) == written(frame)


def test_nothing_of_pandas_is_in_the_file(frame: pd.DataFrame) -> None:
    raw = written(frame)
    assert pq.read_schema(io.BytesIO(raw)).metadata is None
    assert b"pandas" not in raw


def test_row_groups_are_fixed() -> None:
    long = pd.DataFrame({"row": np.arange(ROWS_A_GROUP + 1)})
    found = pq.ParquetFile(io.BytesIO(written(long))).metadata
    assert [found.row_group(i).num_rows for i in range(found.num_row_groups)] == [ROWS_A_GROUP, 1]
