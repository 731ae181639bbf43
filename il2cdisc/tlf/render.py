"""Displays as files: RTF and HTML of each, a figure's data as CSV, and the page that lists them all."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from il2cdisc.spec.tlf import Display
from il2cdisc.tlf.header import HeaderInfo
from il2cdisc.tlf.layout import lay_out
from il2cdisc.tlf.writers.html import Entry, write_html, write_index
from il2cdisc.tlf.writers.rtf import Picture, picture_room, write_figure, write_table

_TWIPS = 1440


def render(display: Display, results: pd.DataFrame, header: HeaderInfo) -> dict[str, bytes]:
    """The files of one display by name, made from the results dataset and the display's description alone."""
    if display.kind == "Figure":
        return _figure(display, results, header)
    table = lay_out(display, results)
    name = file_name(display)
    return {
        f"{name}.rtf": write_table(display, table, header),
        f"{name}.html": write_html(display, table, header),
    }


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
            f"{file_name(display)}.html",
            tuple((kind.upper(), f"{file_name(display)}.{kind}") for kind in _formats(display)),
        )
        for display in displays
    ]
    return {"index.html": write_index(entries, header)}


def file_name(display: Display) -> str:
    """The display's id in lower case."""
    return display.id.lower()


def _formats(display: Display) -> tuple[str, ...]:
    return ("html", "rtf", "csv") if display.kind == "Figure" else ("html", "rtf")


def _figure(display: Display, results: pd.DataFrame, header: HeaderInfo) -> dict[str, bytes]:
    from il2cdisc.tlf import figure as drawing

    name = file_name(display)
    series = drawing.points(display, results)
    table = drawing.data_table(display, series)
    width, height = picture_room(display, header, table.notes)
    drawn = drawing.draw(display, results, width=width / _TWIPS, height=height / _TWIPS)
    picture = Picture(drawing.png(drawn), width, height)
    page = write_html(display, table, header, svg=drawing.svg(drawn), data_file=f"{name}.csv")
    return {
        f"{name}.rtf": write_figure(display, picture, table, header),
        f"{name}.html": page,
        f"{name}.csv": drawing.data_csv(series),
    }
