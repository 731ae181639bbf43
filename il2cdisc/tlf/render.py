"""Displays as files: each in every format that it has a writer for, and the page that lists them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import pandas as pd

from il2cdisc.base.columns import CodedTable
from il2cdisc.spec.tlf import Display
from il2cdisc.tlf.figure import Drawing, draw
from il2cdisc.tlf.header import SYNTHETIC, HeaderInfo
from il2cdisc.tlf.layout import lay_out
from il2cdisc.tlf.looked import REGISTER, content_hash, register
from il2cdisc.tlf.pages import Page, page_of
from il2cdisc.tlf.report import sections
from il2cdisc.tlf.writer import DocumentFormat, Layout, Written
from il2cdisc.tlf.writers import all_writers, writers_of
from il2cdisc.tlf.writers.html import IndexEntry, write_index

NOTHING_LISTED: Mapping[str, CodedTable] = MappingProxyType({})
DOCUMENT = "all-displays"
"""The name of the files that hold all displays; there are none of a single display."""


def render(
    display: Display, results: pd.DataFrame, header: HeaderInfo, listed: CodedTable | None = None
) -> dict[str, bytes]:
    """The files of one display by name, made from the results dataset and the display's description alone;
    of a listing from the table that it shows."""
    return _files(layout_of(display, results, header, listed))


def layout_of(
    display: Display, results: pd.DataFrame, header: HeaderInfo, listed: CodedTable | None = None
) -> Layout:
    """A display as writers are given it."""
    table = lay_out(display, results, listed)
    page = page_of(display, header, table.notes)
    drawing = _drawing(display, results, page, header) if display.kind == "Figure" else None
    data = tuple(
        (writer.suffix, _file(display, writer.suffix)) for writer in writers_of(display.kind) if writer.data
    )
    return Layout(display, header, page, table, drawing, data)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one display gives: its files by name, what each document takes of it by suffix, and its hash."""

    files: dict[str, bytes]
    parts: dict[str, Written]
    hash: str


def rendered(
    display: Display, results: pd.DataFrame, header: HeaderInfo, listed: CodedTable | None = None
) -> Rendered:
    """The files of one display, and its parts of the documents."""
    layout = layout_of(display, results, header, listed)
    files = _files(layout)
    parts = {
        writer.suffix: _part(layout, files[_file(display, writer.suffix)], writer.document)
        for writer in writers_of(display.kind)
        if writer.document
    }
    return Rendered(files, parts, content_hash(layout.table, layout.page))


def _part(layout: Layout, content: bytes, document: DocumentFormat) -> Written:
    own = document.part(layout) if document.part else content
    return Written(layout.display, layout.title, len(layout.sheets), own)


def tasks(
    displays: Sequence[Display],
    results: pd.DataFrame,
    header: HeaderInfo,
    listed: Mapping[str, CodedTable] = NOTHING_LISTED,
) -> list[Callable[[], Rendered]]:
    """What is to be done for each display; each task is independent of the others."""
    parts = dict(iter(results.groupby("display", sort=False)))  # once, not for each display
    nothing = results.iloc[:0]
    return [
        partial(rendered, display, parts.get(display.id, nothing), header, listed.get(display.id))
        for display in displays
    ]


def render_all(
    displays: Sequence[Display],
    results: pd.DataFrame,
    header: HeaderInfo,
    listed: Mapping[str, CodedTable] = NOTHING_LISTED,
) -> dict[str, bytes]:
    """The files of all displays, the documents of all of them, their list and their register, by name."""
    return assembled(displays, [task() for task in tasks(displays, results, header, listed)], header)


def assembled(displays: Sequence[Display], done: Sequence[Rendered], header: HeaderInfo) -> dict[str, bytes]:
    """The files of all displays that are rendered, and those of all of them together, by name."""
    files = render_index(displays, header)
    for one in done:
        files |= one.files
    return (
        files | _documents(done, header) | {REGISTER: register(displays, [one.hash for one in done], header)}
    )


def render_index(displays: Sequence[Display], header: HeaderInfo) -> dict[str, bytes]:
    """`index.html`, the list of all displays by section of the report."""
    parts = [
        (part.title, [_entry(display, header) for display in part.displays]) for part in sections(displays)
    ]
    documents = [(suffix.upper(), f"{DOCUMENT}.{suffix}") for suffix in _document_suffixes(len(displays))]
    return {"index.html": write_index(parts, documents, header)}


def file_name(display: Display) -> str:
    """The display's id in lower case."""
    return display.id.lower()


def _entry(display: Display, header: HeaderInfo) -> IndexEntry:
    files = [(writer.suffix.upper(), _file(display, writer.suffix)) for writer in writers_of(display.kind)]
    return IndexEntry(
        display.full_number, header.title(display), display.subtitle, display.population,
        display.kind, _file(display, "html"), tuple(files),
    )  # fmt: skip


def _files(layout: Layout) -> dict[str, bytes]:
    display = layout.display
    return {_file(display, writer.suffix): writer.write(layout) for writer in writers_of(display.kind)}


def _documents(done: Sequence[Rendered], header: HeaderInfo) -> dict[str, bytes]:
    """The file of all displays in each format that has one."""
    wanted = _document_suffixes(len(done))
    return {
        f"{DOCUMENT}.{writer.suffix}": writer.document.write(
            [one.parts[writer.suffix] for one in done if writer.suffix in one.parts], header
        )
        for writer in all_writers()
        if writer.document and writer.suffix in wanted
    }


def _document_suffixes(displays: int) -> list[str]:
    return [writer.suffix for writer in all_writers() if writer.document is not None and displays > 1]


def _file(display: Display, suffix: str) -> str:
    return f"{file_name(display)}.{suffix}"


def _drawing(display: Display, results: pd.DataFrame, page: Page, header: HeaderInfo) -> Drawing:
    """The figure as large as its page has room for, with a little white below it."""
    mark = f"{SYNTHETIC} · {display.id}" if header.synthetic else display.id
    return draw(display, results, width=page.paper.body_width, height=page.body - 10.0, mark=mark)
