"""Pages of a display in points: paper, the lines around the body, and which rows are on which page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from il2cdisc.spec.tlf import Display
from il2cdisc.tlf.header import HeaderInfo
from il2cdisc.tlf.table import DisplayTable, TableRow

_SLASH = re.compile(r"(?<=\w/)(?=\w)")
GAP = 0.4
"""Lines of white before a group of a table."""

_WIDTHS = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
"""Advance widths of ASCII 32 to 126 in thousandths of the size, of the font that pages are set in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Paper and type, in points.

    `left` and `right` are the margins; `edge` is the distance of the running head and foot from the paper's
    edge. `size` and `line` are those of text, `note_size` and `note_line` those of footnotes, `title_size` is
    that of titles. `padding` is that of a cell, both sides together; `indent` one step.
    """

    width: float
    height: float
    left: float
    right: float
    edge: float
    size: float = 9.0
    line: float = 11.5
    title_size: float = 10.0
    note_size: float = 8.0
    note_line: float = 10.0
    padding: float = 6.0
    indent: float = 9.0

    @property
    def body_width(self) -> float:
        """The width between the margins."""
        return round(self.width - self.left - self.right, 3)


A4_LANDSCAPE = Paper(width=841.9, height=595.3, left=54.0, right=54.0, edge=36.0)
"""With 0.75 inch on the binding edge, so that the same text fits on US Letter."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is on every page of a display around its body: texts of the head and of the foot.

    `running` and `closing` are lines of a left and a right text; the number of the page is at the right end
    of the first running line.
    """

    paper: Paper
    running: tuple[tuple[str, str], ...]
    titles: tuple[str, ...]
    subtitles: tuple[str, ...]
    footnotes: tuple[str, ...]
    closing: tuple[tuple[str, str], ...]

    @property
    def top(self) -> float:
        """The margin above the body: running lines and titles, each with a blank line below."""
        paper = self.paper
        titles = sum(
            line_count(text, paper.body_width, paper.title_size, bold=True)
            for text in (*self.titles, *self.subtitles)
        )
        return paper.edge + (len(self.running) + titles + 2) * paper.line

    @property
    def bottom(self) -> float:
        """The margin below the body: footnotes and closing lines, and a little white."""
        paper = self.paper
        notes = sum(line_count(text, paper.body_width, paper.note_size) for text in self.footnotes)
        return paper.edge + (notes + len(self.closing)) * paper.note_line + 6.0

    @property
    def body(self) -> float:
        """The height between head and foot."""
        return self.paper.height - self.top - self.bottom


def page_of(
    display: Display, header: HeaderInfo, notes: Sequence[str] = (), paper: Paper = A4_LANDSCAPE
) -> Page:
    """The page of a display whose table has some notes."""
    return Page(
        paper=paper,
        running=((header.sponsor, ""), (f"Protocol {header.protocol}", header.status)),
        titles=(display.full_number, header.title(display)),
        subtitles=tuple(text for text in (display.subtitle, display.population) if text),
        footnotes=(*display.footnotes, *notes),
        closing=(
            (header.source_line(display), header.run_line),
            (header.program_line(display), display.id),
        ),
    )


def pages_of(table: DisplayTable, page: Page) -> list[list[TableRow]]:
    """The pages that the rows of a table take, with its header on each."""
    paper = page.paper
    cells = zip(table.header, table.widths, strict=True)
    header = max(
        line_count(text, share * paper.body_width - paper.padding, paper.size, bold=True)
        for text, share in cells
    )
    lines = (page.body - 2.0) // paper.line - header
    return paginate(table, paper, lines=max(lines, 3))


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width in points; characters beyond ASCII count as an average letter."""
    units = sum(_WIDTHS[ord(c) - 32] if 32 <= ord(c) <= 126 else 600 for c in text)
    return units * size / 1000 * (1.06 if bold else 1.0)


@lru_cache(maxsize=65536)
def line_count(text: str, room: float, size: float, *, bold: bool = False) -> int:
    """Lines that a text takes in `room` points, broken at blanks and, if a word is too long, inside it."""
    return sum(_one_line_count(part, room, size, bold) for part in text.split("\n"))


