"""Rounding for display: half away from zero on the decimal value, as SAS ROUND does.

Python's `round` and `format` round the binary value half to even; a submission's tables don't.
The decimal value of a float is that of its first 15 significant digits: every decimal number of up to 15
digits is its own, and what arithmetic leaves in the 16th does not count (0.285 * 100 is 28.5, as on paper).
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal, localcontext


def round_half_up(value: float, digits: int = 0) -> Decimal:
    """`value` rounded to `digits` decimals, halves away from zero, as an exact `Decimal`.

    Raises `ValueError` for infinities and NaN.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} can't be rounded")
    with localcontext() as context:
        context.prec = 400
        rounded = _decimal(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
        return rounded if rounded else abs(rounded)


def _decimal(value: float) -> Decimal:
    return Decimal(f"{float(value):.15g}")


def fixed(value: float, digits: int) -> str:
    """Text with `digits` decimals: `fixed(0.125, 2) == "0.13"`; never "-0.00"."""
    return f"{round_half_up(value, digits):f}"


def significant(value: float, digits: int) -> str:
    """Text with `digits` significant digits, without exponent: `significant(0.0012345, 3) == "0.00123"`.

    Raises `ValueError` for infinities, NaN and less than one digit.
    """
    if digits < 1:
        raise ValueError("at least one significant digit")
    if value == 0:
        return fixed(0.0, digits - 1)
    if not math.isfinite(value):
        raise ValueError(f"{value} can't be rounded")
    exponent = _decimal(value).adjusted()
    rounded = round_half_up(value, digits - 1 - exponent)
    if rounded.adjusted() > exponent:  # 9.99 → 10.0: one digit fewer behind the point
        rounded = round_half_up(value, digits - 2 - exponent)
    return f"{rounded:f}"


def p_value(value: float, digits: int = 4) -> str:
    """A p-value as tables print it: four decimals, `<0.0001` below, `>0.9999` just short of 1.

    Raises `ValueError` for what is no probability, NaN too.
    """
    if not 0 <= value <= 1:
        raise ValueError(f"{value} is not a p-value")
    smallest = Decimal(1).scaleb(-digits)
    exact = _decimal(value)
    if exact < smallest:
        return f"<{smallest:f}"
    if exact < 1 and round_half_up(value, digits) == 1:
        return f">{1 - smallest:f}"
    return fixed(value, digits)
