"""The typeface that pages are set in: its files, and how wide its characters are.

Liberation Sans is as wide, character by character, as Arial, which RTF is shown in: lines break at the same
places in every format.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from unicodedata import bidirectional

FAMILY = "Liberation Sans"
FOLDER = Path(__file__).parent / "fonts"
_FILES = {False: "LiberationSans-Regular.ttf", True: "LiberationSans-Bold.ttf"}
_UNITS = 2048
"""Units of the typeface to its size."""
_ABSENT = 600.0
"""The width of a character that the typeface does not have, in thousandths of the size."""
_FROM_THE_RIGHT = ("R", "AL")

FIGURE_SPACE, POINT_SPACE = "\u2007", "\u2008"
"""Blanks as wide as a figure and as a decimal point: they align numbers in any format."""
FIGURE_WIDTH, POINT_WIDTH = 556.0, 278.0
"""Their widths in thousandths of the size."""


@cache
def advances(*, bold: bool = False) -> dict[int, float]:
    """Code point → width in thousandths of the size, for every character of the typeface.

    >>> advances()[ord("0")] == advances(bold=True)[ord("9")]
    True
    """
    from fontTools.ttLib import TTFont

    with TTFont(FOLDER / _FILES[bold], lazy=True) as font:
        glyphs, scale = font.getGlyphSet(), 1000 / _UNITS
        names: dict[int, str] = font.getBestCmap() or {}
        return {code: glyphs[name].width * scale for code, name in names.items()}


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width in points; a character that the typeface does not have counts as an average letter."""
    found = advances(bold=bold)
    return sum([found.get(ord(c), _ABSENT) for c in text]) * size / 1000


def shown_by_typeface(text: str) -> str:
    """The text as the typeface can show it: a character that it does not have by its number.

    A letter that is written from right to left counts as one: the typesetter sets lines from left to right.

    >>> shown_by_typeface("5 ≥ 4")
    '5 ≥ 4'
    >>> shown_by_typeface("愛")
    '[U+611B]'
    """
    if text.isascii():
        return "".join(c for c in text if c >= " " or c == "\n") if not text.isprintable() else text
    found = advances()
    return "".join(
        c
        if c == "\n" or (ord(c) in found and c >= " " and bidirectional(c) not in _FROM_THE_RIGHT)
        else f"[U+{ord(c):04X}]"
        if c.isprintable()
        else ""
        for c in text
    )
