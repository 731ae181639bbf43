"""What the sheet Conversions says of a result: its standard unit and its text there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from il2cdisc.base.numbers import LARGEST, SMALLEST, NumberKind, Reading, number_of, number_text, read_number
from il2cdisc.base.rounding import fixed
from il2cdisc.spec.models import Conversion


@dataclass(frozen=True)
class ConversionRule:
    """What the sheet Conversions says of results of one test, specimen and unit."""

    conversion: Conversion | None
    given: bool  # the results have a unit
    wanted: bool  # the test has a standard unit

    @cached_property
    def unknown(self) -> bool:
        """True where a unit is there, or should be, that the sheet lacks."""
        return self.conversion is None and (self.given or self.wanted)

    @cached_property
    def plain(self) -> bool:
        """True where the unit is the standard one."""
        return self.conversion is not None and (self.conversion.factor, self.conversion.offset) == (1, 0)

    @cached_property
    def converts(self) -> bool:
        """True where numbers are to be converted."""
        return self.conversion is not None and self.given and not self.plain

    @property
    def unit(self) -> str | None:
        """The standard unit of a result that has a unit."""
        return self.conversion.to_unit or None if self.conversion and self.given else None

    def converted(self, value: float) -> str | None:
        """Text of a value in the standard unit, with the digits asked, or as many as it has (at most 15).

        None of NaN, and where the converted value is too large or too small to be stored.
        """
        if self.conversion is None or np.isnan(value):
            return None
        number = value * self.conversion.factor + self.conversion.offset
        if number != 0 and not SMALLEST <= abs(number) <= LARGEST:
            return None
        digits = self.conversion.digits
        return number_text(number) if digits is None else fixed(number, digits)

    def standard(self, result: Reading) -> tuple[str | None, float]:
        """--STRESC and --STRESN of a result; the second is NaN where the first is not a number."""
        text = self.standard_text(result)
        if text is None:
            return None, np.nan
        if text != result.text:
            return text, number_of(text)
        return text, result.value if result.is_number else np.nan

    def standard_text(self, result: Reading) -> str | None:
        """--STRESC of a result: converted, or as it is in plain digits; None where that can't be said.

        Words such as TRACE have nothing to convert; a text with digits that is not a number does. One that
        is no number where it comes from (1.234 beside decimal commas) must not look like one here.
        """
        if self.unknown or (result.kind is NumberKind.TEXT and _looks_like_a_number(result.text)):
            return None
        if not self.converts:
            return result.text
        if result.is_number or result.is_bound:
            converted = self.converted(result.value)
            return None if converted is None else result.sign + converted
        return None if result.has_digits else result.text


def _looks_like_a_number(text: str) -> bool:
    found = read_number(text)
    return found.is_number or found.is_bound
