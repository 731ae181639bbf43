"""A page as it is seen: places from its top left corner, and the same in its own coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdf import PageObject
    from pypdf.generic import RectangleObject

Matrix = tuple[int, int, int, int]
_TURNS: dict[int, Matrix] = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}


@dataclass(frozen=True, slots=True)
class Frame:
    """The sides of a page in its own coordinates, and by how many degrees it is turned clockwise."""

    left: float
    bottom: float
    right: float
    top: float
    turned: int = 0

    @classmethod
    def of_page(cls, page: PageObject) -> Frame:
        """The frame of what is seen of a page: its crop box, as far as it is on the page.

        Raises `ValueError` for a page of which nothing is seen.
        """
        crop, whole = _sides(page.cropbox), _sides(page.mediabox)
        left, bottom = (max(one, other) for one, other in zip(crop[:2], whole[:2], strict=True))
        right, top = (min(one, other) for one, other in zip(crop[2:], whole[2:], strict=True))
        if right - left < 1 or top - bottom < 1:
            raise ValueError("the page has no room")
        return cls(left, bottom, right, top, int(page.rotation) % 360 // 90 * 90)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height as they are seen."""
        width, height = self.right - self.left, self.top - self.bottom
        return (height, width) if self.turned in (90, 270) else (width, height)

    @property
    def upright(self) -> Matrix:
        """What turns a text so that it is seen upright."""
        return _TURNS[self.turned]

    def seen(self, x: float, y: float) -> tuple[float, float]:
        """A point as it is seen: from the left, and from the top.

        >>> Frame(0, 0, 200, 100, 90).seen(0, 0)
        (0, 0)
        """
        match self.turned:
            case 90:
                return y - self.bottom, x - self.left
            case 180:
                return self.right - x, y - self.bottom
            case 270:
                return self.top - y, self.right - x
            case _:
                return x - self.left, self.top - y

    def own(self, left: float, top: float) -> tuple[float, float]:
        """The point of the page that is seen at a place.

        >>> Frame(0, 0, 200, 100, 270).own(*Frame(0, 0, 200, 100, 270).seen(30, 40))
        (30, 40)
        """
        match self.turned:
            case 90:
                return self.left + top, self.bottom + left
            case 180:
                return self.right - left, self.bottom + top
            case 270:
                return self.right - top, self.top - left
            case _:
                return self.left + left, self.top - top


def _sides(box: RectangleObject) -> tuple[float, float, float, float]:
    """Left, bottom, right and top, whichever corners the box names."""
    across = sorted((float(box.left), float(box.right)))
    upward = sorted((float(box.bottom), float(box.top)))
    return across[0], upward[0], across[1], upward[1]
