"""Correlations of one variable with another by level of By: the cells of a heatmap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from il2cdisc.results.methods import correlation
from il2cdisc.results.options import BadCell
from il2cdisc.results.shape import ResultRow, RowShape, ShownLine
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """A row for each level of By below the label of the analysis."""
    return correlation.rows(analysis, lines[:1], found)


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the cells and options."""
    out = correlation.refuse(display, analysis)
    if len(analysis.variables) > 2:
        what = f"a heatmap correlates two variables by level of By; there are {len(analysis.variables)}"
        out.append(BadCell(what, header="Variables"))
    return out


METHOD = replace(
    correlation.METHOD,
    name="Correlation heatmap",
    rows=rows,
    lines=(Line(label="Correlation (n)", template="{correlation} ({n})"),),
    needs=("Variables", "By", "By Levels"),
    takes=(),
    kind="Figure",
    drawn=("n", "correlation"),
    refuse=refuse,
)
