"""One grammar of a number as text, one text of a number, one way to compare two numbers.

Whatever is typed in raw data or workbooks is read here: a conversion, --STRESN, a reference limit and
an analysis value can't disagree on what a number is. Rules take one text; the functions on columns
apply them to the distinct values.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

DecimalMark = Literal[".", ","]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SMALLEST, LARGEST = 2.0**-260, math.nextafter(2.0**252, 0.0)
"""The magnitudes above zero that a transport file can hold (SAS technical note TS-140)."""
SIGNIFICANT = 15
"""Digits that every double keeps: numbers are compared and written with so many."""

_BLANKS = " \t"
_DIGITS = {
    mark: re.compile(
        rf"([+-]?)([0-9]+(?:{re.escape(mark)}[0-9]*)?|{re.escape(mark)}[0-9]+)([eE][+-]?[0-9]+)?"
    )
    for mark in (".", ",")
}
_PLAIN = {
    mark: re.compile(rf"-?(?:0|[1-9][0-9]{{0,14}})(?:{re.escape(mark)}[0-9]{{1,12}})?") for mark in (".", ",")
}
_SIGN = re.compile(rf"([<>]=?)[{_BLANKS}]*")
_NOT_FINITE = re.compile(r"[+-]?(?:inf|infinity|nan)", re.IGNORECASE)


class NumberKind(StrEnum):
    """What a text is, seen as a number."""

    NUMBER = "number"
    BOUND = "bound"
    NOT_FINITE = "not finite"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says as a number.

    NUMBER: `value`. BOUND (`<0.44`): `sign` is `<`, `<=`, `>` or `>=`, and `value` the number behind it.
    NOT_FINITE: `Inf`, `NaN`, or digits beyond `SMALLEST` and `LARGEST`. TEXT: anything else. `value` is
    NaN for the last two. `given` is the text as it was; `text` is what a dataset holds: of a number or
    bound plain digits with a decimal point (`5,60` → `5.60`, `.9` → `0.9`, `1e0` → `1`), else the same.
    """

    kind: NumberKind
    given: str
    text: str
    value: float = math.nan
    sign: str = ""

    @property
    def is_number(self) -> bool:
        return self.kind is NumberKind.NUMBER

    @property
    def is_bound(self) -> bool:
        return self.kind is NumberKind.BOUND

    @property
    def has_digits(self) -> bool:
        """Whether it may have been meant as a number: a digit of any script, or a word such as Inf."""
        return self.kind is not NumberKind.TEXT or any(letter.isdigit() for letter in self.given)


@lru_cache(maxsize=4096)
def read_number(text: str, decimal: DecimalMark = ".") -> Reading:
    """A text as a number.

    A number has ASCII digits, at most one sign in front, at most one decimal mark (`decimal`; the other
    mark is never one, as it may group thousands), digits on at least one side of it, and may end in an
    exponent: `12`, `+0.5`, `.9`, `5.`, `1e0`, `-1.5E-3`. `<`, `<=`, `>` or `>=` in front makes it a bound;
    blanks may stand behind that sign and at both ends. Nothing else is a number: no grouping, no unit,
    no percent sign, no flag, no digits of other scripts.
    """
    if _PLAIN[decimal].fullmatch(text):  # nearly all that there is
        plain = text.replace(decimal, ".")
        return Reading(NumberKind.NUMBER, text, _unsigned_zero(plain), float(plain) + 0.0)
    bare = text.strip(_BLANKS)
    found = _SIGN.match(bare)
    sign, rest = (found[1], bare[found.end() :]) if found else ("", bare)
    digits = _DIGITS[decimal].fullmatch(rest)
    if digits is None:
        kind = NumberKind.NOT_FINITE if not sign and _NOT_FINITE.fullmatch(bare) else NumberKind.TEXT
        return Reading(kind, text, text)
    number = digits[0].replace(decimal, ".")
    value = float(number)
    if not (SMALLEST <= abs(value) <= LARGEST) and re.search("[1-9]", digits[2]):
        return Reading(NumberKind.NOT_FINITE, text, text)
    kind = NumberKind.BOUND if sign else NumberKind.NUMBER
    return Reading(kind, text, sign + _without_exponent(digits, decimal), value + 0.0, sign)


@dataclass(frozen=True)
class Readings:
    """A column of text read as numbers: the distinct readings, and the place of each row's (-1: missing)."""

    distinct: tuple[Reading, ...]
    place: NDArray[np.int64]

    @property
    def values(self) -> Floats:
        """The numbers of the rows; NaN where there is none."""
        values = [found.value if found.is_number else math.nan for found in self.distinct]
        return np.array([*values, math.nan], dtype="float64")[self.place]

    def bounds(self, sign: str) -> Floats:
        """The numbers behind a sign (`<`) of the rows; NaN where there is none."""
        values = [found.value if found.sign == sign else math.nan for found in self.distinct]
        return np.array([*values, math.nan], dtype="float64")[self.place]

    @property
    def are_numbers(self) -> Flags:
        """The rows that hold a number."""
        return self.where(lambda found: found.is_number)

    def where(self, holds: Callable[[Reading], bool]) -> Flags:
        """The rows for whose reading something holds; it is asked once a distinct text."""
        return np.array([*(holds(found) for found in self.distinct), False], dtype=bool)[self.place]


