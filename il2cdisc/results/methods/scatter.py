"""Two values of each subject, with the line of a linear fit per column: a scatter figure."""

from __future__ import annotations

import pandas as pd

from il2cdisc.results.arms import attempt, one_row_per_subject
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.methods.correlation import COEFFICIENTS
from il2cdisc.results.options import (
    BadCell,
    choice,
    confidence,
    refuse_choice,
    refuse_confidence,
    refuse_numbers,
)
from il2cdisc.results.problems import NO_CORRELATION
from il2cdisc.results.shape import P_VALUE, WHOLE, Decimals, as_collected, summary_then_paths
from il2cdisc.results.subject_values import SUBJECT, columns_of, subject_cells
from il2cdisc.results.work import Work, present
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.stats.estimates import Estimate, NotEstimableError, found, missing
from il2cdisc.stats.least_squares import straight_line

FITS = ("linear", "none", "identity")
RECORDS = ("one", "largest", "smallest")
LINE = ("intercept", "slope", "from_x", "from_y", "to_x", "to_y")
CORRELATED = ("correlation", "p_value")


def run(work: Work) -> pd.DataFrame:
    """Per column n, correlation, p_value and the line y = intercept + slope x; then `x` and `y` per subject.

    The first of Variables is x, the second y. `records = largest` (`smallest`) takes of several records of a
    subject the one with the largest (smallest) y; else a subject with several is refused. `fit = none` has no
    line, `fit = identity` the one on which y equals x. The line is drawn from (from_x, from_y) to (to_x,
    to_y), the range of x in the column.
    """
    rows = _records(work)
    x, y = (item.name for item in work.analysis.variables)
    where = (present(x), present(y))
    out: list[ResultCell] = []
    try:
        one_row_per_subject(rows)
        why = ""
    except NotEstimableError as error:
        why = str(error)
    for column, own in work.columns(rows):
        estimates = {"n": found(len(own)), **(_missing(work, why) if why else _summary(work, own, x, y))}
        out += [
            work.cell(0, key, value, column=column, variable=y, conditions=where)
            for key, value in estimates.items()
        ]
    columns = columns_of(work, rows)
    rows = rows.loc[rows[SUBJECT].isin(list(columns))].sort_values(SUBJECT, kind="stable")
    if why:
        return frame_of(out)
    points = zip(rows[SUBJECT], rows[x], rows[y], strict=True)
    for row, (subject, first, second) in enumerate(points, start=1):
        both = {"x": found(first), "y": found(second)}
        out += subject_cells(work, row, columns[subject], subject, both, variable=y, conditions=where)
    return frame_of(out)


def _records(work: Work) -> pd.DataFrame:
    """The complete records, of each subject one where the option says which."""
    x, y = (item.name for item in work.analysis.variables)
    rows = work.rows.loc[work.rows[[x, y]].notna().all(axis="columns")]
    records = choice(work.analysis, "records", RECORDS)
    if records == RECORDS[0]:
        return rows
    ascending = records == "smallest"
    rows = rows.sort_values([SUBJECT, y], ascending=[True, ascending], kind="stable")
    return rows.drop_duplicates(SUBJECT)


def _missing(work: Work, why: str) -> dict[str, Estimate]:
    names = [*CORRELATED, *(LINE if choice(work.analysis, "fit", FITS) == "linear" else ())]
    return {name: missing(why) for name in names}


def _summary(work: Work, own: pd.DataFrame, x: str, y: str) -> dict[str, Estimate]:
    """Correlation and line of a column."""

    def correlated() -> tuple[float, float]:
        result = COEFFICIENTS[choice(work.analysis, "coefficient", [*COEFFICIENTS])](
            own[x], own[y], confidence=confidence(work.analysis)
        )
        return result.estimate, result.p_value

    def line() -> tuple[float, ...]:
        intercept, slope = straight_line(own[x], own[y])
        ends = (float(own[x].min()), float(own[x].max()))
        return (intercept, slope, ends[0], intercept + slope * ends[0], ends[1], intercept + slope * ends[1])

    out = _named(attempt(CORRELATED, correlated), x, y)
    return out | attempt(LINE, line) if choice(work.analysis, "fit", FITS) == "linear" else out


def _named(estimates: dict[str, Estimate], x: str, y: str) -> dict[str, Estimate]:
    """Reasons with the names of the variables, which the estimator knows as x and y."""
    return {
        name: Estimate(item.value, item.error.replace("variable x ", f"{x} ").replace("variable y ", f"{y} "))
        for name, item in estimates.items()
    }


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the cells and options."""
    out = [
        *refuse_choice(analysis, "fit", FITS),
        *refuse_choice(analysis, "records", RECORDS),
        *refuse_choice(analysis, "coefficient", [*COEFFICIENTS]),
        *refuse_confidence(analysis),
        *refuse_numbers(analysis, "lines_x"),
        *refuse_numbers(analysis, "lines_y"),
    ]
    if len(analysis.variables) != 2:
        what = f"a scatter needs two variables, x and y; there are {len(analysis.variables)}"
        out.append(BadCell(what, header="Variables"))
    return out


METHOD = Method(
    name="Scatter",
    run=run,
    rows=summary_then_paths,
    statistics={
        "n": WHOLE,
        "correlation": Decimals(2),
        "p_value": P_VALUE,
        **dict.fromkeys(LINE, as_collected(2)),
        "x": as_collected(1),
        "y": as_collected(1),
    },
    lines=(
        Line(label="n", template="{n}"),
        Line(label="Correlation (p-value)", template="{correlation} ({p_value})"),
        Line(label="x, y", template="{x}, {y}"),
    ),
    failure=NO_CORRELATION,
    needs=("Variables",),
    takes=("Decimals",),
    numeric=True,
    options=("fit", "records", "coefficient", "confidence", "lines_x", "lines_y"),
    kind="Figure",
    drawn=("n", "correlation", "p_value", *LINE, "x", "y"),
    refuse=refuse,
)
