"""Numbers as text: counts with percentages, p-values, values of listings; halves away from zero."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from il2cdisc.base.dates import from_sas_day
from il2cdisc.base.numbers import number_text
from il2cdisc.base.rounding import fixed, p_value
from il2cdisc.results.shape import Field, Template
from il2cdisc.spec.tlf import DATE9

NOT_ESTIMABLE = "NE"
LISTED_DIGITS = 12
"""Significant digits of a listed number: differences leave rubbish behind them."""
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


@dataclass(frozen=True, slots=True)
class Number:
    """A statistic of the results dataset: its value, its text, or the reason why it has none."""

    value: float
    error: str = ""
    text: str = ""

    @property
    def missing(self) -> bool:
        """Whether there is nothing to show."""
        return math.isnan(self.value) and not self.text


@dataclass(frozen=True, slots=True)
class Shown:
    """The text of a cell, the statistics that it shows, and the reason when it says not estimable."""

    text: str
    statistics: tuple[str, ...] = ()
    error: str = ""


def statistic_text(field: Field, value: float) -> str:
    """One statistic as text."""
    return (p_value if field.p_value else fixed)(value, field.decimals)


def fill(template: Template, numbers: Mapping[str, Number]) -> Shown:
    """A cell: `{mean} ({sd})` as `40.2 (6.13)`.

    Blank when none of its statistics is among `numbers`; `NE` for one that has no value, with its reason;
    only `NE` when all that it shows has none; only `0` for a 0 of the template's `alone`.
    """
    fields = template.fields
    known = {field.statistic: numbers[field.statistic] for field in fields if field.statistic in numbers}
    if not known:
        return Shown("")
    if len(fields) > 1 and template.alone in known and known[template.alone].value == 0:
        return Shown("0", (template.alone,))
    errors = [number.error for number in known.values() if number.missing]
    reason = next((error for error in errors if error), "")
    if len(errors) == len(known):
        return Shown(NOT_ESTIMABLE, tuple(known), reason)
    texts = (part if isinstance(part, str) else _field_text(part, known) for part in template.parts)
    return Shown("".join(texts), tuple(known), reason)


def _field_text(field: Field, known: Mapping[str, Number]) -> str:
    number = known.get(field.statistic)
    if number is None:
        return ""
    if number.text:
        return number.text
    return NOT_ESTIMABLE if number.missing else statistic_text(field, number.value)


def listed(value: float, text: str, form: str) -> str:
    """A value of a listing. `form` is `date9` (SAS day → 04MAR2022), a number of decimals, or empty.

    >>> listed(8.9 - 11.5, "", "")
    '-2.6'
    """
    if text or math.isnan(value):
        return text
    if form == DATE9:
        day = from_sas_day(value)
        return f"{day.day:02d}{_MONTHS[day.month - 1]}{day.year:04d}"
    if form.isdigit():
        return fixed(value, int(form))
    return number_text(value, LISTED_DIGITS)
