"""How a date is written: a pattern such as `dd/mm/yyyy hh:mm`, and the parts that a text has by it.

Tokens are `dd`, `mm`, `mon` (a month's name) and `yyyy`, and after them `hh`, `mm` and `ss`; all else stands
for itself. A text may leave parts out: day, month and time under any pattern.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

UNKNOWN_PARTS = frozenset({"UNK", "UN", "UK", "NK", "XX", "XXX", "XXXX", "-", "--", "??", "????", "ND", ""})
MONTHS = (
    *("JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER"),
    *("OCTOBER", "NOVEMBER", "DECEMBER"),
)
MONTH_NUMBERS = {
    **{name: number for number, name in enumerate(MONTHS, start=1)},
    **{name[:3]: number for number, name in enumerate(MONTHS, start=1)},
    "SEPT": 9,
}

_WORD = r"[A-Za-z?\-]"
_TOKENS = {
    "dd": rf"(?P<d>[0-9]{{1,2}}|{_WORD}{{1,3}}|)",
    "mm": rf"(?P<m>[0-9]{{1,2}}|[A-Za-z]{{2,9}}|{_WORD}{{1,3}}|)",
    "mon": rf"(?P<m>[A-Za-z]{{2,9}}|{_WORD}{{1,3}}|)",
    "yyyy": rf"(?P<y>[0-9]{{4}}|{_WORD}{{2,4}})",
}
_FIXED = {
    "dd": rf"(?P<d>[0-9]{{2}}|{_WORD}{{2}})",
    "mm": rf"(?P<m>[0-9]{{2}}|{_WORD}{{2}})",
    "mon": rf"(?P<m>{_WORD}{{3}})",
    "yyyy": r"(?P<y>[0-9]{4})",
}
_CLOCK = re.compile(r"(?P<H>[0-9]{2})(?P<M>[0-9]{2})(?P<S>[0-9]{2})?")
_SEPARATOR = r"[-/. ]"
_SHORT = tuple(
    re.compile(text)
    for text in (
        r"(?P<y>[0-9]{4})",
        rf"(?P<m>[0-9]{{1,2}}|[A-Za-z]{{2,9}}|{_WORD}{{2,3}}){_SEPARATOR}(?P<y>[0-9]{{4}})",
        rf"(?P<y>[0-9]{{4}}){_SEPARATOR}(?P<m>[0-9]{{1,2}}|[A-Za-z]{{2,9}})",
    )
)
_ISO_DAY = re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})")
_TIME_OF_DAY = re.compile(r"[0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2}(?:\.[0-9]+)?)?")


@dataclass(frozen=True, slots=True)
class Parts:
    """What a text gives for each part of a date, as it is written; None for a part that is left out."""

    year: str
    month: str | None = None
    day: str | None = None
    time: str | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern: its date, and, where it has a time, what is between the two and the time's form."""

    text: str
    date: re.Pattern[str]
    between: str
    time: str

    def parts(self, text: str) -> Parts | None:
        """The parts of a text that is written by the pattern, in ISO 8601, or with parts left out; else None.

        Under a pattern without a time only a time of day may follow the date, or what follows a T.
        """
        for form in (self.date, _ISO_DAY, *_SHORT):
            found = form.match(text) if form in (self.date, _ISO_DAY) else form.fullmatch(text)
            if found is None:
                continue
            tail = text[found.end() :]
            time = self._time(tail) if tail else None
            if tail and time is None:
                continue
            given = found.groupdict()
            return Parts(given["y"], given.get("m"), given.get("d"), time)
        return None

    def _time(self, tail: str) -> str | None:
        """The time in what follows a date; None where that is no time."""
        marks = [mark for mark in (self.between, " ", "T") if mark and tail.startswith(mark)]
        if not marks:
            return None
        time = tail[len(marks[0]) :].strip(" ")
        if not self.time:
            return time if _TIME_OF_DAY.fullmatch(time) or marks[0] == "T" else None
        digits = _CLOCK.fullmatch(time) if self.time in ("hhmm", "hhmmss") else None
        return ":".join(part for part in digits.groups() if part) if digits else time


@cache
def compiled(pattern: str) -> Pattern:
    """A pattern, ready to read texts. Raises `ValueError` where it is none: its message says why."""
    head, hour, clock = pattern.partition("hh")
    day, between = (head, "") if not hour else _split(head)
    expression, tokens = "", list[str]()
    pieces = re.split("(yyyy|mon|dd|mm)", day)
    for number, piece in enumerate(pieces):
        if number % 2:
            apart = (number == 1 or pieces[number - 1]) and (number == len(pieces) - 2 or pieces[number + 1])
            expression += (_TOKENS if apart else _FIXED)[piece]
            tokens.append("mm" if piece == "mon" else piece)
        elif re.search("[A-Za-z0-9]", piece):
            raise ValueError(f"{pattern!r} has {piece.strip()!r}, not one of dd, mm, mon, yyyy, hh:mm, ss")
        else:
            expression += re.escape(piece)
    if sorted(tokens) not in (["dd", "mm", "yyyy"], ["mm", "yyyy"]):
        raise ValueError(f"{pattern!r} does not have one day, one month and one year of four digits")
    if hour and not re.fullmatch(r"(?:([:.]?)mm(?:\1ss)?)?", clock):
        raise ValueError(f"{pattern!r} does not end in a time such as hh:mm or hh:mm:ss")
    return Pattern(pattern, re.compile(expression), between, hour + clock)


def _split(head: str) -> tuple[str, str]:
    """The date of a pattern, and what is between it and its time."""
    end = max((head.rfind(token) + len(token) for token in _TOKENS if token in head), default=0)
    return head[:end], head[end:]
