"""A sponsor's own CRF: its pages with the annotations where the placement sheet has them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from il2cdisc.crf.annotations import Annotation
from il2cdisc.crf.boxes import DOMAIN_SIZE, Box, PlacedBox, box_of
from il2cdisc.crf.find import CrfFile, Spot
from il2cdisc.crf.forms import CrfForm
from il2cdisc.crf.pieces import Piece
from il2cdisc.crf.placement import Key, PageSpot

MARGIN = 4.0
BETWEEN = 2.0
NARROW = 110.0
"""Less room than this next to a field is not enough: the annotation begins further to the left."""
LOWEST, STEP = 40.0, 4.0
"""How far below its field a box may be, and the distance of the lines that are tried."""
CLOSE = 3.0
"""A box may reach so far over the edge of a text: its own edge is as far from its words."""
_CORNER = Spot(36.0, 14.0)


def placed_on(
    pages: CrfFile,
    spots: Mapping[Key, Sequence[PageSpot]],
    forms: Sequence[CrfForm],
    annotations: Sequence[Annotation],
    labels: Mapping[str, str],
) -> list[PlacedBox]:
    """The boxes of all forms on their pages: domains and printed values where a form begins, then fields.

    Where a box would cover another one or a text of the page it is moved to the right of it, or below, as
    long as it is seen to belong to its field; else it covers a text, and is moved away from boxes alone.
    """
    own: dict[Key, list[Annotation]] = {}
    for item in annotations:
        own.setdefault((item.form, item.field), []).append(item)
    board = _Board(pages, [place for places in spots.values() for place in places])
    for form in forms:
        begins = spots.get((form.name, ""), ()) or _corner(spots, form)
        domains = _domains(form, own)
        for number, place in enumerate(begins):
            printed = own.get((form.name, ""), ()) if number == 0 else ()
            board.head(place, domains, printed, labels)
        for column in form.fields:
            for place in spots.get((form.name, column.column), ()):
                board.field(place, own.get((form.name, column.column), ()))
    return board.placed


def starts_of(spots: Mapping[Key, Sequence[PageSpot]], forms: Sequence[CrfForm]) -> dict[str, int]:
    """Form → its first page, from 0."""
    pages: dict[str, list[int]] = {}
    for (form, _), places in spots.items():
        pages.setdefault(form, []).extend(place.page for place in places)
    return {form.name: min(pages[form.name]) for form in forms if form.name in pages}


def _domains(form: CrfForm, own: Mapping[Key, Sequence[Annotation]]) -> list[str]:
    given = (item for (name, _), items in own.items() if name == form.name for item in items)
    return list(dict.fromkeys(item.domain for item in given if item.domain))


def _corner(spots: Mapping[Key, Sequence[PageSpot]], form: CrfForm) -> list[PageSpot]:
    """The top left corner of the first page of a form that has no row of its own."""
    first = starts_of(spots, [form]).get(form.name)
    return [] if first is None else [PageSpot(first, _CORNER)]


class _Area(NamedTuple):
    """What a box must not cover, from the top left corner of the page."""

    left: float
    top: float
    right: float
    bottom: float


class _Board:
    """The boxes that are placed so far, and what the pages have themselves."""

    def __init__(self, pages: CrfFile, fields: Iterable[PageSpot]) -> None:
        self._pages = pages
        self.placed: list[PlacedBox] = []
        self._boxes: dict[int, list[_Area]] = {}
        self._texts: dict[int, list[_Area]] = {}
        self._fields: dict[int, list[Spot]] = {}
        for place in fields:
            self._fields.setdefault(place.page, []).append(place.spot)

    def head(
        self,
        place: PageSpot,
        domains: Sequence[str],
        printed: Sequence[Annotation],
        labels: Mapping[str, str],
    ) -> None:
        """The names of the domains, and below them what is printed on the form."""
        width, _ = self._pages.size(place.page)
        room = max(width - place.spot.left - MARGIN, NARROW)
        for name in domains:
            box = box_of(f"{name} = {labels.get(name, name)}", name, room, bold=True)
            self._place(box, place, None)
        below = Spot(place.spot.left, place.spot.top + DOMAIN_SIZE * 2)
        self.field(replace(place, spot=below), printed)

    def field(self, place: PageSpot, items: Sequence[Annotation]) -> None:
        """The annotations of a field."""
        width, _ = self._pages.size(place.page)
        room = max(width - place.spot.left - MARGIN, NARROW)
        for item in items:
            self._place(box_of(item.text, item.domain, room), place, item)

    def _place(self, box: Box, place: PageSpot, annotation: Annotation | None) -> None:
        """Put a box at the first free place at or behind a spot; where there is none, at the spot."""
        page, spot = place.page, place.spot
        boxes = self._boxes.setdefault(page, [])
        free = None if place.given else self._beside(box, page, spot)
        free = free or _first_free(box, self._places(box, page, spot, boxes), boxes)
        chosen = free or self._within(box, page, spot)
        self.placed.append(PlacedBox(box, page, chosen.left, chosen.top, annotation))
        boxes.append(_Area(chosen.left, chosen.top, chosen.left + box.width, chosen.top + box.height))

    def _near(self, box: Box, page: int, spot: Spot) -> list[_Area]:
        """Boxes and texts of the page in the lines where a box at a spot may be."""
        if page not in self._texts:
            pieces = self._pages.text(page).pieces
            self._texts[page] = [_side_of(one) for one in pieces]
        bottom = spot.top + LOWEST + box.height
        there = (*self._boxes[page], *self._texts[page])
        return [
            side for side in there if side.top < bottom and side.bottom > spot.top and side.right > spot.left
        ]

    def _beside(self, box: Box, page: int, spot: Spot) -> Spot | None:
        """A place that is seen to belong to the spot, where neither a box nor a text is covered."""
        near = self._near(box, page, spot)
        return _first_free(box, self._places_beside(box, page, spot, near), near)

    def _places_beside(self, box: Box, page: int, spot: Spot, near: Sequence[_Area]) -> Iterator[Spot]:
        """The spot and the places to its right, then those of a few lines: before the next field."""
        end, bottom = self._next_fields(box, page, spot)
        room = end - box.width  # on its own line a box ends before the next one begins
        top = spot.top
        while top == spot.top or (top <= spot.top + LOWEST and top + box.height - CLOSE <= bottom):
            line = [side for side in near if side.top < top + box.height and side.bottom > top]
            lefts = sorted({spot.left, *(side.right + BETWEEN for side in line)})
            there = (Spot(left, top) for left in lefts if left <= room)
            yield from (place for place in there if self._within(box, page, place) == place)
            top, room = top + STEP, end

    def _next_fields(self, box: Box, page: int, spot: Spot) -> tuple[float, float]:
        """Where the box of the field to the right begins, and that of the next field below."""
        fields = self._fields.get(page, ())
        line = (one for one in fields if abs(one.top - spot.top) < box.height / 2)
        right = (one.left for one in line if one.left > spot.left + 1)
        below = (one.top for one in fields if one.top >= spot.top + box.height / 2)
        return min(right, default=math.inf), min(below, default=math.inf)

    def _places(self, box: Box, page: int, spot: Spot, boxes: Sequence[_Area]) -> Iterator[Spot]:
        """The spot, the places behind the boxes of its line, then those of the lines below, then above."""
        first, (_, height) = self._within(box, page, spot), self._pages.size(page)
        behind = sorted(other.right + BETWEEN for other in boxes)
        lefts = [first.left, *dict.fromkeys(left for left in behind if left > first.left)]
        step = box.height + BETWEEN
        below = range(int(max(height - MARGIN - box.height - first.top, 0) // step) + 1)
        above = range(-1, -int(first.top // step) - 1, -1)
        for top in (first.top + number * step for number in (*below, *above)):
            line = (Spot(left, top) for left in lefts)
            yield from (place for place in line if self._within(box, page, place) == place)

    def _within(self, box: Box, page: int, spot: Spot) -> Spot:
        """A spot at which the box is on the page."""
        width, height = self._pages.size(page)
        left = max(min(spot.left, width - MARGIN - box.width), 0.0)
        return Spot(left, max(min(spot.top, height - MARGIN - box.height), 0.0))


def _side_of(piece: Piece) -> _Area:
    """What is not to be covered of a text: down to the letters that hang below its line."""
    top = piece.top + min(CLOSE, piece.size / 3)
    return _Area(piece.left, top, piece.right, piece.base + piece.size / 6)


def _first_free(box: Box, places: Iterable[Spot], others: Sequence[_Area]) -> Spot | None:
    return next((place for place in places if _is_free(box, place, others)), None)


def _is_free(box: Box, spot: Spot, others: Iterable[_Area]) -> bool:
    return not any(
        spot.left < other.right
        and other.left < spot.left + box.width
        and spot.top < other.bottom
        and other.top < spot.top + box.height
        for other in others
    )
