"""Two values of each subject against one another, with a line per column; one panel per analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from il2cdisc.spec.tlf import DisplayAnalysis
from il2cdisc.tlf.figures.data import FigureData, by_column, numbers_of
from il2cdisc.tlf.figures.kind import FigureKind
from il2cdisc.tlf.figures.style import GREY, SIZE, SMALL, legend_above, panels, say, style_of
from il2cdisc.tlf.table import NO_ROWS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(data: FigureData, figure: Figure) -> str:
    """Points of each column, its fitted line, and its correlation in the corner."""
    every = panels(figure, len(data.analyses))
    for axes, analysis in zip(every, data.analyses, strict=True):
        _points(data, analysis, axes)
        if len(every) > 1:
            axes.set_title(analysis.label or analysis.id, loc="left")
    x, y = data.display.axes
    if len(every) == 1:
        every[0].set_xlabel(x)
        every[0].set_ylabel(y)
    else:
        figure.supxlabel(x, fontsize=SIZE)
        figure.supylabel(y, fontsize=SIZE)
    legend_above(figure)
    return f"{y} against {x}, one point for each subject of {', '.join(data.arms)}."


def _points(data: FigureData, analysis: DisplayAnalysis, axes: Axes) -> None:
    marks = data.of(analysis)
    if not any(mark.has("x") for mark in marks):
        say(axes, NO_ROWS)
    texts: list[str] = []
    for place, label, own in by_column(marks, data.labels):
        style = style_of(place)
        points = [mark for mark in own if mark.has("x", "y")]
        if points or label in data.arms:
            axes.plot(
                [mark["x"] for mark in points],
                [mark["y"] for mark in points],
                color=style.colour, marker=style.marker, linestyle="none", markersize=4.5, alpha=0.8,
                markerfacecolor=style.shade, label=data.titled(label),
            )  # fmt: skip
        for mark in own:
            if mark.has("from_x", "to_x"):
                axes.plot(
                    [mark["from_x"], mark["to_x"]],
                    [mark["from_y"], mark["to_y"]],
                    color=style.colour, linestyle=style.dash, linewidth=1.4,
                    label="_" if label in data.arms else data.titled(label),
                )  # fmt: skip
            if mark.has("correlation") and len(data.analyses) == 1:
                texts.append(f"{label}: r = {mark['correlation']:.2f} (n = {mark['n']:.0f})")
    if analysis.options.get("fit") == "identity" and marks:
        _identity(axes)
    for line in numbers_of(analysis, "lines_x"):
        axes.axvline(line, color=GREY, linewidth=0.9, linestyle="--")
    for line in numbers_of(analysis, "lines_y"):
        axes.axhline(line, color=GREY, linewidth=0.9, linestyle="--")
    if texts:
        axes.text(
            0.99, 0.98, "\n".join(texts), transform=axes.transAxes, ha="right", va="top", fontsize=SMALL,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8},
        )  # fmt: skip


def _identity(axes: Axes) -> None:
    """The line of no change, over the range of both axes."""
    low = min(axes.get_xlim()[0], axes.get_ylim()[0])
    high = max(axes.get_xlim()[1], axes.get_ylim()[1])
    axes.plot([low, high], [low, high], color=GREY, linewidth=0.9, linestyle="-", zorder=0)
    axes.set_xlim(low, high)
    axes.set_ylim(low, high)


KIND = FigureKind("Scatter", draw)
