"""Writes a display as PDF: tagged, with bookmarks and embedded fonts; a very long listing in pieces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from il2cdisc.tlf.header import HeaderInfo
from il2cdisc.tlf.join import Bookmark, PageLink, join
from il2cdisc.tlf.lines import text_lines
from il2cdisc.tlf.pages import GAP, Page, Paper
from il2cdisc.tlf.report import CONTENTS, HEADING, Contents, contents
from il2cdisc.tlf.sheets import BodyColumn, BodyRow, Sheet, cell_offset
from il2cdisc.tlf.typeface import FAMILY, shown_by_typeface
from il2cdisc.tlf.typesetting import typeset
from il2cdisc.tlf.writer import DocumentFormat, Layout, Writer, Written

MOST_TAGGED = 20
"""Pages up to which a listing is a tagged table: hundreds would take gigabytes of memory."""
PIECE = 30
"""Pages of a longer listing that are set at once."""

CellData = str | tuple[float, str]


def write(layout: Layout) -> bytes:
    """PDF of a display; as many pages as the layout has sheets."""
    sheets = layout.sheets
    if layout.table.listing and len(sheets) > MOST_TAGGED:
        starts = range(0, len(sheets), PIECE)
        pieces = [_piece(layout, sheets[start : start + PIECE], start, tagged=False) for start in starts]
        return join(pieces, _bookmarks(layout), title=layout.title, header=layout.header)
    return _piece(layout, sheets, 0, tagged=True)


def document(written: Sequence[Written], header: HeaderInfo) -> bytes:
    """One PDF of all displays behind their contents, with bookmarks by section of the report."""
    listed = contents(written, header)
    made = {item.display.id: item for item in written}
    pieces = [_piece(listed.layout, listed.layout.sheets, 0, tagged=True)]
    pieces += [made[entry.display.id].content for entry in listed.entries]
    marks = [Bookmark(CONTENTS, 0)]
    for part, entries in listed.sections:
        marks.append(Bookmark(part.title, entries[0].page - 1))
        marks += [Bookmark(made[entry.display.id].title, entry.page - 1, 1) for entry in entries]
    return join(pieces, marks, title=header.marked(HEADING), header=header, links=_links(listed))


def _links(listed: Contents) -> list[PageLink]:
    """Where the rows of the contents are on their pages, each leading to its display."""
    page, pages = listed.layout.page, iter(listed.entries)
    paper, links = page.paper, list[PageLink]()
    for number, sheet in enumerate(listed.layout.sheets):
        rooms = [column.width - paper.padding for column in sheet.columns]
        header = max(
            len(text_lines(column.header, room, paper.size, bold=True))
            for column, room in zip(sheet.columns, rooms, strict=True)
        )
        y = paper.height - page.top - header * paper.line
        for row in sheet.rows:
            room = zip(row.cells, rooms, strict=True)
            lines = 1 if row.head else max(len(text_lines(text, width, paper.size)) for text, width in room)
            bottom = y - lines * paper.line
            if not row.head:
                box = (paper.left, bottom, paper.width - paper.right, y)
                links.append(PageLink(number, box, next(pages).page - 1))
            y = bottom
    return links


def _bookmarks(layout: Layout) -> list[Bookmark]:
    """The display, and below it the first value of each page of a listing where it changes."""
    marks = [Bookmark(layout.title, 0)]
    above = ""
    for number, sheet in enumerate(layout.sheets):
        first = sheet.rows[0].cells[0] if sheet.rows and layout.table.repeats else ""
        if first and first != above:
            marks.append(Bookmark(first, number, 1))
        above = first or above
    return marks


def _piece(layout: Layout, sheets: Sequence[Sheet], start: int, *, tagged: bool) -> bytes:
    page, drawing = layout.page, layout.picture
    cells = _Cells(page.paper)
    picture = {}
    if drawing:
        alt = drawing.alt or f"{layout.title}. {layout.page.subtitles[-1]}"
        picture = {"width": drawing.width, "height": drawing.height, "alt": alt}
    data = {
        **page_data(page),
        "title": layout.title,
        "author": layout.header.sponsor,
        "tagged": tagged,
        "first": start + 1,
        "total": len(layout.sheets),
        "empty": layout.table.empty,
        "picture": picture,
        "sheets": [cells.sheet(sheet) for sheet in sheets],
    }
    svg = drawing.svg if drawing else ""
    return typeset("display.typ", data, layout.header.run_time, picture=svg, tagged=tagged)


def page_data(page: Page) -> dict[str, object]:
    """Paper, head and foot, their lines broken."""
    paper = page.paper

    def lines(texts: Sequence[str], size: float, *, bold: bool = False) -> list[str]:
        return [_broken(text, paper.body_width, size, bold=bold) for text in texts]

    def shown(pairs: Sequence[tuple[str, str]]) -> list[list[str]]:
        return [[shown_by_typeface(text) for text in pair] for pair in pairs]

    return {
        "paper": asdict(paper),
        "family": FAMILY,
        "gap": GAP * paper.line,
        "top": page.top,
        "bottom": page.bottom,
        "running": shown(page.running),
        "closing": shown(page.closing),
        "titles": lines(page.titles, paper.title_size, bold=True),
        "subtitles": lines(page.subtitles, paper.size),
        "footnotes": lines(page.footnotes, paper.note_size),
    }


def _broken(text: str, room: float, size: float, *, bold: bool = False) -> str:
    return "\n".join(text_lines(shown_by_typeface(text), room, size, bold=bold))


class _Cells:
    """Rows of sheets as data, texts broken into lines; each distinct text of a column is looked at once."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.known: dict[int, dict[str, CellData]] = {}
        self.columns: dict[int, BodyColumn] = {}

    def sheet(self, sheet: Sheet) -> dict[str, object]:
        """A page."""
        for column in sheet.columns:
            self.columns[id(column)] = column  # held, so that no other one gets its id
        return {
            "note": sheet.note,
            "columns": [self._column(column) for column in sheet.columns],
            "rows": [self._row(sheet, row) for row in sheet.rows],
        }

    def _column(self, column: BodyColumn) -> dict[str, object]:
        room = column.width - self.paper.padding
        header = _broken(column.header, room, self.paper.size, bold=True)
        return {"width": column.width, "header": header, "centred": column.centred}

    def _row(self, sheet: Sheet, row: BodyRow) -> list[object]:
        indent = self.paper.indent * row.indent
        if row.head or row.indent:
            columns = sheet.columns if row.head else sheet.columns[:1]
            room = sum(column.width for column in columns) - self.paper.padding * len(columns) - indent
            label = _broken(row.cells[0], room, self.paper.size, bold=row.head)
            rest = [] if row.head else self._texts(sheet.columns[1:], row.cells[1:])
            return [indent, row.head, row.gap, row.begins, [label, *rest]]
        return [0, False, row.gap, False, self._texts(sheet.columns, row.cells)]

    def _texts(self, columns: Sequence[BodyColumn], texts: Sequence[str]) -> list[CellData]:
        out: list[CellData] = []
        for column, text in zip(columns, texts, strict=True):
            known = self.known.setdefault(id(column), {})
            found = known.get(text)
            if found is None:
                found = known[text] = self._cell(column, text)
            out.append(found)
        return out

    def _cell(self, column: BodyColumn, text: str) -> CellData:
        room = column.width - self.paper.padding
        if text not in column.aligned.texts:
            return _broken(text, room, self.paper.size)
        offset, padded = cell_offset(column, text, self.paper)
        return round(offset, 3), _broken(padded, room - offset, self.paper.size)


WRITER = Writer("pdf", ("Table", "Listing", "Figure"), write, document=DocumentFormat(document))
