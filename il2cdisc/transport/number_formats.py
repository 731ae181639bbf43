"""What a worksheet shows for a number by its number format, where that is not the number itself."""

from __future__ import annotations

import math
import re
from functools import lru_cache

from il2cdisc.base.numbers import equal, number_of
from il2cdisc.base.rounding import fixed

BUILTIN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%"}
"""Formats that a workbook names by number (ECMA-376 part 1, 18.8.30): plain numbers and percentages."""

_FORMAT = re.compile(
    r"(?P<before>[^0#?.,%]*)(?P<whole>[0#?,]*)(?P<decimals>\.[0#?]*)?(?P<percent>%?)(?P<after>[^0#?.,%]*)"
)
_HIDDEN = re.compile(r"\[[^\]]*\]|_.|\*.")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')


@lru_cache(maxsize=4096)
def shown_number(text: str, code: str) -> str:
    """What a sheet shows for the number `text` in the format `code`; "" where that is the same number.

    1 in `00` is 01, 0.5 in `0%` is 50%, 3.95 in `0.0` is 4.0, 5 in `0" mg"` is 5 mg. Trailing zeros and
    separators of thousands say nothing else than the number. Formats of other kinds (fractions, powers of
    ten, conditions) are not followed: "" too.
    """
    value = number_of(text)
    found = _FORMAT.fullmatch(_hide_quotes(_HIDDEN.sub("", code.split(";")[0])))
    if (
        math.isnan(value)
        or found is None
        or not re.search("[0#?]", found["whole"] + (found["decimals"] or ""))
    ):
        return ""
    if found["whole"].endswith(","):  # a comma behind the digits divides by a thousand
        return ""
    scaled = value * 100 if found["percent"] else value
    written = fixed(scaled, len((found["decimals"] or ".")[1:]))
    whole, point, decimals = written.lstrip("-").partition(".")
    padded = whole.zfill(found["whole"].count("0"))
    around = [_show_quotes(found[name]) for name in ("before", "after")]
    shown = "-" * (written.startswith("-")) + padded + point + decimals + found["percent"]
    same = padded == whole and not found["percent"] and bool(equal(number_of(written), value))
    return "" if same and not "".join(around).strip() else f"{around[0]}{shown}{around[1]}"


_LETTERS = {ord(letter): 0xE000 + number for number, letter in enumerate("0#?.,%;")}
_BACK = {code: chr(letter) for letter, code in _LETTERS.items()}


def _hide_quotes(code: str) -> str:
    """A format with its literal letters in the place of quotes; those that mean digits are marked."""
    return _QUOTED.sub(lambda match: (match[1] or match[2] or "").translate(_LETTERS), code)


def _show_quotes(text: str) -> str:
    return text.translate(_BACK)
