"""Cox regression of times to an event: hazard ratios against the reference."""

from __future__ import annotations

from typing import cast

import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.results.arms import (
    arms,
    cells,
    ends,
    interval_names,
    lines_under_label,
    one_row_per_subject,
    refuse_reference,
)
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.model import comparisons, complete, regression, used_where
from il2cdisc.results.options import BadCell, choice, confidence, refuse_choice, refuse_confidence
from il2cdisc.results.shape import P_VALUE, WHOLE, Decimals
from il2cdisc.results.strata import stratum_of
from il2cdisc.results.times import censoring, events_of, refuse_times, with_event
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.stats.cox import Coefficient, Ties, cox
from il2cdisc.stats.estimates import found

NO_HAZARD_RATIO = Kind(
    "RES046",
    "Hazard ratio not estimable",
    Severity.FINDING,
    "Check the events of each column and the terms of the model; the display shows NE with this reason.",
)
TIES = ("efron", "breslow")
RATIO = interval_names("hazard_ratio")
STATISTICS = (*RATIO, "log_hazard_ratio", "log_hazard_ratio_se", "p_value")


def run(work: Work) -> pd.DataFrame:
    """n and events of each column of one treatment; its hazard ratio against the reference.

    hazard_ratio with limits and p_value (Wald), log_hazard_ratio and its standard error, of one model of all
    these columns with `factors` and `covariates`, its baseline hazard by `strata`, ties by Efron or Breslow.
    """
    analysis = work.analysis
    others = (censoring(analysis), *analysis.option_list("strata"))
    conditions, rows = used_where(work, *others), complete(work, *others)
    out: list[ResultCell] = []
    for column in arms(work.display):
        own = rows.loc[rows[work.treatment] == column.values[0]]
        out += cells(work, 0, column, {"n": found(len(own))}, conditions=conditions)
        events = {"events": found(int(events_of(work, own).sum()))}
        out += cells(work, 0, column, events, conditions=(*conditions, with_event(analysis)[1]))
    return frame_of([*out, *comparisons(work, STATISTICS, lambda: _fit(work, others), conditions=conditions)])


def _fit(work: Work, others: tuple[str, ...]) -> dict[str, tuple[float, ...]]:
    model = regression(work, *others)
    one_row_per_subject(model.rows)
    found = cox(
        model.rows[work.analysis.variables[0].name],
        events_of(work, model.rows),
        model.terms,
        stratum=stratum_of(model.rows, work.analysis.option_list("strata")),
        ties=cast("Ties", choice(work.analysis, "ties", TIES)),
        confidence=confidence(work.analysis),
    ).coefficients
    return {name: _statistics(found[name]) for name in model.treatments}


def _statistics(own: Coefficient) -> tuple[float, ...]:
    return (*ends(own.ratio), own.estimate, own.se, own.p_value)


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    out = [*refuse_reference(display, analysis), *refuse_times(analysis, ())]
    return [*out, *refuse_choice(analysis, "ties", TIES), *refuse_confidence(analysis)]


METHOD = Method(
    name="Cox",
    run=run,
    rows=lines_under_label,
    statistics={
        "n": WHOLE,
        "events": WHOLE,
        **dict.fromkeys(RATIO, Decimals(2)),
        "log_hazard_ratio": Decimals(3),
        "log_hazard_ratio_se": Decimals(3),
        "p_value": P_VALUE,
    },
    lines=(
        Line(
            label="Hazard ratio (confidence interval)",
            template="{hazard_ratio} ({hazard_ratio_lower}, {hazard_ratio_upper})",
        ),
        Line(label="p-value", template="{p_value}"),
    ),
    failure=NO_HAZARD_RATIO,
    needs=("Variables",),
    takes=("Lines", "Decimals"),
    most={"Variables": 1},
    numeric=True,
    options=("censor", "reference", "strata", "ties", "factors", "covariates", "confidence"),
    naming=("censor", "strata", "factors", "covariates"),
    numbers=("censor", "covariates"),
    refuse=refuse,
)
