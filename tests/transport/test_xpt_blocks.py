"""A transport file written block by block: the bytes and refusals of one block, wherever blocks begin."""

from __future__ import annotations

import io
from contextlib import suppress
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.base.datasets import Dataset, Variable, no_edges
from il2cdisc.base.problems import Problem, Stopped
from il2cdisc.transport.layout import XptHeader
from il2cdisc.transport.xpt import XptWriter, read_xpt, write_xpt

CREATED = datetime(2023, 5, 2, 9, 0)  # noqa: DTZ001 - as a header holds it
TYPES: dict[str, Any] = {
    "USUBJID": "str",
    "AESEQ": "float64",
    "AETERM": "str",
    "AESTDY": "Int64",
    "AENOTE": object,
    "AEDOSE": object,
}
VARIABLES = tuple(
    Variable(name, name.title(), "Num" if name in ("AESEQ", "AESTDY", "AEDOSE") else "Char", length)
    for name, length in zip(TYPES, (5, 8, 6, 8, 3, 8), strict=True)
)
HELD = st.tuples(
    st.sampled_from(["S-001", "S-002", None]),
    st.sampled_from([0.0, 1.5, -3.0, np.nan, 7e75]),
    st.sampled_from(["RASH", "ITCH", None, "", " x", "longer"]),
    st.sampled_from([1, 2**53, None]),
    st.sampled_from(["a", None, "bcd"]),
    st.none(),
)
ANY = st.tuples(
    st.sampled_from(["S-001", "S-002", None, " "]),
    st.sampled_from([1.0, np.nan, np.inf, -np.inf, 1e76, 5e-324]),
    st.sampled_from(["RASH", None, "è", "à!", "a\nb", "x  ", "   ", "7 bytes", "y" * 201, "\x7f"]),
    st.sampled_from([1, None, 2**53 + 1, 2**60 + 1]),
    st.sampled_from(["a", None, "è", 5, 1.5, "four"]),
    st.sampled_from([None, 1.0, "x"]),
)
CUTS = st.lists(st.integers(0, 40), max_size=6)
LETTERS = st.lists(st.sampled_from([None, "A", "_", "a"]), min_size=40, max_size=40)


def dataset_of(rows: list[tuple[Any, ...]]) -> Dataset:
    columns = [[row[at] for row in rows] for at in range(len(TYPES))]
    frame = pd.DataFrame(
        {name: pd.Series(column, dtype=TYPES[name]) for name, column in zip(TYPES, columns, strict=True)}
    )
    return Dataset("AE", "Adverse Events", VARIABLES, (), frame, no_edges())


def at_once(dataset: Dataset, specials: dict[str, pd.Series]) -> tuple[bytes, list[Problem]]:
    """A file and the findings, or no byte and the refusals."""
    stream = io.BytesIO()
    try:
        found = write_xpt(dataset, stream, created=CREATED, specials=specials)
    except Stopped as stopped:
        found = list(stopped.problems)
    return stream.getvalue(), found


def in_blocks(
    dataset: Dataset, cuts: list[int], specials: dict[str, pd.Series]
) -> tuple[bytes, list[Problem]]:
    """The same of a file in blocks that end at `cuts`; nothing is written of a refused block, or after it."""
    stream = io.BytesIO()
    writer = XptWriter(stream, XptHeader(dataset.name, dataset.label, dataset.variables, CREATED))
    rows, refused = len(dataset.frame), False
    for start, stop in pairwise([0, *sorted(min(cut, rows) for cut in cuts), rows]):
        before = stream.tell()
        parts = {name: letters.iloc[start:stop] for name, letters in specials.items()}
        try:
            writer.write(dataset.frame.iloc[start:stop], specials=parts)
        except Stopped:
            refused = True
        assert not refused or stream.tell() == before
    try:
        found = writer.close()
    except Stopped as stopped:
        return b"", list(stopped.problems)
    return stream.getvalue(), found


@given(rows=st.lists(HELD, max_size=40), cuts=CUTS)
def test_bytes_do_not_depend_on_the_blocks(rows: list[tuple[Any, ...]], cuts: list[int]) -> None:
    dataset = dataset_of(rows)
    assert in_blocks(dataset, cuts, {}) == at_once(dataset, {})


