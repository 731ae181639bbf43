"""Order of rows and groups of alike rows, over several columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.base.datasets import byte_length, byte_span, repeated
from il2cdisc.base.rows import alike, counted, extreme, in_order, keyed

ROWS = st.lists(
    st.tuples(st.sampled_from(["b", "a", "", None, "à", "B"]), st.sampled_from([2.0, -1.0, None, 10.0]))
)


def columns(rows: list[tuple[str | None, float | None]]) -> list[pd.Series]:
    texts, numbers = [text for text, _ in rows], [number for _, number in rows]
    return [pd.Series(texts, dtype="str"), pd.Series(numbers, dtype="float64")]


@given(ROWS)
def test_rows_are_sorted_with_missing_first_and_ties_as_they_stand(
    rows: list[tuple[str | None, float | None]],
) -> None:
    def key(place: int) -> tuple[str, float]:
        text, number = rows[place]
        return text or "", -np.inf if number is None else number

    assert in_order(columns(rows)).tolist() == sorted(range(len(rows)), key=key)


@given(ROWS)
def test_rows_are_alike_when_all_their_values_are(rows: list[tuple[str | None, float | None]]) -> None:
    group, first = alike(columns(rows))
    known = [(text or "", number) for text, number in rows]
    assert [known[first[number]] for number in group] == known
    assert [known.index(known[place]) for place in first] == first.tolist()  # the first of each, in order
    assert len(first) == len(set(known))


@given(ROWS)
def test_rows_are_counted_among_those_that_are_alike(rows: list[tuple[str | None, float | None]]) -> None:
    known = [(text or "", number) for text, number in rows]
    assert counted(columns(rows)).tolist() == [known[: n + 1].count(row) for n, row in enumerate(known)]


@given(ROWS)
def test_a_descending_order_is_the_other_way_round_with_missing_first(
    rows: list[tuple[str | None, float | None]],
) -> None:
    def key(place: int) -> tuple[list[int], float]:
        text, number = rows[place]
        down = [-ord(letter) for letter in text] if text else [-0x110000]
        return down, np.inf if number is None else number

    expected = sorted(range(len(rows)), key=lambda place: (key(place)[0], -key(place)[1]))
    assert in_order(columns(rows), [True, True]).tolist() == expected


@given(ROWS)
def test_a_key_with_a_missing_value_is_none(rows: list[tuple[str | None, float | None]]) -> None:
    known = [text is not None and number is not None for text, number in rows]
    group = keyed(columns(rows))
    assert (group >= 0).tolist() == known
    assert group[known].tolist() == alike(columns(rows))[0][known].tolist()


def test_first_and_last_row_of_each_group() -> None:
    group, day = np.array([0, 1, 0, 0, -1]), pd.Series([2.0, 5.0, None, 2.0, 1.0])
    assert extreme(group, [day], last=False).tolist() == [2, 1]  # a missing value is first
    assert extreme(group, [day], last=True).tolist() == [3, 1]  # of a tie the later row is last
    assert extreme(group, [day], last=False, descending=[True]).tolist() == [
        2,
        1,
    ]  # missing is first here, too
    assert extreme(group[:0], [day[:0]], last=True).tolist() == []


def test_columns_of_other_types_are_taken_as_text_or_as_numbers() -> None:
    mixed = pd.Series(["b", None, "a"], dtype="object")
    ids = pd.Series([3, pd.NA, 1], dtype="Int64")
    assert in_order([mixed]).tolist() == [1, 2, 0]
    assert in_order([ids]).tolist() == [1, 2, 0]
    assert in_order([pd.Series([10, None, 9], dtype="object")]).tolist() == [1, 2, 0]  # numbers as numbers
    assert alike([mixed, ids])[0].tolist() == [0, 1, 2]


def test_a_column_of_one_text() -> None:
    assert pd.Series(repeated("A", 2)).tolist() == ["A", "A"]
    assert pd.Series(repeated(None, 2)).isna().all()
    assert str(repeated(None, 0).dtype) == "str"


def test_lengths_are_in_bytes() -> None:
    assert byte_span(pd.Series(["à", "", None, "abc"], dtype="str")) == (0, 3)
    assert byte_span(pd.Series([None], dtype="str")) == (1, 1)
    assert byte_span(pd.Series(["", None], dtype="str")) == (0, 1)
    assert byte_length(pd.Series([None, None], dtype="str")) == 1
    pieces = pd.concat([pd.Series(["à"]), pd.Series(["abcd"])])
    assert byte_length(pieces.astype("str")) == 4
