"""Summary statistics of one or more numeric variables, by the levels of a grouping variable."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.problems import TOO_FEW_VALUES
from il2cdisc.results.shape import WHOLE, ResultRow, RowShape, ShownLine, as_collected, head
from il2cdisc.results.work import Work, level_texts, present
from il2cdisc.spec.conditions import equals
from il2cdisc.spec.tlf import DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats.descriptive import describe

STATISTICS = {
    "n": WHOLE,
    "mean": as_collected(1),
    "sd": as_collected(2),
    "se": as_collected(2),
    "median": as_collected(1),
    "q1": as_collected(1),
    "q3": as_collected(1),
    "min": as_collected(),
    "max": as_collected(),
}
"""The statistics of `describe` with their decimals."""


def run(work: Work) -> pd.DataFrame:
    """Statistics of `describe` by level of By and by variable.

    The option `omit = VARIABLE @ LEVEL` leaves a variable out at a level (a change at the visit from which it
    is counted); several are separated by semicolons.
    """
    omitted = _omitted(work.analysis.options.get("omit", ""))
    cells: list[ResultCell] = []
    row = 0
    by = work.analysis.by
    texts = level_texts(work.rows[by]) if by else None
    for level in _levels(work.analysis, texts):
        parts = list(work.columns(work.rows if texts is None else work.rows.loc[texts == level]))
        for item in work.analysis.variables:
            if (item.name, level) not in omitted:
                groups = ((by, level),) if by else ()
                for column, part in parts:
                    cells += _cells(work, row, item.name, column, part[item.name], groups)
                row += 1
    return frame_of(cells)


def _cells(
    work: Work,
    row: int,
    name: str,
    column: DisplayColumn,
    values: pd.Series,
    groups: tuple[tuple[str, str], ...],
) -> list[ResultCell]:
    conditions = (*(equals(*group) for group in groups), present(name))
    return [
        work.cell(
            row, statistic, estimate, column=column, groups=groups, variable=name, conditions=conditions
        )
        for statistic, estimate in describe(values).items()
    ]


def _levels(analysis: DisplayAnalysis, texts: pd.Series | None) -> list[str]:
    if texts is None:
        return [""]
    named = [item.name for item in analysis.by_levels]
    return named or sorted(texts.dropna().unique())


def _omitted(text: str) -> set[tuple[str, str]]:
    pairs = (part.partition("@") for part in text.split(";") if part.strip())
    return {(variable.strip(), level.strip()) for variable, _, level in pairs}


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """The lines of each variable at each level, below the labels of analysis, level and variable.

    A level is a block; a variable has a label if there are several.
    """
    out: list[RowShape] = []
    above: list[str] = []
    block = 0
    for row in found:
        path = _path(analysis, row)
        group = len(path) - (len(analysis.variables) > 1)
        block += bool(above) and path[:group] != above[:group]
        out += _heads(path, above, block)
        out += [
            RowShape(
                label=line.label,
                result=row.number,
                template=line.template,
                indent=len(path),
                block=block,
                heads=tuple(enumerate(path)),
            )
            for line in lines
        ]
        above = path
    return out


def _path(analysis: DisplayAnalysis, row: ResultRow) -> list[str]:
    """The labels that a row is below: of the analysis, of the level, and of one of several variables."""
    top = [analysis.label] if analysis.label else []
    labels = {item.name: item.label for item in analysis.by_levels}
    level = [labels.get(row.path[0], row.path[0])] if analysis.by else []
    variables = {item.name: item.label for item in analysis.variables}
    return [*top, *level, *([variables[row.variable]] if len(variables) > 1 else [])]


def _heads(path: list[str], above: list[str], block: int) -> list[RowShape]:
    """The labels of a path that the row above is not below."""
    return [
        head(label, depth, block=block, heads=tuple(enumerate(path[:depth])))
        for depth, label in enumerate(path)
        if path[: depth + 1] != above[: depth + 1]
    ]


METHOD = Method(
    name="Continuous",
    run=run,
    rows=rows,
    statistics=STATISTICS,
    lines=(
        Line(label="n", template="{n}"),
        Line(label="Mean (SD)", template="{mean} ({sd})"),
        Line(label="Median", template="{median}"),
        Line(label="Q1, Q3", template="{q1}, {q3}"),
        Line(label="Min, Max", template="{min}, {max}"),
    ),
    failure=TOO_FEW_VALUES,
    needs=("Variables",),
    takes=("By", "By Levels", "Lines", "Decimals"),
    numeric=True,
    options=("omit",),
)
