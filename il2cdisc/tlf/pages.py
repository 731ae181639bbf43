"""Pages of a display in points: paper, the lines around the body, and which rows are on which page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from il2cdisc.base.problems import Kind, Severity, Stopped
from il2cdisc.spec.tlf import Display
from il2cdisc.tlf.header import HeaderInfo
from il2cdisc.tlf.lines import line_count, text_lines
from il2cdisc.tlf.table import DisplayTable, TableRow, shown_once

GAP = 0.4
"""Lines of white before a group of a table."""
LEAST_LINES = 3
"""Lines of body that a page has, however much is around it."""
MOST_NOTES = 0.35
"""The share of the paper's height that footnotes may take; more of them follow the body."""
NOTES_BELOW = "The notes are on the last page."
NO_ROOM = Kind(
    "TLF001",
    "Titles without room for the display",
    Severity.STOP,
    "Shorten the title, the subtitle or the population.",
)


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
"""With 0.75 inch on the binding edge."""
LETTER_LANDSCAPE = Paper(width=792.0, height=612.0, left=54.0, right=54.0, edge=36.0)
PAPERS = {"A4": A4_LANDSCAPE, "Letter": LETTER_LANDSCAPE}
"""The papers that a study may choose."""


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
    end_notes: tuple[str, ...] = ()
    """Notes that follow the body, where there are too many for the foot of each page."""

    @property
    def notes(self) -> tuple[str, ...]:
        """All notes."""
        return self.end_notes or self.footnotes

    @property
    def top(self) -> float:
        """The margin above the body: running lines and titles, each with a blank line below."""
        paper = self.paper
        titles = sum(
            line_count(text, paper.body_width, size, bold=bold)
            for texts, size, bold in (
                (self.titles, paper.title_size, True),
                (self.subtitles, paper.size, False),
            )
            for text in texts
        )
        return paper.edge + (len(self.running) + titles + 2) * paper.line

    @property
    def bottom(self) -> float:
        """The margin below the body: footnotes and closing lines, and a little white."""
        paper = self.paper
        return paper.edge + _notes_height(self.footnotes, paper) + len(self.closing) * paper.note_line + 6.0

    @property
    def body(self) -> float:
        """The height between head and foot."""
        return self.paper.height - self.top - self.bottom


def page_of(
    display: Display, header: HeaderInfo, notes: Sequence[str] = (), paper: Paper | None = None
) -> Page:
    """The page of a display whose table has some notes; the study's paper, unless another is given.

    Raises `Stopped` if the titles leave no room for the display.
    """
    paper = paper or PAPERS[header.paper]
    every = (*display.footnotes, *notes)
    below = _notes_height(every, paper) > MOST_NOTES * paper.height
    page = Page(
        paper=paper,
        running=((header.sponsor, ""), (f"Protocol {header.protocol}", header.status)),
        titles=(display.full_number, header.title(display)),
        subtitles=tuple(text for text in (display.subtitle, display.population) if text),
        footnotes=(NOTES_BELOW,) if below else every,
        closing=(
            (header.source_line(display), header.run_line),
            (header.program_line(display), display.id),
        ),
        end_notes=every if below else (),
    )
    if page.body < 2 * LEAST_LINES * paper.line:
        what = f"{display.id} has titles of {page.top - paper.edge:.0f} of {paper.height:.0f} points"
        raise Stopped([NO_ROOM.at(display.at("Title"), what, values=[f"{display.title[:60]}..."])])
    return page


def _notes_height(notes: Sequence[str], paper: Paper) -> float:
    return sum(line_count(text, paper.body_width, paper.note_size) for text in notes) * paper.note_line


Height = Callable[[TableRow], int]
"""The lines that a row takes."""


def pages_of(table: DisplayTable, page: Page, *, height: Height | None = None) -> list[list[TableRow]]:
    """The pages that the rows of a table take, with its header on each."""
    paper = page.paper
    cells = zip(table.header, table.widths, strict=True)
    header = max(
        line_count(text, share * paper.body_width - paper.padding, paper.size, bold=True)
        for text, share in cells
    )
    lines = (page.body - 2.0) // paper.line - header
    return paginate(table, paper, lines=max(lines, LEAST_LINES), height=height)


