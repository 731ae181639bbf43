"""Values and records compared, held against `math.isclose`, pandas and a walk over all records."""

from __future__ import annotations

import math
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.base.columns import CodedColumn
from il2cdisc.base.problems import Stopped
from il2cdisc.compare.clocks import Clock, clock_number, clock_of, clock_text
from il2cdisc.compare.datasets import compare_tables
from il2cdisc.compare.records import match_by_keys
from il2cdisc.compare.report import reported
from il2cdisc.compare.tables import Attributes, GivenTable
from il2cdisc.compare.values import Tolerance, tolerance_of

NUMBERS = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True), st.sampled_from([0.0, -0.0, 1.0, 1.0 + 2**-52, 1e300])
)
TOLERANCES = st.one_of(st.just(0.0), st.floats(0, 1e6), st.sampled_from([1e-9, 0.5]))
TEXTS = st.one_of(st.none(), st.sampled_from(["HIGH", "LOW", "high", "Ä"]))
KEYS = st.tuples(st.one_of(st.none(), st.sampled_from(["S-1", "S-2"])), st.sampled_from([1.0, 2.0, math.nan]))


@given(st.lists(st.tuples(NUMBERS, NUMBERS)), TOLERANCES, TOLERANCES)
def test_numbers_are_compared_as_python_does(
    pairs: list[tuple[float, float]], absolute: float, relative: float
) -> None:
    left, right = (np.array([pair[side] for pair in pairs], dtype="float64") for side in (0, 1))
    unequal = Tolerance(absolute, relative).unequal(left, right).tolist()
    for (a, b), found in zip(pairs, unequal, strict=True):
        both_missing = math.isnan(a) and math.isnan(b)
        with_python = both_missing or math.isclose(a, b, abs_tol=absolute, rel_tol=relative)
        assert found != with_python, (a, b)


def test_a_tolerance_in_words_and_one_that_is_none() -> None:
    assert str(Tolerance()) == "0 (numbers must be equal)"
    assert str(Tolerance(0.001, 1e-9)) == "absolute 0.001 or relative 1e-09"
    assert tolerance_of(0.5, 0.0) == Tolerance(0.5)
    for wrong in (-1.0, math.inf, math.nan):
        with pytest.raises(Stopped, match="CMP010 --tolerance"):
            tolerance_of(wrong, 0.0)


@given(st.lists(KEYS, max_size=8), st.lists(KEYS, max_size=8))
def test_each_record_is_matched_missing_repeated_or_doubtful(
    left: list[tuple[str | None, float]], right: list[tuple[str | None, float]]
) -> None:
    found = match_by_keys(_columns(left), _columns(right))
    ours, theirs = ([repr(key) for key in side] for side in (left, right))
    alone = [n for n, key in enumerate(ours) if ours.count(key) == theirs.count(key) == 1]
    pairs = [(n, theirs.index(ours[n])) for n in alone]
    assert list(zip(found.left.tolist(), found.right.tolist(), strict=True)) == pairs
    for mine, other, only, repeated, doubtful in (
        (ours, theirs, found.only_left, found.repeated_left, found.doubtful_left),
        (theirs, ours, found.only_right, found.repeated_right, found.doubtful_right),
    ):
        assert repeated.tolist() == [n for n, key in enumerate(mine) if mine.count(key) > 1]
        once = [(n, other.count(key)) for n, key in enumerate(mine) if mine.count(key) == 1]
        assert only.tolist() == [n for n, count in once if count == 0]
        assert doubtful.tolist() == [n for n, count in once if count > 1]


def _columns(keys: list[tuple[str | None, float]]) -> list[CodedColumn]:
    texts = pd.Series([key[0] for key in keys], dtype="str")
    numbers = pd.Series([key[1] for key in keys], dtype="float64")
    return [CodedColumn.of(texts), CodedColumn.of(numbers)]


@given(st.lists(st.tuples(TEXTS, TEXTS, NUMBERS, NUMBERS), min_size=1, max_size=8))
def test_values_differ_where_pandas_says_so(
    rows: list[tuple[str | None, str | None, float, float]],
) -> None:
    left = pd.DataFrame({"T": pd.Series([r[0] for r in rows], dtype="str"), "N": [r[2] for r in rows]})
    right = pd.DataFrame({"T": pd.Series([r[1] for r in rows], dtype="str"), "N": [r[3] for r in rows]})
    found = compare_tables(_table(left), _table(right), keys=(), tolerance=Tolerance())
    differing = {item.name: item.left.tolist() for item in found.variables}
    apart = left.compare(right, keep_shape=True, keep_equal=False).notna()
    expected = {name: np.flatnonzero(apart[name].to_numpy().any(axis=1)).tolist() for name in ("T", "N")}
    assert differing == {name: places for name, places in expected.items() if places}
    assert found.identical == left.equals(right)


def test_a_distance_that_no_double_holds_is_told() -> None:
    most = sys.float_info.max
    a, b = (_table(pd.DataFrame({"T": pd.Series(["a"], dtype="str"), "N": [n]})) for n in (1e300, -most))
    found = compare_tables(a, b, keys=(), tolerance=Tolerance())
    (number,) = reported(found).values
    assert (number.variable, number.count, number.greatest) == ("N", 1, "over 1.79769e+308")
    near = compare_tables(a, b, keys=(), tolerance=Tolerance(absolute=1e300))
    assert [item.count for item in near.variables] == [1]


def _table(frame: pd.DataFrame) -> GivenTable:
    columns = {"T": CodedColumn.of(frame["T"]), "N": frame["N"].to_numpy("float64")}
    attributes = {"T": Attributes("Char"), "N": Attributes("Num")}
    return GivenTable("LB", "lb", "XPT", "", attributes, columns, len(frame))


@pytest.mark.parametrize(
    ("text", "form", "number"),
    [
        ("2024-01-05", "DATE9.", 23380.0),
        ("1959-12-31", "YYMMDD10.", -1.0),
        ("2024-01-05T08:30:00", "DATETIME20.", 23380 * 86400 + 30600.0),
        ("2024-01-05T08:30:00", "E8601DT19.", 23380 * 86400 + 30600.0),
        ("08:30:00", "TIME8.", 30600.0),
    ],
)
def test_dates_as_sas_counts_them(text: str, form: str, number: float) -> None:
    clock = clock_of(form)
    assert clock_number(text, clock) == number
    assert clock_text(number, clock) == text


def test_a_number_that_no_calendar_has_is_shown_as_it_is() -> None:
    assert clock_text(1e9, Clock.DAYS) == "1000000000"
    assert clock_text(23380.5, Clock.DAYS) == "23380.5"
    assert clock_text(-1.0, Clock.TIME) == "-1"
    assert clock_text(0.1 + 0.2, Clock.NONE) == "0.30000000000000004"
    assert math.isnan(clock_number("UN/02/2024", Clock.DAYS))
