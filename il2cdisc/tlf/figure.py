"""Draws series (mean ± SE by visit, one line a column) as SVG and PNG; the same bytes each time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from il2cdisc.base.numbers import read_number
from il2cdisc.base.resultkey import ResultKey
from il2cdisc.results.frame import HEADER
from il2cdisc.results.shape import DRAWN
from il2cdisc.spec.tlf import Display
from il2cdisc.tlf.table import Keys

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 200
# Okabe and Ito's palette, dark and light in turn so that grey prints differ; marker and dash differ too.
_STYLES = (
    ("#0072B2", "o", "-"),
    ("#E69F00", "s", "--"),
    ("#000000", "^", ":"),
    ("#56B4E9", "D", "-."),
    ("#D55E00", "v", (0, (5, 1))),
    ("#009E73", "P", (0, (1, 1))),
)
_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "display",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
}


@dataclass(frozen=True, slots=True)
class FigurePoint:
    """One point of a series, as the results dataset has it, and the keys of the results that it shows."""

    series: str
    place: str
    x: float
    n: float
    mean: float
    se: float
    keys: Keys


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure as it is drawn: its points, SVG and PNG, and the size at which it is shown, in points."""

    points: tuple[FigurePoint, ...]
    svg: str
    png: bytes
    width: float
    height: float


def points(display: Display, results: pd.DataFrame) -> list[FigurePoint]:
    """The points of a figure's first analysis, series by series."""
    analysis = display.analyses[0]
    own = results.loc[(results["display"] == display.id) & (results["analysis"] == analysis.id)]
    place = {item.name: i for i, item in enumerate(analysis.by_levels)}
    x = {item.name: _position(item.label, i) for i, item in enumerate(analysis.by_levels)}
    found: dict[tuple[str, str, int], dict[str, float]] = {}
    columns = (own[name] for name in ("group1_level", "group2_level", "row", "statistic", "value"))
    for series, level, row, statistic, value in zip(*columns, strict=True):
        found.setdefault((series, level, row), {})[statistic] = value
    order = {column.label: i for i, column in enumerate(display.columns)}
    out: list[FigurePoint] = []
    for series, level, row in sorted(found, key=lambda key: (order[key[0]], place[key[1]])):
        numbers = found[series, level, row]
        n, mean, se = (numbers[name] for name in DRAWN)
        keys = tuple(ResultKey(display.id, analysis.id, row, series, name) for name in DRAWN)
        out.append(FigurePoint(series, level, x[level], n, mean, se, keys))
    return out


def prepare() -> None:
    """Import what figures need, before they are due: matplotlib takes half a second."""
    import matplotlib.backends.backend_agg
    import matplotlib.backends.backend_svg
    import matplotlib.figure  # noqa: F401


def draw(display: Display, results: pd.DataFrame, *, width: float, height: float) -> Drawing:
    """The figure, `width` by `height` points: lines with bars of one SE, and n below each visit."""
    import matplotlib
    from matplotlib.figure import Figure

    series = points(display, results)
    size = (_twentieths(width) / 1440, _twentieths(height) / 1440)
    with matplotlib.rc_context(_SETTINGS):
        figure = Figure(figsize=size, layout="constrained")
        axes = figure.add_subplot()
        _lines(display, series, _sizes(display, results), axes)
        _dress(display, series, axes)
        _counts([column.label for column in display.columns], series, axes)
    image = png(figure)  # before the SVG: each drawing moves the layout a little
    return Drawing(tuple(series), svg(figure), image, width, height)


def _twentieths(points: float) -> int:
    """Points as whole twentieths, so that a size is exact."""
    return round(points * 20)


def _lines(display: Display, series: Sequence[FigurePoint], sizes: dict[str, int], axes) -> None:
    labels = [column.label for column in display.columns]
    places = [point.x for point in series] or [0.0]
    for i, label in enumerate(labels):
        own = [point for point in series if point.series == label and point.n > 0]
        colour, marker, dash = _STYLES[i % len(_STYLES)]
        # series are a little apart, so that their bars don't hide one another
        shift = (i - (len(labels) - 1) / 2) * (max(places) - min(places)) * 0.006
        axes.errorbar(
            [point.x + shift for point in own],
            [point.mean for point in own],
            yerr=[0.0 if pd.isna(point.se) else point.se for point in own],
            label=f"{label} (N={sizes.get(label, 0)})",
            color=colour, marker=marker, linestyle=dash, linewidth=1.8, markersize=6, capsize=3.5,
        )  # fmt: skip


def svg(figure: Figure) -> str:
    """The figure as an SVG element (no XML head), without clock or random ids."""
    import matplotlib

    out = io.StringIO()
    with matplotlib.rc_context(_SETTINGS):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    return "\n".join(line.rstrip() for line in text[text.index("<svg") :].splitlines()) + "\n"


def png(figure: Figure) -> bytes:
    """The figure as PNG, without clock or software name."""
    import matplotlib

    out = io.BytesIO()
    with matplotlib.rc_context(_SETTINGS):
        figure.savefig(out, format="png", dpi=DPI, metadata={"Software": None})
    return out.getvalue()


def _position(text: str, index: int) -> float:
    found = read_number(text)
    return found.value if found.is_number else float(index)


def _sizes(display: Display, results: pd.DataFrame) -> dict[str, int]:
    header = results.loc[(results["display"] == display.id) & (results["analysis"] == HEADER)]
    return {label: int(n) for label, n in zip(header["group1_level"], header["value"], strict=True)}


def _dress(display: Display, series: Sequence[FigurePoint], axes) -> None:
    places = {point.x: point.place for point in series}
    axes.set_xticks(list(places), list(places.values()))
    axes.set_xlabel(display.axes[0])
    axes.set_ylabel(display.axes[1])
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#d9dee4", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.legend(frameon=False, loc="upper right")


def _counts(labels: Sequence[str], series: Sequence[FigurePoint], axes) -> None:
    """Numbers of subjects below the axis, a line a series."""
    transform = axes.get_xaxis_transform()
    for i, label in enumerate(labels):
        y = -0.19 - 0.055 * i
        axes.text(-0.01, y, label, transform=axes.transAxes, ha="right", va="center", fontsize=8)
        for point in series:
            if point.series == label:
                axes.text(
                    point.x, y, f"{point.n:.0f}", transform=transform, ha="center", va="center", fontsize=8
                )
    axes.text(
        -0.01, -0.135, "n", transform=axes.transAxes, ha="right", va="center", fontsize=8, style="italic"
    )
