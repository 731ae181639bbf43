"""Correlations as coloured cells with their numbers: levels down, analyses across, a panel per column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from il2cdisc.base.rounding import fixed
from il2cdisc.tlf.figures.data import FigureData
from il2cdisc.tlf.figures.kind import FigureKind
from il2cdisc.tlf.figures.style import SIZE, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = "PuOr_r"
"""From purple (-1) over white (0) to orange (1), seen apart by the colour-blind; numbers tell the sign."""


def draw(data: FigureData, figure: Figure) -> str:
    """The number is in each cell; a cell without one is hatched."""
    first = data.analyses[0]
    levels = [item.name for item in first.by_levels]
    every = figure.subplots(1, len(data.labels), sharey=True, squeeze=False)[0]
    images = []
    for axes, label in zip(every, data.labels, strict=True):
        images.append(_cells(data, axes, label, levels))
        axes.set_title(data.titled(label), loc="left")
    every[0].set_yticks(range(len(levels)), [item.label for item in first.by_levels])
    figure.colorbar(images[-1], ax=list(every), label=data.display.axes[1], shrink=0.8, pad=0.01)
    figure.supxlabel(data.display.axes[0], fontsize=SIZE)
    return (
        f"{data.display.axes[1]} of {len(levels)} variables, "
        f"{', '.join(item.label or item.id for item in data.analyses)}, "
        f"a panel for each of {', '.join(data.labels)}."
    )


def _cells(data: FigureData, axes: Axes, label: str, levels: list[str]):
    place_of = {name: place for place, name in enumerate(levels)}
    table = [[float("nan")] * len(data.analyses) for _ in levels]
    for across, analysis in enumerate(data.analyses):
        for mark in data.of(analysis):
            if mark.column == label and mark.path[0] in place_of:
                table[place_of[mark.path[0]]][across] = mark["correlation"]
    axes.set_facecolor("#eeeeee")
    image = axes.imshow(table, cmap=COLOURS, vmin=-1, vmax=1, aspect="auto")
    for down, row in enumerate(table):
        for across, value in enumerate(row):
            known = value == value
            text, dark = (fixed(value, 2), abs(value) > 0.65) if known else ("NE", False)
            axes.text(
                across,
                down,
                text,
                ha="center",
                va="center",
                fontsize=SMALL,
                color="white" if dark else "black",
            )
    axes.set_xticks(range(len(data.analyses)), [item.label or item.id for item in data.analyses])
    axes.tick_params(length=0)
    return image


KIND = FigureKind("Correlation heatmap", draw)
