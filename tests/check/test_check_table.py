"""What rules ask of a table: distinct values, rows by value, order of keys, numbers within groups."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.base.columns import CodedColumn, CodedTable
from il2cdisc.base.datasets import Variable
from il2cdisc.base.rows import counted_in
from il2cdisc.check.table import CheckedTable, Distinct, decimals
from il2cdisc.spec.models import DatasetSpec
from il2cdisc.spec.selection import groups

TEXTS = st.lists(
    st.sampled_from(["", "A", "B", "b", "é", "10", "9"]).map(lambda text: text or None), max_size=12
)


def column(values: list[str | None]) -> pd.Series:
    return pd.Series(values, dtype="str")


def distinct(values: pd.Series) -> Distinct:
    return Distinct(CodedColumn.of(values))


def table(*keys: str, **columns: list[float | None] | list[str | None]) -> CheckedTable:
    frame = pd.DataFrame(
        {n: pd.Series(v, dtype="float64" if n[-1] == "N" else "str") for n, v in columns.items()}
    )
    variables = tuple(Variable(n, n, "Num" if n[-1] == "N" else "Char") for n in columns)
    spec = DatasetSpec(name="AE", label="Adverse Events", keys=keys)
    return CheckedTable("AE", "Adverse Events", "ae.xpt", variables, CodedTable.of(frame), spec)


def test_distinct_values() -> None:
    found = distinct(column(["x", None, "y", "x"]))
    assert found.values == ("x", "y")
    assert found.codes.tolist() == [0, -1, 1, 0]
    assert found.has("x").tolist() == [True, False, False, True]
    assert found.has("").tolist() == [False, True, False, False]  # missing
    assert found.has("z").tolist() == [False] * 4
    assert found.ranks().tolist() == [0, -1, 1, 0]
    assert found.each([5, 6], 0).tolist() == [5, 0, 6, 5]


def test_numbers_as_a_workbook_writes_them() -> None:
    found = distinct(pd.Series([1.0, 0.25, np.nan, 1.0]))
    assert found.texts == ("1", "0.25")
    assert found.decimals.tolist() == [0, 2]
    assert found.where_not_in(["1"]).tolist() == [1]


def test_rows_by_value() -> None:
    found = distinct(column(["x", None, "y", "x", "z"]))
    assert found.where(lambda text: text > "x").tolist() == [2, 4]
    assert found.where(lambda text: text > "x", np.array([0, 1, 4])).tolist() == [4]
    assert found.where_not_in(["x"]).tolist() == [2, 4]  # a missing value is no wrong one
    assert found.rows([True, False, False]).tolist() == [0, 3]
    assert found.rows([False] * 3, np.array([0])).tolist() == []
    assert found.present(np.array([1, 2, 3])) == [0, 1]


def test_a_value_is_asked_once() -> None:
    asked: list[str] = []
    found = distinct(column(["x", "x", "y", "z"]))
    found.where(lambda text: bool(asked.append(text)), np.array([0, 1, 2]))
    assert asked == ["x", "y"]


def test_lengths_in_bytes() -> None:
    found = table(AETERM=["é", "abc", None], AESEV=[None, None, None])
    assert found.longest == {"AETERM": 3, "AESEV": 1}
    assert found.longer_than("AETERM", 1).tolist() == [0, 1]
    assert found.longer_than("AETERM", 3).tolist() == []


def test_steps_of_keys() -> None:
    """The first key that changes decides; missing stands first; keys that the file lacks are passed over."""
    found = table("A", "BN", "C", A=["x", "x", "x", "y", None], BN=[1.0, 2.0, 2.0, 0.0, 9.0])
    assert found.keys == ("A", "BN")
    assert found.key_steps.tolist() == [1, 0, 1, -1]
    assert table("A", A=[]).key_steps.tolist() == []


@given(TEXTS, st.data())
def test_steps_prove_unique_keys(first: list[str | None], data: st.DataObject) -> None:
    second = data.draw(
        st.lists(st.sampled_from([1.0, 2.0, 10.0, None]), min_size=len(first), max_size=len(first))
    )
    found = table("A", "BN", A=first, BN=second)
    rows = [((a is not None, a or ""), (b is not None, b or 0.0)) for a, b in zip(first, second, strict=True)]
    want = [(after > before) - (after < before) for before, after in pairwise(rows)]
    assert found.key_steps.tolist() == want


@given(TEXTS, TEXTS)
def test_groups_and_numbers_as_pandas_has_them(a: list[str | None], b: list[str | None]) -> None:
    size = min(len(a), len(b))
    frame = pd.DataFrame({"a": column(a[:size]), "b": column(b[:size])})
    codes = [distinct(frame[name]).codes for name in frame]
    number, first = groups(codes)
    by = frame.groupby(["a", "b"], sort=False, dropna=False)
    assert number.tolist() == by.ngroup().tolist()
    assert first.tolist() == frame.drop_duplicates().index.tolist()
    within = frame["a"].fillna("")
    assert counted_in(codes[0]).tolist() == (frame.groupby(within, sort=False).cumcount() + 1).tolist()


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("5", 0), ("5.", 0), ("5.0", 0), ("-5.250", 2), ("+0.001", 3), ("100", 0), (".5", 1), ("1e-3", 3),
        ("1E3", 0), (" 7.5 ", 1), ("0.1234567890123456", 16), ("", None), ("<5", None), ("NaN", None),
        ("Infinity", None), ("1,5", None), ("١", None),
    ],
)  # fmt: skip
def test_decimals(text: str, places: int | None) -> None:
    assert decimals(text) == places


@given(st.decimals(places=8, min_value=-(10**9), max_value=10**9))
def test_decimals_as_a_decimal_has_them(number: Decimal) -> None:
    exponent = number.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    assert decimals(f"{number:f}") == max(0, -exponent)
