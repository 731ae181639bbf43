"""Numbers of a column one below the other: decimal points in one line, and those in brackets too.

Done once, for all formats: each distinct text of a column gets blanks as wide as figures between its numbers,
and an offset from the left edge of the column's block of numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from il2cdisc.tlf.table import DisplayTable
from il2cdisc.tlf.typeface import FIGURE_SPACE, POINT_SPACE, POINT_WIDTH, text_width

_NUMBER = re.compile(r"(?<![\w.])([<>≤≥]?[=]?[-−+]?\d+(?:\.\d+)?%?|NE)(?![\w])")
_NOTE = re.compile(r"(?: \[[a-z]{1,2}\])+$")
_ONLY_NUMBER = re.compile(r"[<>≤≥]?=?[-−+]?\d+(?:\.\d+)?%?")
_DATE = re.compile(r"\d{4}-\d\d")
_WORD = re.compile(r"[A-Za-z]{3,}")
MOST_WORDS = 1
"""Words beside its numbers that an aligned text may have, such as a unit: with more it is a sentence."""


@dataclass(frozen=True, slots=True)
class AlignedText:
    """A text with blanks between its numbers, and how far it begins from the block's left edge.

    `lead` is in thousandths of the size of type.
    """

    text: str
    lead: float = 0.0


@dataclass(frozen=True, slots=True)
class AlignedColumn:
    """The texts of a column that are aligned, and the width of their block in thousandths of the size.

    A text that is not in `texts` is a text for itself.
    """

    texts: Mapping[str, AlignedText] = field(default_factory=dict[str, AlignedText])
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A text as literals and numbers in turn, beginning and ending with a literal."""

    literals: tuple[str, ...]
    numbers: tuple[str, ...]
    note: str

    @property
    def key(self) -> tuple[str, ...]:
        """Texts with the same key are aligned in all their numbers."""
        return (*self.literals, str(len(_split(self.numbers[0])[1])))


def aligned_columns(table: DisplayTable) -> tuple[AlignedColumn, ...]:
    """The alignment of each column of a table; of a listing, of columns that hold mostly numbers."""
    columns = _columns(table)
    if table.listing:
        return tuple(align(texts) if _mostly_numbers(texts) else AlignedColumn() for texts in columns)
    return (AlignedColumn(), *(align(texts) for texts in columns[1:]))


def align(texts: Iterable[str]) -> AlignedColumn:
    """Align the distinct texts of one column.

    >>> column = align(["12 (50.0)", "3 (7.5)", "40.25"])
    >>> {text: aligned.text.replace(FIGURE_SPACE, "_") for text, aligned in column.texts.items()}
    {'12 (50.0)': '12 (50.0)', '3 (7.5)': '3_ (7.5)', '40.25': '40.25'}
    """
    parsed = {text: found for text in dict.fromkeys(texts) if (found := _parse(text))}
    groups: dict[tuple[str, ...], list[str]] = {}
    for text, found in parsed.items():
        groups.setdefault(found.key, []).append(text)
    padded: dict[str, str] = {}
    for members in groups.values():
        padded |= _inside([(text, parsed[text]) for text in members])
    left = {text: _left_width(parsed[text]) for text in parsed}
    most = max(left.values(), default=0.0)
    aligned = {text: AlignedText(padded[text], most - left[text]) for text in parsed}
    width = max((item.lead + text_width(item.text, 1000) for item in aligned.values()), default=0.0)
    return AlignedColumn(aligned, width)


def blanks(width: float) -> str:
    """Blanks that are about so wide, in thousandths of the size."""
    halves = max(round(width / POINT_WIDTH), 0)
    return FIGURE_SPACE * (halves // 2) + POINT_SPACE * (halves % 2)


def _columns(table: DisplayTable) -> list[Sequence[str]]:
    """The distinct texts of each column, without the labels over the whole width."""
    rows = [row.cells for row in table.rows if not row.head]
    columns: Iterable[Iterable[str]] = zip(*rows, strict=True) if rows else [()] * len(table.header)
    return [list(dict.fromkeys(column)) for column in columns]


def _mostly_numbers(texts: Sequence[str]) -> bool:
    shown = [text for text in texts if text]
    return 2 * sum(1 for text in shown if _ONLY_NUMBER.fullmatch(text)) > len(shown)


def _parse(text: str) -> _Parsed | None:
    """The numbers of a text; none if it does not begin with one, has several lines, or is a sentence."""
    found = _NOTE.search(text)
    note = found[0] if found else ""
    body = text.removesuffix(note)
    parts = _NUMBER.split(body)
    if len(parts) < 3 or parts[0] not in ("", "(") or "\n" in text or _DATE.match(text):
        return None
    if sum(len(_WORD.findall(part)) for part in parts[::2]) > MOST_WORDS:
        return None
    return _Parsed(tuple(parts[::2]), tuple(parts[1::2]), note)


def _split(number: str) -> tuple[str, str]:
    """What is left of the decimal point, and the rest."""
    if number == "NE":
        return "NE", ""
    digits = number.rstrip("%")
    whole = digits.partition(".")[0]
    return whole, number[len(whole) :]


def _width(text: str) -> float:
    return text_width(text, 1000)


def _left_width(parsed: _Parsed) -> float:
    return _width(parsed.literals[0] + _split(parsed.numbers[0])[0])


def _with_white(literal: str, white: str) -> str:
    """What stands between two numbers, with blanks: before a bracket that opens, not one that closes.

    >>> _with_white(") [", "_"), _with_white(", ", "_")
    (')_ [', ', _')
    """
    if not literal.endswith(("(", "[")):
        return literal + white
    place = max(literal.rfind(" "), 0)
    return literal[:place] + white + literal[place:]


def _inside(members: Sequence[tuple[str, _Parsed]]) -> dict[str, str]:
    """The texts of a group with blanks: right of the first number, and on both sides of each later one."""
    count = len(members[0][1].numbers)
    splits = {text: [_split(number) for number in parsed.numbers] for text, parsed in members}
    left = [max(_width(split[i][0]) for split in splits.values()) for i in range(count)]
    right = [max(_width(split[i][1]) for split in splits.values()) for i in range(count)]
    out: dict[str, str] = {}
    for text, parsed in members:
        made = parsed.literals[0] + parsed.numbers[0]
        before = right[0] - _width(splits[text][0][1])  # white that is due right of the last number
        for i in range(1, count):
            whole, rest = splits[text][i]
            literal = parsed.literals[i]
            white = blanks(before + left[i] - _width(whole))
            made += _with_white(literal, white)
            made += parsed.numbers[i]
            before = right[i] - _width(rest)
        tail = parsed.literals[count]
        out[text] = (
            made + (blanks(before) if tail and count > 1 and tail[0] not in ")]" else "") + tail + parsed.note
        )
    return out
