"""Peaks of liver tests against one another on logarithmic axes, with the lines of the quadrants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from il2cdisc.base.numbers import read_number
from il2cdisc.tlf.figures.data import FigureData, by_column
from il2cdisc.tlf.figures.kind import FigureKind
from il2cdisc.tlf.figures.style import GREY, SMALL, legend_above, panels, say, style_of
from il2cdisc.tlf.table import NO_ROWS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINES = {"cut_x": "3", "cut_y": "2"}
TICKS = (0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 50, 100)


def draw(data: FigureData, figure: Figure) -> str:
    """A point for each subject; a ring where both peaks are high and within the days of one another."""
    from matplotlib.lines import Line2D

    analysis = data.analyses[0]
    (axes,) = panels(figure, 1)
    cut_x, cut_y = (read_number(analysis.options.get(name, text)).value for name, text in LINES.items())
    marks = [mark for mark in data.of(analysis) if mark.has("x", "y")]
    axes.set_xscale("log")
    axes.set_yscale("log")
    for place, _, own in by_column(marks, data.labels):
        style = style_of(place)
        axes.plot(
            [mark["x"] for mark in own], [mark["y"] for mark in own],
            color=style.colour, marker=style.marker, linestyle="none", markersize=5,
            markerfacecolor=style.shade,
            label=data.titled(data.labels[place]) if data.labels[place] in data.arms else "_",
        )  # fmt: skip
        near = [m for m in own if m["within"] == 1 and m["x"] >= cut_x and m["y"] >= cut_y]
        axes.plot(
            [mark["x"] for mark in near], [mark["y"] for mark in near],
            color="black", marker="o", linestyle="none", markersize=12, fillstyle="none",
        )  # fmt: skip
    axes.axvline(cut_x, color=GREY, linewidth=1.0, linestyle="--")
    axes.axhline(cut_y, color=GREY, linewidth=1.0, linestyle="--")
    axes.annotate(
        f"{cut_x:g} ×", (cut_x, 1.0), xycoords=axes.get_xaxis_transform(), xytext=(3, -2),
        textcoords="offset points", va="top", fontsize=SMALL, color=GREY,
    )  # fmt: skip
    axes.annotate(
        f"{cut_y:g} ×", (0.0, cut_y), xycoords=axes.get_yaxis_transform(), xytext=(4, 3),
        textcoords="offset points", fontsize=SMALL, color=GREY,
    )  # fmt: skip
    high = max([cut_x * 1.6, cut_y * 1.6, *(m["x"] * 1.2 for m in marks), *(m["y"] * 1.2 for m in marks)])
    low = min([0.1, *(mark["x"] for mark in marks), *(mark["y"] for mark in marks)]) * 0.9
    _scale(axes, low, high)
    if not marks:
        say(axes, NO_ROWS)
    ring = Line2D(
        [], [], color="black", marker="o", linestyle="none", markersize=10, fillstyle="none",
        label=f"both high within {analysis.options.get('days', '30')} days",
    )  # fmt: skip
    axes.set_xlabel(data.display.axes[0])
    axes.set_ylabel(data.display.axes[1])
    legend_above(figure, [ring])
    return (
        f"{data.display.axes[1]} against {data.display.axes[0]}, a point for each of {len(marks)} subjects; "
        f"lines at {cut_x:g} and {cut_y:g}."
    )


def _scale(axes: Axes, low: float, high: float) -> None:
    axes.set_xlim(low, high)
    axes.set_ylim(low, high)
    shown = [tick for tick in TICKS if low <= tick <= high]
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks(shown, [f"{tick:g}" for tick in shown])
        axis.set_ticks([], minor=True)


KIND = FigureKind("Liver screening", draw)
