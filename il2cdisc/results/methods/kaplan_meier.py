"""Kaplan-Meier: events and censorings, quartiles, survival and subjects at risk at given times."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import cast

import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.results.arms import cells, interval_names
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.options import BadCell, choice, confidence, refuse_choice, refuse_confidence
from il2cdisc.results.shape import PERCENT, WHOLE, as_collected
from il2cdisc.results.times import (
    asked_times,
    censored,
    events_of,
    names_of,
    refuse_times,
    rows_with_times,
    times_of,
    valued,
    with_event,
)
from il2cdisc.results.work import Work
from il2cdisc.spec.conditions import Condition
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats.estimates import Estimate, NotEstimableError, found, missing
from il2cdisc.stats.survival import KaplanMeier, Quantile, Transform, kaplan_meier

NOT_REACHED = Kind(
    "RES042",
    "Quantile or survival not reached",
    Severity.INFORMATION,
    "Nothing is to be done: the display shows NE with this reason as a footnote.",
)
TRANSFORMS = {"log-log": "log-log", "identity": "plain", "log": "log"}
"""The scale of the limits, by the value of the option `transform`."""
QUARTILES = {"q1": 0.25, "median": 0.5, "q3": 0.75}
"""The share of subjects that had the event by the time."""
SURVIVAL = interval_names("survival")
AT_TIMES = (*SURVIVAL, "at_risk")
LATER = "The last time is before this one, and a subject is censored there."
NO_LIMITS = "The curve is 0 here and has no limits."


def run(work: Work) -> pd.DataFrame:
    """Statistics of each column: n, events, censored, quartiles with limits; at each time of Levels survival.

    The variable is the time, the option `censor` names the variable that is 0 at an event (CNSR). survival
    is in per cent, with its limits; at_risk counts the subjects whose time is not before the one asked.
    `transform` is the scale of the limits of the curve and of its quartiles (Brookmeyer and Crowley).
    """
    out: list[ResultCell] = []
    for column, rows in work.columns():
        out += _column(work, column, rows.index)
    return frame_of(out)


def _column(work: Work, column: DisplayColumn, index: pd.Index) -> list[ResultCell]:
    analysis = work.analysis
    rows = work.rows.loc[index]
    rows = rows[rows[list(names_of(analysis))].notna().all(axis="columns")]
    event = events_of(work, rows)
    out = _with(work, column, 0, {"n": found(len(rows))}, valued(analysis))
    out += _with(work, column, 0, {"censored": found(int((event == 0).sum()))}, censored(analysis))
    out += _with(work, column, 0, {"events": found(int(event.sum()))}, with_event(analysis))
    try:
        curve = _curve(work, index)
    except NotEstimableError as why:
        names = [name for quartile in QUARTILES for name in interval_names(quartile)]
        whole = {name: missing(str(why)) for name in names}
        timed = [{name: missing(str(why)) for name in AT_TIMES} for _ in analysis.levels]
    else:
        whole = {}
        for name, p in QUARTILES.items():
            whole |= _quantile(name, curve.quantile(p))
        timed = _at(curve, asked_times(analysis))
    out += _with(work, column, 0, whole, valued(analysis))
    for row, (item, estimates) in enumerate(zip(analysis.levels, timed, strict=True), start=1):
        out += _with(work, column, row, estimates, valued(analysis), item.name)
    return out


def _with(
    work: Work,
    column: DisplayColumn,
    row: int,
    estimates: dict[str, Estimate],
    conditions: tuple[Condition, ...],
    level: str = "",
) -> list[ResultCell]:
    return cells(work, row, column, estimates, conditions=conditions, level=level)


def _curve(work: Work, index: pd.Index) -> KaplanMeier:
    rows = times_of(work)
    rows = rows.loc[rows.index.isin(index)]
    return kaplan_meier(
        rows[work.analysis.variables[0].name],
        events_of(work, rows),
        confidence=confidence(work.analysis),
        transform=cast("Transform", TRANSFORMS[choice(work.analysis, "transform", tuple(TRANSFORMS))]),
    )


def _quantile(name: str, quantile: Quantile) -> dict[str, Estimate]:
    return dict(zip(interval_names(name), (quantile.estimate, quantile.lower, quantile.upper), strict=True))


def _at(curve: KaplanMeier, times: Sequence[float]) -> list[dict[str, Estimate]]:
    """Survival and subjects at risk at each time."""
    out: list[dict[str, Estimate]] = []
    for record in curve.at(times).to_dict("records") if times else []:
        beyond = pd.isna(record["survival"])
        why = LATER if beyond else NO_LIMITS
        names = zip(SURVIVAL, ("survival", "lower", "upper"), strict=True)
        estimates = {
            name: missing(why) if pd.isna(record[own]) else found(100 * record[own]) for name, own in names
        }
        out.append(estimates | {"at_risk": found(record["at_risk"])})
    return out


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    out = [*refuse_times(analysis, AT_TIMES), *refuse_confidence(analysis)]
    return out + refuse_choice(analysis, "transform", tuple(TRANSFORMS))


METHOD = Method(
    name="Kaplan-Meier",
    run=run,
    rows=partial(rows_with_times, at_times=AT_TIMES),
    statistics={
        **dict.fromkeys(("n", "events", "censored", "at_risk"), WHOLE),
        **{name: as_collected(1) for quartile in QUARTILES for name in interval_names(quartile)},
        **dict.fromkeys(SURVIVAL, PERCENT),
    },
    lines=(
        Line(label="n", template="{n}"),
        Line(label="Events", template="{events}"),
        Line(label="Censored", template="{censored}"),
        Line(label="Median (confidence interval)", template="{median} ({median_lower}, {median_upper})"),
        Line(label="Q1, Q3", template="{q1}, {q3}"),
        Line(
            label="Survival, % (confidence interval)",
            template="{survival} ({survival_lower}, {survival_upper})",
        ),
        Line(label="At risk", template="{at_risk}"),
    ),
    failure=NOT_REACHED,
    needs=("Variables",),
    takes=("Levels", "Lines", "Decimals"),
    most={"Variables": 1},
    numeric=True,
    options=("censor", "confidence", "transform"),
    naming=("censor",),
    numbers=("censor",),
    refuse=refuse,
)
