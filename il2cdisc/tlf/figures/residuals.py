"""Observed against predicted values, and standardised residuals against normal quantiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from il2cdisc.tlf.figures.data import FigureData, by_column
from il2cdisc.tlf.figures.kind import FigureKind
from il2cdisc.tlf.figures.style import GREY, legend_above, panels, say, style_of
from il2cdisc.tlf.table import NO_ROWS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLOTS = (
    ("predicted", "observed", "Predicted value", "Observed value"),
    ("quantile", "standardised", "Normal quantile", "Standardised residual"),
)


def draw(data: FigureData, figure: Figure) -> str:
    """Two panels, each with the line on which the points of a perfect model are."""
    every = panels(figure, len(PLOTS))
    marks = [mark for mark in data.of(data.analyses[0]) if mark.has("observed")]
    for axes, (x, y, below, beside) in zip(every, PLOTS, strict=True):
        for place, label, own in by_column(marks, data.labels):
            style = style_of(place)
            if own:
                axes.plot(
                    [mark[x] for mark in own], [mark[y] for mark in own], label=data.titled(label),
                    color=style.colour, marker=style.marker, linestyle="none", markersize=4.5,
                    markerfacecolor=style.shade, alpha=0.85,
                )  # fmt: skip
        axes.set_xlabel(below)
        axes.set_ylabel(beside)
        if marks:
            _diagonal(axes)
        else:
            say(axes, NO_ROWS)
    legend_above(figure)
    return (
        f"Observed against predicted values, and normal quantiles of the residuals, of {len(marks)} records."
    )


def _diagonal(axes: Axes) -> None:
    low = max(axes.get_xlim()[0], axes.get_ylim()[0])
    high = min(axes.get_xlim()[1], axes.get_ylim()[1])
    axes.plot([low, high], [low, high], color=GREY, linewidth=0.9, zorder=0)


KIND = FigureKind("Residuals", draw)
