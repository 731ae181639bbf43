"""Numbers as text: decimals by statistic, counts with percentages, p-values; halves away from zero."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from il2cdisc.base.dates import from_sas_day
from il2cdisc.base.rounding import fixed, p_value
from il2cdisc.spec.tlf import FIELD

NOT_ESTIMABLE = "NE"
_WHOLE = {"n", "N", "events", "df"}
_EXTRA_TWO = {"sd", "se"}
_AS_COLLECTED = {"min", "max"}
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


@dataclass(frozen=True, slots=True)
class Number:
    """A statistic of the results dataset: its value, or the reason why it has none."""

    value: float
    error: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """The text of a cell, and the reason when it says that something is not estimable."""

    text: str
    error: str = ""


def decimals_of(statistic: str, collected: int) -> int:
    """Decimals of a statistic of values collected with `collected` decimals.

    Minimum and maximum as collected; mean, median, quartiles, limits one more; SD and SE two more; counts
    none; percentages one.
    """
    if statistic in _WHOLE:
        return 0
    if statistic == "p":
        return 1
    if statistic in _AS_COLLECTED:
        return collected
    if statistic in _EXTRA_TWO or statistic.endswith("_se"):
        return collected + 2
    return collected + 1


def number_text(statistic: str, value: float, collected: int, digits: int | None = None) -> str:
    """One statistic as text; `digits` overrides the decimals that its name calls for."""
    if statistic == "p_value":
        return p_value(value, 4 if digits is None else digits)
    return fixed(value, decimals_of(statistic, collected) if digits is None else digits)


def fill(template: str, numbers: Mapping[str, Number], collected: int) -> Shown:
    """A cell: `fill("{mean} ({sd})", ...)` gives `40.2 (6.13)`.

    Blank when none of its statistics is among `numbers`; `NE` for one that has no value, with its reason;
    only `NE` when all that it shows has none; only `0` for a count of 0, without percentage and events.
    """
    names = [name for name, _ in FIELD.findall(template)]
    known = [name for name in names if name in numbers]
    if not known:
        return Shown("")
    if "n" in known and {"p", "events"} & set(names) and numbers["n"].value == 0:
        return Shown("0")
    errors = [numbers[name].error for name in known if math.isnan(numbers[name].value)]
    reason = next((error for error in errors if error), "")
    if len(errors) == len(known):
        return Shown(NOT_ESTIMABLE, reason)

    def one(match: re.Match[str]) -> str:
        number = numbers.get(match[1])
        if number is None:
            return ""
        if math.isnan(number.value):
            return NOT_ESTIMABLE
        return number_text(match[1], number.value, collected, int(match[2]) if match[2] else None)

    return Shown(FIELD.sub(one, template), reason)


def listed(value: float, text: str, form: str) -> str:
    """A value of a listing. `form` is `date9` (SAS day → 04MAR2022), a number of decimals, or empty."""
    if text or math.isnan(value):
        return text
    if form == "date9":
        day = from_sas_day(value)
        return f"{day.day:02d}{_MONTHS[day.month - 1]}{day.year:04d}"
    if form.isdigit():
        return fixed(value, int(form))
    return fixed(value, 0) if value.is_integer() else repr(value)
