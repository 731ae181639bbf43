"""The course of each subject by visit, one panel per column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from il2cdisc.tlf.figures.data import FigureData, by_column, positions
from il2cdisc.tlf.figures.kind import FigureKind
from il2cdisc.tlf.figures.series import ticks
from il2cdisc.tlf.figures.style import panels, say, style_of
from il2cdisc.tlf.table import NO_ROWS

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(data: FigureData, figure: Figure) -> str:
    """A thin line for each subject; panels share their axes."""
    analysis = data.analyses[0]
    x = positions(analysis)
    width = max(x.values()) - min(x.values())
    every = panels(figure, len(data.labels), columns=len(data.labels))
    marks = [mark for mark in data.of(analysis) if mark.has("value")]
    for place, label, own in by_column(marks, data.labels):
        axes, style = every[place], style_of(place)
        if place:
            axes.sharey(every[0])
        subjects = dict.fromkeys(mark.path[0] for mark in own)
        for subject in subjects:
            points = [mark for mark in own if mark.path[0] == subject]
            axes.plot(
                [x[mark.path[1]] for mark in points],
                [mark["value"] for mark in points],
                color=style.colour, marker=style.marker, linestyle="-", linewidth=0.9, markersize=3.5,
                alpha=0.75,
            )  # fmt: skip
        axes.set_title(f"{data.titled(label)}, {len(subjects)} shown", loc="left")
        ticks(axes, x, width, len(data.labels))
        axes.set_xlabel(data.display.axes[0])
        if not own:
            say(axes, NO_ROWS)
    every[0].set_ylabel(data.display.axes[1])
    return f"{data.display.axes[1]} of each subject by visit, a panel for each of {', '.join(data.labels)}."


KIND = FigureKind("Individual profiles", draw)
