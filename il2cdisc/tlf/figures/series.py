"""Means with bars of one standard error by visit, one line per column, one panel per analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from il2cdisc.spec.tlf import DisplayAnalysis
from il2cdisc.tlf.figures.data import FigureData, by_column, positions
from il2cdisc.tlf.figures.kind import FigureKind
from il2cdisc.tlf.figures.style import SMALL, across, legend_above, panels, say, style_of
from il2cdisc.tlf.table import NO_ROWS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_COUNTED = 6
"""Panels that have room for the numbers of subjects below the axis."""


def draw(data: FigureData, figure: Figure) -> str:
    """A panel for each analysis, with n below each visit; values at one visit are a little apart."""
    every = panels(figure, len(data.analyses))
    single = len(every) == 1
    for axes, analysis in zip(every, data.analyses, strict=True):
        _lines(data, analysis, axes)
        if not single:
            axes.set_title(analysis.label or analysis.id, loc="left")
        if len(every) <= MOST_COUNTED:
            _counts(data, analysis, axes, named=single)
    _name_axes(data, figure, every)
    legend_above(figure)
    visits = ", ".join(item.name for item in data.analyses[0].by_levels)
    return f"{data.display.axes[1]} at {visits}, one line for each of {', '.join(data.labels)}."


def _name_axes(data: FigureData, figure: Figure, every: list[Axes]) -> None:
    x, y = data.display.axes
    if len(every) == 1:
        every[0].set_xlabel(x)
        every[0].set_ylabel(y)
    else:
        figure.supxlabel(x, fontsize=9)
        figure.supylabel(y, fontsize=9)


def _lines(data: FigureData, analysis: DisplayAnalysis, axes: Axes) -> None:
    x = positions(analysis)
    width = max(x.values(), default=0.0) - min(x.values(), default=0.0)
    marks = data.of(analysis)
    if not any(mark.has("mean") for mark in marks):
        say(axes, NO_ROWS)
    for place, label, own in by_column(marks, data.labels):
        own = [mark for mark in own if mark.has("mean") and mark.path[0] in x]
        shift = (place - (len(data.labels) - 1) / 2) * width * 0.008
        axes.errorbar(
            [x[mark.path[0]] + shift for mark in own],
            [mark["mean"] for mark in own],
            yerr=[mark["se"] if mark.has("se") else 0.0 for mark in own],
            label=data.titled(label), **style_of(place).line, linewidth=1.6, markersize=5, capsize=3,
        )  # fmt: skip
    ticks(axes, x, width, across(len(data.analyses)))


def ticks(axes: Axes, x: dict[str, float], width: float, abreast: int = 1) -> None:
    """Names of the visits; those that would run into the one before are on a second line.

    `abreast` panels share the width of the figure.
    """
    names: list[str] = []
    last, low = float("-inf"), False
    for name, place in x.items():
        low = width > 0 and (place - last) / width < 0.011 * abreast * (len(name) + 1) and not low
        names.append(f"\n{name}" if low else name)
        last = place
    axes.set_xticks(list(x.values()), names)


def _counts(data: FigureData, analysis: DisplayAnalysis, axes: Axes, *, named: bool) -> None:
    """Numbers of subjects below the axis, a line a column."""
    x = positions(analysis)
    for place, label, own in by_column(data.of(analysis), data.labels):
        offset = -34.0 - 10.0 * place - (14.0 if named else 0.0)
        text = label if named else ("n" if place == 0 else "")
        colour = style_of(place).colour
        axes.annotate(
            text, (0.0, 0.0), xytext=(-6, offset), xycoords="axes fraction", textcoords="offset points",
            ha="right", va="center", fontsize=SMALL, color=colour,
        )  # fmt: skip
        for mark in own:
            if mark.path[0] in x:
                axes.annotate(
                    f"{mark['n']:.0f}", (x[mark.path[0]], 0.0), xytext=(0, offset),
                    xycoords=axes.get_xaxis_transform(), textcoords="offset points",
                    ha="center", va="center", fontsize=SMALL, color=colour,
                )  # fmt: skip


KIND = FigureKind("Series", draw)
