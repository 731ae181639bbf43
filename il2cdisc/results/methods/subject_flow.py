"""Numbers of subjects at each step of a trial: the boxes of a flow figure."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from il2cdisc.results.arms import cells
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.options import BadCell, refuse_choice
from il2cdisc.results.shape import WHOLE, ResultRow, RowShape, ShownLine
from il2cdisc.results.subject_values import SUBJECT
from il2cdisc.results.work import Work, level_texts
from il2cdisc.spec.conditions import equals
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.stats.estimates import found

PLACES = ("all", "side", "arms")
"""Where the box of an analysis is: in the middle for all subjects, beside the line, one in each column."""


def run(work: Work) -> pd.DataFrame:
    """n subjects in each column; with a variable, below them n of each of its levels.

    The option `place` says where the box is. Boxes of all subjects and beside the line are of the columns of
    all treatments (without Values in the sheet Columns), those of the arms of the others. A subject counts
    once at each level.
    """
    place = work.analysis.options.get("place", PLACES[0])
    out: list[ResultCell] = []
    names = [item.name for item in work.analysis.variables]
    texts = level_texts(work.rows[names[0]]) if names else None
    levels = _levels(work, texts)
    for column, rows in work.columns():
        if bool(column.values) != (place == "arms"):
            continue
        pieces = [("", rows)]
        if texts is not None:
            pieces += [(level, rows.loc[texts.loc[rows.index] == level]) for level in levels]
        for row, (level, part) in enumerate(pieces):
            where = (equals(names[0], level),) if level else ()
            count = {"n": found(part[SUBJECT].nunique())}
            out += cells(work, row, column, count, conditions=where, level=level)
    return frame_of(out)


def _levels(work: Work, texts: pd.Series | None) -> list[str]:
    """The levels of the variable as named, then those that are not, the most frequent first."""
    if texts is None:
        return []
    named = [item.name for item in work.analysis.levels]
    counts = work.rows.groupby(texts)[SUBJECT].nunique() if len(work.rows) else pd.Series(dtype="int64")
    others = [level for level in map(str, counts.index) if level not in named]
    return [*named, *sorted(others, key=lambda level: (-int(counts[level]), level))]


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """The number of the box at the label of the analysis, below it those of the levels."""
    labels = {item.name: item.label for item in analysis.levels}
    return [
        RowShape(
            label=labels.get(row.level, row.level) if row.level else analysis.label,
            result=row.number,
            template=lines[0].template,
            indent=1 if row.level else 0,
        )
        for row in found
    ]


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the cells and options."""
    out = refuse_choice(analysis, "place", PLACES)
    if all(column.values for column in display.columns):
        out.append(BadCell("the boxes of all subjects need a column without Values in the set of Columns"))
    if not analysis.label:
        out.append(BadCell("a box needs a label", header="Label"))
    if analysis.levels and not analysis.variables:
        out.append(BadCell("Levels need the variable that has them", header="Levels"))
    return out


METHOD = Method(
    name="Subject flow",
    run=run,
    rows=rows,
    statistics={"n": WHOLE},
    lines=(Line(label="Subjects", template="{n}"),),
    takes=("Variables", "Levels"),
    most={"Variables": 1},
    options=("place",),
    kind="Figure",
    drawn=("n",),
    refuse=refuse,
)
