"""Parquet with the same bytes for the same rows, however they come, and read back whole or in part."""

from __future__ import annotations

import io
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.transport import parquet
from il2cdisc.transport.parquet import (
    ROWS_A_GROUP,
    ParquetWriter,
    read_parquet,
    read_parquet_groups,
    read_parquet_rows,
    write_parquet,
)


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


COLUMNS = {"source": "str", "row": "int64", "id": "Int64", "value": "float64", "shown": "boolean"}
RECORDS = st.lists(
    st.tuples(
        st.sampled_from(["ae", None, "", "Età"]),
        st.integers(-5, 5),
        st.sampled_from([None, 1, 2**53 + 1]),
        st.sampled_from([0.5, None, -0.0]),
        st.sampled_from([True, False, None]),
    ),
    max_size=40,
)
CUTS = st.lists(st.integers(0, 40), max_size=6)


def frame_of(records: list[tuple[Any, ...]]) -> pd.DataFrame:
    columns = [[record[at] for record in records] for at in range(len(COLUMNS))]
    series = {n: pd.Series(c, dtype=COLUMNS[n]) for n, c in zip(COLUMNS, columns, strict=True)}  # type: ignore[call-overload]
    return pd.DataFrame(series)


def written_in_frames(frame: pd.DataFrame, cuts: list[int]) -> bytes:
    stream = io.BytesIO()
    with ParquetWriter(stream, COLUMNS) as file:
        for start, stop in pairwise([0, *sorted(min(cut, len(frame)) for cut in cuts), len(frame)]):
            file.write(frame.iloc[start:stop])
    return stream.getvalue()


@given(records=RECORDS, cuts=CUTS, group=st.integers(1, 45))
def test_bytes_do_not_depend_on_the_frames(
    records: list[tuple[Any, ...]], cuts: list[int], group: int
) -> None:
    frame = frame_of(records)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "ROWS_A_GROUP", group)
        assert written_in_frames(frame, cuts) == written(frame)
    assert written_in_frames(frame, cuts) == written(frame)


def test_bytes_of_whole_row_groups_do_not_depend_on_the_frames() -> None:
    rows = 2 * ROWS_A_GROUP + 1_000
    whole = pd.DataFrame(
        {"row": np.arange(rows), "source": pd.Series(["ae", "lb", None, "vs"] * (rows // 4))}
    )
    stream = io.BytesIO()
    with ParquetWriter(stream, {"row": "int64", "source": "str"}) as file:
        for start in range(0, rows, 70_001):
            file.write(whole.iloc[start : start + 70_001])
    assert stream.getvalue() == written(whole)
    assert [len(group) for group in read_parquet_groups(stream)] == [ROWS_A_GROUP, ROWS_A_GROUP, 1_000]


@given(records=RECORDS, group=st.integers(1, 45), start=st.integers(0, 45), rows=st.integers(0, 45))
def test_rows_of_a_file(records: list[tuple[Any, ...]], group: int, start: int, rows: int) -> None:
    """A part has the dtypes of the whole: Int64 where a value anywhere in the column is missing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "ROWS_A_GROUP", group)
        file = written(frame_of(records))
    whole = read_parquet(io.BytesIO(file))
    part = read_parquet_rows(io.BytesIO(file), range(start, start + rows))
    pd.testing.assert_frame_equal(part, whole.iloc[start : start + rows].reset_index(drop=True))
    groups = list(read_parquet_groups(io.BytesIO(file), ["id", "shown"]))
    pd.testing.assert_frame_equal(pd.concat(groups, ignore_index=True), whole[["id", "shown"]])


def test_only_the_row_groups_of_the_rows_are_read() -> None:
    class Counted(io.BytesIO):
        bytes_read = 0

        def read(self, size: int | None = -1, /) -> bytes:
            got = super().read(size)
            self.bytes_read += len(got)
            return got

    rows = 8 * ROWS_A_GROUP
    values = np.random.default_rng(1).integers(0, 2**40, rows)
    file = Counted(written(pd.DataFrame({"row": np.arange(rows), "value": values})))
    got = read_parquet_rows(file, range(3 * ROWS_A_GROUP - 1, 3 * ROWS_A_GROUP + 1), ["value"])
    assert got["value"].tolist() == values[3 * ROWS_A_GROUP - 1 : 3 * ROWS_A_GROUP + 1].tolist()
    assert file.bytes_read < len(file.getvalue()) / 4


@pytest.mark.parametrize("rows", [range(0, 10, 2), range(-1, 3), range(5, 0, -1)])
def test_rows_that_are_not_counted_upwards(rows: range, frame: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="does not count upwards"):
        read_parquet_rows(io.BytesIO(written(frame)), rows)


def test_frames_of_other_columns_are_refused(frame: pd.DataFrame) -> None:
    stream = io.BytesIO()
    with (
        pytest.raises(ValueError, match=r"columns \['row'\] are not those of the file, \['row', 'id'\]"),
        ParquetWriter(stream, {"row": "int64", "id": "Int64"}) as file,
    ):
        file.write(frame[["row"]])


def test_a_block_in_which_a_type_can_not_be_seen() -> None:
    """No value in a column of objects, and floats because some are missing: the file's types are known."""
    stream = io.BytesIO()
    with ParquetWriter(stream, {"source": "str", "id": "Int64"}) as file:
        file.write(pd.DataFrame({"source": [None, None], "id": [1.0, np.nan]}).astype({"source": object}))
        file.write(pd.DataFrame({"source": ["ae"], "id": [2]}))
    whole = pd.DataFrame(
        {"source": pd.Series([None, None, "ae"], dtype="str"), "id": pd.array([1, None, 2], "Int64")}
    )
    assert stream.getvalue() == written(whole)
