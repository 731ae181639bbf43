"""Rounding for display: half away from zero on the decimal value."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2cdisc.base.rounding import fixed, p_value, round_half_up, significant


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.125, 2, "0.13"),
        (2.5, 0, "3"),
        (-2.5, 0, "-3"),
        (1.005, 2, "1.01"),
        (42.65, 1, "42.7"),
        (-0.004, 2, "0.00"),
        (1e22, 0, "10000000000000000000000"),
        (0.285 * 100, 0, "29"),  # 28.499999999999996 in binary, 28.5 on paper
        (1.1 + 2.2, 1, "3.3"),
        (-(0.57 * 100), 0, "-57"),
        (2.675, 2, "2.68"),
        (0.5 - 1e-12, 0, "0"),  # 13 digits: not a half
        (123456789012.345, 2, "123456789012.35"),
        (5e-324, 3, "0.000"),
    ],
)
def test_fixed(value: float, digits: int, text: str) -> None:
    assert fixed(value, digits) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.0012345, 3, "0.00123"),
        (0.0012345, 4, "0.001235"),
        (9.996, 3, "10.0"),
        (-9.996, 3, "-10.0"),
        (123456.0, 3, "123000"),
        (0.0, 2, "0.0"),
        (0.1 + 0.2, 1, "0.3"),
        (99.95, 3, "100"),
    ],
)
def test_significant(value: float, digits: int, text: str) -> None:
    assert significant(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.00004, "<0.0001"),
        (0.0001, "0.0001"),
        (0.99996, ">0.9999"),
        (1.0, "1.0000"),
        (0.04995, "0.0500"),
        (0.0, "<0.0001"),
        (0.99995, ">0.9999"),
        (1 - 2.0**-53, "1.0000"),  # what arithmetic leaves of 1 differs between processors
        (0.99994, "0.9999"),
        (0.00005, "<0.0001"),
    ],
)
def test_p_value(value: float, text: str) -> None:
    assert p_value(value) == text


@given(st.decimals(-10_000, 10_000, places=6), st.integers(0, 5))
def test_rounding_is_the_schoolbook_rule(value: Decimal, digits: int) -> None:
    unit = Decimal(1).scaleb(-digits)
    units = abs(value) / unit
    whole = int(units) + (1 if units - int(units) >= Decimal("0.5") else 0)
    expected = whole * unit * (1 if value >= 0 else -1)
    assert round_half_up(float(value), digits) == expected


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_no_number_no_text(value: float) -> None:
    with pytest.raises(ValueError, match="can't be rounded"):
        fixed(value, 1)
    with pytest.raises(ValueError, match="can't be rounded"):
        significant(value, 2)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_no_probability_no_p_value(value: float) -> None:
    with pytest.raises(ValueError, match="is not a p-value"):
        p_value(value)


@given(st.floats(-1e9, 1e9, allow_nan=False), st.integers(1, 6))
def test_significant_keeps_its_digits(value: float, digits: int) -> None:
    text = significant(value, digits)
    assert "E" not in text
    if value:
        assert abs(float(text) - value) <= 0.5001 * 10 ** (Decimal(repr(value)).adjusted() - digits + 1)
    assert significant(-value, digits).lstrip("-") == text.lstrip("-")
