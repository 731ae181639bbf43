"""Shares of subjects who remain in the trial at each visit, with and without a result, as stacked bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from il2cdisc.tlf.figures.data import FigureData, by_column
from il2cdisc.tlf.figures.kind import FigureKind
from il2cdisc.tlf.figures.style import SIZE, SMALL, legend_above, panels, style_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(data: FigureData, figure: Figure) -> str:
    """A panel for each analysis; per visit one bar for each column, the upper part without a result."""
    from matplotlib.patches import Patch

    every = panels(figure, len(data.analyses))
    for axes, analysis in zip(every, data.analyses, strict=True):
        place_of = {item.name: place for place, item in enumerate(analysis.by_levels)}
        width = 0.8 / max(len(data.labels), 1)
        for place, _, own in by_column(data.of(analysis), data.labels):
            x = [place_of[mark.path[0]] + (place - (len(data.labels) - 1) / 2) * width for mark in own]
            style = style_of(place)
            lower = [mark["p_with"] if mark.has("p_with") else 0.0 for mark in own]
            upper = [mark["p_without"] if mark.has("p_without") else 0.0 for mark in own]
            axes.bar(x, lower, width * 0.9, **style.area)
            axes.bar(x, upper, width * 0.9, bottom=lower, facecolor="white", edgecolor=style.colour)
            for at, low, more, mark in zip(x, lower, upper, own, strict=True):
                axes.annotate(
                    f"{mark['n']:.0f}", (at, low + more), xytext=(0, 1), textcoords="offset points",
                    ha="center", va="bottom", fontsize=SMALL,
                )  # fmt: skip
        axes.set_xticks(list(place_of.values()), list(place_of))
        axes.set_ylim(0, 110)
        if len(every) > 1:
            axes.set_title(analysis.label or analysis.id, loc="left")
    handles = [
        Patch(label=f"{data.titled(label)}, with result (n above the bar)", **style_of(i).area)
        for i, label in enumerate(data.labels)
    ]
    without = Patch(facecolor="white", edgecolor="black", label="in the trial, no result")
    legend_above(figure, [*handles, without], columns=3)
    figure.supxlabel(data.display.axes[0], fontsize=SIZE)
    figure.supylabel(data.display.axes[1], fontsize=SIZE)
    return f"{data.display.axes[1]} by visit, one bar for each of {', '.join(data.labels)}."


KIND = FigureKind("Availability by visit", draw)
