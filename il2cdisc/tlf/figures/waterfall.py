"""One bar per subject, from the largest value to the smallest, in the style of its column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from il2cdisc.tlf.figures.data import FigureData, by_column, numbers_of
from il2cdisc.tlf.figures.kind import FigureKind
from il2cdisc.tlf.figures.style import GREY, SMALL, legend_above, panels, style_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(data: FigureData, figure: Figure) -> str:
    """Bars from 0; lines at the values that the option `lines` names."""
    analysis = data.analyses[0]
    (axes,) = panels(figure, 1)
    marks = [mark for mark in data.of(analysis) if mark.has("value")]
    place_of = {mark.path[0]: place for place, mark in enumerate(marks)}
    for place, label, own in by_column(marks, data.labels):
        if own or not place:
            axes.bar(
                [place_of[mark.path[0]] for mark in own],
                [mark["value"] for mark in own],
                width=0.8, label=f"{data.titled(label)}, {len(own)} shown", **style_of(place).area,
            )  # fmt: skip
    axes.axhline(0, color="black", linewidth=0.8)
    for line in numbers_of(analysis, "lines"):
        axes.axhline(line, color=GREY, linewidth=0.9, linestyle="--")
        axes.annotate(
            f"{line:g}", (1.0, line), xycoords=axes.get_yaxis_transform(), xytext=(3, 0),
            textcoords="offset points", fontsize=SMALL, va="center", color=GREY,
        )  # fmt: skip
    axes.set_xticks([])
    axes.margins(x=0.01)
    axes.set_xlabel(data.display.axes[0])
    axes.set_ylabel(data.display.axes[1])
    legend_above(figure)
    return f"{data.display.axes[1]}, one bar for each of {len(marks)} subjects, the largest first."


KIND = FigureKind("Waterfall", draw)
