r"""Writes a display as RTF: A4 landscape, titles in the page header, footnotes and sources in the footer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from il2cdisc.spec.tlf import Display
from il2cdisc.tlf.escape import RtfCode, rtf_breakable, rtf_environment
from il2cdisc.tlf.header import HeaderInfo
from il2cdisc.tlf.pages import GAP, begins_group, fitted_widths, line_count, paginate
from il2cdisc.tlf.table import Row, Table, shown_once

PAGE_HEIGHT, LEFT, WIDTH = 11906, 1080, 14678  # twips: A4 landscape, 0.75 inch on the binding edge
_EDGE = 720  # from the paper's edge to header and footer
_LINE, _SMALL = 230, 200  # exact line heights of text (9 points) and footnotes (8 points)
_SIZE, _SMALL_SIZE = 9.0, 8.0
_PADDING = 120  # of a cell, both sides together
_INDENT = 180


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG and the size at which it is shown, in twips."""

    png: bytes
    width: int
    height: int

    @property
    def data(self) -> RtfCode:
        """Hexadecimal lines of 128 characters."""
        text = self.png.hex()
        return RtfCode("\n".join(text[i : i + 128] for i in range(0, len(text), 128)))


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    style: RtfCode


@dataclass(frozen=True, slots=True)
class _Line:
    cells: list[_Cell]
    edges: list[int]
    flags: RtfCode
    borders: RtfCode
    vertical: RtfCode = field(default_factory=lambda: RtfCode("t"))


class _Frame:
    """The parts of a page around its body, and the room that they leave."""

    def __init__(self, display: Display, header: HeaderInfo, notes: Sequence[str]) -> None:
        self.running = [
            (f"{header.sponsor}", ""),
            (f"Protocol {header.protocol}", header.status),
        ]
        self.titles = [display.full_number, header.title(display)]
        self.subtitles = [text for text in (display.subtitle, display.population) if text]
        self.footnotes = [*display.footnotes, *notes]
        self.closing = [
            header.source_line(display),
            header.run_line,
            header.program_line(display),
            display.id,
        ]
        above = (
            len(self.running)
            + 1
            + sum(line_count(text, WIDTH / 20, 10.0, bold=True) for text in (*self.titles, *self.subtitles))
        )
        below = 2 + sum(line_count(text, WIDTH / 20, _SMALL_SIZE) for text in self.footnotes)
        self.top = _EDGE + (above + 1) * _LINE
        self.bottom = _EDGE + below * _SMALL + 120
        self.body = PAGE_HEIGHT - self.top - self.bottom


def rtf_pages(display: Display, table: Table, header: HeaderInfo) -> list[list[Row]]:
    """The pages that a table takes in RTF."""
    frame = _Frame(display, header, table.notes)
    lines = (frame.body - 40) // _LINE - _header_lines(table)
    return paginate(table, width=WIDTH / 20, lines=max(lines, 3), size=_SIZE, padding=_PADDING / 20)


def write_table(display: Display, table: Table, header: HeaderInfo) -> bytes:
    """RTF of a table or listing, ASCII bytes."""
    if table.listing:
        table = fitted_widths(table, width=WIDTH / 20, size=_SIZE, padding=_PADDING / 20)
    pages = rtf_pages(display, table, header)
    lines = [_page(table, page) for page in pages]
    return _written(display, table, header, lines, None)


def write_figure(display: Display, picture: Picture, table: Table, header: HeaderInfo) -> bytes:
    """RTF of a figure, with the notes of the table that holds its numbers; ASCII bytes."""
    return _written(display, table, header, [[]], picture)


def picture_room(display: Display, header: HeaderInfo, notes: Sequence[str] = ()) -> tuple[int, int]:
    """Width and height in twips that a figure may take."""
    return WIDTH, _Frame(display, header, notes).body - 200


def _written(
    display: Display, table: Table, header: HeaderInfo, pages: list[list[_Line]], picture: Picture | None
) -> bytes:
    frame = _Frame(display, header, table.notes)
    text = rtf_environment().get_template("display.rtf.j2").render(
        title=f"{display.full_number} {header.title(display)}",
        left=LEFT,
        top=frame.top,
        bottom=frame.bottom,
        width=WIDTH,
        line=_LINE,
        small=_SMALL,
        running=frame.running,
        titles=frame.titles,
        subtitles=frame.subtitles,
        footnotes=frame.footnotes,
        closing=frame.closing,
        page_count=len(pages),
        pages=pages,
        empty=table.empty,
        picture=picture,
    )  # fmt: skip
    return text.encode("ascii")


def _edges(table: Table) -> list[int]:
    """Right edges of the cells in twips."""
    out, total = [], 0.0
    for share in table.widths:
        total += share
        out.append(round(total * WIDTH))
    return out


def _header_lines(table: Table) -> int:
    cells = zip(table.header, table.widths, strict=True)
    return max(
        line_count(text, share * WIDTH / 20 - _PADDING / 20, _SIZE, bold=True) for text, share in cells
    )


def _page(table: Table, rows: Sequence[Row]) -> list[_Line]:
    edges = _edges(table)
    centred = RtfCode("\\ql" if table.listing else "\\qc")
    header = _Line(
        [
            _Cell(text, RtfCode(("\\ql" if i == 0 else centred) + "\\b"))
            for i, text in enumerate(table.header)
        ],
        edges,
        RtfCode("\\trhdr\\trkeep"),
        RtfCode("\\clbrdrt\\brdrs\\brdrw10\\clbrdrb\\brdrs\\brdrw10"),
        RtfCode("b"),
    )
    lines = [header]
    texts = shown_once(rows, table.repeats)
    for i, (row, cells) in enumerate(zip(rows, texts, strict=True)):
        last = i == len(rows) - 1
        gap = f"\\sb{round(GAP * _LINE)}" if i and begins_group(table, rows[i - 1], row) else ""
        style = f"\\ql\\li{_INDENT * row.indent}" + ("\\b" if row.head else "") + gap
        out = [_Cell(rtf_breakable(cells[0]), RtfCode(style))]
        rest = [] if row.head else cells[1:]
        out += [_Cell(rtf_breakable(text), RtfCode(centred + gap)) for text in rest]
        border = "\\clbrdrb\\brdrs\\brdrw10" if last else ""
        own = [WIDTH] if row.head else edges  # a label of a group runs over the whole width
        lines.append(_Line(out, own, RtfCode("\\trkeep"), RtfCode(border)))
    return lines
