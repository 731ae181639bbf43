"""Cumulative incidence of an event that a competing one can prevent, and Gray's test."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd

from il2cdisc.base.numbers import number_of
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.results.arms import (
    arms,
    attempt,
    cells,
    compared,
    interval_names,
    refuse_lines_of_pairs,
    refuse_reference,
)
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.options import BadCell, confidence, refuse_absent, refuse_confidence
from il2cdisc.results.shape import P_VALUE, PERCENT, WHOLE, Decimals
from il2cdisc.results.strata import stratum_of
from il2cdisc.results.times import (
    asked_times,
    censored,
    censoring,
    compared_times,
    names_of,
    refuse_times,
    rows_with_times,
    times_of,
    valued,
    with_event,
)
from il2cdisc.results.work import Work, in_column, present
from il2cdisc.spec.conditions import equals
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats.competing_risks import cumulative_incidence, gray_test
from il2cdisc.stats.estimates import Estimate, NotEstimableError, found, missing

NO_INCIDENCE = Kind(
    "RES045",
    "Cumulative incidence not estimable",
    Severity.FINDING,
    "Check the events of each column and the times of Levels; the display shows NE with this reason.",
)
INCIDENCE = interval_names("incidence")
AT_TIMES = (*INCIDENCE, "at_risk")
TEST = ("statistic", "df", "p_value")
LATER = "The last time is before this one, and a subject is censored there."


def run(work: Work) -> pd.DataFrame:
    """n, events, competing and censored of each column; incidence with limits and at_risk at times of Levels.

    The option `censor` names the variable that is 0 at an event, `competing` its values at a competing
    event; all others are censored. incidence is in per cent. statistic, df and p_value are those of Gray's
    test of all columns of one treatment, shown in the last, or with `reference` of each pair; `strata` names
    variables of the rows.
    """
    out: list[ResultCell] = []
    for column, _ in work.columns():
        out += _column(work, column)
    if len(arms(work.display)) > 1:
        names = work.analysis.option_list("strata")
        conditions = (*valued(work.analysis), *(present(name) for name in names))
        for column, treatments in compared(work):
            estimates = attempt(TEST, lambda given=treatments: _test(work, given))
            out += cells(work, 0, column, estimates, conditions=conditions, treatments=treatments)
    return frame_of(out)


def _column(work: Work, column: DisplayColumn) -> list[ResultCell]:
    analysis = work.analysis
    time, censor = names_of(analysis)
    rows = in_column(work.rows, work.treatment, column)
    causes = _causes(analysis, rows.loc[rows[time].notna() & rows[censor].notna()])
    competing = (present(time), equals(censor, *analysis.option_list("competing")))
    out = cells(work, 0, column, {"n": found(len(causes))}, conditions=valued(analysis))
    events = {"events": found(int((causes == 1).sum()))}
    out += cells(work, 0, column, events, conditions=with_event(analysis))
    others = {"competing": found(int((causes == 2).sum()))}
    out += cells(work, 0, column, others, conditions=competing)
    left = {"censored": found(int((causes == 0).sum()))}
    ended = censored(analysis, *analysis.option_list("competing"))
    out += cells(work, 0, column, left, conditions=ended)
    for row, (item, estimates) in enumerate(zip(analysis.levels, _at(work, column), strict=True), start=1):
        out += cells(work, row, column, estimates, conditions=valued(analysis), level=item.name)
    return out


def _at(work: Work, column: DisplayColumn) -> list[dict[str, Estimate]]:
    """Incidence and subjects at risk at each time."""
    times = asked_times(work.analysis)
    try:
        rows = in_column(times_of(work), work.treatment, column)
        curve = cumulative_incidence(rows[work.analysis.variables[0].name], _causes(work.analysis, rows))
    except NotEstimableError as why:
        return [{name: missing(str(why)) for name in AT_TIMES} for _ in times]
    out: list[dict[str, Estimate]] = []
    table = curve.at(times, confidence=confidence(work.analysis)) if times else pd.DataFrame()
    for record in table.to_dict("records"):
        pairs = zip(INCIDENCE, ("incidence", "lower", "upper"), strict=True)
        estimates = {
            name: missing(LATER) if pd.isna(record[own]) else found(100 * record[own]) for name, own in pairs
        }
        out.append(estimates | {"at_risk": found(record["at_risk"])})
    return out


def _causes(analysis: DisplayAnalysis, rows: pd.DataFrame) -> pd.Series:
    """1 at the event, 2 at a competing one, 0 at censoring."""
    values = rows[censoring(analysis)]
    competing = values.isin([number_of(text) for text in analysis.option_list("competing")])
    return (values == 0).astype("int64") + 2 * competing.astype("int64")


def _test(work: Work, treatments: Sequence[str]) -> tuple[float, float, float]:
    rows = compared_times(work, treatments)
    test = gray_test(
        rows[work.analysis.variables[0].name],
        _causes(work.analysis, rows),
        rows[work.treatment],
        stratum=stratum_of(rows, work.analysis.option_list("strata")),
    )
    return test.statistic, test.df, test.p_value


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    out = refuse_times(analysis, AT_TIMES)
    if "reference" in analysis.options:
        out += refuse_reference(display, analysis)
    out += refuse_lines_of_pairs(display, analysis, TEST)
    out += refuse_absent(analysis, competing="the values of the censoring variable at a competing event")
    for text in analysis.option_list("competing"):
        if not number_of(text) > 0:
            out.append(BadCell(f"the competing {text!r} is not a number above 0 (0 is the event)"))
    return out + refuse_confidence(analysis)


METHOD = Method(
    name="Cumulative incidence",
    run=run,
    rows=partial(rows_with_times, at_times=AT_TIMES),
    statistics={
        **dict.fromkeys(("n", "events", "competing", "censored", "at_risk", "df"), WHOLE),
        **dict.fromkeys(INCIDENCE, PERCENT),
        "statistic": Decimals(2),
        "p_value": P_VALUE,
    },
    lines=(
        Line(label="n", template="{n}"),
        Line(label="Events", template="{events}"),
        Line(label="Competing events", template="{competing}"),
        Line(
            label="Cumulative incidence, % (confidence interval)",
            template="{incidence} ({incidence_lower}, {incidence_upper})",
        ),
    ),
    failure=NO_INCIDENCE,
    needs=("Variables",),
    takes=("Levels", "Lines", "Decimals"),
    most={"Variables": 1},
    numeric=True,
    options=("censor", "competing", "reference", "strata", "confidence"),
    naming=("censor", "strata"),
    numbers=("censor",),
    refuse=refuse,
)
