"""Text as lines: where it is broken, and how many lines it takes."""

from __future__ import annotations

import re
from functools import lru_cache

from il2cdisc.tlf.typeface import text_width

_SLASH = re.compile(r"(?<=\w/)(?=\w)")


def line_count(text: str, room: float, size: float, *, bold: bool = False) -> int:
    """Lines that a text takes in `room` points.

    >>> line_count("one two", 100, 9), line_count("one two", 25, 9)
    (1, 2)
    """
    return len(text_lines(text, room, size, bold=bold))


@lru_cache(maxsize=65536)
def text_lines(text: str, room: float, size: float, *, bold: bool = False) -> tuple[str, ...]:
    """The lines of a text in `room` points, broken at blanks, behind a slash, and inside a word too long.

    >>> text_lines("RECOVERED/RESOLVED", 70, 9)
    ('RECOVERED/', 'RESOLVED')
    """
    parts = text.replace("\t", " ").split("\n")
    return tuple(line for part in parts for line in _broken(part, room, size, bold))


def words(text: str) -> list[str]:
    """Parts between which a line may be broken: at blanks and behind a slash inside a word."""
    return [part for word in text.split(" ") for part in _SLASH.split(word)]


@lru_cache(maxsize=65536)
def widest_word(text: str, size: float, *, bold: bool = False) -> float:
    """The width of the longest part that is not broken, in points."""
    return max(text_width(word, size, bold=bold) for word in words(text.replace("\n", " ")))


def _broken(text: str, room: float, size: float, bold: bool) -> list[str]:
    if text_width(text, size, bold=bold) <= room:
        return [text]
    lines: list[str] = []
    line, used = "", 0.0
    for before, word in _parts(text):
        between = before if line else ""
        width = text_width(between + word, size, bold=bold)
        if line and used + width > room:
            lines.append(line.rstrip(" "))
            line, used, between = "", 0.0, ""
        if not line:
            *full, word = _chopped(word, room, size, bold)
            lines += full
        line += between + word
        used += text_width(between + word, size, bold=bold)
    return [*lines, line]


def _parts(text: str) -> list[tuple[str, str]]:
    """The words of a text, each with what comes before it: a blank, or nothing behind a slash."""
    return [("" if i else " ", part) for word in text.split(" ") for i, part in enumerate(_SLASH.split(word))]


def _chopped(word: str, room: float, size: float, bold: bool) -> list[str]:
    """A word in pieces that fit, each of a character at least."""
    if text_width(word, size, bold=bold) <= room:
        return [word]
    pieces: list[str] = []
    piece, used = "", 0.0
    for letter in word:
        width = text_width(letter, size, bold=bold)
        if piece and used + width > room:
            pieces.append(piece)
            piece, used = "", 0.0
        piece += letter
        used += width
    return [*pieces, piece]
