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
    ],
)
def test_fixed(value: float, digits: int, text: str) -> None:
    assert fixed(value, digits) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0.0012345, 3, "0.00123"), (9.996, 3, "10.0"), (123456.0, 3, "123000"), (0.0, 2, "0.0")],
)
def test_significant(value: float, digits: int, text: str) -> None:
    assert significant(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.00004, "<0.0001"), (0.0001, "0.0001"), (0.99996, ">0.9999"), (1.0, "1.0000"), (0.04995, "0.0500")],
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
