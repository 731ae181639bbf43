"""Boxes by visit: quartiles, whiskers and the values beyond them, one box per column."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.problems import TOO_FEW_VALUES
from il2cdisc.results.shape import WHOLE, ResultRow, RowShape, ShownLine, as_collected, below
from il2cdisc.results.subject_values import SUBJECT, analysis_level, subject_cells
from il2cdisc.results.work import Work, level_texts, present
from il2cdisc.spec.conditions import equals
from il2cdisc.spec.tlf import DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats.descriptive import describe
from il2cdisc.stats.estimates import Estimate, found, missing

OUTSIDE = "outside"
REACH = 1.5
"""Whiskers end at the last value within so many interquartile ranges of the box (Tukey 1977)."""


def run(work: Work) -> pd.DataFrame:
    """n, mean, median, q1, q3, whisker_low and whisker_high by level of By, in each column.

    Whiskers are the smallest and the largest value within 1.5 interquartile ranges of the box; each value
    beyond them is the result `outside` of its subject, in a row of its own.
    """
    name, by = work.analysis.variables[0].name, work.analysis.by
    texts = level_texts(work.rows[by])
    cells: list[ResultCell] = []
    row = 0
    for item in work.analysis.by_levels:
        beyond: list[tuple[DisplayColumn, str, float]] = []
        groups = ((by, item.name),)
        for column, rows in work.columns(work.rows.loc[texts == item.name]):
            rows = rows.loc[rows[name].notna()]
            estimates = _box(rows[name])
            conditions = (equals(by, item.name), present(name))
            cells += [
                work.cell(row, key, value, column=column, groups=groups, variable=name, conditions=conditions)
                for key, value in estimates.items()
            ]
            low, high = estimates["whisker_low"].value, estimates["whisker_high"].value
            far = rows.loc[(rows[name] < low) | (rows[name] > high)].sort_values([SUBJECT, name])
            beyond += [(column, s, v) for s, v in zip(far[SUBJECT], far[name], strict=True)]
        row += 1
        for column, subject, value in beyond:
            cells += subject_cells(
                work, row, column, subject, {OUTSIDE: found(value)},
                variable=name, groups=groups, conditions=(present(name),),
            )  # fmt: skip
            row += 1
    return frame_of(cells)


def _box(values: pd.Series) -> dict[str, Estimate]:
    """The numbers of one box."""
    summary = describe(values)
    out = {name: summary[name] for name in ("n", "mean", "median", "q1", "q3")}
    q1, q3 = summary["q1"], summary["q3"]
    if q1.error:
        return out | {name: missing(q1.error) for name in ("whisker_low", "whisker_high")}
    spread = REACH * (q3.value - q1.value)
    inside = values[(values >= q1.value - spread) & (values <= q3.value + spread)]
    return out | {"whisker_low": found(inside.min()), "whisker_high": found(inside.max())}


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """A row for each level of By below the label of the analysis, without values beyond the whiskers."""
    labels = {item.name: item.label for item in analysis.by_levels}
    top = [analysis.label] if analysis.label else []
    items = [
        (top, row.number, [ShownLine(analysis_level(row.path[0], labels), lines[0].template)])
        for row in found
        if len(row.path) == 1
    ]
    return below(items, block_at=len(top))


METHOD = Method(
    name="Box plot",
    run=run,
    rows=rows,
    statistics={
        "n": WHOLE,
        **dict.fromkeys(("mean", "median", "q1", "q3"), as_collected(1)),
        **dict.fromkeys(("whisker_low", "whisker_high", OUTSIDE), as_collected()),
    },
    lines=(Line(label="n, median (Q1, Q3)", template="{n}, {median} ({q1}, {q3})"),),
    alone="n",
    failure=TOO_FEW_VALUES,
    needs=("Variables", "By", "By Levels"),
    takes=("Decimals",),
    most={"Variables": 1},
    numeric=True,
    kind="Figure",
    drawn=("n", "mean", "median", "q1", "q3", "whisker_low", "whisker_high", OUTSIDE),
)