def _one_line_count(text: str, room: float, size: float, bold: bool) -> int:
    lines, used, glued = 1, 0.0, False
    blank = text_width(" ", size, bold=bold)
    for word in _words(text):
        width = text_width(word, size, bold=bold)
        between = 0 if glued else blank
        glued = word.endswith("/")  # the next part goes on where this one ends
        if used and used + between + width <= room:
            used += between + width
            continue
        if used:
            lines += 1
        more = int(width // room)
        lines += more
        used = width - more * room
    return lines


def _words(text: str) -> list[str]:
    """Parts between which a line may be broken: at blanks and behind a slash inside a word."""
    return [part for word in text.split(" ") for part in _SLASH.split(word)]


@lru_cache(maxsize=65536)
def _widest_word(text: str, size: float, bold: bool) -> float:
    return max(text_width(word, size, bold=bold) for word in _words(text.replace("\n", " ")))


def fitted_widths(table: DisplayTable, paper: Paper) -> DisplayTable:
    """The table with columns wide enough for their longest word, at the cost of the others, if all fit."""
    needs = [0.0] * len(table.widths)
    for cells, bold in ((table.header, True), *((row.cells, False) for row in table.rows if not row.head)):
        for i, text in enumerate(cells):
            needs[i] = max(needs[i], _widest_word(text, paper.size, bold))
    least = [(need + paper.padding + 0.5) / paper.body_width for need in needs]
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


def paginate(table: DisplayTable, paper: Paper, *, lines: float) -> list[list[TableRow]]:
    """Pages of a table with `lines` lines of body each.

    A page begins with the labels above its first row, marked "(continued)", where the row is inside a group.
    At least one page, though it be empty.
    """
    rooms = [share * paper.body_width - paper.padding for share in table.widths]
    rows = list(table.rows)
    heights = [_height(row, rooms, paper) for row in rows]
    fullest = 0.8 if table.listing else 0.5
    pages: list[list[TableRow]] = []
    start = 0
    while start < len(rows):
        repeated = _continued(rows[start])
        free = lines - sum(_height(row, rooms, paper) for row in repeated)
        end = start
        while end < len(rows):
            height = heights[end] + (
                GAP if end > start and begins_group(table, rows[end - 1], rows[end]) else 0
            )
            if height > free:
                break
            free -= height
            end += 1
        end = max(end, start + 1)  # a row higher than a page has one of its own
        end = end if end == len(rows) else _break(rows, start, end, fullest)
        pages.append([*repeated, *rows[start:end]])
        start = end
    return pages or [[]]


def begins_group(table: DisplayTable, above: TableRow, row: TableRow) -> bool:
    """Whether a gap parts the row from the one above it: where a group of a table begins."""
    return not table.listing and row.block != above.block


def _height(row: TableRow, rooms: Sequence[float], paper: Paper) -> int:
    size, indent = paper.size, paper.indent * row.indent
    if row.head:
        return line_count(row.cells[0], sum(rooms) - indent, size, bold=True)
    first = line_count(row.cells[0], rooms[0] - indent, size)
    rest = (line_count(cell, room, size) for cell, room in zip(row.cells[1:], rooms[1:], strict=True))
    return max([first, *rest])


def _continued(row: TableRow) -> list[TableRow]:
    """The labels of the groups that a page begins inside of."""
    blank = ("",) * (len(row.cells) - 1)
    return [
        TableRow((f"{label} (continued)", *blank), indent=indent, head=True, keep=True, block=row.block)
        for indent, label in row.heads
    ]


def _break(rows: Sequence[TableRow], start: int, end: int, fullest: float) -> int:
    """The best place to end a page that has room up to `end`.

    Between groups if the share `fullest` of the page stays full; else where at least two rows of a group
    are on either side; else where no label is left alone; else at `end`.
    """
    least = start + int((end - start) * fullest)
    for place in range(end, least, -1):
        if rows[place].block != rows[place - 1].block and not rows[place - 1].keep:
            return place
    for place in range(end, least, -1):
        if not rows[place - 1].keep and not _orphans(rows, place):
            return place
    for place in range(end, start + 1, -1):
        if not rows[place - 1].keep:
            return place
    return end


def _orphans(rows: Sequence[TableRow], place: int) -> bool:
    """Whether a break there leaves one row of a group alone on either page."""
    block = rows[place].block
    before = sum(1 for row in rows[max(place - 3, 0) : place] if row.block == block and not row.keep)
    after = sum(1 for row in rows[place : place + 2] if row.block == block)
    return before < 2 or after < 2
