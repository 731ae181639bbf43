"""How all figures look: sizes of type, colours that differ in grey too, markers, dashes, panels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIZE, SMALL = 9.0, 8.0
"""Sizes of type in points; none is smaller than 8."""
GREY, LIGHT = "#5a5a5a", "#d9dee4"
SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "display",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": SIZE,
    "axes.titlesize": SIZE,
    "axes.labelsize": SIZE,
    "axes.titleweight": "bold",
    "legend.fontsize": SIZE,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "hatch.linewidth": 0.6,
}
WRAP = 150
"""Characters of a line of notes below a figure."""


@dataclass(frozen=True, slots=True)
class ColumnStyle:
    """How one column is drawn: colour, marker, dash of lines, hatch and shade of areas."""

    colour: str
    marker: str
    dash: Any
    hatch: str
    shade: str

    @property
    def line(self) -> dict[str, Any]:
        """Colour, marker and dash."""
        return {"color": self.colour, "marker": self.marker, "linestyle": self.dash}

    @property
    def area(self) -> dict[str, Any]:
        """Shade, edge and hatch."""
        return {"facecolor": self.shade, "edgecolor": self.colour, "hatch": self.hatch, "linewidth": 1.0}


# Okabe and Ito's palette, dark and light in turn: grey prints differ; so do marker, dash and hatch.
STYLES = (
    ColumnStyle("#0072B2", "o", "-", "", "#5BA3CF"),
    ColumnStyle("#C77C00", "s", "--", "////", "#FBE3B5"),
    ColumnStyle("#000000", "^", ":", "--", "#BBBBBB"),
    ColumnStyle("#3A9BD1", "D", "-.", "xxxx", "#DDEFFA"),
    ColumnStyle("#8B3A00", "v", (0, (5, 1)), "\\\\\\\\", "#F3C3A3"),
    ColumnStyle("#009E73", "P", (0, (1, 1)), "++++", "#BFE8DB"),
)


def style_of(place: int) -> ColumnStyle:
    """The style of the column at a place; styles repeat after six."""
    return STYLES[place % len(STYLES)]


def panels(figure: Figure, count: int, columns: int = 0) -> list[Axes]:
    """`count` panels of one size, row by row; a square-like grid unless `columns` says how many abreast."""
    abreast = columns or across(count)
    down = max(1, math.ceil(count / abreast))
    grid = figure.subplots(down, abreast, squeeze=False)
    every = [axes for row in grid for axes in row]
    for axes in every[count:]:
        axes.set_visible(False)
    for axes in every[:count]:
        plain(axes)
    return every[:count]


def across(count: int) -> int:
    """How many of so many panels are abreast."""
    return {1: 1, 2: 2, 3: 3, 4: 2, 5: 3, 6: 3}.get(count, 4)


def plain(axes: Axes) -> None:
    """Axes without frame, with light lines across."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color=LIGHT, linewidth=0.6)
    axes.set_axisbelow(True)


def legend_above(figure: Figure, handles: Sequence[Any] = (), columns: int = 4) -> None:
    """The legend of the whole figure above it, each label once."""
    from matplotlib.container import ErrorbarContainer

    found: dict[str, Any] = {}
    for axes in figure.axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle[0] if isinstance(handle, ErrorbarContainer) else handle)
    for handle in handles:
        found.setdefault(str(handle.get_label()), handle)
    if found:
        figure.legend(
            list(found.values()),
            list(found),
            loc="outside upper center",
            ncols=min(columns, len(found)),
            frameon=False,
            handlelength=3.0,
        )


def say(axes: Axes, text: str) -> None:
    """A text in the middle of a panel that has nothing to show."""
    axes.text(
        0.5,
        0.5,
        text,
        transform=axes.transAxes,
        ha="center",
        va="center",
        fontsize=SIZE,
        color=GREY,
        wrap=True,
    )


def nothing(axes: Axes, text: str) -> None:
    """A panel without axes that says why."""
    axes.set_axis_off()
    say(axes, text)


def wrapped(texts: Sequence[str], width: int = WRAP) -> list[str]:
    """Texts in lines of at most `width` characters, broken at blanks."""
    import textwrap

    return [line for text in texts for line in textwrap.wrap(text, width) or [""]]
