"""IEEE doubles to and from the IBM hexadecimal floats of SAS transport files, by bit arithmetic.

An IBM double is sign (1 bit), exponent x (7) and fraction f (56): f · 16^(x-64) · 2^-56. An IEEE double
in range has a 53-bit significand m and exponent e: m · 2^(e-1075). So f = m << s and 4x = e - 763 - s
with s = (e - 763) mod 4: every double from 2^-260 (about 5.4e-79) to just below 2^252 (about 7.2e75)
fits exactly. Source: SAS technical note TS-140.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bits = NDArray[np.uint64]
Codes = NDArray[np.uint8]

SMALLEST = 2.0**-260
"""The smallest magnitude above zero that can be held."""
LARGEST = np.nextafter(2.0**252, 0.0)
"""The largest magnitude that can be held."""
MISSING = ord(".")
"""First byte of an ordinary missing value; special missings `.A` to `.Z` and `._` have their letter."""
SPECIALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_"

_SIGN = np.uint64(1 << 63)
_MAGNITUDE = np.uint64((1 << 63) - 1)
_HIDDEN = np.uint64(1 << 52)
_SIGNIFICAND = np.uint64((1 << 52) - 1)
_FRACTION = np.uint64((1 << 56) - 1)
_IS_MISSING = np.zeros(256, dtype=bool)
_IS_MISSING[[ord(letter) for letter in "." + SPECIALS]] = True


def codes(letters: pd.Series) -> Codes:
    """The ASCII codes of a column of letters of special missing values; 0 where it is missing."""
    found = letters.map({letter: ord(letter) for letter in SPECIALS}).fillna(0)
    return found.to_numpy().astype(np.uint8)


def in_range(values: Floats) -> NDArray[np.bool_]:
    """True for each number that comes back bit-equal: zero, missing, or of a magnitude in range."""
    magnitude = np.abs(values)
    return ((magnitude >= SMALLEST) & (magnitude <= LARGEST)) | (magnitude == 0) | np.isnan(values)


def to_ibm(values: Floats, specials: Codes | None = None) -> Bits:
    """The 64 bits of each number as an IBM float (native byte order).

    NaN becomes the missing value, or, where `specials` has the ASCII code of a letter or `_` instead of
    0, that special missing value. Zeros of either sign become zero. Numbers must be `in_range`: others
    give nonsense, which is why the writer refuses them first.
    """
    bits = values.view(np.uint64)
    exponent = ((bits & _MAGNITUDE) >> np.uint64(52)) - np.uint64(763)
    out = bits & _SIGNIFICAND
    out |= _HIDDEN
    out <<= exponent & np.uint64(3)
    exponent >>= np.uint64(2)
    exponent <<= np.uint64(56)
    out |= exponent
    out |= bits & _SIGN
    out[values == 0] = 0
    missing = np.isnan(values)
    if missing.any():
        out[missing] = np.uint64(MISSING << 56)
        if specials is not None:
            letter = missing & (specials != 0)
            out[letter] = specials[letter].astype(np.uint64) << np.uint64(56)
    return out


def from_ibm(bits: Bits) -> tuple[Floats, Codes | None]:
    """Doubles of IBM floats (native byte order), and the codes of special missing values.

    The codes are None when there is no special missing value, else an array with the letter's ASCII code
    where there is one and 0 elsewhere. Fractions of more than 53 bits (mainframes write them) are
    rounded to the nearest double; unnormalised ones are read as what they mean.
    """
    fraction = bits & _FRACTION
    power = (bits & _MAGNITUDE) >> np.uint64(56)
    power <<= np.uint64(2)
    power += np.uint64(1023 - 312)
    power <<= np.uint64(52)
    out = fraction.view(np.int64).astype(np.float64)
    out *= power.view(np.float64)
    bare = fraction == 0
    np.bitwise_or(out.view(np.uint64), bits & _SIGN, out=out.view(np.uint64))
    if not bare.any():
        return out, None
    first = (bits >> np.uint64(56)).astype(np.uint8)
    out[bare] = 0.0
    missing = bare & _IS_MISSING[first]
    out[missing] = np.nan
    special = missing & (first != MISSING)
    return out, np.where(special, first, 0).astype(np.uint8) if special.any() else None
