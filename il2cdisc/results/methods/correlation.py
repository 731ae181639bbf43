"""Correlation of one variable with others, in each column; p-values adjusted over the rows of the column."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from il2cdisc.results.compared import (
    Estimates,
    Groups,
    at,
    cells_of,
    complete,
    failed,
    need_one_row_per_subject,
    parts,
)
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.options import BadCell, confidence, refuse_choice, refuse_confidence
from il2cdisc.results.problems import NO_CORRELATION
from il2cdisc.results.shape import NO_RECORD, P_VALUE, WHOLE, Decimals, ResultRow, RowShape, ShownLine, below
from il2cdisc.results.work import Work, in_column, present
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats.arguments import Floats
from il2cdisc.stats.correlation import pearson, spearman
from il2cdisc.stats.estimates import Estimate, NotEstimableError, found, missing
from il2cdisc.stats.multiplicity import benjamini_hochberg, bonferroni, hochberg, holm, hommel

COEFFICIENTS = {"pearson": pearson, "spearman": spearman}
ADJUSTMENTS: dict[str, Callable[[Floats], Floats]] = {
    "benjamini-hochberg": benjamini_hochberg,
    "bonferroni": bonferroni,
    "hochberg": hochberg,
    "holm": holm,
    "hommel": hommel,
}
ADJUSTED = "adjusted_p_value"
STATISTICS = ("correlation", "correlation_lower", "correlation_upper", "p_value")

Place = tuple[Groups, str, pd.DataFrame]
"""The groups, the second variable and the records of a row."""


def run(work: Work) -> pd.DataFrame:
    """The correlation of the first of Variables with each of the others, by level of By, in every column.

    n counts the records with both variables, which are those of the other statistics, too: correlation, its
    limits and p_value, of Pearson or with `coefficient = spearman` of Spearman. `adjust = benjamini-hochberg`
    (bonferroni, hochberg, holm, hommel) adds adjusted_p_value; the tests of all rows in a column are one
    family, those without a p-value not counted.
    """
    places = [
        (inside, item.name, part) for inside, part in parts(work) for item in work.analysis.variables[1:]
    ]
    cells: list[ResultCell] = []
    for column in work.display.columns:
        estimates = [_estimates(work, column, name, part) for _, name, part in places]
        _adjust(work.analysis, estimates)
        for row, (place, own) in enumerate(zip(places, estimates, strict=True)):
            cells += _cells(work, row, column, place, own)
    return frame_of(cells)


def _estimates(work: Work, column: DisplayColumn, name: str, part: pd.DataFrame) -> Estimates:
    first = work.analysis.variables[0].name
    used = complete(in_column(part, work.treatment, column), [first, name])
    correlate = COEFFICIENTS[work.analysis.options.get("coefficient", "pearson")]
    n: Estimates = {"n": found(len(used))}
    try:
        need_one_row_per_subject(used, "correlation")
        result = correlate(used[first], used[name], confidence=confidence(work.analysis))
    except NotEstimableError as why:
        # the estimator knows its columns as x and y
        reason = (
            str(why).replace("variable x ", f"variable {first} ").replace("variable y ", f"variable {name} ")
        )
        return n | failed(STATISTICS, reason)
    few = missing("The limits of a correlation need at least 4 records.")
    limits = [few if np.isnan(limit) else found(limit) for limit in (result.lower, result.upper)]
    return n | dict(zip(STATISTICS, (found(result.estimate), *limits, found(result.p_value)), strict=True))


def _adjust(analysis: DisplayAnalysis, estimates: Sequence[Estimates]) -> None:
    """Add the adjusted p-values of one family."""
    adjust = ADJUSTMENTS.get(analysis.options.get("adjust", ""))
    if adjust is None:
        return
    p_values = [own["p_value"] for own in estimates]
    values = adjust(np.array([p.value if isinstance(p, Estimate) else np.nan for p in p_values]))
    for own, p, value in zip(estimates, p_values, values.tolist(), strict=True):
        own[ADJUSTED] = p if np.isnan(value) else found(value)


def _cells(
    work: Work, row: int, column: DisplayColumn, place: Place, estimates: Estimates
) -> list[ResultCell]:
    inside, name, _ = place
    conditions = (present(work.analysis.variables[0].name), present(name), *at(inside))
    return cells_of(work, row, estimates, column=column, conditions=conditions, groups=inside, variable=name)


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the cells and options."""
    out = [
        *refuse_confidence(analysis),
        *refuse_choice(analysis, "coefficient", [*COEFFICIENTS]),
        *refuse_choice(analysis, "adjust", [*ADJUSTMENTS]),
    ]
    if len(analysis.variables) < 2:
        out.append(BadCell("a correlation needs two variables or more", header="Variables"))
    shown = {name for line in analysis.lines for name in line.statistics}
    if ADJUSTED in shown and "adjust" not in analysis.options:
        out.append(BadCell(f"{ADJUSTED} needs the option adjust", header="Lines"))
    return out


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """The lines below the labels of analysis, level of By and, of several, second variable.

    A single line stands at the last of these labels, in place of its own.
    """
    items = [_item(analysis, row, lines) for row in found]
    return below(items, block_at=bool(analysis.label) + (bool(analysis.by) and len(lines) > 1))


def _item(
    analysis: DisplayAnalysis, row: ResultRow, lines: Sequence[ShownLine]
) -> tuple[list[str], int, Sequence[ShownLine]]:
    levels = {item.name: item.label for item in analysis.by_levels}
    variables = {item.name: item.label for item in analysis.variables}
    inner = [levels.get(row.path[0], row.path[0]) or NO_RECORD] if analysis.by else []
    if len(variables) > 2 or not inner:
        inner.append(variables[row.variable])
    top = [analysis.label] if analysis.label else []
    if len(lines) == 1:
        return [*top, *inner[:-1]], row.number, [ShownLine(inner[-1], lines[0].template)]
    return [*top, *inner], row.number, lines


METHOD = Method(
    name="Correlation",
    run=run,
    rows=rows,
    statistics={
        "n": WHOLE,
        **{name: Decimals(2) for name in STATISTICS[:3]},
        "p_value": P_VALUE,
        ADJUSTED: P_VALUE,
    },
    lines=(
        Line(label="n", template="{n}"),
        Line(label="Correlation", template="{correlation}"),
        Line(label="Confidence interval", template="{correlation_lower}, {correlation_upper}"),
        Line(label="p-value", template="{p_value}"),
    ),
    failure=NO_CORRELATION,
    needs=("Variables",),
    takes=("By", "By Levels", "Lines"),
    numeric=True,
    options=("coefficient", "confidence", "adjust"),
    refuse=refuse,
)
