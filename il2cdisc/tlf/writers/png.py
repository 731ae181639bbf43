"""Writes the drawing of a figure as PNG."""

from __future__ import annotations

from il2cdisc.tlf.writer import Layout, Writer


def write(layout: Layout) -> bytes:
    """The picture alone, without the page around it."""
    return layout.drawing.png if layout.drawing else b""


WRITER = Writer("png", ("Figure",), write)
