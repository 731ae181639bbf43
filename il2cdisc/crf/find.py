"""Texts of the pages of a PDF with their places, and where an anchor is among them."""

from __future__ import annotations

import io
import logging
from array import array
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from il2cdisc.base.problems import Address, Stopped
from il2cdisc.crf.frame import Frame
from il2cdisc.crf.pieces import Piece, TextReader
from il2cdisc.crf.problems import UNREADABLE
from il2cdisc.crf.quiet import listed

if TYPE_CHECKING:
    from pypdf import PdfWriter

MOST_BYTES = 200_000_000
MOST_PAGES = 5_000
PROTECTED = "the file is protected, by a password or against changes"
_ANEW = "Open the file in a viewer, print it into a new PDF, and give that."


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a page, in points from its top left corner."""

    left: float
    top: float


class CrfFile:
    """The pages of a PDF, and their texts."""

    def __init__(self, out: PdfWriter, content: bytes = b"") -> None:
        """`out`: the pages, to be written; `content`: the file they are from, for the texts."""
        self.out = out
        self._reader = TextReader(content, len(out.pages))
        self._texts: dict[int, PageText] = {}
        self._frames: dict[int, Frame] = {}

    @property
    def count(self) -> int:
        """How many pages there are."""
        return len(self.out.pages)

    def text(self, number: int) -> PageText:
        """The text of a page, from 0; one that can't be read has none."""
        if number not in self._texts:
            self._texts[number] = PageText(self._reader.pieces(number, self._frame(number)))
        return self._texts[number]

    @property
    def reads(self) -> bool:
        """Whether its texts can be read; a page without any is read, too."""
        return self._reader.opens

    @property
    def has_text(self) -> bool:
        """Whether any page has text; else the file is a picture of the form."""
        return any(self.text(number).pieces for number in range(self.count))

    def comments(self, number: int) -> set[str]:
        """The texts of the comments on a page, from 0."""
        return {str(item.get("/Contents", "")) for item in listed(self.out.pages[number].get("/Annots"))}

    def size(self, number: int) -> tuple[float, float]:
        """Width and height of a page."""
        return self._frame(number).size

    def _frame(self, number: int) -> Frame:
        if number not in self._frames:
            self._frames[number] = Frame.of_page(self.out.pages[number])
        return self._frames[number]


@dataclass(frozen=True)
class PageText:
    """The pieces of a page, in the order in which it has them."""

    pieces: tuple[Piece, ...]

    @cached_property
    def _flat(self) -> tuple[str, array[int], array[int]]:
        """The text in lower case with single blanks; of each character its piece and its place there."""
        letters: list[str] = []
        pieces, places = array("L"), array("L")
        for number, piece in enumerate(self.pieces):
            for place, letter in enumerate(piece.text):
                shown = " " if letter.isspace() else letter
                if shown == " " and (not letters or letters[-1] == " "):
                    continue
                for one in shown.casefold():
                    letters.append(one)
                    pieces.append(number)
                    places.append(place)
        return "".join(letters), pieces, places

    def spots(self, anchor: str) -> list[Spot]:
        """Where an anchor ends, each time that the page has it as words of their own, in the page's order."""
        return [self._spot(start, end) for start, end in self._found(anchor)]

    def alone(self, anchor: str) -> list[int]:
        """Which of its occurrences, from 1, are a label: no other words are in its line or cell."""
        found = self._found(anchor)
        return [number for number, (start, end) in enumerate(found, start=1) if self._is_alone(start, end)]

    def _found(self, anchor: str) -> list[tuple[int, int]]:
        wanted, text = normal(anchor), self._flat[0]
        found: list[tuple[int, int]] = []
        start = text.find(wanted) if wanted else -1
        while start >= 0:
            end = start + len(wanted)
            if _apart(text, start, end):
                found.append((start, end))
            start = text.find(wanted, start + 1)
        return found

    def _spot(self, start: int, end: int) -> Spot:
        _, pieces, places = self._flat
        first, last = self.pieces[pieces[start]], self.pieces[pieces[end - 1]]
        right = last.rights[places[end - 1]]
        if abs(first.top - last.top) > first.size / 2:  # the anchor goes on in the next line
            own = self.pieces[pieces[start] : pieces[end - 1]]
            right = max(right, *(piece.rights[-1] for piece in own))
        return Spot(right, first.top)

    def _is_alone(self, start: int, end: int) -> bool:
        _, pieces, places = self._flat
        first, last = self.pieces[pieces[start]], self.pieces[pieces[end - 1]]
        before, behind = first.text[: places[start]], last.text[places[end - 1] + 1 :]
        if any(letter.isalpha() for letter in before):  # "3." before a label is its number
            return False
        return not any(letter.isalnum() for letter in behind)


def normal(text: str) -> str:
    """A text in lower case with single blanks."""
    return " ".join(text.split()).casefold()


def _apart(text: str, start: int, end: int) -> bool:
    """Whether no letter or figure touches the text: `date` is not in `update`."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    begins, ends = text[start].isalnum(), text[end - 1].isalnum()
    return not ((begins and before.isalnum()) or (ends and after.isalnum()))


def open_pages(content: bytes, shown: str) -> CrfFile:
    """The pages of a PDF. Raises `Stopped` for one that can't be read, is protected or too large."""
    place = Address(file=shown)
    if len(content) > MOST_BYTES:
        what = f"the file is larger than {MOST_BYTES:,} bytes"
        raise Stopped([UNREADABLE.at(place, what, fix="Give a smaller file: scan its pages more coarsely.")])
    try:
        _silence()
        out, why = _opened(content)
    except Exception:  # noqa: BLE001 - a file from outside may break the reader anywhere
        raise Stopped([UNREADABLE.at(place, "the file is damaged, or not a PDF", fix=_ANEW)]) from None
    if why == PROTECTED or out is None:
        raise Stopped([UNREADABLE.at(place, why)])
    if why:
        raise Stopped([UNREADABLE.at(place, why, fix=_ANEW)])
    made = CrfFile(out, content)
    if not made.reads:
        raise Stopped([UNREADABLE.at(place, "the texts of its pages can't be read", fix=_ANEW)])
    return made


def _silence() -> None:
    """Nothing of what the library logs is shown: what is wrong with a file is reported as a problem of it.

    Its modules have loggers of their own below this one, and log whenever a part of the file is used.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)


def _opened(content: bytes) -> tuple[PdfWriter | None, str]:
    from pypdf import PdfReader, PdfWriter

    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        return None, PROTECTED
    if not 0 < len(reader.pages) <= MOST_PAGES:
        return None, f"the file has {len(reader.pages):,} pages; 1 to {MOST_PAGES:,} can be annotated"
    out = PdfWriter()
    out.append(reader, import_outline=False)
    for number, page in enumerate(out.pages, start=1):
        try:
            Frame.of_page(page)
        except Exception:  # noqa: BLE001 - a page from outside may hold anything
            return out, f"the size or turn of page {number} can't be read"
    return out, ""
