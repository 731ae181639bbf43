"""Boxes by visit, one per column, with whiskers, means and values beyond; one panel per analysis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from il2cdisc.spec.tlf import DisplayAnalysis
from il2cdisc.tlf.figures.data import FigureData, Mark, by_column
from il2cdisc.tlf.figures.kind import FigureKind
from il2cdisc.tlf.figures.style import SIZE, SMALL, across, legend_above, panels, say, style_of
from il2cdisc.tlf.table import NO_ROWS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


ROOM = 125
"""Characters of the names of visits that the width of a figure has room for."""


def draw(data: FigureData, figure: Figure) -> str:
    """Visits at equal distances, the boxes of the columns next to one another."""
    from matplotlib.patches import Patch

    every = panels(figure, len(data.analyses))
    for axes, analysis in zip(every, data.analyses, strict=True):
        _boxes(data, analysis, axes)
        if len(every) > 1:
            axes.set_title(analysis.label or analysis.id, loc="left")
    handles = [Patch(label=data.titled(label), **style_of(i).area) for i, label in enumerate(data.labels)]
    legend_above(figure, handles)
    if len(every) == 1:
        every[0].set_xlabel(data.display.axes[0])
        every[0].set_ylabel(data.display.axes[1])
    else:
        figure.supxlabel(data.display.axes[0], fontsize=SIZE)
        figure.supylabel(data.display.axes[1], fontsize=SIZE)
    return (
        f"{data.display.axes[1]}: median, quartiles and whiskers by visit, "
        f"one box for each of {', '.join(data.labels)}."
    )


def _boxes(data: FigureData, analysis: DisplayAnalysis, axes: Axes) -> None:
    place_of = {item.name: place for place, item in enumerate(analysis.by_levels)}
    width = 0.8 / max(len(data.labels), 1)
    marks = data.of(analysis)
    if not any(mark.has("median") for mark in marks):
        say(axes, NO_ROWS)
    for place, _, own in by_column(marks, data.labels):
        shift = (place - (len(data.labels) - 1) / 2) * width
        _box(axes, [(place_of[mark.path[-1]] + shift, mark) for mark in own], width * 0.8, place)
    room = ROOM / across(len(data.analyses)) / max(len(place_of), 1)
    narrow = max(map(len, place_of), default=0) > room
    axes.set_xticks(list(place_of.values()), [_short(name, narrow) for name in place_of])
    axes.set_xlim(-0.6, len(place_of) - 0.4)


def _short(name: str, narrow: bool) -> str:
    """The name of a visit, where there is little room a word a line."""
    return name.replace(" ", "\n") if narrow else name


def _box(axes: Axes, own: Sequence[tuple[float, Mark]], width: float, place: int) -> None:
    """The boxes of one column, each at its x."""
    style = style_of(place)
    far = [(x, mark["outside"]) for x, mark in own if mark.has("outside")]
    axes.plot(
        [x for x, _ in far], [y for _, y in far],
        color=style.colour, marker=style.marker, linestyle="none", markersize=3.0, fillstyle="none",
    )  # fmt: skip
    boxes = [(x, mark) for x, mark in own if mark.has("median")]
    for x, mark in own:
        if "n" in mark.values and not mark.has("median"):
            axes.annotate("n=0", (x, 0.02), xycoords=axes.get_xaxis_transform(), ha="center", fontsize=SMALL)
    if not boxes:
        return
    x = [place for place, _ in boxes]
    q1, q3, low, high, median, mean = (
        [mark[name] for _, mark in boxes]
        for name in ("q1", "q3", "whisker_low", "whisker_high", "median", "mean")
    )
    axes.bar(x, [end - start for start, end in zip(q1, q3, strict=True)], width, bottom=q1, **style.area)
    for start, end in ((q1, low), (q3, high)):
        axes.vlines(x, start, end, colors=style.colour, linewidth=1.0)
        axes.hlines(end, [at - width / 4 for at in x], [at + width / 4 for at in x], colors=style.colour)
    left, right = [at - width / 2 for at in x], [at + width / 2 for at in x]
    axes.hlines(median, left, right, colors="black", linewidth=1.6)
    axes.plot(x, mean, color="black", marker=style.marker, linestyle="none", markersize=3.5, fillstyle="none")


KIND = FigureKind("Box plot", draw)
