"""Kaplan-Meier curves with censorings, and the subjects at risk below the axis."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from il2cdisc.base.numbers import read_number
from il2cdisc.tlf.figures.data import FigureData, Mark, by_column
from il2cdisc.tlf.figures.kind import FigureKind
from il2cdisc.tlf.figures.style import SMALL, legend_above, panels, say, style_of
from il2cdisc.tlf.table import NO_ROWS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(data: FigureData, figure: Figure) -> str:
    """Steps from time 0, a tick at each censoring, light limits; at risk at the times of Levels."""
    from matplotlib.lines import Line2D

    analysis = data.analyses[0]
    (axes,) = panels(figure, 1)
    marks = [mark for mark in data.of(analysis) if mark.has("time")]
    if not any(mark.has("survival") for mark in marks):
        say(axes, NO_ROWS)
    for place, label, own in by_column(marks, data.labels):
        _curve(axes, own, place, data.titled(label))
    asked = [read_number(item.name).value for item in analysis.levels]
    if asked:
        axes.set_xticks(asked)
    axes.set_xlim(left=0)
    axes.set_ylim(-2, 102)
    _at_risk(data, marks, asked, axes)
    axes.set_xlabel(data.display.axes[0])
    axes.set_ylabel(data.display.axes[1])
    censored = Line2D([], [], color="black", marker="|", linestyle="none", markersize=8, label="censored")
    legend_above(figure, [censored])
    return (
        f"{data.display.axes[1]} over {data.display.axes[0]}, one curve for each of {', '.join(data.labels)}."
    )


def _curve(axes: Axes, own: list[Mark], place: int, label: str) -> None:
    shown = [mark for mark in own if mark.has("survival")]
    times, heights = [mark["time"] for mark in shown], [mark["survival"] for mark in shown]
    style = style_of(place)
    axes.step(
        times, heights, where="post", color=style.colour, linestyle=style.dash, linewidth=1.8, label=label
    )
    limited = [mark for mark in shown if mark.has("survival_lower", "survival_upper")]
    axes.fill_between(
        [mark["time"] for mark in limited],
        [mark["survival_lower"] for mark in limited],
        [mark["survival_upper"] for mark in limited],
        step="post", facecolor=style.shade, alpha=0.25, linewidth=0,
    )  # fmt: skip
    gone = [mark for mark in shown if mark["censored"] > 0]
    axes.plot(
        [mark["time"] for mark in gone],
        [mark["survival"] for mark in gone],
        color=style.colour, linestyle="none", marker="|", markersize=9, markeredgewidth=1.2,
    )  # fmt: skip


def _at_risk(data: FigureData, marks: list[Mark], asked: list[float], axes: Axes) -> None:
    if not asked:
        return
    common = {"textcoords": "offset points", "va": "center", "fontsize": SMALL}
    axes.annotate(
        "At risk",
        (0.0, 0.0),
        xytext=(-16, -44),
        xycoords="axes fraction",
        ha="right",
        **common,
        style="italic",
    )
    for place, label, own in by_column(marks, data.labels):
        offset, colour = -56 - 11 * place, style_of(place).colour
        axes.annotate(
            label,
            (0.0, 0.0),
            xytext=(-16, offset),
            xycoords="axes fraction",
            ha="right",
            color=colour,
            **common,
        )
        for mark in own:
            if any(math.isclose(mark["time"], time) for time in asked):
                axes.annotate(
                    f"{mark['at_risk']:.0f}", (mark["time"], 0.0), xytext=(0, offset),
                    xycoords=axes.get_xaxis_transform(), ha="center", color=colour, **common,
                )  # fmt: skip


KIND = FigureKind("Kaplan-Meier curve", draw)
