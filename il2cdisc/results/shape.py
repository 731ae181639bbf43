"""The rows of a display as data: labels, indents and groups, and the results that each cell shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Decimals:
    """Decimals of a statistic: `number`, in addition to those of the values as collected if `collected`.

    `p_value`: a value that is too small for them is shown as a limit, `<0.0001`.
    """

    number: int
    collected: bool = False
    p_value: bool = False

    def shown(self, collected: int) -> int:
        """The decimals of the statistic of values that were collected with so many."""
        return self.number + (collected if self.collected else 0)


WHOLE = Decimals(0)
PERCENT = Decimals(1)
P_VALUE = Decimals(4, p_value=True)


def as_collected(more: int = 0) -> Decimals:
    """The decimals of the values as collected, and so many more."""
    return Decimals(more, collected=True)


DRAWN = ("n", "mean", "se")
"""The statistics of each level of By that a figure is drawn of."""


@dataclass(frozen=True, slots=True)
class Field:
    """A statistic in a cell, with the decimals that it is shown with."""

    statistic: str
    decimals: int
    p_value: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """What a cell shows: texts and fields in turn. Of a 0 of the statistic `alone` nothing but the 0."""

    parts: tuple[str | Field, ...]
    alone: str = ""

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields, from left to right."""
        return tuple(part for part in self.parts if isinstance(part, Field))


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line that an analysis shows of each of its rows: its label, and its cell."""

    label: str
    template: Template


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row of the results of an analysis: its number, its variable and level, and the levels of its groups.

    `path` has no level for the display's column.
    """

    number: int
    variable: str
    level: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowShape:
    """A row of a display.

    `result` is the row of the results that its cells show, each by `template` (in a listing, each its own
    variable); without it the row is a label. `head`: a label over the whole width. `keep`: on the page of the
    next row. `block` numbers rows that belong together, from 0 in each analysis. `heads` are indents and
    labels of the groups that the row is in, repeated where a page begins inside them.
    """

    label: str = ""
    result: int | None = None
    template: Template | None = None
    indent: int = 0
    head: bool = False
    keep: bool = False
    block: int = 0
    heads: tuple[tuple[int, str], ...] = ()


def head(label: str, indent: int = 0, *, block: int = 0, heads: tuple[tuple[int, str], ...] = ()) -> RowShape:
    """A row that is only a label, on the page of the row below it."""
    return RowShape(label=label, indent=indent, head=True, keep=True, block=block, heads=heads)


def under(label: str, rows: Iterable[RowShape]) -> list[RowShape]:
    """Rows as the group of a label, one step further in; the rows as they are if the label is empty."""
    if not label:
        return list(rows)
    inside = (replace(row, indent=row.indent + 1, heads=((0, label), *row.heads)) for row in rows)
    return [head(label), *inside]
