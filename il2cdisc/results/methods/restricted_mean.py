"""Restricted mean survival time up to a horizon, and its difference against the reference."""

from __future__ import annotations

import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.results.arms import (
    arms,
    attempt,
    cells,
    ends,
    interval_names,
    lines_under_label,
    reference_of,
    refuse_reference,
)
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.options import (
    BadCell,
    confidence,
    number,
    refuse_absent,
    refuse_confidence,
    refuse_number,
)
from il2cdisc.results.shape import P_VALUE, WHOLE, as_collected
from il2cdisc.results.times import events_of, refuse_times, times_of, valued
from il2cdisc.results.work import Work, in_column
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats.estimates import found
from il2cdisc.stats.restricted_mean import RestrictedMean, restricted_mean, restricted_mean_difference

NO_RESTRICTED_MEAN = Kind(
    "RES044",
    "Restricted mean not estimable",
    Severity.FINDING,
    "Choose a horizon that is not after the last time of any group, or check the times of the column.",
)
MEAN = (*interval_names("mean"), "mean_se")
DIFFERENCE = (*interval_names("difference"), "difference_se", "p_value")


def run(work: Work) -> pd.DataFrame:
    """n, mean with limits and mean_se of each column; difference and its p_value against the reference.

    The option `horizon` is the time up to which the mean is taken, in the unit of the variable.
    """
    reference = reference_of(work.display, work.analysis)
    base = next(column for column in arms(work.display) if column.values == (reference,))
    conditions = valued(work.analysis)
    out: list[ResultCell] = []
    for column, rows in work.columns():
        n = int(rows[[condition.variable for condition in conditions]].notna().all(axis="columns").sum())
        estimates = {"n": found(n)} | attempt(MEAN, lambda own=column: _mean(work, own))
        out += cells(work, 0, column, estimates, conditions=conditions)
    for column in arms(work.display):
        if column.values != base.values:
            estimates = attempt(DIFFERENCE, lambda own=column: _difference(work, own, base))
            treatments = (reference, *column.values)
            out += cells(work, 0, column, estimates, conditions=conditions, treatments=treatments)
    return frame_of(out)


def _mean(work: Work, column: DisplayColumn) -> tuple[float, ...]:
    own = _restricted(work, column)
    return (*ends(own.mean), own.se)


def _difference(work: Work, column: DisplayColumn, base: DisplayColumn) -> tuple[float, ...]:
    level = confidence(work.analysis)
    own = restricted_mean_difference(_restricted(work, column), _restricted(work, base), confidence=level)
    return (*ends(own.difference), own.se, own.p_value)


def _restricted(work: Work, column: DisplayColumn) -> RestrictedMean:
    rows = in_column(times_of(work), work.treatment, column)
    return restricted_mean(
        rows[work.analysis.variables[0].name],
        events_of(work, rows),
        horizon=number(work.analysis, "horizon"),
        confidence=confidence(work.analysis),
    )


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    out = [*refuse_reference(display, analysis), *refuse_times(analysis, ())]
    out += refuse_absent(analysis, horizon="the time up to which the mean is taken")
    return [*out, *refuse_number(analysis, "horizon", above=0), *refuse_confidence(analysis)]


METHOD = Method(
    name="Restricted mean",
    run=run,
    rows=lines_under_label,
    statistics={
        "n": WHOLE,
        **{name: as_collected(2 if name.endswith("_se") else 1) for name in (*MEAN, *DIFFERENCE)},
        "p_value": P_VALUE,
    },
    lines=(
        Line(label="Restricted mean (SE)", template="{mean} ({mean_se})"),
        Line(
            label="Difference (confidence interval)",
            template="{difference} ({difference_lower}, {difference_upper})",
        ),
    ),
    failure=NO_RESTRICTED_MEAN,
    needs=("Variables",),
    takes=("Lines", "Decimals"),
    most={"Variables": 1},
    numeric=True,
    options=("censor", "horizon", "reference", "confidence"),
    naming=("censor",),
    numbers=("censor",),
    refuse=refuse,
)
