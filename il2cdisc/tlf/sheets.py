"""The body of a display as sheets: what each page shows, columns as wide as they need, numbers aligned.

Writers of pages take their cells from here, so that every format has the same pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from il2cdisc.tlf.align import AlignedColumn, aligned_columns
from il2cdisc.tlf.lines import widest_word
from il2cdisc.tlf.pages import Page, Paper, begins_group, pages_of, row_height
from il2cdisc.tlf.table import DisplayTable, TableRow, shown_once
from il2cdisc.tlf.typeface import text_width

_LABELS = 0.3
"""The share of the width that labels of rows get, however many columns there are, if they need it."""


@dataclass(frozen=True, slots=True)
class BodyRow:
    """A row on a page: the texts of its columns. `gap`: white before it; `last`: the page ends with it."""

    cells: tuple[str, ...]
    head: bool = False
    indent: int = 0
    gap: bool = False
    last: bool = False
    begins: bool = False
    """Whether it is a label of a group that begins here, for bookmarks."""


@dataclass(frozen=True, slots=True)
class BodyColumn:
    """A column on a page: its header, its width in points, and how its texts are aligned."""

    header: str
    width: float
    aligned: AlignedColumn
    centred: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of a table. `note` says which columns it has, if not all."""

    columns: tuple[BodyColumn, ...]
    rows: tuple[BodyRow, ...]
    note: str = ""


NO_TABLE = Sheet((), ())
"""The page of a figure."""


def sheets_of(table: DisplayTable, page: Page) -> tuple[Sheet, ...]:
    """The pages of a table. One with more columns than a page has room for goes on on the next page."""
    paper = page.paper
    aligned = aligned_columns(table)
    if table.listing:
        table = fitted_widths(table, paper, aligned)
        panels: Sequence[Sequence[int]] = [range(len(table.header))]
    else:
        panels, table = _panels(table, paper, aligned)
    rooms = [share * paper.body_width - paper.padding for share in table.widths]
    inner = page if len(panels) == 1 else replace(page, subtitles=(*page.subtitles, "Columns"))
    pages = pages_of(table, inner, height=row_height(rooms, paper))
    columns = [
        BodyColumn(text, share * paper.body_width, column, not table.listing and i > 0)
        for i, (text, share, column) in enumerate(zip(table.header, table.widths, aligned, strict=True))
    ]
    return tuple(
        Sheet(tuple(columns[i] for i in panel), _rows(table, rows, panel), _note(panel, panels))
        for rows in pages
        for panel in panels
    )


def notes_of(page: Page) -> tuple[Sheet, ...]:
    """The pages of the notes that follow the body, if there are any."""
    if not page.end_notes:
        return ()
    rows = tuple(TableRow((note,)) for note in page.end_notes)
    return sheets_of(DisplayTable(("Notes",), rows, (1.0,), listing=True), page)


def cell_offset(column: BodyColumn, text: str, paper: Paper) -> tuple[float, str]:
    """How far from the left of its room an aligned text begins, in points, and the text with its blanks."""
    found = column.aligned.texts[text]
    room, scale = column.width - paper.padding, paper.size / 1000
    start = max(0.0, (room - column.aligned.width * scale) / 2) if column.centred else 0.0
    most = max(0.0, room - text_width(found.text, paper.size))
    return min(start + found.lead * scale, most), found.text


def _rows(table: DisplayTable, rows: Sequence[TableRow], panel: Sequence[int]) -> tuple[BodyRow, ...]:
    texts = shown_once(rows, table.repeats)
    whole = len(panel) == len(table.header)
    out: list[BodyRow] = []
    above: TableRow | None = None
    last = len(rows) - 1
    for i, (row, cells) in enumerate(zip(rows, texts, strict=True)):
        shown = cells if whole else tuple(cells[place] for place in panel)
        gap = above is not None and begins_group(table, above, row)
        out.append(BodyRow(shown, row.head, row.indent, gap, i == last, _begins(row)))
        above = row
    return tuple(out)


def _begins(row: TableRow) -> bool:
    return row.head and row.indent == 0 and not row.cells[0].endswith("(continued)")


def _note(panel: Sequence[int], panels: Sequence[Sequence[int]]) -> str:
    if len(panels) == 1:
        return ""
    return f"Columns {panel[1]} to {panel[-1]} of {panels[-1][-1]}"


def _panels(
    table: DisplayTable, paper: Paper, aligned: Sequence[AlignedColumn]
) -> tuple[Sequence[Sequence[int]], DisplayTable]:
    """The columns of each panel of a table, first the labels of its rows, and the table with its widths."""
    count = len(table.header) - 1
    if not count:
        return [range(1)], table
    whole = paper.body_width
    needs = _needs(table, paper, aligned)
    least = max(needs[1:])
    labels = min(needs[0] if needs[0] > 0 else 0.0, _LABELS * whole)
    fitting = max(1, int((whole - labels) // least))
    number = -(-count // fitting)
    each = -(-count // number)  # as even as they go
    width = max(table.widths[1] * whole if number == 1 else 0.0, least)
    if number > 1:
        width = min((whole - labels) / each, max(least, (1 - _LABELS) * whole / each))
    width = min(width, (whole - labels) / each)
    shares = (1 - width * each / whole, *[width / whole] * count)
    panels = [[0, *range(i, min(i + each, count + 1))] for i in range(1, count + 1, each)]
    return panels, replace(table, widths=shares)


def _needs(table: DisplayTable, paper: Paper, aligned: Sequence[AlignedColumn]) -> list[float]:
    """The width that each column needs, so that no word of it is broken and no aligned number either."""
    needs = [widest_word(text, paper.size, bold=True) for text in table.header]
    rows = [row for row in table.rows if not row.head]
    for i, column in enumerate(aligned):
        texts = dict.fromkeys(row.cells[i] for row in rows)
        plain = [text for text in texts if text not in column.texts]
        needs[i] = max(
            needs[i],
            column.width * paper.size / 1000,
            *(widest_word(text, paper.size) for text in plain),
            0.0,
        )
    return [need + paper.padding + 0.5 for need in needs]


def fitted_widths(
    table: DisplayTable, paper: Paper, aligned: Sequence[AlignedColumn] | None = None
) -> DisplayTable:
    """The table with columns wide enough for their longest word, at the cost of the others, if all fit."""
    needs = _needs(table, paper, aligned or [AlignedColumn()] * len(table.header))
    least = [need / paper.body_width for need in needs]
    if sum(least) >= 1:
        return table
    widths = list(table.widths)
    for _ in widths:  # widen what is too narrow, until the rest can pay for it
        narrow = [i for i, share in enumerate(widths) if share < least[i]]
        if not narrow:
            break
        rest = [i for i in range(len(widths)) if i not in narrow and widths[i] > least[i]]
        needed = sum(least[i] - widths[i] for i in narrow)
        spare = sum(widths[i] - least[i] for i in rest)
        for i in narrow:
            widths[i] = least[i]
        for i in rest:
            widths[i] -= needed * (widths[i] - least[i]) / spare
    return replace(table, widths=tuple(widths))
