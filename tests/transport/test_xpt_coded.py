"""A transport file read as distinct values and codes: the values and refusals of the reader of frames."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from il2cdisc.base.datasets import Dataset, Variable, no_edges
from il2cdisc.base.problems import Stopped
from il2cdisc.transport import xpt
from il2cdisc.transport.coded import read_coded
from il2cdisc.transport.xpt import read_xpt, xpt_bytes

CREATED = datetime(2023, 5, 2, 9, 0)  # noqa: DTZ001 - as a header holds it
TEXTS = st.sampled_from(["RASH", "ITCH", " x", "a b", "@@", "b@@", None, "longest!"])
NUMBERS = st.sampled_from([0.0, 1.5, -3.0, 1 / 3, 7e75, np.nan])
ROWS = st.lists(st.tuples(TEXTS, st.sampled_from(["Y", None]), NUMBERS, st.just(None)), max_size=60)
NAMES = {"AETERM": 8, "AESER": 1, "AESTDY": 8, "AENOTE": 3}


def file_of(rows: list[tuple[Any, ...]]) -> bytes:
    """A transport file of texts, flags, numbers, and a column without any value; @@ is the letter à, which
    the writer refuses."""
    types = {name: "float64" if name == "AESTDY" else "str" for name in NAMES}
    variables = tuple(
        Variable(name, name.title(), "Num" if types[name] == "float64" else "Char", length)
        for name, length in NAMES.items()
    )
    columns = {name: pd.Series([row[at] for row in rows], dtype=types[name]) for at, name in enumerate(NAMES)}
    dataset = Dataset("AE", "Adverse Events", variables, (), pd.DataFrame(columns), no_edges())
    return xpt_bytes(dataset, created=CREATED).replace(b"@@", "à".encode())


def test_distinct_values_in_the_order_in_which_they_appear() -> None:
    rows = [("RASH", "Y", 1.0, None), (None, None, np.nan, None), ("ITCH", "Y", 2.5, None)]
    found = read_coded(io.BytesIO(file_of([*rows, rows[0]])))
    assert (found.name, found.label, found.variables[0].length) == ("AE", "Adverse Events", 8)
    told = {name: (column.distinct, column.codes.tolist()) for name, column in found.table.columns.items()}
    assert told == {
        "AETERM": (["RASH", "ITCH"], [0, -1, 1, 0]),
        "AESER": (["Y"], [0, -1, 0, 0]),
        "AESTDY": ([1.0, 2.5], [0, -1, 1, 0]),
        "AENOTE": ([], [-1, -1, -1, -1]),
    }


def test_a_file_without_records() -> None:
    table = read_coded(io.BytesIO(file_of([]))).table
    pd.testing.assert_frame_equal(table.frame(), read_xpt(io.BytesIO(file_of([]))).frame)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, block=st.integers(1, 2000))
def test_the_frame_of_the_other_reader(
    rows: list[tuple[Any, ...]], block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the texts, the numbers and the pieces; each value once."""
    raw = file_of(rows)
    whole = xpt.XptReader.records
    monkeypatch.setattr(xpt.XptReader, "records", lambda self, _=0: whole(self, block))
    table = read_coded(io.BytesIO(raw)).table
    monkeypatch.undo()
    pd.testing.assert_frame_equal(table.frame(), read_xpt(io.BytesIO(raw)).frame)
    for column in table.columns.values():
        assert len(set(column.distinct)) == len(column.distinct)
        assert sorted({*column.codes.tolist()} - {-1}) == list(range(len(column.distinct)))
        assert np.diff(np.unique(column.codes[column.codes >= 0], return_index=True)[1]).min(initial=1) > 0


@pytest.mark.parametrize(("encoding", "texts"), [("latin-1", ["Ã\xa0b", "b"]), ("utf-8", ["àb", "b"])])
def test_text_of_an_encoding(encoding: str, texts: list[str]) -> None:
    raw = file_of([("@@b", None, 1.0, None), ("b", None, 1.0, None), ("b", None, 2.0, None)])
    assert read_coded(io.BytesIO(raw), encoding=encoding).table["AETERM"].distinct == texts


@settings(deadline=None)
@given(at=st.integers(0, 1400), byte=st.integers(0, 255), cut=st.integers(0, 1400))
def test_the_refusals_of_the_other_reader(at: int, byte: int, cut: int) -> None:
    raw = bytearray(file_of([("@@", "Y", 1.5, None), ("RASH", None, 2.0, None), ("@@", None, np.nan, None)]))
    raw[min(at, len(raw) - 1)] = byte
    for damaged in (raw, raw[:cut]):
        assert told(read_coded, bytes(damaged)) == told(read_xpt, bytes(damaged))


def told(read: Any, raw: bytes) -> str:
    try:
        found = read(io.BytesIO(raw), shown="ae.xpt")
    except Stopped as stopped:
        return str(stopped)
    frame = found.table.frame() if hasattr(found, "table") else found.frame
    return f"{found.name} {found.variables}\n{frame.to_csv()}"


def test_a_letter_cut_in_two_by_the_end_of_a_record_is_refused() -> None:
    """The second byte of `é` is not the next record's: before, the two were read as one letter."""
    cut = file_of([("longest!", None, 1.0, None)] * 2)
    first = cut.index(b"longest!")
    width = sum(NAMES.values())
    raw = bytearray(cut)
    raw[first + 7] = 0xC3
    raw[first + width] = 0xA9
    for read in (read_coded, read_xpt):
        with pytest.raises(Stopped, match="AETERM: text is not in utf-8, rows 1 and on"):
            read(io.BytesIO(bytes(raw)))
