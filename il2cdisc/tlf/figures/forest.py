"""Differences with intervals, one row per subgroup: a forest plot with its numbers at either side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from il2cdisc.base.rounding import fixed
from il2cdisc.tlf.figures.data import FigureData, Mark
from il2cdisc.tlf.figures.kind import FigureKind
from il2cdisc.tlf.figures.style import SMALL, style_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the plot: its label, its numbers of subjects, and the marks that hold a difference."""

    label: str
    head: bool
    counts: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    decimals: int = 2


def draw(data: FigureData, figure: Figure) -> str:
    """Labels and n at the left, estimate and interval in the middle, their numbers at the right."""
    rows = _rows(data)
    left, axes, right = figure.subplots(1, 3, width_ratios=(0.42, 0.36, 0.22), sharey=True)
    reference = data.analyses[0].options.get("reference") or data.display.columns[0].values[0]
    compared = [c.label for c in data.display.columns if len(c.values) == 1 and c.values[0] != reference]
    for place, row in enumerate(rows):
        _texts(left, row, place, len(data.labels))
        for number, mark in enumerate(row.marks):
            shift = (number - (len(row.marks) - 1) / 2) * 0.28
            _interval(axes, mark, place + shift, compared.index(mark.column))
            right.text(0.0, place + shift, _numbers(mark, row.decimals), fontsize=SMALL, va="center")
    for number, label in enumerate(data.labels):
        left.text(0.58 + 0.3 * number, -1.0, f"n\n{label}", fontsize=SMALL, ha="center", va="center")
    right.text(0.0, -1.0, "Difference (CI)", fontsize=SMALL, va="center")
    axes.axvline(0, color="black", linewidth=0.8)
    axes.set_ylim(len(rows) - 0.4, -1.7)
    axes.set_yticks([])
    axes.set_xlabel(data.display.axes[0])
    axes.spines[["top", "right", "left"]].set_visible(False)
    for side in (left, right):
        side.set_axis_off()
    left.set_xlim(0, 1.02)
    return f"Difference with its interval in {sum(not row.head for row in rows)} rows of subgroups."


def _rows(data: FigureData) -> list[_Row]:
    out: list[_Row] = []
    for analysis in data.analyses:
        marks = data.of(analysis)
        labels = {item.name: item.label for item in analysis.by_levels}
        if analysis.by and analysis.label:
            out.append(_Row(analysis.label, head=True))
        for number in dict.fromkeys(mark.row for mark in marks):
            own = [mark for mark in marks if mark.row == number]
            path = own[0].path
            label = f"   {labels.get(path[0], path[0])}" if path else (analysis.label or analysis.id)
            counts = tuple(f"{mark['n']:.0f}" for mark in own)
            shown = tuple(mark for mark in own if "difference" in mark.values)
            out.append(_Row(label, head=False, counts=counts, marks=shown, decimals=analysis.decimals + 1))
    return out


def _texts(axes: Axes, row: _Row, place: int, count: int) -> None:
    axes.text(0.0, place, row.label, fontsize=SMALL, va="center", fontweight="bold" if row.head else "normal")
    for number, text in enumerate(row.counts[:count]):
        axes.text(0.58 + 0.3 * number, place, text, fontsize=SMALL, ha="center", va="center")


def _interval(axes: Axes, mark: Mark, y: float, place: int) -> None:
    style = style_of(place)
    if mark.has("difference", "difference_lower", "difference_upper"):
        axes.plot(
            [mark["difference_lower"], mark["difference_upper"]], [y, y], color=style.colour, linewidth=1.4
        )
        axes.plot([mark["difference"]], [y], color=style.colour, marker=style.marker, markersize=6)
    else:
        axes.text(0.0, y, "not estimable", fontsize=SMALL, ha="center", va="center")


def _numbers(mark: Mark, decimals: int) -> str:
    if not mark.has("difference", "difference_lower", "difference_upper"):
        return "NE"
    one, low, high = (fixed(mark[f"difference{end}"], decimals) for end in ("", "_lower", "_upper"))
    return f"{one} ({low}, {high})"


KIND = FigureKind("Forest", draw)
