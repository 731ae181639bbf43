"""The column `range` of the data dictionary: limits of a number, the pattern of a date; all else is a note.

ValueLimits are one or more ranges, with `or` between them: `1-40`, `-5-10`, `0.27` (that value alone),
`1 upwards`, `up to 9`. A unit may follow each (`0.4-1.4 mg/dL or 35-125 umol/L`). `<` in front says that
results below the lower limit are written with that sign: `<0.3-60` takes `<0.3`. A date begins with its
pattern: `dd/mm/yyyy; partial UNK/mm/yyyy`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from il2cdisc.base.numbers import Reading, at_least, at_most

_NUMBER = r"-?\d+(?:\.\d+)?"
_UNIT = r"(?:\s+(?=\S*[^\d\s])[^\s,;]+)?"
_RANGE = re.compile(
    rf"(?P<below><)?(?P<low>{_NUMBER})(?:\s*(?:-|to)\s*(?P<high>{_NUMBER})|(?P<open>\s+upwards))?{_UNIT}"
    rf"|up\s+to\s+(?P<most>{_NUMBER}){_UNIT}"
)
_PATTERN = re.compile(r"(?:dd|mm|mon|yyyy)(?:[-/. ]?(?:dd|mm|mon|yyyy))+")


@dataclass(frozen=True, slots=True)
class ValueLimits:
    """One range, both ends in it; an end that is open is infinite. `below`: `<low` is a value, too."""

    low: float
    high: float
    below: bool = False


def read_limits(text: str) -> tuple[ValueLimits, ...]:
    """The ranges that a text of the dictionary says; none for a note. Raises `ValueError` for `40-1`."""
    found = [_RANGE.fullmatch(part.strip()) for part in text.split(" or ")]
    return tuple(_limits(match) for match in found if match) if all(found) else ()


def is_like_limits(text: str) -> bool:
    """Whether a text has a digit: of a column of numbers it should be readable as limits."""
    return any(character.isdigit() for character in text)


def read_pattern(text: str) -> str:
    """The pattern that a text begins with (`dd/mm/yyyy`, `dd-mon-yyyy`), empty for none."""
    match = _PATTERN.match(text.lower())
    return match[0] if match else ""


def outside(readings: Sequence[Reading], limits: Sequence[ValueLimits]) -> NDArray[np.bool_]:
    """Which numbers and bounds (`<0.3`) are in none of the ranges; without ranges none is outside."""
    values = np.array([reading.value for reading in readings], dtype="float64")
    bound = np.array([reading.is_bound for reading in readings], dtype=bool)
    less = np.array([reading.sign == "<" for reading in readings], dtype=bool)
    inside = np.zeros(len(values), dtype=bool)
    for one in limits:
        takes = ~bound | (less & one.below)
        inside |= takes & at_least(values, one.low) & at_most(values, one.high)
    return ~inside if limits else np.zeros(len(values), dtype=bool)


def _limits(match: re.Match[str]) -> ValueLimits:
    if match["most"] is not None:
        return ValueLimits(-math.inf, float(match["most"]))
    low = float(match["low"])
    high = math.inf if match["open"] else float(match["high"] or match["low"])
    if low > high:
        raise ValueError(f"{match[0]!r} ends below its beginning")
    return ValueLimits(low, high, bool(match["below"]))
