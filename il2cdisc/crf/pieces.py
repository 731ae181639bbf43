"""Texts of a page with the places of their characters, as the fonts of the file have them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from ctypes import c_double
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

from il2cdisc.crf.frame import Frame

ASCENT = 0.8
"""From the base of a line to the top of its letters, by the size of the letters."""
_APART = 1.0
"""A gap as wide as so many times the size of the letters parts two texts of a line."""
_LINE_HYPHEN = "\x02"
"""What the reader gives for a hyphen at the end of a line whose word goes on in the next."""
_ONE_AT_A_TIME = Lock()  # the library is not made for several threads


@dataclass(slots=True)
class Piece:
    """A text without a gap, on one line; its place in points from the top left corner of the page."""

    text: str
    left: float
    top: float
    size: float
    rights: array[float] = field(default_factory=lambda: array("f"))
    """Where each of its characters ends; a blank ends where the last letter does."""

    @property
    def right(self) -> float:
        """Where it ends."""
        return max(self.rights)

    @property
    def base(self) -> float:
        """Where its letters end downwards, without those that hang below the line."""
        return self.top + ASCENT * self.size


class _Letter(NamedTuple):
    """A character; no place where the reader has added it: a blank or the end of a line."""

    text: str
    left: float = 0.0
    right: float = 0.0
    base: float = 0.0
    size: float = 0.0


class TextReader:
    """Reads the texts of the pages of a PDF, each when it is asked for."""

    def __init__(self, content: bytes, count: int) -> None:
        self._content, self._count = content, count
        self._document: Any = None

    @property
    def opens(self) -> bool:
        """Whether the file can be read at all."""
        import pypdfium2  # noqa: F401 - where it is not installed that is said, and is no fault of the file

        try:
            with _ONE_AT_A_TIME:
                return self._opened() is not None
        except Exception:  # noqa: BLE001 - a file from outside may break the reader anywhere
            return False

    def pieces(self, number: int, frame: Frame) -> tuple[Piece, ...]:
        """The pieces of a page (from 0) in the order in which it has them; none if it can't be read."""
        try:
            with _ONE_AT_A_TIME:
                return tuple(_joined(self._letters(number, frame)))
        except Exception:  # noqa: BLE001 - a file from outside may break the reader anywhere
            return ()

    def _letters(self, number: int, frame: Frame) -> Iterator[_Letter]:
        page = self._opened()[number]
        try:
            text = page.get_textpage()
            try:
                yield from _letters_of(text.raw, text.count_chars(), frame)
            finally:
                text.close()
        finally:
            page.close()

    def _opened(self) -> Any:
        from pypdfium2 import PdfDocument

        if self._document is None:
            self._document = PdfDocument(self._content)
        if len(self._document) != self._count:
            raise ValueError("the two readers don't agree on the pages")
        return self._document


def _letters_of(text: Any, count: int, frame: Frame) -> Iterator[_Letter]:
    import pypdfium2.raw as library

    raw: Any = library
    x, y, box, matrix = c_double(), c_double(), raw.FS_RECTF(), raw.FS_MATRIX()
    for place in range(count):
        letter = chr(raw.FPDFText_GetUnicode(text, place))
        if letter.isspace() or letter == "\0":
            yield _Letter(letter if letter == "\n" else " ")
            continue
        if not raw.FPDFText_GetLooseCharBox(text, place, box):
            continue
        raw.FPDFText_GetCharOrigin(text, place, x, y)
        raw.FPDFText_GetMatrix(text, place, matrix)
        size = abs(raw.FPDFText_GetFontSize(text, place)) * (math.hypot(matrix.c, matrix.d) or 1.0)
        one, other = frame.seen(box.left, box.bottom)[0], frame.seen(box.right, box.top)[0]
        base = frame.seen(x.value, y.value)[1]
        shown = "-" if letter == _LINE_HYPHEN else letter
        found = _Letter(shown, min(one, other), max(one, other), base, size)
        if all(map(math.isfinite, found[1:])):
            yield found


def _joined(letters: Iterator[_Letter]) -> Iterator[Piece]:
    """The letters as pieces; blanks belong to the piece before them."""
    piece: Piece | None = None
    base = 0.0
    for letter in letters:
        if not letter.size:
            if piece is not None:
                piece.text += letter.text
                piece.rights.append(piece.rights[-1])
            continue
        if piece is None or _is_apart(piece, base, letter):
            if piece is not None:
                yield piece
            piece = Piece("", letter.left, letter.base - ASCENT * letter.size, letter.size)
        piece.text += letter.text
        piece.rights.append(letter.right)
        base = letter.base
    if piece is not None:
        yield piece


def _is_apart(piece: Piece, base: float, letter: _Letter) -> bool:
    gap = letter.left - piece.rights[-1]
    return (
        "\n" in piece.text[-2:]
        or abs(letter.base - base) > piece.size / 2
        or not -piece.size <= gap <= _APART * piece.size
    )
