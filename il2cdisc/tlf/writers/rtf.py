r"""Writes a display as RTF: titles in the page header, footnotes and sources in the footer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from il2cdisc.tlf.escape import RtfCode, rtf_breakable, rtf_environment, rtf_text
from il2cdisc.tlf.figure import Drawing
from il2cdisc.tlf.header import HeaderInfo
from il2cdisc.tlf.pages import GAP, Page, Paper
from il2cdisc.tlf.report import HEADING, contents
from il2cdisc.tlf.sheets import BodyColumn, BodyRow, Sheet, cell_offset
from il2cdisc.tlf.typeface import FIGURE_SPACE, POINT_SPACE
from il2cdisc.tlf.writer import DocumentFormat, Layout, Writer, Written

_FONTS = "{\\fonttbl{\\f0\\fswiss\\fcharset0 Arial;}}\n"
_COLOURS = "{\\colortbl;\\red0\\green0\\blue0;\\red90\\green90\\blue90;}\n"
_RULE = "\\brdrs\\brdrw10"
_END = "\\pard\\plain\\fs2\\sl-20\\slmult0"
_NEXT_PAGE = "{\\pard\\plain\\fs2\\sl-20\\slmult0\\page\\par}\n"


def write(layout: Layout) -> bytes:
    """RTF of a display, of a figure with the notes of its points; ASCII bytes."""
    return _file(layout.title, layout.page, [section(layout)])


def _file(title: str, page: Page, sections: Iterable[str]) -> bytes:
    """An RTF file of sections, the first of which has this page."""
    paper = page.paper
    landscape = "\\landscape" if paper.width > paper.height else ""
    sides = f"\\margl{twips(paper.left)}\\margr{twips(paper.right)}"
    margins = f"{sides}\\margt{twips(page.top)}\\margb{twips(page.bottom)}"
    size = f"\\paperw{twips(paper.width)}\\paperh{twips(paper.height)}{landscape}{margins}"
    facts = f"{{\\info{{\\title {rtf_text(title)}}}}}\n"
    head = f"{{\\rtf1\\ansi\\ansicpg1252\\uc1\\deff0\n{_FONTS}{_COLOURS}{facts}"
    body = f"{_END}\\sect\n".join(sections)
    return f"{head}{size}\n{body}{_END}\\par\n}}\n".encode("ascii")


def document(written: Sequence[Written], header: HeaderInfo) -> bytes:
    """One RTF file of all displays behind their contents, which lead to each; a section for each."""
    listed = contents(written, header)
    made = {item.display.id: item.content.decode("ascii") for item in written}
    links = {entry.display.full_number: _mark(entry.display.id) for entry in listed.entries}
    parts = [section(listed.layout, total="SECTIONPAGES", links=links)]
    parts += [made[entry.display.id] for entry in listed.entries]
    return _file(header.marked(HEADING), listed.layout.page, parts)


def part(layout: Layout) -> bytes:
    """A display as a section of the document."""
    text = section(layout, first=False, total="SECTIONPAGES", mark=_mark(layout.display.id))
    return text.encode("ascii")


def section(
    layout: Layout,
    *,
    first: bool = True,
    total: str = "NUMPAGES",
    mark: str = "",
    links: Mapping[str, str] | None = None,
) -> str:
    """A display as a section with a head and foot of its own.

    `total` is the field that counts its pages; `mark` is the bookmark at its beginning. `links` has texts
    that lead to a bookmark.
    """
    head = section_head(layout.page, len(layout.sheets), first=first, total=total)
    place = f"{{\\*\\bkmkstart {mark}}}{{\\*\\bkmkend {mark}}}" if mark else ""
    return head + _body(layout, place, links or {})


def _mark(display: str) -> str:
    """The bookmark of a display."""
    return re.sub(r"[^0-9A-Za-z]", "_", f"D_{display}")


def section_head(page: Page, pages: int, *, first: bool, total: str) -> str:
    """The beginning of a section: its paper, and what is on each of its pages."""
    template = rtf_environment().get_template("section.rtf.j2")
    return template.render(
        page=page, paper=page.paper, pages=pages, first=first, total=total, twips=twips, halves=_half_points
    )


def twips(points: float) -> int:
    """Points as twips: twentieths of a point, the unit of RTF."""
    return round(points * 20)


def _half_points(points: float) -> int:
    """A size of type as RTF counts it."""
    return round(points * 2)


def _body(layout: Layout, place: str, links: Mapping[str, str]) -> str:
    paper = layout.page.paper
    start = f"{_END} {place}\\par\n" if place else ""
    picture = _picture(layout.picture) if layout.picture else ""
    rows = _RowWriter(paper, links)
    first, *others = (rows.sheet(sheet) for sheet in layout.sheets)
    size = _half_points(paper.size)
    empty = f"\\pard\\plain\\f0\\fs{size}\\qc\\sb200 {rtf_text(layout.table.empty)}\\par\n"
    page = start + picture + first + (empty if layout.table.empty else "")
    return _NEXT_PAGE.join([page, *others])


def _picture(drawing: Drawing) -> str:
    """The PNG in lines of 128 characters."""
    text = drawing.png.hex()
    lines = "\n".join(text[i : i + 128] for i in range(0, len(text), 128))
    size = f"\\picwgoal{twips(drawing.width)}\\pichgoal{twips(drawing.height)}"
    return f"\\pard\\plain\\qc {{\\pict\\pngblip{size}\n{lines}\n}}\\par\n"


class _RowWriter:
    """Rows of sheets as RTF. Each distinct text of a column is written once and then looked up."""

    def __init__(self, paper: Paper, links: Mapping[str, str]) -> None:
        self.paper, self.links = paper, links
        size, line = _half_points(paper.size), twips(paper.line)
        self.start = f"\\pard\\plain\\intbl\\f0\\fs{size}\\sl-{line}\\slmult0"
        self.gap = f"\\sb{twips(GAP * paper.line)}"
        self.known: dict[tuple[int, bool], dict[str, str]] = {}
        self.columns: dict[int, BodyColumn] = {}

    def sheet(self, sheet: Sheet) -> str:
        """A page: the header of its columns, and its rows."""
        if not sheet.rows:
            return self._note(sheet) + (self._header(sheet) if sheet.columns else "")
        edges = _edges(sheet.columns)
        frames = {
            (head, last): self._frame(edges[-1:] if head else edges, "\\trkeep", "t", last)
            for head in (False, True)
            for last in (False, True)
        }
        cells = [self._cells(column) for column in sheet.columns]
        rows = [frames[row.head, row.last] + self._row(sheet, row, cells) for row in sheet.rows]
        return self._note(sheet) + self._header(sheet) + "".join(rows)

    def _note(self, sheet: Sheet) -> str:
        if not sheet.note:
            return ""
        size, line = _half_points(self.paper.size), twips(self.paper.line)
        return f"\\pard\\plain\\f0\\fs{size}\\sl-{line}\\slmult0\\qc {rtf_text(sheet.note)}\\par\n"

    def _row(self, sheet: Sheet, row: BodyRow, cells: Sequence[tuple[dict[str, str], dict[str, str]]]) -> str:
        if row.head or row.indent:
            indent, bold = f"\\li{twips(self.paper.indent * row.indent)}", "\\b" if row.head else ""
            gap = self.gap if row.gap else ""
            code = f"{self.start}\\ql{indent}{bold}{gap} {rtf_breakable(row.cells[0])}\\cell\n"
            if row.head:
                return code + "\\row\n"
            texts, first = row.cells[1:], 1
        else:
            code, texts, first = "", row.cells, 0
        for i, text in enumerate(texts, first):
            known = cells[i][row.gap]
            found = known.get(text)
            if found is None:
                found = known[text] = self._cell(sheet.columns[i], text, gap=row.gap)
            code += found
        return code + "\\row\n"

    def _cells(self, column: BodyColumn) -> tuple[dict[str, str], dict[str, str]]:
        """The cells of a column that are written already: those without and with a gap."""
        self.columns[id(column)] = column  # held, so that no other one gets its id
        without = self.known.setdefault((id(column), False), {})
        return without, self.known.setdefault((id(column), True), {})

    def _cell(self, column: BodyColumn, text: str, *, gap: bool) -> str:
        after = self.gap if gap else ""
        if text in column.aligned.texts:
            offset, padded = cell_offset(column, text, self.paper)
            code = rtf_text(padded.replace(FIGURE_SPACE, "\xa0\xa0").replace(POINT_SPACE, "\xa0"))
            code = code.replace("\\u160?", "\\~")
            return f"{self.start}\\ql\\li{twips(offset)}{after} {code}\\cell\n"
        shown = rtf_breakable(text)
        if text in self.links:
            link = f'{{\\*\\fldinst HYPERLINK \\\\l "{self.links[text]}"}}'
            shown = RtfCode(f"{{\\field{link}{{\\fldrslt {shown}}}}}")
        return f"{self.start}{_side(column)}{after} {shown}\\cell\n"

    def _header(self, sheet: Sheet) -> str:
        frame = self._frame(_edges(sheet.columns), "\\trhdr\\trkeep", "b", True, top=True)
        cells = "".join(
            f"{self.start}{_side(column)}\\b {rtf_text(column.header)}\\cell\n" for column in sheet.columns
        )
        return f"{frame}{cells}\\row\n"

    def _frame(
        self, edges: Sequence[int], flags: str, vertical: str, rule: bool, *, top: bool = False
    ) -> str:
        """What a row begins with: its cells' borders and right edges."""
        borders = (f"\\clbrdrt{_RULE}" if top else "") + (f"\\clbrdrb{_RULE}" if rule else "")
        cells = "".join(f"{borders}\\clvertal{vertical}\\cellx{right}" for right in edges)
        return f"\\trowd\\trgaph{twips(self.paper.padding / 2)}\\trleft0{flags}{cells}\n"


def _side(column: BodyColumn) -> str:
    return "\\qc" if column.centred else "\\ql"


def _edges(columns: Sequence[BodyColumn]) -> list[int]:
    """Right edges of the cells in twips."""
    out, total = [], 0.0
    for column in columns:
        total += column.width
        out.append(twips(total))
    return out


WRITER = Writer("rtf", ("Table", "Listing", "Figure"), write, document=DocumentFormat(document, part))
