"""Texts of the pages of a PDF with their places, and where an anchor is among them."""

from __future__ import annotations

import io
import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from il2cdisc.base.problems import Address, Stopped
from il2cdisc.crf.frame import Frame
from il2cdisc.crf.problems import UNREADABLE
from il2cdisc.crf.quiet import listed
from il2cdisc.tlf.typeface import text_width

if TYPE_CHECKING:
    from pypdf import PageObject, PdfWriter

MOST_BYTES = 200_000_000
MOST_PAGES = 5_000
PROTECTED = "the file is protected, by a password or against changes"
_ANEW = "Open the file in a viewer, print it into a new PDF, and give that."
_ASCENT = 0.8


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text; its place in points from the top left corner of the page."""

    text: str
    left: float
    top: float
    size: float

    def right_of(self, end: int) -> float:
        """Where the first `end` characters end, by the width of an ordinary typeface."""
        return self.left + text_width(self.text[:end], self.size)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a page, in points from its top left corner."""

    left: float
    top: float


class CrfFile:
    """The pages of a PDF, and their texts."""

    def __init__(self, out: PdfWriter) -> None:
        self.out = out
        self._texts: dict[int, PageText] = {}

    @property
    def count(self) -> int:
        """How many pages there are."""
        return len(self.out.pages)

    def text(self, number: int) -> PageText:
        """The text of a page, from 0; one that can't be read has none."""
        if number not in self._texts:
            self._texts[number] = PageText(tuple(_pieces(self.out.pages[number])))
        return self._texts[number]

    def comments(self, number: int) -> set[str]:
        """The texts of the comments on a page, from 0."""
        return {str(item.get("/Contents", "")) for item in listed(self.out.pages[number].get("/Annots"))}

    def size(self, number: int) -> tuple[float, float]:
        """Width and height of a page."""
        return Frame.of_page(self.out.pages[number]).size


@dataclass(frozen=True)
class PageText:
    """The pieces of a page, in the order in which it has them."""

    pieces: tuple[Piece, ...]

    @cached_property
    def _flat(self) -> tuple[str, list[tuple[int, int]]]:
        """The text in lower case with single blanks; of each character its piece and its place there."""
        letters: list[str] = []
        places: list[tuple[int, int]] = []
        for number, piece in enumerate(self.pieces):
            for place, letter in enumerate(f"{piece.text} "):
                shown = " " if letter.isspace() else letter
                if shown == " " and (not letters or letters[-1] == " "):
                    continue
                for one in shown.casefold():
                    letters.append(one)
                    places.append((number, place))
        return "".join(letters), places

    def spots(self, anchor: str) -> list[Spot]:
        """Where an anchor ends, each time that the page has it as words of their own, in the page's order."""
        wanted = normal(anchor)
        text, places = self._flat
        found: list[Spot] = []
        start = text.find(wanted) if wanted else -1
        while start >= 0:
            end = start + len(wanted)
            if _apart(text, start, end):
                found.append(self._spot(places[start], places[end - 1]))
            start = text.find(wanted, start + 1)
        return found

    def _spot(self, first: tuple[int, int], last: tuple[int, int]) -> Spot:
        begin, end = self.pieces[first[0]], self.pieces[last[0]]
        if abs(begin.top - end.top) > begin.size / 2:  # the anchor goes on in the next line
            return Spot(begin.right_of(len(begin.text)), begin.top)
        return Spot(end.right_of(last[1] + 1), begin.top)


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
        with _silenced("pypdf"):
            out, why = _opened(content)
    except Exception:  # noqa: BLE001 - a file from outside may break the reader anywhere
        raise Stopped([UNREADABLE.at(place, "the file is damaged, or not a PDF", fix=_ANEW)]) from None
    if why == PROTECTED or out is None:
        raise Stopped([UNREADABLE.at(place, why)])
    if why:
        raise Stopped([UNREADABLE.at(place, why, fix=_ANEW)])
    return CrfFile(out)


@contextmanager
def _silenced(name: str) -> Iterator[None]:
    """Without what a library logs: what is wrong with a file is reported as a problem of it."""
    log = logging.getLogger(name)
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before


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


def _pieces(page: PageObject) -> Iterator[Piece]:
    found: list[Piece] = []
    frame = Frame.of_page(page)

    def visit(text: str, at: Sequence[float], line: Sequence[float], _: object, size: float) -> None:
        shown = text.strip("\n")
        if shown.strip():
            x = line[4] * at[0] + line[5] * at[2] + at[4]
            y = line[4] * at[1] + line[5] * at[3] + at[5]
            scale = math.hypot(line[2] * at[0] + line[3] * at[2], line[2] * at[1] + line[3] * at[3]) or 1.0
            height = size * scale
            begin = len(shown) - len(shown.lstrip())
            left, base = frame.seen(x, y)
            found.append(Piece(shown[begin:], left, base - _ASCENT * height, height))

    try:
        page.extract_text(visitor_text=visit)
    except Exception:  # noqa: BLE001 - a page that can't be read has no text, which its anchors report
        return
    yield from found
