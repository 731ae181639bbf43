"""Shares of subjects with each term as dots, and the differences of shares with intervals beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from il2cdisc.tlf.figures.data import FigureData, Mark
from il2cdisc.tlf.figures.kind import FigureKind
from il2cdisc.tlf.figures.style import LIGHT, legend_above, plain, say, style_of
from il2cdisc.tlf.table import NO_ROWS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(data: FigureData, figure: Figure) -> str:
    """Terms down in the order of the results; a grey line leads from each term to its dots."""
    marks = data.of(data.analyses[0])
    terms = list(dict.fromkeys(mark.level for mark in marks))
    shares, differences = figure.subplots(1, 2, width_ratios=(0.5, 0.5), sharey=True)
    for axes in (shares, differences):
        plain(axes)
        axes.grid(axis="y", color=LIGHT, linewidth=0.6)
    for place, label in enumerate(data.labels):
        own = [mark for mark in marks if mark.column == label and mark.has("p")]
        shift = (place - (len(data.labels) - 1) / 2) * 0.22
        style = style_of(place)
        shares.plot(
            [mark["p"] for mark in own], [terms.index(mark.level) + shift for mark in own],
            color=style.colour, marker=style.marker, linestyle="none", markersize=6, label=data.titled(label),
        )  # fmt: skip
        _differences(differences, own, terms, shift, place)
    differences.axvline(0, color="black", linewidth=0.8)
    shares.set_yticks(range(len(terms)), terms)
    shares.set_ylim(len(terms) - 0.4, -0.6)
    shares.set_xlim(left=-1.0)
    shares.set_xlabel(data.display.axes[0])
    differences.set_xlabel(data.display.axes[1])
    if not terms:
        say(shares, NO_ROWS)
    legend_above(figure)
    return (
        f"{data.display.axes[0]} of {len(terms)} terms for each of {', '.join(data.labels)}; "
        f"beside them {data.display.axes[1]}."
    )


def _differences(axes: Axes, own: list[Mark], terms: list[str], shift: float, place: int) -> None:
    style = style_of(place)
    for mark in own:
        y = terms.index(mark.level) + shift
        if mark.has("difference", "difference_lower", "difference_upper"):
            ends = [mark["difference_lower"], mark["difference_upper"]]
            axes.plot(ends, [y, y], color=style.colour, linewidth=1.4)
            axes.plot([mark["difference"]], [y], color=style.colour, marker=style.marker, markersize=5)


KIND = FigureKind("Event dot plot", draw)
