"""Importance of variables in partial least squares, with limits: the bars of a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from il2cdisc.results.methods import pls
from il2cdisc.results.shape import ResultRow, RowShape, ShownLine
from il2cdisc.spec.tlf import DisplayAnalysis, Line


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """A row for each variable, with its limits where the analysis makes them."""
    limited = "resamples" in analysis.options
    return pls.rows(analysis, [lines[0] if limited else lines[1]], found)


METHOD = replace(
    pls.METHOD,
    name="Importance bars",
    rows=rows,
    lines=(
        Line(label="Importance (limits)", template="{importance} ({importance_lower}, {importance_upper})"),
        Line(label="Importance", template="{importance}"),
    ),
    takes=("By", "By Levels"),
    kind="Figure",
    drawn=("importance", "importance_lower", "importance_upper"),
)
