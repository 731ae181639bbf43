"""Annotations as boxes: their size, their place on a page, a colour for each domain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from il2cdisc.crf.annotations import Annotation
from il2cdisc.tlf.lines import text_lines
from il2cdisc.tlf.typeface import text_width

SIZE, DOMAIN_SIZE = 8.0, 9.5
"""Size of annotations, and of the names of domains at the head of a form; no smaller than 8."""
PADDING = 3.0
GREY = "EDEDED"
"""Of fields that are not submitted."""
COLOURS = (
    "BFFFFF", "FFFF96", "B4F7B4", "FFCBA8", "DDD3FF", "FFC9E4", "CFE8A0", "FFDF8A", "BBD7F5", "E8D0B8",
    "C6F0DF", "F4CACA",
)  # fmt: skip
"""Light, so that black text is read on them."""


@dataclass(frozen=True, slots=True)
class Box:
    """An annotation as it is drawn: its lines, and how large it is."""

    text: str
    domain: str
    lines: tuple[str, ...]
    width: float
    height: float
    bold: bool = False

    @property
    def size(self) -> float:
        """Size of the letters."""
        return DOMAIN_SIZE if self.bold else SIZE


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box on a page (from 0); `left` and `top` in points from the top left corner of the page."""

    box: Box
    page: int
    left: float
    top: float
    annotation: Annotation | None = None
    """None for the name of a domain."""


def box_of(text: str, domain: str, room: float, *, bold: bool = False) -> Box:
    """A text in a box that is at most `room` wide."""
    size = DOMAIN_SIZE if bold else SIZE
    lines = text_lines(text, room - 2 * PADDING, size, bold=bold)
    width = max(text_width(line, size, bold=bold) for line in lines) + 2 * PADDING
    return Box(text, domain, lines, width, len(lines) * size * 1.2 + 2 * PADDING - 1, bold)


def colours_of(annotations: Iterable[Annotation]) -> dict[str, str]:
    """Domain → its colour on all pages; domains that share a form differ, as long as there are colours."""
    by_form: dict[str, dict[str, None]] = {}
    for item in annotations:
        if item.domain:
            by_form.setdefault(item.form, {})[item.domain] = None
    shared: dict[str, set[str]] = {}
    for domains in by_form.values():
        for domain in domains:
            shared.setdefault(domain, set()).update(domains)
    found: dict[str, str] = {}
    for domain, beside in shared.items():
        used = list(found.values())
        taken = {found[other] for other in beside if other in found}
        found[domain] = min(COLOURS, key=lambda colour: (colour in taken, used.count(colour)))
    return found


def stacked(boxes: Sequence[Box], left: float, top: float) -> Iterable[tuple[Box, float, float]]:
    """Boxes one below the other, each with its place."""
    for box in boxes:
        yield box, left, top
        top += box.height + 2
