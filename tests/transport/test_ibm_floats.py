"""IBM floats: bit-exact in range, and the same bytes as slow exact arithmetic gives."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from il2cdisc.transport import ibm


def slow_ibm(value: float) -> bytes:
    """The definition, with exact fractions: sign, exponent to base 16 (excess 64), 14 hexadecimal digits."""
    if value == 0:
        return bytes(8)
    fraction, exponent = abs(Fraction(value)), 64
    while fraction >= 1:
        fraction, exponent = fraction / 16, exponent + 1
    while fraction < Fraction(1, 16):
        fraction, exponent = fraction * 16, exponent - 1
    digits = fraction * 16**14
    assert digits.denominator == 1
    return bytes([exponent | (0x80 if value < 0 else 0)]) + int(digits).to_bytes(7, "big")


def slow_ieee(raw: bytes) -> float:
    value = Fraction(int.from_bytes(raw[1:], "big"), 16**14) * Fraction(16) ** ((raw[0] & 0x7F) - 64)
    return float(-value if raw[0] & 0x80 else value)


def encoded(*values: float) -> bytes:
    return ibm.to_ibm(np.array(values, dtype=np.float64)).astype(">u8").tobytes()


in_range = st.builds(
    lambda sign, exponent, digits: math.ldexp(sign * (2**52 + digits), exponent - 1075),
    st.sampled_from([1, -1]),
    st.integers(763, 1274),
    st.integers(0, 2**52 - 1),
)


@settings(deadline=None)
@given(st.lists(in_range | st.just(0.0), max_size=20))
@example([ibm.SMALLEST, -ibm.SMALLEST, float(ibm.LARGEST), 1.0, -1.0, 0.1, 1 / 3, 2.0**53 + 2, 16.0, 0.0625])
def test_numbers_in_range_are_exact(values: list[float]) -> None:
    array = np.array(values, dtype=np.float64)
    assert ibm.in_range(array).all()
    bits = ibm.to_ibm(array)
    assert bits.astype(">u8").tobytes() == b"".join(slow_ibm(value) for value in values)
    back, codes = ibm.from_ibm(bits)
    assert codes is None
    assert back.tobytes() == array.tobytes()


@settings(deadline=None)
@given(st.lists(st.binary(min_size=8, max_size=8).filter(lambda raw: any(raw[1:])), min_size=1, max_size=20))
@example([bytes.fromhex("4100000000000001"), bytes.fromhex("FFFFFFFFFFFFFFFF")])
def test_any_ibm_float_is_read_to_the_nearest_double(raw: list[bytes]) -> None:
    """Unnormalised fractions and those of 56 bits, which mainframes write, too."""
    bits = np.frombuffer(b"".join(raw), dtype=">u8").astype(np.uint64)
    back, _ = ibm.from_ibm(bits)
    assert back.tolist() == [slow_ieee(one) for one in raw]


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        (0.0, "0000000000000000"),
        (-0.0, "0000000000000000"),
        (1.0, "4110000000000000"),
        (-118.625, "C276A00000000000"),
        (math.nan, "2E00000000000000"),
        (2.0**-260, "0010000000000000"),
        (float(np.nextafter(2.0**252, 0)), "7FFFFFFFFFFFFFF8"),
    ],
)
def test_known_bytes(value: float, raw: str) -> None:
    assert encoded(value).hex().upper() == raw


@pytest.mark.parametrize(
    "value", [2.0**252, -(2.0**252), math.inf, -math.inf, float(np.nextafter(2.0**-260, 0)), 5e-324]
)
def test_numbers_that_do_not_come_back_are_known(value: float) -> None:
    assert not ibm.in_range(np.array([value]))[0]


def test_special_missing_values_go_through() -> None:
    letters = pd.Series([*ibm.SPECIALS, None], dtype="str")
    bits = ibm.to_ibm(np.full(28, np.nan), ibm.codes(letters))
    assert bits[0] == 0x41 << 56
    assert bits[26] == 0x5F << 56
    assert bits[27] == 0x2E << 56
    numbers, codes = ibm.from_ibm(bits)
    assert np.isnan(numbers).all()
    assert codes is not None
    assert bytes(codes) == ibm.SPECIALS.encode() + b"\0"
