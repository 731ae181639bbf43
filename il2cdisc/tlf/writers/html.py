"""Writes a display as one HTML file: continuous on a screen, with repeated headers on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from il2cdisc.spec.tlf import KINDS
from il2cdisc.tlf.align import AlignedColumn, aligned_columns, blanks
from il2cdisc.tlf.escape import html_environment
from il2cdisc.tlf.header import HeaderInfo
from il2cdisc.tlf.report import HEADING
from il2cdisc.tlf.table import DisplayTable, TableRow, shown_once
from il2cdisc.tlf.typeface import text_width
from il2cdisc.tlf.writer import Layout, Writer


@dataclass(frozen=True, slots=True)
class _HtmlLine:
    cells: tuple[str, ...]
    head: bool
    indent: int
    classes: str


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A line of the index."""

    number: str
    title: str
    subtitle: str
    population: str
    kind: str
    page: str
    files: tuple[tuple[str, str], ...]


def write(layout: Layout) -> bytes:
    """HTML of a display, of a figure with the table of its points."""
    display, header, table = layout.display, layout.header, layout.table
    text = html_environment().get_template("display.html.j2").render(
        display=display,
        header=header,
        title=header.title(display),
        style=_template("style.css"),
        table=table,
        rows=_rows(table),
        notes=layout.page.notes,
        svg=Markup(layout.picture.svg if layout.picture else ""),  # noqa: S704 - drawn by us, not data
        alt=layout.picture.alt if layout.picture else "",
        data_files=layout.data_files,
    )  # fmt: skip
    return text.encode()


def write_index(
    parts: Sequence[tuple[str, Sequence[IndexEntry]]],
    documents: Sequence[tuple[str, str]],
    header: HeaderInfo,
) -> bytes:
    """The page that lists all displays by section of the report, with a search.

    `documents` are the files that hold all displays: name of the format, and file.
    """
    kinds = {entry.kind for _, entries in parts for entry in entries}
    page = html_environment().get_template("index.html.j2")
    return page.render(
        parts=parts,
        documents=documents,
        kinds=[kind for kind in KINDS if kind in kinds],
        total=sum(len(entries) for _, entries in parts),
        header=header,
        heading=header.marked(HEADING),
        style=_template("style.css"),
        script=_template("index.js"),
    ).encode()


def _rows(table: DisplayTable) -> list[_HtmlLine]:
    texts = shown_once(table.rows, table.repeats)
    columns = [_AlignedCells(column, table.listing) for column in aligned_columns(table)]
    out: list[_HtmlLine] = []
    above: TableRow | None = None
    for row, cells in zip(table.rows, texts, strict=True):
        first = above is not None and row.block != above.block
        classes = " ".join(name for name, on in (("head", row.head), ("first", first)) if on)
        shown = [column.cell(text) for column, text in zip(columns, cells, strict=True)]
        out.append(_HtmlLine(tuple(shown), row.head, row.indent, classes))
        above = row
    return out


class _AlignedCells:
    """The cells of a column, numbers one below the other; each distinct text is looked at once."""

    def __init__(self, column: AlignedColumn, listing: bool) -> None:
        self.column, self.listing = column, listing
        self.known: dict[str, str] = {}

    def cell(self, text: str) -> str:
        """The text with blanks as wide as figures; in a table on both sides, so that it can be centred."""
        found = self.known.get(text)
        if found is None:
            found = self.known[text] = self._cell(text)
        return found

    def _cell(self, text: str) -> str:
        aligned = self.column.texts.get(text)
        if aligned is None:
            return text
        after = self.column.width - aligned.lead - text_width(aligned.text, 1000)
        return blanks(aligned.lead) + aligned.text + ("" if self.listing else blanks(after))


@lru_cache(maxsize=8)
def _template(name: str) -> Markup:
    """A file of ours that is written into a page as it is."""
    return Markup((Path(__file__).parents[1] / "templates" / name).read_text("utf-8"))  # noqa: S704


WRITER = Writer("html", ("Table", "Listing", "Figure"), write)
