"""Summary statistics of one or more numeric variables, by the levels of a grouping variable."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.problems import TOO_FEW_VALUES
from il2cdisc.results.shape import (
    NO_RECORD,
    WHOLE,
    Field,
    ResultRow,
    RowShape,
    ShownLine,
    Template,
    as_collected,
    below,
)
from il2cdisc.results.work import Work, level_texts, present
from il2cdisc.spec.conditions import equals
from il2cdisc.spec.tlf import DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats.descriptive import describe
from il2cdisc.stats.estimates import found as estimated

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
    "missing": WHOLE,
}
"""The statistics of `describe` with their decimals, and the number of records without a value."""
MISSING = ShownLine("Missing", Template((Field("missing", 0),)), optional=True)
"""The line behind the others, of variables that some record has no value of."""


def run(work: Work) -> pd.DataFrame:
    """Statistics of `describe` by level of By and by variable; where values are missing, also how many.

    The option `omit = VARIABLE @ LEVEL` leaves a variable out at a level (a change at the visit from which it
    is counted); several are separated by semicolons.
    """
    omitted = _omitted(work.analysis.options.get("omit", ""))
    cells: list[ResultCell] = []
    row = 0
    by = work.analysis.by
    names = dict.fromkeys(item.name for item in work.analysis.variables)
    narrow = work.rows[list(dict.fromkeys((*names, work.treatment)))]  # few columns are cut quickly
    texts = level_texts(work.rows[by]) if by else None
    by_column = [(column, _by_level(rows, texts)) for column, rows in work.columns(narrow)]
    nothing = narrow.iloc[:0]
    for level in _levels(work.analysis, texts):
        parts = [(column, levels.get(level, nothing)) for column, levels in by_column]
        for item in work.analysis.variables:
            if (item.name, level) not in omitted:
                groups = ((by, level),) if by else ()
                for column, part in parts:
                    cells += _cells(work, row, item.name, column, part[item.name], groups)
                if any(part[item.name].isna().any() for _, part in parts):
                    cells += _missing(work, row, item.name, parts, groups)
                row += 1
    return frame_of(cells)


def _by_level(rows: pd.DataFrame, texts: pd.Series | None) -> dict[str, pd.DataFrame]:
    """The rows of a column at each level; all of them, at no level, where there is no By."""
    if texts is None:
        return {"": rows}
    return {str(level): part for level, part in rows.groupby(texts.loc[rows.index], sort=False)}


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


def _missing(
    work: Work,
    row: int,
    name: str,
    parts: Sequence[tuple[DisplayColumn, pd.DataFrame]],
    groups: tuple[tuple[str, str], ...],
) -> list[ResultCell]:
    conditions = (*(equals(*group) for group in groups), equals(name, ""))
    return [
        work.cell(
            row, "missing", estimated(int(part[name].isna().sum())), column=column, groups=groups,
            variable=name, conditions=conditions,
        )
        for column, part in parts
    ]  # fmt: skip


def _levels(analysis: DisplayAnalysis, texts: pd.Series | None) -> list[str]:
    if texts is None:
        return [""]
    named = [item.name for item in analysis.by_levels]
    return named or sorted(texts.dropna().unique()) or [""]


def _omitted(text: str) -> set[tuple[str, str]]:
    pairs = (part.partition("@") for part in text.split(";") if part.strip())
    return {(variable.strip(), level.strip()) for variable, _, level in pairs}


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """The lines of each variable at each level, below the labels of analysis, level and variable.

    A level is a block; a variable has a label if there are several. The last line is that of missing values,
    where there are any.
    """
    items = [(_path(analysis, row), row.number, (*lines, MISSING)) for row in found]
    return below(items, block_at=bool(analysis.label) + bool(analysis.by))


def _path(analysis: DisplayAnalysis, row: ResultRow) -> list[str]:
    """The labels that a row is below: of the analysis, of the level, and of one of several variables."""
    top = [analysis.label] if analysis.label else []
    labels = {item.name: item.label for item in analysis.by_levels}
    level = [labels.get(row.path[0], row.path[0]) or NO_RECORD] if analysis.by else []
    variables = {item.name: item.label for item in analysis.variables}
    return [*top, *level, *([variables[row.variable]] if len(variables) > 1 else [])]


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
