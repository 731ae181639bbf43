"""A figure as SVG and PNG, drawn from the results by its kind; the same bytes each time."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from il2cdisc.spec.tlf import Display
from il2cdisc.tlf.figures import all_figures
from il2cdisc.tlf.figures.data import FigureData
from il2cdisc.tlf.figures.style import GREY, SETTINGS, SMALL, nothing, wrapped
from il2cdisc.tlf.table import NO_ROWS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 200
COMPRESSION = 4
"""Of 1 to 9: from here on a file of lines and letters gets no smaller, and takes longer."""
SHELL = "The figure is drawn when there are data."
LINE = 11.0
"""Height of a line of notes below a figure, in points."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure as it is drawn: SVG and PNG, the size at which it is shown in points, and what is behind it.

    `data` is the CSV of the numbers that were drawn; `alt` says in words what the figure shows.
    """

    svg: str
    png: bytes
    width: float
    height: float
    data: bytes = b""
    alt: str = ""


def prepare() -> None:
    """Import what figures need, before they are due: matplotlib takes half a second."""
    import matplotlib.backends.backend_agg
    import matplotlib.backends.backend_svg
    import matplotlib.figure  # noqa: F401

    all_figures()


def draw(display: Display, results: pd.DataFrame, *, width: float, height: float, mark: str = "") -> Drawing:
    """The figure, `width` by `height` points; `mark` is written into its lower right corner.

    A figure without results says so.
    """
    import matplotlib
    from matplotlib.figure import Figure

    data = FigureData(display, results)
    with matplotlib.rc_context(SETTINGS):
        size = (_twentieths(width) / 1440, _twentieths(height) / 1440)
        figure = Figure(figsize=size, dpi=DPI, layout="constrained")
        lines = wrapped(data.notes)
        _foot(figure, lines, mark, height)
        if data.empty or data.shell:
            alt = SHELL if data.shell else NO_ROWS
            nothing(figure.add_subplot(), alt)
        else:
            alt = all_figures()[display.analyses[0].method].draw(data, figure)
        _lay_out(figure)
        image, drawn = png(figure), svg(figure)
    return Drawing(drawn, image, width, height, data.csv(), f"{display.full_number}. {alt}")


def _lay_out(figure: Figure) -> None:
    """Place the panels, once, so that both files show the same.

    The solver behind the layout adds terms in the order of memory addresses: the last bits of a place differ
    from run to run, and ids of SVG are made of them. Hence places of nine decimals.
    """
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine("none")
    for axes in figure.axes:
        for which in ("original", "active"):
            left, bottom, width, height = (
                round(part, 9) for part in axes.get_position(original=which == "original").bounds
            )
            axes.set_position((left, bottom, width, height), which=which)


def _foot(figure: Figure, lines: list[str], mark: str, height: float) -> None:
    """Notes at the left and the mark at the right below all panels."""
    depth = max(len(lines), 1 if mark else 0) * LINE
    engine = figure.get_layout_engine()
    if depth and engine is not None:
        engine.set(rect=(0.0, depth / height, 1.0, 1.0 - depth / height))  # pyright: ignore[reportCallIssue]
    for place, line in enumerate(reversed(lines)):
        figure.text(0.005, (place * LINE + 2.0) / height, line, fontsize=SMALL, va="bottom")
    if mark:
        figure.text(0.995, 2.0 / height, mark, fontsize=SMALL, ha="right", va="bottom", color=GREY)


def _twentieths(points: float) -> int:
    """Points as whole twentieths, so that a size is exact."""
    return round(points * 20)


def svg(figure: Figure) -> str:
    """The figure as an SVG element (no XML head), without clock or random ids.

    The canvas is asked itself: `savefig` draws each figure twice.
    """
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    out = io.StringIO()
    FigureCanvasSVG(figure).print_svg(out, metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    return "\n".join(line.rstrip() for line in text[text.index("<svg") :].splitlines()) + "\n"


def png(figure: Figure) -> bytes:
    """The figure as PNG, without clock or software name; opaque, as paper is, which is smaller, too."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    out = io.BytesIO()
    size = canvas.get_width_height()
    image = Image.frombuffer("RGBA", size, bytes(canvas.buffer_rgba()), "raw", "RGBA", 0, 1).convert("RGB")
    image.save(out, format="png", dpi=(DPI, DPI), compress_level=COMPRESSION)
    return out.getvalue()
