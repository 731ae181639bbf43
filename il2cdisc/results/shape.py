"""The rows of a display as data: labels, indents and groups, and the results that each cell shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from il2cdisc.spec.tlf import DisplayAnalysis


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


NO_RECORD = "No record"
"""The label of the one level of By where there is neither a record nor By Levels."""
WHOLE = Decimals(0)
PERCENT = Decimals(1)
P_VALUE = Decimals(4, p_value=True)


def as_collected(more: int = 0) -> Decimals:
    """The decimals of the values as collected, and so many more."""
    return Decimals(more, collected=True)


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
    """A line that an analysis shows of each of its rows: its label, and its cell.

    `optional`: only of rows that have one of its statistics.
    """

    label: str
    template: Template
    optional: bool = False


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
    variable); without it the row is a label. `optional`: it is left out if the results have none of its
    statistics. `head`: a label over the whole width. `keep`: on the page of the
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
    optional: bool = False


def head(label: str, indent: int = 0, *, block: int = 0, heads: tuple[tuple[int, str], ...] = ()) -> RowShape:
    """A row that is only a label, on the page of the row below it."""
    return RowShape(label=label, indent=indent, head=True, keep=True, block=block, heads=heads)


def under(label: str, rows: Iterable[RowShape]) -> list[RowShape]:
    """Rows as the group of a label, one step further in; the rows as they are if the label is empty."""
    if not label:
        return list(rows)
    inside = (replace(row, indent=row.indent + 1, heads=((0, label), *row.heads)) for row in rows)
    return [head(label), *inside]


def row_per_level(
    analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]
) -> list[RowShape]:
    """A row for each level under the label of the analysis, by the first line.

    A level without a label is called by its value.
    """
    labels = {level.name: level.label for level in analysis.levels}
    rows = [
        RowShape(label=labels.get(row.level, row.level), result=row.number, template=lines[0].template)
        for row in found
    ]
    return under(analysis.label, rows)


def summary_then_paths(
    analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]
) -> list[RowShape]:
    """The lines of the summary under the label of the analysis; then a row for each result with a path.

    The last of `lines` shows the rows with a path, the others the summary.
    """
    summary, values = lines[:-1], lines[-1]
    out: list[RowShape] = []
    for row in found:
        if row.path:
            out.append(RowShape(label=row.path[0], result=row.number, template=values.template, block=1))
        else:
            out += [RowShape(label=item.label, result=row.number, template=item.template) for item in summary]
    return under(analysis.label, out)


def below(
    items: Iterable[tuple[Sequence[str], int, Iterable[ShownLine]]], *, block_at: int
) -> list[RowShape]:
    """The lines of rows of the results, each below the labels of its path, a label where it changes.

    `items` are paths, from the broadest label on, with the number of the row and its lines. A block ends
    where one of the first `block_at` labels changes.
    """
    out: list[RowShape] = []
    above: list[str] = []
    block = 0
    for labels, number, lines in items:
        path = list(labels)
        block += bool(above) and path[:block_at] != above[:block_at]
        out += _heads(path, above, block)
        depth, heads = len(path), tuple(enumerate(path))
        out += [
            RowShape(
                label=line.label,
                result=number,
                template=line.template,
                indent=depth,
                block=block,
                heads=heads,
                optional=line.optional,
            )
            for line in lines
        ]
        above = path
    return out


def _heads(path: list[str], above: list[str], block: int) -> list[RowShape]:
    """The labels of a path that the row above is not below."""
    return [
        head(label, depth, block=block, heads=tuple(enumerate(path[:depth])))
        for depth, label in enumerate(path)
        if path[: depth + 1] != above[: depth + 1]
    ]
