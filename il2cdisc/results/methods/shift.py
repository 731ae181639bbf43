"""Shift tables: subjects by category at baseline and category after it, n and percentage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.numbers import Flags
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.results.arms import one_row_per_subject
from il2cdisc.results.frame import ResultCell, frame_of, percentage
from il2cdisc.results.method import Method
from il2cdisc.results.options import BadCell, choice, refuse_choice
from il2cdisc.results.shape import PERCENT, WHOLE, ResultRow, RowShape, ShownLine, head, under
from il2cdisc.results.work import Work, level_texts
from il2cdisc.spec.conditions import Condition, equals
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, Line, ListedItem
from il2cdisc.stats.estimates import Estimate, NotEstimableError, found, missing

NO_SHIFT = Kind(
    "RES048",
    "Shift not counted",
    Severity.FINDING,
    "Choose one record per subject with the Where of the analysis; the display shows NE with this reason.",
)
MISSING = "Missing"
DENOMINATORS = ("population", "present", "baseline")
Level = tuple[str, Condition, Flags]
Places = NDArray[np.signedinteger[Any]]


def run(work: Work) -> pd.DataFrame:
    """n and p of each category of the variable within each category of By, in the order of the cells.

    By is the category at baseline. The denominator is the column's N; with the option `denominator` it is the
    subjects with both categories (`present`), or those of the row's category at baseline (`baseline`).
    Values that the cells do not name follow the others, missing ones are last (label: option `missing`), so
    that nobody is left out; the rows of a baseline level that By Levels does not name are a finding, too.
    """
    analysis = work.analysis
    by, name = analysis.by, analysis.variables[0].name
    why = ""
    try:
        one_row_per_subject(work.rows)
    except NotEstimableError as reason:
        why = str(reason)
    before = _levels(work, by, analysis.by_levels)
    after = _levels(work, name, analysis.levels)
    out: list[ResultCell] = []
    row = 0
    columns = [(column, rows, work.rows.index.get_indexer(rows.index)) for column, rows in work.columns()]
    for start in before:
        for end in after:
            for column, rows, places in columns:
                out += _cells(work, row, column, rows, places, start, end, why)
            row += 1
    return frame_of(out)


def _levels(work: Work, name: str, named: Sequence[ListedItem]) -> list[Level]:
    """Each category of a variable: its level, the condition of its rows, and which rows these are."""
    texts = level_texts(work.rows[name])
    known = [item.name for item in named]
    others = sorted(set(texts.dropna()) - set(known))
    out = [(level, equals(name, level), (texts == level).to_numpy(bool)) for level in [*known, *others]]
    if texts.isna().any():
        label = work.analysis.options.get("missing", MISSING)
        out.append((label, equals(name, ""), texts.isna().to_numpy(bool)))
    return out


def _cells(
    work: Work,
    row: int,
    column: DisplayColumn,
    rows: pd.DataFrame,
    places: Places,
    start: Level,
    end: Level,
    why: str,
) -> list[ResultCell]:
    inside = start[2][places]
    n = int((inside & end[2][places]).sum())
    size = _denominator(work, column, rows, inside)
    estimates: dict[str, Estimate] = {"n": found(n), "p": percentage(n, size)}
    if why:
        estimates = {name: missing(why) for name in estimates}
    return [
        work.cell(
            row,
            statistic,
            estimate,
            column=column,
            groups=((work.analysis.by, start[0]),),
            variable=work.analysis.variables[0].name,
            level=end[0],
            conditions=(start[1], end[1]),
            denominator=float(size),
        )
        for statistic, estimate in estimates.items()
    ]


def _denominator(work: Work, column: DisplayColumn, rows: pd.DataFrame, inside: Flags) -> int:
    kind = choice(work.analysis, "denominator", DENOMINATORS)
    if kind == "baseline":
        return int(rows.loc[inside, "USUBJID"].nunique())
    if kind == "present":
        both = rows[[work.analysis.by, work.analysis.variables[0].name]].notna().all(axis="columns")
        return int(rows.loc[both, "USUBJID"].nunique())
    return work.sizes[column.label]


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """A label for each category at baseline, below it a row for each category after it; each is a block."""
    before = {item.name: item.label for item in analysis.by_levels}
    after = {item.name: item.label for item in analysis.levels}
    out: list[RowShape] = []
    above, block = "", -1
    for row in found:
        label = before.get(row.path[0], row.path[0])
        if row.path[0] != above or not out:
            block += 1
            out.append(head(label, block=block))
        above = row.path[0]
        out.append(
            RowShape(
                label=after.get(row.level, row.level),
                result=row.number,
                template=lines[0].template,
                indent=1,
                block=block,
                heads=((0, label),),
            )
        )
    return under(analysis.label, out)


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    return refuse_choice(analysis, "denominator", DENOMINATORS)


METHOD = Method(
    name="Shift",
    run=run,
    rows=rows,
    statistics={"n": WHOLE, "p": PERCENT},
    lines=(Line(label="", template="{n} ({p})"),),
    alone="n",
    failure=NO_SHIFT,
    needs=("Variables", "Levels", "By", "By Levels"),
    takes=("Lines", "Decimals"),
    most={"Variables": 1, "Lines": 1},
    options=("denominator", "missing"),
    refuse=refuse,
)
