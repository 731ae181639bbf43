"""Writes the drawing of a figure as SVG."""

from __future__ import annotations

from il2cdisc.tlf.writer import Layout, Writer

HEAD = '<?xml version="1.0" encoding="utf-8" standalone="no"?>\n'


def write(layout: Layout) -> bytes:
    """The drawing alone, without the page around it; UTF-8."""
    return (HEAD + layout.drawing.svg).encode() if layout.drawing else b""


WRITER = Writer("svg", ("Figure",), write)