@given(rows=st.lists(HELD | ANY, max_size=40), cuts=CUTS, letters=LETTERS)
def test_refusals_do_not_depend_on_the_blocks(
    rows: list[tuple[Any, ...]], cuts: list[int], letters: list[str | None]
) -> None:
    dataset = dataset_of(rows)
    specials = {"AESEQ": pd.Series(letters[: len(rows)], dtype="str")}
    assert in_blocks(dataset, cuts, specials) == at_once(dataset, specials)


@given(
    texts=st.lists(st.sampled_from([None, "", "a", "  "]), max_size=40), cuts=CUTS, width=st.integers(2, 90)
)
def test_blank_records_between_blocks(
    texts: list[str | None], cuts: list[int], width: int, make: Any
) -> None:
    """A blank record is held before others, and refused at the end, in a block of its own too."""
    dataset = make("TA", ETCD=(pd.Series(texts, dtype="str"), {"length": width}))
    written, found = in_blocks(dataset, cuts, {})
    assert (written, found) == at_once(dataset, {})
    blank = bool(texts) and not (texts[-1] or "").strip()
    assert [problem.code for problem in found if problem.stops] == (["XPT018"] if blank else [])
    if not blank:
        assert len(read_xpt(io.BytesIO(written)).frame) == len(texts)


@pytest.mark.parametrize("cuts", [[], [1], [1, 2]])
def test_a_blank_end_after_a_value_that_is_not_text(cuts: list[int], make: Any) -> None:
    """Whether the last record is blank is known only where every column is text."""
    dataset = make("TA", ETCD=(["a", None], {"length": 2}))
    dataset.frame["ETCD"] = pd.Series([5, None], dtype=object)
    assert [problem.code for problem in in_blocks(dataset, cuts, {})[1]] == ["XPT010"]


def writer_of(dataset: Dataset, stream: io.BytesIO, label: str = "Adverse Events") -> XptWriter:
    return XptWriter(stream, XptHeader(dataset.name, label, dataset.variables, CREATED))


def test_records_are_numbered_over_all_blocks(make: Any) -> None:
    dataset = make("TV", VISITNUM=[1.0, 2.0, np.inf], VISIT=(["A", "B", "è"], {"length": 2}))
    stream = io.BytesIO()
    writer = writer_of(dataset, stream)
    writer.write(dataset.frame.iloc[:2])
    before = stream.tell()
    with pytest.raises(Stopped) as stopped:
        writer.write(dataset.frame.iloc[2:])
    assert [str(problem.where) for problem in stopped.value.problems] == [
        "TV VISIT (row 3)",
        "TV VISITNUM (row 3)",
    ]
    assert stream.tell() == before


def test_refusals_of_several_blocks_are_one_problem(make: Any, snapshot: Any) -> None:
    terms = ["è", "fine", "à", "x" * 9, "y" * 12, "è"]
    dataset = make(
        "AE", USUBJID=["S-001"] * 6, AESEQ=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], AETERM=(terms, {"length": 8})
    )
    writer = writer_of(dataset, io.BytesIO())
    for start in range(0, 6, 2):
        with suppress(Stopped):
            writer.write(dataset.frame.iloc[start : start + 2])
    with pytest.raises(Stopped) as stopped:
        writer.close()
    assert str(stopped.value) == snapshot


def test_the_header_is_refused_with_the_first_block(make: Any) -> None:
    dataset = make("AE", AETERM=["è"])
    stream = io.BytesIO()
    writer = writer_of(dataset, stream, label="")
    for act in (lambda: writer.write(dataset.frame), writer.close):
        with pytest.raises(Stopped) as stopped:
            act()
        assert [problem.code for problem in stopped.value.problems] == ["XPT002", "XPT013"]
    assert stream.getvalue() == b""


def test_a_file_without_a_block(make: Any) -> None:
    dataset = make("AE", AETERM=pd.Series([], dtype="str"))
    stream = io.BytesIO()
    assert writer_of(dataset, stream).close() == []
    assert (stream.getvalue(), []) == at_once(dataset, {})
    with pytest.raises(Stopped, match="XPT002"):
        writer_of(dataset, stream, label="").close()