def read_numbers(column: pd.Series, commas: Flags | None = None) -> Readings:
    """`read_number` of each text of a column; `commas`: the rows whose decimal mark is a comma."""
    codes, found = pd.factorize(column)
    given: list[Any] = found.tolist()
    texts = [text if isinstance(text, str) else number_text(float(text)) for text in given]
    if commas is None or not commas.any():
        return Readings(tuple(read_number(text) for text in texts), codes.astype("int64"))
    pairs = np.where(codes < 0, -1, codes * 2 + commas)
    used = np.unique(pairs[pairs >= 0])
    marks: tuple[DecimalMark, DecimalMark] = (".", ",")
    readings = [read_number(texts[int(pair) // 2], marks[int(pair) % 2]) for pair in used]
    return Readings(tuple(readings), np.where(pairs < 0, -1, np.searchsorted(used, pairs)).astype("int64"))


def number_of(text: str, decimal: DecimalMark = ".") -> float:
    """The value of a number; NaN of all that is none, bounds too."""
    found = read_number(text, decimal)
    return found.value if found.is_number else math.nan


def numbers_of(column: pd.Series) -> Floats:
    """`number_of` each text of a column; missing is NaN. A column of numbers is taken as it is."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy("float64", na_value=np.nan)
    return read_numbers(column).values


def number_text(value: float, significant: int = SIGNIFICANT) -> str:
    """A number as plain decimal text, as short as it is: 1.0 → `1`, 0.1 + 0.2 → `0.3`, 1e-9 → `0.000000001`.

    At most `significant` digits; 17 means as many as are needed to read back the same double. No
    exponent, no trailing zeros, no minus zero. Infinities and NaN are `inf`, `-inf` and `nan`.
    """
    value = float(value)
    if value.is_integer() and abs(value) < 10.0**SIGNIFICANT:
        return str(int(value))
    text = repr(value) if significant >= 17 else f"{value:.{significant}g}"
    if "e" in text:
        text = format(Decimal(text), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text


def equal(left: ArrayLike, right: ArrayLike) -> Flags:
    """Where two numbers are the same in 15 significant digits: 0.1 + 0.2 and 0.3 are; NaN never is."""
    return _order(left, right) == 0


def below(left: ArrayLike, right: ArrayLike) -> Flags:
    """Where `left` is less than `right` in 15 significant digits; nowhere with NaN."""
    return _order(left, right) == -1


def above(left: ArrayLike, right: ArrayLike) -> Flags:
    """Where `left` is greater than `right` in 15 significant digits; nowhere with NaN."""
    return _order(left, right) == 1


def at_most(left: ArrayLike, right: ArrayLike) -> Flags:
    """Where `left` is not greater than `right` in 15 significant digits; nowhere with NaN."""
    return _order(left, right) <= 0


def at_least(left: ArrayLike, right: ArrayLike) -> Flags:
    """Where `left` is not less than `right` in 15 significant digits; nowhere with NaN."""
    return _order(left, right) >= 0


def among(values: ArrayLike, wanted: Iterable[float]) -> Flags:
    """Where a number is one of the `wanted` in 15 significant digits; NaN never is."""
    data = np.asarray(values, dtype="float64")
    found = np.zeros(data.shape, dtype=bool)
    for number in wanted:
        found |= equal(data, number)
    return found


def _order(left: ArrayLike, right: ArrayLike) -> NDArray[np.float64]:
    """-1 where `left` is less, 0 where they are the same, 1 where it is greater, NaN with a NaN."""
    one, two = np.broadcast_arrays(np.asarray(left, "float64"), np.asarray(right, "float64"))
    order = np.where(np.isnan(one) | np.isnan(two), np.nan, np.where(one < two, -1.0, (one > two) * 1.0))
    with np.errstate(invalid="ignore", over="ignore"):
        # numbers that are the same in 15 digits are at most one unit of the last digit apart
        near = np.abs(one - two) <= 2e-14 * np.maximum(np.abs(one), np.abs(two))
    near &= (np.abs(order) == 1) & np.isfinite(one) & np.isfinite(two)
    if near.any():
        pairs = zip(one[near].tolist(), two[near].tolist(), strict=True)
        same = np.array([_rounded(a) == _rounded(b) for a, b in pairs], dtype=bool)
        order[near] = np.where(same, 0.0, order[near])
    return order


def _rounded(value: float) -> str:
    return f"{value:.{SIGNIFICANT}g}"


def _without_exponent(digits: re.Match[str], decimal: str) -> str:
    """Plain digits of a number that was read, its trailing zeros kept."""
    written = (digits[1] + digits[2]).replace(decimal, ".")
    exponent = digits[3] if digits[3] and re.search("[1-9]", digits[2]) else ""
    return _unsigned_zero(format(Decimal(written + exponent), "f"))


def _unsigned_zero(text: str) -> str:
    return text[1:] if text.startswith("-") and not re.search("[1-9]", text) else text
