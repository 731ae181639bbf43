"""What is written comes back: text, numbers, special missing values, any number of rows and blocks."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from il2cdisc.transport import ibm, xpt
from il2cdisc.transport.xpt import open_xpt, read_xpt, write_xpt, xpt_bytes

ascii_text = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12).map(
    lambda value: value.rstrip(" ") or None
)
numbers = st.floats(
    min_value=-float(ibm.LARGEST), max_value=float(ibm.LARGEST), allow_subnormal=False
).filter(lambda value: value == 0 or abs(value) >= ibm.SMALLEST) | st.just(float("nan"))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(ascii_text, numbers, ascii_text), max_size=40), block=st.integers(1, 300))
def test_values_come_back(
    rows: list[tuple[str | None, float, str | None]], block: int, make: Any, created: datetime
) -> None:
    first, second, third = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    dataset = make(
        A=(pd.Series(first, dtype="str"), {"length": 12}),
        B=pd.Series(second, dtype="float64"),
        C=(pd.Series(third, dtype="str"), {"length": 13}),
    )
    whole = xpt_bytes(dataset, created=created)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xpt, "BLOCK_BYTES", block)
        assert xpt_bytes(dataset, created=created) == whole  # the size of blocks shows nowhere
        with open_xpt(io.BytesIO(whole)) as file:
            parts = [part.frame(file.header.variables) for part in file.blocks(block)]
        assert sum(map(len, parts)) == len(rows)
        if parts:
            joined = pd.concat(parts, ignore_index=True)
            pd.testing.assert_frame_equal(joined, dataset.frame, check_exact=True)
    back = read_xpt(io.BytesIO(whole))
    pd.testing.assert_frame_equal(back.frame, dataset.frame, check_exact=True)
    assert (back.name, back.label, back.variables) == (dataset.name, dataset.label, dataset.variables)
    assert (back.created, back.modified) == (created, created)


@pytest.mark.parametrize("rows", [0, 1, 19, 20, 21, 40])
def test_short_records_end_where_they_end(rows: int, make: Any, created: datetime) -> None:
    """Records of 4 bytes: twenty fill a record of 80, the rest is padding."""
    values = ([None, "b"] * rows)[:rows]
    values[-1:] = ["end"] if rows else []
    dataset = make(A=(pd.Series(values, dtype="str"), {"length": 4}))
    raw = xpt_bytes(dataset, created=created)
    assert len(raw) % 80 == 0
    pd.testing.assert_frame_equal(read_xpt(io.BytesIO(raw)).frame, dataset.frame)


def test_special_missing_values_come_back(make: Any, created: datetime) -> None:
    dataset = make(AESEQ=[1.0, np.nan, np.nan, np.nan], X=[0.0, 1.0, 2.0, 3.0])
    letters = pd.Series([None, "A", None, "_"], dtype="str")
    stream = io.BytesIO()
    assert write_xpt(dataset, stream, created=created, specials={"AESEQ": letters}) == []
    back = read_xpt(io.BytesIO(stream.getvalue()))
    assert list(back.specials) == ["AESEQ"]
    pd.testing.assert_series_equal(back.specials["AESEQ"], letters)
    again = io.BytesIO()
    write_xpt(dataset, again, created=created, specials=back.specials)
    assert again.getvalue() == stream.getvalue()


@pytest.mark.parametrize("dtype", ["str", "object", "category"])
def test_text_however_pandas_holds_it(dtype: Any, make: Any, created: datetime) -> None:
    values = ["RASH", None, "", " leading", "RASH"]
    plain = make(A=(pd.Series(values, dtype="str"), {"length": 9}), X=[1.0] * 5)
    other = make(A=(pd.Series(values, dtype="str"), {"length": 9}), X=[1.0] * 5)
    other.frame["A"] = pd.Series(values, dtype=dtype)
    assert xpt_bytes(other, created=created) == xpt_bytes(plain, created=created)
    back = read_xpt(io.BytesIO(xpt_bytes(plain, created=created))).frame["A"]
    assert back.fillna("-").tolist() == ["RASH", "-", "-", " leading", "RASH"]


def test_slices_and_joined_columns(make: Any, created: datetime) -> None:
    """Arrow arrays with an offset, in several chunks, and with bytes behind missing values."""
    column = pd.concat([pd.Series(["aa", "b", "cc"], dtype="str"), pd.Series(["dd", "e"], dtype="str")])
    column = column.where(column != "cc").iloc[1:].reset_index(drop=True)
    dataset = make(A=(column, {"length": 3}))
    back = read_xpt(io.BytesIO(xpt_bytes(dataset, created=created))).frame["A"]
    assert back.fillna("-").tolist() == ["b", "-", "dd", "e"]


@pytest.mark.parametrize("dtype", ["int64", "Int64", "float32", "Float64", "boolean", "bool"])
def test_numbers_however_pandas_holds_them(dtype: Any, make: Any, created: datetime) -> None:
    dataset = make(X=pd.Series([1.0, 0.0]))
    dataset.frame["X"] = pd.Series([1, 0]).astype(dtype)
    assert read_xpt(io.BytesIO(xpt_bytes(dataset, created=created))).frame["X"].tolist() == [1.0, 0.0]


def test_short_numbers_of_other_writers_are_read(make: Any, created: datetime) -> None:
    """SAS stores numbers in 3 to 8 bytes; the rest of the fraction is zero."""
    raw = bytearray(xpt_bytes(make(X=(["zzz", "zzz"], {"length": 3})), created=created))
    raw[640:642] = b"\0\1"
    at = raw.index(b"zzzzzz")
    raw[at : at + 6] = bytes.fromhex("411000 2E0000".replace(" ", ""))
    back = read_xpt(io.BytesIO(bytes(raw)))
    assert back.variables[0].length == 3
    np.testing.assert_array_equal(back.frame["X"], [1.0, np.nan])


def test_a_stream_that_gives_little_at_a_time(make: Any, created: datetime) -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 80) if size and size > 80 else size)

    dataset = make(A=["x" * 90, "y"], B=[1.0, 2.0])
    raw = xpt_bytes(dataset, created=created)
    pd.testing.assert_frame_equal(read_xpt(Slow(raw)).frame, dataset.frame)


def test_an_error_of_the_stream_is_told(
    make: Any, created: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BytesIO):
        def write(self, data: Any, /) -> int:
            if self.tell() > 1000:
                raise OSError("no space left")
            return super().write(data)

    monkeypatch.setattr(xpt, "BLOCK_BYTES", 80)
    with pytest.raises(OSError, match="no space left"):
        write_xpt(make(X=[1.0] * 100), Full(), created=created)