def paginate(
    table: DisplayTable, paper: Paper, *, lines: float, height: Height | None = None
) -> list[list[TableRow]]:
    """Pages of a table with `lines` lines of body each.

    A page begins with the labels above its first row, marked "(continued)", where the row is inside a group.
    A row higher than a page goes on on the next one. At least one page, though it be empty.
    """
    rooms = [share * paper.body_width - paper.padding for share in table.widths]
    measure = height or row_height(rooms, paper)
    rows, heights = _no_higher(table.rows, rooms, paper, measure, int(lines))
    below = _below(table, rows, heights, measure)
    fullest = 0.8 if table.listing else 0.7
    pages: list[list[TableRow]] = []
    start = 0
    while start < len(rows):
        repeated = _continued(rows[start])
        free = lines - sum(measure(row) for row in repeated)
        end = start
        while end < len(rows):
            due = below[end] if end > start else heights[end]
            if end > start and begins_group(table, rows[end - 1], rows[end]):
                due += GAP
            if due > free:
                break
            free -= due
            end += 1
        end = max(end, start + 1)
        end = end if end == len(rows) else _break(rows, start, end, fullest)
        pages.append([*repeated, *rows[start:end]])
        start = end
    return pages or [[]]


def begins_group(table: DisplayTable, above: TableRow, row: TableRow) -> bool:
    """Whether a gap parts the row from the one above it: where a group of a table begins."""
    return not table.listing and row.block != above.block


def row_height(rooms: Sequence[float], paper: Paper) -> Height:
    """How many lines a row takes in columns with so much room; each distinct text is measured once."""
    size, whole = paper.size, sum(rooms)
    known: list[dict[str, int]] = [{} for _ in rooms]

    def of_cell(i: int, text: str) -> int:
        found = known[i].get(text)
        if found is None:
            found = known[i][text] = line_count(text, rooms[i], size)
        return found

    def of_row(row: TableRow) -> int:
        if row.head:
            return line_count(row.cells[0], whole - paper.indent * row.indent, size, bold=True)
        most = line_count(row.cells[0], rooms[0] - paper.indent * row.indent, size) if row.indent else 0
        first = 1 if row.indent else 0
        for i, text in enumerate(row.cells[first:], first):
            lines = known[i].get(text) or of_cell(i, text)
            if lines > most:
                most = lines
        return most

    return of_row


def _no_higher(
    rows: Sequence[TableRow], rooms: Sequence[float], paper: Paper, measure: Height, lines: int
) -> tuple[list[TableRow], list[int]]:
    """The rows, those higher than a page cut into parts, and the height of each."""
    out: list[TableRow] = []
    heights: list[int] = []
    for row in rows:
        height = measure(row)
        room = lines - len(row.heads)
        if height <= room:
            out.append(row)
            heights.append(height)
            continue
        for part in _parts(row, rooms, paper, max(room, 1)):
            out.append(part)
            heights.append(min(height, measure(part)))
    return out, heights


def _below(
    table: DisplayTable, rows: Sequence[TableRow], heights: Sequence[int], measure: Height
) -> Sequence[int]:
    """The height of each row below the one before it, whose texts of the first columns are shown once."""
    if not table.repeats:
        return heights
    shown = shown_once(rows, table.repeats)
    return [
        height if cells is row.cells or height == 1 else min(height, measure(replace(row, cells=cells)))
        for row, cells, height in zip(rows, shown, heights, strict=True)
    ]


def _parts(row: TableRow, rooms: Sequence[float], paper: Paper, lines: int) -> Iterator[TableRow]:
    """A row in parts of so many lines; the keys of its cells stay with the first."""
    indents = [paper.indent * row.indent, *[0.0] * (len(rooms) - 1)]
    widths = [sum(rooms), *rooms[1:]] if row.head else rooms
    cells = [
        text_lines(text, room - indent, paper.size, bold=row.head)
        for text, room, indent in zip(row.cells, widths, indents, strict=True)
    ]
    for start in range(0, max(len(cell) for cell in cells), lines):
        texts = tuple("\n".join(cell[start : start + lines]) for cell in cells)
        yield replace(row, cells=texts, keys=() if start else row.keys)


def _continued(row: TableRow) -> list[TableRow]:
    """The labels of the groups that a page begins inside of."""
    blank = ("",) * (len(row.cells) - 1)
    return [
        TableRow((f"{label} (continued)", *blank), indent=indent, head=True, keep=True, block=row.block)
        for indent, label in row.heads
    ]


def _break(rows: Sequence[TableRow], start: int, end: int, fullest: float) -> int:
    """The best place to end a page that has room up to `end`.

    Between groups if the share `fullest` of the page stays full, rather not before the very last row, or
    before a label inside of one; else where at least two rows of a group are on either side; else where no
    label is left alone; else at `end`.
    """
    least = start + int((end - start) * fullest)
    between = [
        place
        for place in range(end, least, -1)
        if rows[place].block != rows[place - 1].block and not rows[place - 1].keep
    ]
    if between:
        return next((place for place in between if place < len(rows) - 1), between[0])
    for place in range(end, least, -1):
        if rows[place].head and not rows[place - 1].keep:
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
