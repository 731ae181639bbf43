"""Pages of a drawn CRF as marks at places: texts, rules, boxes to fill in; and the paper that they are on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from il2cdisc.tlf.lines import text_lines
from il2cdisc.tlf.typeface import shown_by_typeface, text_width

LEADING = 1.2
Mark = tuple[str, float, float, float, float, str]
"""Kind (`text`, `bold`, `grey`, `rule`, `hairline`, `box`, `round`, `square`), left, top, sizes, a text."""


@dataclass(frozen=True, slots=True)
class PortraitPaper:
    """A sheet, portrait, and its margins in points: the left one is wide enough to be bound."""

    width: float = 595.28
    height: float = 841.89
    left: float = 54
    right: float = 36
    top: float = 68
    bottom: float = 40

    @property
    def room(self) -> float:
        """The width between the margins."""
        return self.width - self.left - self.right

    @property
    def end(self) -> float:
        """Where a page is full, from its top."""
        return self.height - self.bottom


def paper_of(name: str) -> PortraitPaper:
    """A4 or Letter.

    >>> paper_of("Letter").height
    792
    """
    return PortraitPaper(612, 792) if name == "Letter" else PortraitPaper()


@dataclass(slots=True)
class DrawnPage:
    """The marks of a page."""

    marks: list[Mark] = field(default_factory=list[Mark])

    def text(self, left: float, top: float, size: float, text: str, kind: str = "text") -> None:
        """A line of text."""
        self.marks.append((kind, left, top, size, size * LEADING, shown_by_typeface(text)))

    def lines(self, left: float, top: float, size: float, lines: Sequence[str], kind: str = "text") -> float:
        """Lines of text; gives where the next one would be."""
        for line in lines:
            self.text(left, top, size, line, kind)
            top += size * LEADING
        return top

    def shape(self, kind: str, left: float, top: float, width: float, height: float) -> None:
        """A rule (`height` 0), a box to fill in, or a mark of a choice."""
        self.marks.append((kind, left, top, width, height, ""))

    def ends(self, right: float, top: float, size: float, text: str, kind: str = "text") -> None:
        """A line of text that ends at `right`."""
        bold = kind == "bold"
        self.text(right - text_width(shown_by_typeface(text), size, bold=bold), top, size, text, kind)


def wrapped(text: str, room: float, size: float, *, bold: bool = False) -> tuple[str, ...]:
    """The lines of a text."""
    return text_lines(shown_by_typeface(text), room, size, bold=bold)
