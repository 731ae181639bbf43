"""Differences in subgroups by analysis of covariance: the rows of a forest figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from il2cdisc.results.methods import ancova
from il2cdisc.results.shape import ResultRow, RowShape, ShownLine, below
from il2cdisc.spec.tlf import DisplayAnalysis, Line

DRAWN = ("n", "difference", "difference_lower", "difference_upper")


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """A row for each level of By below the label of the analysis; without By one at that label."""
    labels = {item.name: item.label for item in analysis.by_levels}
    template = lines[0].template
    if not analysis.by:
        return [RowShape(label=analysis.label, result=row.number, template=template) for row in found]
    top = [analysis.label] if analysis.label else []
    items = [(top, row.number, [ShownLine(labels.get(row.path[0], row.path[0]), template)]) for row in found]
    return below(items, block_at=len(top))


METHOD = replace(
    ancova.METHOD,
    name="Forest",
    rows=rows,
    lines=(
        Line(
            label="n; difference (CI)", template="{n}; {difference} ({difference_lower}, {difference_upper})"
        ),
    ),
    needs=("Variables",),
    takes=("By", "By Levels", "Decimals"),
    options=tuple(name for name in ancova.METHOD.options if name not in ("interaction", "transform")),
    naming=("factors", "covariates"),
    kind="Figure",
    drawn=DRAWN,
    report=None,
)
