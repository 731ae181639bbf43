"""Importance of variables as bars with limits, one panel per column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from il2cdisc.tlf.figures.data import FigureData
from il2cdisc.tlf.figures.kind import FigureKind
from il2cdisc.tlf.figures.style import GREY, LIGHT, SIZE, panels, say, style_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

IMPORTANT = 1.0
"""From here on a variable is taken as important."""


def draw(data: FigureData, figure: Figure) -> str:
    """Variables down, in the order of the first panel that has them, the most important first."""
    analysis = data.analyses[0]
    names = {item.name: item.label for item in (*analysis.variables, *analysis.by_levels)}
    marks = [mark for mark in data.of(analysis) if mark.variable]
    every = panels(figure, len(data.labels), columns=len(data.labels))
    order = _order(data, marks)
    for place, (axes, label) in enumerate(zip(every, data.labels, strict=True)):
        own = {mark.level or mark.variable: mark for mark in marks if mark.column == label}
        shown = [(down, own[name]) for down, name in enumerate(order) if name in own]
        shown = [(down, mark) for down, mark in shown if mark.has("importance")]
        axes.grid(visible=False)
        axes.grid(axis="x", color=LIGHT, linewidth=0.6)
        axes.barh(
            [down for down, _ in shown],
            [mark["importance"] for _, mark in shown],
            0.7,
            **style_of(place).area,
        )
        for down, mark in shown:
            if mark.has("importance_lower", "importance_upper"):
                ends = [mark["importance_lower"], mark["importance_upper"]]
                axes.plot(ends, [down, down], color="black", linewidth=1.0)
        axes.axvline(IMPORTANT, color=GREY, linewidth=0.9, linestyle="--")
        axes.set_ylim(len(order) - 0.4, -0.6)
        axes.set_title(data.titled(label), loc="left")
        axes.set_yticks(range(len(order)), [names.get(name, name) for name in order] if not place else [])
        if not shown:
            say(axes, next((error for mark in own.values() for error in mark.errors.values() if error), ""))
    figure.supxlabel(data.display.axes[0], fontsize=SIZE)
    return f"{data.display.axes[0]} of {len(order)} variables, a panel for each of {', '.join(data.labels)}."


def _order(data: FigureData, marks: list) -> list[str]:
    """The variables by importance in the column of all subjects, else in the first that has a model."""
    totals = [label for label in data.labels if label not in data.arms]
    for label in (*totals, *data.labels):
        own = [mark for mark in marks if mark.column == label and mark.has("importance")]
        if own:
            return [
                mark.level or mark.variable for mark in sorted(own, key=lambda m: (-m["importance"], m.row))
            ]
    return list(dict.fromkeys(mark.level or mark.variable for mark in marks))


KIND = FigureKind("Importance bars", draw)
