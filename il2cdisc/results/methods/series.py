"""The points of a figure: summary statistics by visit, one series per column."""

from __future__ import annotations

from collections.abc import Sequence

from il2cdisc.results.method import Method
from il2cdisc.results.methods import continuous
from il2cdisc.results.problems import TOO_FEW_VALUES
from il2cdisc.results.shape import ResultRow, RowShape, ShownLine, under
from il2cdisc.spec.tlf import DisplayAnalysis, Line


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """A row for each visit below the label of the analysis: the numbers of the figure, as a table."""
    template = lines[0].template
    shown = [
        RowShape(label=row.path[0], result=row.number, template=template, block=block)
        for block, row in enumerate(found)
    ]
    return under(analysis.label, shown)


DRAWN = ("n", "mean", "se")
"""The statistics of each level of By that the figure is drawn of."""

METHOD = Method(
    name="Series",
    run=continuous.run,
    rows=rows,
    statistics=continuous.STATISTICS,
    lines=(Line(label="n, mean (SE)", template="{n}, {mean} ({se})"),),
    alone="n",
    failure=TOO_FEW_VALUES,
    needs=("Variables", "By", "By Levels"),
    takes=("Decimals",),
    most={"Variables": 1},
    numeric=True,
    kind="Figure",
    drawn=DRAWN,
)
