"""Displays as files: each in every format that it has a writer for, and the page that lists them all."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from il2cdisc.spec.tlf import Display
from il2cdisc.tlf.figure import Drawing, draw
from il2cdisc.tlf.header import HeaderInfo
from il2cdisc.tlf.layout import lay_out
from il2cdisc.tlf.pages import Page, page_of
from il2cdisc.tlf.writer import Layout
from il2cdisc.tlf.writers import writers_of
from il2cdisc.tlf.writers.html import Entry, write_index


def render(display: Display, results: pd.DataFrame, header: HeaderInfo) -> dict[str, bytes]:
    """The files of one display by name, made from the results dataset and the display's description alone."""
    layout = layout_of(display, results, header)
    return {_file(display, writer.suffix): writer.write(layout) for writer in writers_of(display.kind)}


def layout_of(display: Display, results: pd.DataFrame, header: HeaderInfo) -> Layout:
    """A display as writers are given it."""
    table = lay_out(display, results)
    page = page_of(display, header, table.notes)
    drawing = _drawing(display, results, page) if display.kind == "Figure" else None
    data = tuple(
        (writer.suffix, _file(display, writer.suffix)) for writer in writers_of(display.kind) if writer.data
    )
    return Layout(display, header, page, table, drawing, data)


def render_all(displays: Sequence[Display], results: pd.DataFrame, header: HeaderInfo) -> dict[str, bytes]:
    """The files of all displays, and the page that lists them, by name."""
    files = render_index(displays, header)
    for display in displays:
        files |= render(display, results, header)
    return files


def render_index(displays: Sequence[Display], header: HeaderInfo) -> dict[str, bytes]:
    """`index.html`, the list of all displays."""
    entries = [
        Entry(
            display.full_number,
            header.title(display),
            display.population,
            _file(display, "html"),
            tuple(
                (writer.suffix.upper(), _file(display, writer.suffix)) for writer in writers_of(display.kind)
            ),
        )
        for display in displays
    ]
    return {"index.html": write_index(entries, header)}


def file_name(display: Display) -> str:
    """The display's id in lower case."""
    return display.id.lower()


def _file(display: Display, suffix: str) -> str:
    return f"{file_name(display)}.{suffix}"


def _drawing(display: Display, results: pd.DataFrame, page: Page) -> Drawing:
    """The figure as large as its page has room for, with a little white below it."""
    return draw(display, results, width=page.paper.body_width, height=page.body - 10.0)
