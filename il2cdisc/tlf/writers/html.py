"""Writes a display as one HTML file: continuous on a screen, with repeated headers on paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from il2cdisc.tlf.escape import html_environment
from il2cdisc.tlf.header import SYNTHETIC, HeaderInfo
from il2cdisc.tlf.table import DisplayTable, TableRow, shown_once
from il2cdisc.tlf.writer import Layout, Writer


@dataclass(frozen=True, slots=True)
class _HtmlLine:
    cells: tuple[str, ...]
    head: bool
    indent: int
    classes: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the index."""

    number: str
    title: str
    population: str
    page: str
    files: tuple[tuple[str, str], ...]


def write(layout: Layout) -> bytes:
    """HTML of a display, of a figure with the table of its points."""
    display, header, table = layout.display, layout.header, layout.table
    text = html_environment().get_template("display.html.j2").render(
        display=display,
        header=header,
        title=header.title(display),
        style=_style(),
        table=table,
        rows=_rows(table),
        notes=layout.page.footnotes,
        svg=Markup(layout.drawing.svg if layout.drawing else ""),  # noqa: S704 - drawn by us, not data
        data_files=layout.data_files,
    )  # fmt: skip
    return text.encode()


def write_index(entries: Sequence[Entry], header: HeaderInfo) -> bytes:
    """The page that lists all displays."""
    heading = "Tables, listings and figures"
    heading = f"{SYNTHETIC} - {heading}" if header.synthetic else heading
    page = html_environment().get_template("index.html.j2")
    return page.render(entries=entries, header=header, heading=heading, style=_style()).encode()


def _rows(table: DisplayTable) -> list[_HtmlLine]:
    texts: Iterable[tuple[str, ...]] = shown_once(table.rows, table.repeats)
    out: list[_HtmlLine] = []
    above: TableRow | None = None
    for row, cells in zip(table.rows, texts, strict=True):
        first = above is not None and row.block != above.block
        classes = " ".join(name for name, on in (("head", row.head), ("first", first)) if on)
        out.append(_HtmlLine(cells, row.head, row.indent, classes))
        above = row
    return out


@lru_cache(maxsize=1)
def _style() -> Markup:
    return Markup((Path(__file__).parents[1] / "templates" / "style.css").read_text("utf-8"))  # noqa: S704


WRITER = Writer("html", ("Table", "Listing", "Figure"), write)
