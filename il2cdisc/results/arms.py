"""Columns of one treatment each, which are compared, and the column that the others are compared with."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import pandas as pd

from il2cdisc.base.problems import did_you_mean
from il2cdisc.results.frame import ResultCell
from il2cdisc.results.options import BadCell
from il2cdisc.results.shape import ResultRow, RowShape, ShownLine, under
from il2cdisc.results.work import Work
from il2cdisc.spec.conditions import Condition
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn
from il2cdisc.stats.estimates import Estimate, Interval, NotEstimableError, found, missing

INFINITE = "The result is not finite."


def arms(display: Display) -> list[DisplayColumn]:
    """The columns that hold one treatment; a column of several takes no part in a comparison."""
    return [column for column in display.columns if len(column.values) == 1]


def treatments(display: Display) -> list[str]:
    """The treatment of each arm, in the order of the columns."""
    return [column.values[0] for column in arms(display)]


def reference_of(display: Display, analysis: DisplayAnalysis) -> str:
    """The treatment that the others are compared with: the option `reference`, or that of the first arm."""
    return analysis.options.get("reference") or next(iter(treatments(display)), "")


def compared(work: Work) -> list[tuple[DisplayColumn, tuple[str, ...]]]:
    """Each test of treatments: the column that shows it, and the treatments that it compares.

    With the option `reference` every other arm against it; without, all arms at once, shown in the last.
    """
    columns, names = arms(work.display), tuple(treatments(work.display))
    reference = work.analysis.options.get("reference", "")
    if not reference:
        return [(columns[-1], names)]
    return [(column, (reference, *column.values)) for column in columns if column.values[0] != reference]


def refuse_reference(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """Fewer than two arms, or a reference that is the treatment of none."""
    names, out = treatments(display), list[BadCell]()
    if len(names) < 2:
        out.append(BadCell("a comparison needs two columns of one treatment each"))
    given = analysis.options.get("reference", "")
    if "reference" in analysis.options and given not in names:
        what = f"the reference {given!r} is not one of the columns' treatments {', '.join(names)}"
        out.append(BadCell(what, did_you_mean(given, names)))
    return out


def refuse_lines_of_pairs(
    display: Display, analysis: DisplayAnalysis, statistics: Iterable[str]
) -> list[BadCell]:
    """A refusal of Lines with one of `statistics` (of a comparison) where there is nothing to compare."""
    shown = [name for line in analysis.lines for name in line.statistics if name in set(statistics)]
    if not shown or len(arms(display)) > 1:
        return []
    return [BadCell(f"{shown[0]} needs two columns of one treatment each", header="Lines")]


def one_row_per_subject(rows: pd.DataFrame) -> None:
    """Raise `NotEstimableError` where a subject has several rows."""
    twice = rows["USUBJID"].duplicated()
    if twice.any():
        first = rows.loc[twice, "USUBJID"].iloc[0]
        raise NotEstimableError(f"The analysis needs one row per subject; {first} has several.")


def attempt(
    names: Sequence[str], compute: Callable[[], Sequence[float]], *, infinite: str = INFINITE
) -> dict[str, Estimate]:
    """Statistics by name as they are computed; where that can't be done each has the reason."""
    try:
        values = compute()
    except NotEstimableError as why:
        return {name: missing(str(why)) for name in names}
    pairs = zip(names, values, strict=True)
    return {name: found(value) if math.isfinite(value) else missing(infinite) for name, value in pairs}


def interval_names(name: str) -> tuple[str, str, str]:
    """The statistics of an estimate and of its limits."""
    return name, f"{name}_lower", f"{name}_upper"


def ends(interval: Interval, times: float = 1.0) -> tuple[float, float, float]:
    """An estimate and its limits, each `times` a number."""
    return interval.estimate * times, interval.lower * times, interval.upper * times


def cells(
    work: Work,
    row: int,
    column: DisplayColumn,
    estimates: Mapping[str, Estimate],
    *,
    conditions: tuple[Condition, ...] = (),
    treatments: Iterable[str] | None = None,
    level: str = "",
    groups: Sequence[tuple[str, str]] = (),
) -> list[ResultCell]:
    """Results of one column in one row, of the first variable of the analysis."""
    variables = work.analysis.variables
    name = variables[0].name if variables else "USUBJID"
    given = None if treatments is None else tuple(treatments)
    return [
        work.cell(
            row,
            statistic,
            estimate,
            column=column,
            groups=groups,
            variable=name,
            level=level,
            conditions=conditions,
            treatments=given,
        )
        for statistic, estimate in estimates.items()
    ]


def lines_under_label(
    analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]
) -> list[RowShape]:
    """The label of the analysis, below it its lines."""
    shown = [
        RowShape(label=line.label, result=row.number, template=line.template)
        for row in found
        for line in lines
    ]
    return under(analysis.label, shown)
