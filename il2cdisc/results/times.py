"""Times to an event: the rows of an analysis, their events and censorings, and the times that it shows."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from il2cdisc.base.numbers import number_of
from il2cdisc.results.arms import one_row_per_subject
from il2cdisc.results.options import BadCell, refuse_absent, refuse_several
from il2cdisc.results.shape import ResultRow, RowShape, ShownLine, head, under
from il2cdisc.results.work import Work, present
from il2cdisc.spec.conditions import Condition, Where, equals
from il2cdisc.spec.tlf import DisplayAnalysis
from il2cdisc.stats.estimates import NotEstimableError

EVENT = 0.0
"""The value of the censoring variable (CNSR) of a row with the event; any other is of a censored one."""


def censoring(analysis: DisplayAnalysis) -> str:
    """The variable that says whether the time is that of the event."""
    return analysis.options.get("censor", "")


def times_of(work: Work) -> pd.DataFrame:
    """The rows with a time and a value of the censoring variable.

    Raises `NotEstimableError` where a subject has several.
    """
    rows = work.rows[work.rows[list(names_of(work.analysis))].notna().all(axis="columns")]
    one_row_per_subject(rows)
    return rows


def compared_times(work: Work, treatments: Sequence[str]) -> pd.DataFrame:
    """The rows of the treatments that a test compares.

    Raises `NotEstimableError` where one of them has no row.
    """
    rows = times_of(work)
    rows = rows.loc[rows[work.treatment].isin(list(treatments))]
    empty = [name for name in treatments if not (rows[work.treatment] == name).any()]
    if empty:
        raise NotEstimableError(f"The test needs at least 1 subject in each group; {empty[0]} has none.")
    return rows


def names_of(analysis: DisplayAnalysis) -> tuple[str, str]:
    """The variables of the time and of the censoring."""
    return analysis.variables[0].name, censoring(analysis)


def valued(analysis: DisplayAnalysis) -> tuple[Condition, ...]:
    """The condition of the rows that are used."""
    return tuple(present(name) for name in names_of(analysis))


def with_event(analysis: DisplayAnalysis) -> Where:
    """The condition of the rows with the event."""
    time, censor = names_of(analysis)
    return (present(time), equals(censor, f"{EVENT:g}"))


def censored(analysis: DisplayAnalysis, *others: str) -> Where:
    """The condition of the rows without an event; `others` are values of competing events."""
    time, censor = names_of(analysis)
    return (present(time), present(censor), Condition(censor, "NOTIN", (f"{EVENT:g}", *others)))


def events_of(work: Work, rows: pd.DataFrame) -> pd.Series:
    """1 at the event, 0 at censoring."""
    return (rows[censoring(work.analysis)] == EVENT).astype("int64")


def asked_times(analysis: DisplayAnalysis) -> list[float]:
    """The times that Levels names."""
    return [number_of(item.name) for item in analysis.levels]


def refuse_times(analysis: DisplayAnalysis, at_times: Sequence[str]) -> list[BadCell]:
    """Options that all methods of times have, and Levels that are no times.

    `at_times` are the statistics that need one.
    """
    out = refuse_absent(analysis, censor="the variable that is 0 at an event (CNSR)")
    out += refuse_several(analysis, "censor")
    wrong = [item.name for item in analysis.levels if not number_of(item.name) >= 0]
    out += [BadCell(f"Levels are times; {name!r} is not a number from 0 on") for name in wrong]
    for line in analysis.lines:
        timed = [name for name in line.statistics if name in at_times]
        if timed and not analysis.levels:
            out.append(BadCell(f"{timed[0]} needs Levels: the times at which it is shown"))
        if timed and len(timed) < len(line.statistics):
            rest = next(name for name in line.statistics if name not in at_times)
            out.append(BadCell(f"a line has {timed[0]}, which is of a time, and {rest}, which is not"))
    return out


def rows_with_times(
    analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow], at_times: Sequence[str]
) -> list[RowShape]:
    """The lines of the whole curve; then each line of times, as a label with a row for each time below it."""
    labels = {item.name: item.label for item in analysis.levels}
    whole = [row for row in found if not row.level]
    timed = [row for row in found if row.level]
    out: list[RowShape] = []
    for line in lines:
        if not any(field.statistic in at_times for field in line.template.fields):
            out += [RowShape(label=line.label, result=row.number, template=line.template) for row in whole]
        elif timed:
            out.append(head(line.label))
            out += [
                RowShape(
                    label=labels[row.level],
                    result=row.number,
                    template=line.template,
                    indent=1,
                    heads=((0, line.label),),
                )
                for row in timed
            ]
    return under(analysis.label, out)
