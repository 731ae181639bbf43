"""Writes the numbers behind a figure as CSV, in full precision."""

from __future__ import annotations

from il2cdisc.tlf.writer import Layout, Writer


def write(layout: Layout) -> bytes:
    """The data of the drawing: one line per row and column of its analyses, UTF-8, missing numbers empty."""
    return layout.drawing.data if layout.drawing else b""


WRITER = Writer("csv", ("Figure",), write, data=True)
