"""Boxes from assessed to analysed: all subjects in the middle, exclusions beside, then one row per step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from il2cdisc.tlf.figures.data import FigureData
from il2cdisc.tlf.figures.kind import FigureKind
from il2cdisc.tlf.figures.style import SMALL, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINE = 11.0
"""Height of a line of a box, in points."""
PADDING = 8.0
GAP = 14.0
WIDE = {1: 60, 2: 56, 3: 40}
"""Characters of a line of a box, by the number of boxes abreast."""
BESIDE = 38
"""Characters of a line of a box of all subjects, or beside the line."""
MIDDLE, EXCLUDED = 0.5, 0.855
"""Centres of the boxes of all subjects and of those beside the line."""


@dataclass(frozen=True, slots=True)
class _Step:
    """The boxes of one analysis: where they are, and the lines of each."""

    place: str
    boxes: tuple[tuple[str, ...], ...]

    @property
    def height(self) -> float:
        return max((len(lines) for lines in self.boxes), default=1) * LINE + PADDING


def draw(data: FigureData, figure: Figure) -> str:
    """Steps from top to bottom in the order of the analyses, arrows between them."""
    axes = figure.add_subplot()
    axes.set_axis_off()
    steps = [_step(data, number) for number in range(len(data.analyses))]
    need = sum(step.height + GAP for step in steps)
    room = max(figure.get_figheight() * 72 - 24.0, need)
    axes.set_xlim(0, 1)
    axes.set_ylim(room, -2.0)
    spread = min(1.6, max(1.0, (room - need) / max(len(steps), 1) / GAP + 1.0)) * GAP
    top = 0.0
    above: tuple[float, str] = (0.0, "")
    for step in steps:
        bottom = top + step.height
        _boxes(axes, step, top, bottom)
        if step.place == "side":
            centre = (top + bottom) / 2
            axes.annotate("", (EXCLUDED - 0.14, centre), (MIDDLE, centre), arrowprops=_ARROW)
            _line(axes, MIDDLE, above[0], bottom + spread)
        elif above[1]:
            _join(axes, above, top, step)
        side = step.place == "side"
        above = (bottom + spread, above[1] or "all") if side else (bottom, step.place)
        top = bottom + spread
    first = " ".join(steps[0].boxes[0]) if steps and steps[0].boxes else ""
    return f"Flow of subjects in {len(steps)} steps, beginning with: {first}."


_ARROW = {"arrowstyle": "-|>", "color": "black", "linewidth": 0.9}


def _line(axes: Axes, x: float, start: float, end: float) -> None:
    axes.plot([x, x], [start, end], color="black", linewidth=0.9, clip_on=False)


def _step(data: FigureData, number: int) -> _Step:
    analysis = data.analyses[number]
    place = analysis.options.get("place", "all")
    labels = {item.name: item.label for item in analysis.levels}
    marks = data.of(analysis)
    columns = data.arms if place == "arms" else [label for label in data.labels if label not in data.arms][:1]
    width = WIDE.get(len(columns), 28) if place == "arms" else BESIDE
    boxes: list[tuple[str, ...]] = []
    for column in columns:
        lines: list[str] = []
        for mark in (mark for mark in marks if mark.column == column):
            if mark.level and not mark["n"]:
                continue  # a reason of nobody in this column
            name = labels.get(mark.level, mark.level.capitalize()) if mark.level else analysis.label
            texts = wrapped([f"{name}: n = {mark['n']:.0f}"], width)
            lines += texts if not mark.level else [f"   {text}" for text in texts]
        if place == "arms" and number == _first_of_arms(data):
            lines = [column, *lines]
        boxes.append(tuple(lines))
    return _Step(place, tuple(boxes))


def _first_of_arms(data: FigureData) -> int:
    places = [analysis.options.get("place", "all") for analysis in data.analyses]
    return places.index("arms") if "arms" in places else -1


def _centres(step: _Step) -> list[float]:
    if step.place == "all":
        return [MIDDLE]
    if step.place == "side":
        return [EXCLUDED]
    count = len(step.boxes)
    return [(i + 0.5) / count for i in range(count)]


def _boxes(axes: Axes, step: _Step, top: float, bottom: float) -> None:
    from matplotlib.patches import Rectangle

    half = min(0.22, 0.46 / max(len(step.boxes), 1)) if step.place == "arms" else 0.14
    for centre, lines in zip(_centres(step), step.boxes, strict=True):
        axes.add_patch(
            Rectangle(
                (centre - half, top), 2 * half, bottom - top, facecolor="white", edgecolor="black",
                linewidth=0.9, clip_on=False,
            )
        )  # fmt: skip
        axes.text(
            centre - half + 0.01, (top + bottom) / 2, "\n".join(lines), fontsize=SMALL, va="center",
            linespacing=1.15,
        )  # fmt: skip


def _join(axes: Axes, above: tuple[float, str], top: float, step: _Step) -> None:
    """Arrows from the step above to the boxes of this one."""
    end, place = above
    if step.place == "arms" and place != "arms":
        middle = (end + top) / 2
        centres = _centres(step)
        _line(axes, MIDDLE, end, middle)
        ends = [*centres, MIDDLE]
        axes.plot([min(ends), max(ends)], [middle, middle], color="black", linewidth=0.9)
        for centre in centres:
            axes.annotate("", (centre, top), (centre, middle), arrowprops=_ARROW)
        return
    for centre in _centres(step):
        axes.annotate("", (centre, top), (centre, end), arrowprops=_ARROW)


KIND = FigureKind("Subject flow", draw)
