"""One grammar of a number as text, one text of a number, one comparison."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.base.numbers import (
    LARGEST,
    SMALLEST,
    NumberKind,
    above,
    among,
    at_least,
    at_most,
    below,
    equal,
    number_of,
    number_text,
    numbers_of,
    read_number,
    read_numbers,
)

STORABLE = st.floats(allow_nan=False, allow_infinity=False).filter(
    lambda x: x == 0 or SMALLEST <= abs(x) <= LARGEST
)


@pytest.mark.parametrize(
    ("text", "value", "written"),
    [
        ("12", 12.0, "12"),
        ("5.60", 5.6, "5.60"),  # the zeros of a result are kept
        (".9", 0.9, "0.9"),
        ("1e0", 1.0, "1"),
        ("5.", 5.0, "5"),
        ("0.9 ", 0.9, "0.9"),
        ("\t+5", 5.0, "5"),
        ("-1.50E-3", -0.0015, "-0.00150"),
        ("007", 7.0, "7"),
        ("-0.0", 0.0, "0.0"),
        ("0e99999999999999999999", 0.0, "0"),
    ],
)
def test_a_number(text: str, value: float, written: str) -> None:
    found = read_number(text)
    assert (found.kind, found.value, found.text) == (NumberKind.NUMBER, value, written)
    assert math.copysign(1, found.value) == math.copysign(1, value)


@pytest.mark.parametrize(
    ("text", "sign", "value", "written"),
    [("<0.44", "<", 0.44, "<0.44"), (" < .5 ", "<", 0.5, "<0.5"), (">=1e3", ">=", 1000.0, ">=1000")],
)
def test_a_bound(text: str, sign: str, value: float, written: str) -> None:
    found = read_number(text)
    assert (found.kind, found.sign, found.value, found.text) == (NumberKind.BOUND, sign, value, written)
    assert math.isnan(number_of(text))


@pytest.mark.parametrize("text", ["Inf", "-infinity", "NaN", "nan", "1e999", "-1e76", "1e-300", "9" * 400])
def test_not_finite(text: str) -> None:
    assert read_number(text).kind is NumberKind.NOT_FINITE
    assert read_number(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            ".",
            "-",
            "+",
            "<",
            "e5",
            "1e",
            "5,6",
            "1.234,5",
            "1,234",
            "1 234",
            "5.6 H",
            "5.6*",
            "3.58%",
        ),
        *("TRUE", "N.D.", "12O", "1_3_4", "abc", "0x1F", "--5", "- 5", "1.2.3", "<<5", "=5", "≤5", "<Inf"),
        *("\u0661\u0662", "\uff15", "5\u00a0", "5\n", "1/2", "#NUM!", "1e0.5", "2022-03-04"),
    ],
)
def test_no_number(text: str) -> None:
    assert read_number(text).kind is NumberKind.TEXT
    assert math.isnan(number_of(text))


def test_the_decimal_mark_of_a_form() -> None:
    assert (read_number("5,60", ",").value, read_number("5,60", ",").text) == (5.6, "5.60")
    assert read_number("<,5", ",").text == "<0.5"
    # the other mark may group thousands, and is none
    assert read_number("5.60", ",").kind is NumberKind.TEXT
    assert read_number("1.234,5", ",").kind is NumberKind.TEXT


def test_columns() -> None:
    column = pd.Series(["5,6", None, "x", "5,6", "<1"], dtype="str", index=[3, 1, 4, 5, 9])
    readings = read_numbers(column, np.full(5, True))
    assert readings.values.tolist() == pytest.approx([5.6, math.nan, math.nan, 5.6, math.nan], nan_ok=True)
    assert readings.bounds("<").tolist() == pytest.approx([math.nan] * 4 + [1.0], nan_ok=True)
    assert np.isnan(readings.bounds(">")).all()
    assert np.isnan(numbers_of(column)).all()  # a comma is no decimal point
    assert numbers_of(pd.Series([1, None], dtype="Int64")).tolist() == pytest.approx(
        [1.0, math.nan], nan_ok=True
    )
    assert numbers_of(pd.Series([None, None], dtype="str")).tolist() == pytest.approx(
        [math.nan] * 2, nan_ok=True
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (9.1936e10, "91936000000"),
        (1.03e-7, "0.000000103"),
        (0.1 + 0.2, "0.3"),
        (-0.0, "0"),
        (1e20, "100000000000000000000"),
        (float(np.float32(0.5)), "0.5"),
        (12.0, "12"),
    ],
)
def test_text_of_a_number(value: float, text: str) -> None:
    assert number_text(value) == text


def test_numbers_are_compared_in_fifteen_digits() -> None:
    left, right = (
        np.array([0.1 + 0.2, 1.1 * 3, 5.1, 5.0, np.nan, np.inf]),
        np.array([0.3, 3.3, 5.0, 5.1, 1.0, np.inf]),
    )
    assert above(left, right).tolist() == [False, False, True, False, False, False]
    assert below(left, right).tolist() == [False, False, False, True, False, False]
    assert equal(left, right).tolist() == [True, True, False, False, False, True]
    assert at_most(left, right).tolist() == [True, True, False, True, False, True]
    assert at_least(left, right).tolist() == [True, True, True, False, False, True]
    assert among(left, [3.3, 5.0]).tolist() == [False, True, False, True, False, False]
    assert 0.1 + 0.2 > 0.3  # what the plain comparison says


@given(st.text(max_size=30), st.sampled_from([".", ","]))
def test_any_text_is_read(text: str, mark: str) -> None:
    found = read_number(text, mark)  # type: ignore[arg-type]
    assert (found.kind in (NumberKind.NUMBER, NumberKind.BOUND)) == (not math.isnan(found.value))
    if found.is_number:
        again = read_number(found.text)
        assert (again.value, again.text) == (found.value, found.text)


@given(st.from_regex(r"[<>=+\-0-9.,eE \tinfaNI]{0,12}", fullmatch=True), st.sampled_from([".", ","]))
def test_texts_that_look_like_numbers(text: str, mark: str) -> None:
    found = read_number(text, mark)  # type: ignore[arg-type]
    if found.is_number:
        assert Decimal(text.strip(" \t").replace(mark, ".")) == Decimal(found.text)
        assert found.value == float(found.text)


@given(STORABLE)
def test_a_number_comes_back_from_its_text(value: float) -> None:
    assert number_of(number_text(value, 17)) == value
    assert equal(number_of(number_text(value)), value)
    assert number_of(repr(value)) == value


@given(STORABLE, STORABLE)
def test_order_is_that_of_the_rounded_numbers(one: float, two: float) -> None:
    a, b = float(f"{one:.15g}"), float(f"{two:.15g}")
    assert (bool(below(one, two)), bool(equal(one, two)), bool(above(one, two))) == (a < b, a == b, a > b)


@given(STORABLE, st.integers(-40, 40))
def test_order_of_neighbours(value: float, steps: int) -> None:
    other = value
    for _ in range(abs(steps)):
        other = math.nextafter(other, math.copysign(math.inf, steps))
    a, b = float(f"{value:.15g}"), float(f"{other:.15g}")
    assert (bool(below(value, other)), bool(above(value, other))) == (a < b, a > b)
