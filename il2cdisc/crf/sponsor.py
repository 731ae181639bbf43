"""A sponsor's own CRF: its pages with the annotations where the placement sheet has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from il2cdisc.crf.annotations import Annotation
from il2cdisc.crf.boxes import DOMAIN_SIZE, Box, PlacedBox, box_of
from il2cdisc.crf.find import CrfFile, Spot
from il2cdisc.crf.forms import CrfForm
from il2cdisc.crf.placement import Key, PageSpot

MARGIN = 4.0
BETWEEN = 2.0
NARROW = 110.0
"""Less room than this next to a field is not enough: the annotation begins further to the left."""
_CORNER = Spot(36.0, 14.0)


def placed_on(
    pages: CrfFile,
    spots: Mapping[Key, Sequence[PageSpot]],
    forms: Sequence[CrfForm],
    annotations: Sequence[Annotation],
    labels: Mapping[str, str],
) -> list[PlacedBox]:
    """The boxes of all forms on their pages: domains and printed values where a form begins, then fields.

    Where a box would cover another one it is moved to the right of it, or below.
    """
    own: dict[Key, list[Annotation]] = {}
    for item in annotations:
        own.setdefault((item.form, item.field), []).append(item)
    board = _Board(pages)
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


class _Board:
    """The boxes that are placed so far."""

    def __init__(self, pages: CrfFile) -> None:
        self._pages = pages
        self.placed: list[PlacedBox] = []
        self._by_page: dict[int, list[PlacedBox]] = {}

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
            self._place(box, place.page, place.spot, None)
        below = Spot(place.spot.left, place.spot.top + DOMAIN_SIZE * 2)
        self.field(PageSpot(place.page, below), printed)

    def field(self, place: PageSpot, items: Sequence[Annotation]) -> None:
        """The annotations of a field."""
        width, _ = self._pages.size(place.page)
        room = max(width - place.spot.left - MARGIN, NARROW)
        for item in items:
            self._place(box_of(item.text, item.domain, room), place.page, place.spot, item)

    def _place(self, box: Box, page: int, spot: Spot, annotation: Annotation | None) -> None:
        """Put a box at the first free place at or behind a spot; where there is none, at the spot."""
        free = next(
            (place for place in self._places(box, page, spot) if self._is_free(box, page, place)), None
        )
        chosen = free or self._within(box, page, spot)
        item = PlacedBox(box, page, chosen.left, chosen.top, annotation)
        self.placed.append(item)
        self._by_page.setdefault(page, []).append(item)

    def _places(self, box: Box, page: int, spot: Spot) -> Iterator[Spot]:
        """The spot, the places behind the boxes of its line, then those of the lines below, then above."""
        first, (_, height) = self._within(box, page, spot), self._pages.size(page)
        behind = sorted(other.left + other.box.width + BETWEEN for other in self._by_page.get(page, ()))
        lefts = [first.left, *dict.fromkeys(left for left in behind if left > first.left)]
        step = box.height + BETWEEN
        below = range(int(max(height - MARGIN - box.height - first.top, 0) // step) + 1)
        above = range(-1, -int(first.top // step) - 1, -1)
        for top in (first.top + number * step for number in (*below, *above)):
            line = (Spot(left, top) for left in lefts)
            yield from (place for place in line if self._within(box, page, place) == place)

    def _is_free(self, box: Box, page: int, spot: Spot) -> bool:
        return not any(
            spot.left < other.left + other.box.width
            and other.left < spot.left + box.width
            and spot.top < other.top + other.box.height
            and other.top < spot.top + box.height
            for other in self._by_page.get(page, ())
        )

    def _within(self, box: Box, page: int, spot: Spot) -> Spot:
        """A spot at which the box is on the page."""
        width, height = self._pages.size(page)
        left = max(min(spot.left, width - MARGIN - box.width), 0.0)
        return Spot(left, max(min(spot.top, height - MARGIN - box.height), 0.0))
