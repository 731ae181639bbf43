r"""Writes a display as RTF: titles in the page header, footnotes and sources in the footer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from il2cdisc.tlf.escape import RtfCode, rtf_breakable, rtf_environment
from il2cdisc.tlf.figure import Drawing
from il2cdisc.tlf.pages import GAP, Paper, begins_group, fitted_widths, pages_of
from il2cdisc.tlf.table import DisplayTable, TableRow, shown_once
from il2cdisc.tlf.writer import Layout, Writer


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    style: RtfCode


@dataclass(frozen=True, slots=True)
class _RtfLine:
    cells: list[_Cell]
    edges: list[int]
    flags: RtfCode
    borders: RtfCode
    vertical: RtfCode = field(default_factory=lambda: RtfCode("t"))


def write(layout: Layout) -> bytes:
    """RTF of a display, of a figure with the notes of its points; ASCII bytes."""
    page, paper = layout.page, layout.page.paper
    text = rtf_environment().get_template("display.rtf.j2").render(
        title=" ".join(page.titles),
        page=page,
        paper=paper,
        twips=twips,
        halves=_half_points,
        start=_start(paper),
        pages=[[]] if layout.drawing else _pages(layout),
        empty=layout.table.empty,
        picture=layout.drawing,
        hexadecimal=_hexadecimal,
    )  # fmt: skip
    return text.encode("ascii")


def twips(points: float) -> int:
    """Points as twips: twentieths of a point, the unit of RTF."""
    return round(points * 20)


def _start(paper: Paper) -> RtfCode:
    """What every cell begins with."""
    size, line = _half_points(paper.size), twips(paper.line)
    return RtfCode(f"\\pard\\plain\\intbl\\f0\\fs{size}\\sl-{line}\\slmult0")


def _half_points(points: float) -> int:
    """A size of type as RTF counts it."""
    return round(points * 2)


def _hexadecimal(drawing: Drawing) -> RtfCode:
    """The PNG in lines of 128 characters."""
    text = drawing.png.hex()
    return RtfCode("\n".join(text[i : i + 128] for i in range(0, len(text), 128)))


def _pages(layout: Layout) -> list[list[_RtfLine]]:
    table, page = layout.table, layout.page
    if table.listing:
        table = fitted_widths(table, page.paper)
    return [_page(table, rows, page.paper) for rows in pages_of(table, page)]


def _edges(table: DisplayTable, paper: Paper) -> list[int]:
    """Right edges of the cells in twips."""
    out, total = [], 0.0
    for share in table.widths:
        total += share
        out.append(round(total * twips(paper.body_width)))
    return out


def _page(table: DisplayTable, rows: Sequence[TableRow], paper: Paper) -> list[_RtfLine]:
    edges = _edges(table, paper)
    lines = [_header(table, edges)]
    texts = shown_once(rows, table.repeats)
    for i, (row, cells) in enumerate(zip(rows, texts, strict=True)):
        begins = i > 0 and begins_group(table, rows[i - 1], row)
        style = f"\\sb{twips(GAP * paper.line)}" if begins else ""
        border = "\\clbrdrb\\brdrs\\brdrw10" if i == len(rows) - 1 else ""
        own = edges[-1:] if row.head else edges  # a label of a group runs over the whole width
        out = _cells(row, cells, style, paper, _aligned(table))
        lines.append(_RtfLine(out, own, RtfCode("\\trkeep"), RtfCode(border)))
    return lines


def _aligned(table: DisplayTable) -> str:
    """The alignment of all cells but the first."""
    return "\\ql" if table.listing else "\\qc"


def _header(table: DisplayTable, edges: list[int]) -> _RtfLine:
    styles = ["\\ql", *[_aligned(table)] * (len(table.header) - 1)]
    return _RtfLine(
        [_Cell(text, RtfCode(f"{style}\\b")) for text, style in zip(table.header, styles, strict=True)],
        edges,
        RtfCode("\\trhdr\\trkeep"),
        RtfCode("\\clbrdrt\\brdrs\\brdrw10\\clbrdrb\\brdrs\\brdrw10"),
        RtfCode("b"),
    )


def _cells(row: TableRow, texts: Sequence[str], style: str, paper: Paper, aligned: str) -> list[_Cell]:
    bold = "\\b" if row.head else ""
    first = f"\\ql\\li{twips(paper.indent * row.indent)}{bold}{style}"
    rest = [] if row.head else texts[1:]
    return [
        _Cell(rtf_breakable(texts[0]), RtfCode(first)),
        *(_Cell(rtf_breakable(text), RtfCode(aligned + style)) for text in rest),
    ]


WRITER = Writer("rtf", ("Table", "Listing", "Figure"), write)
