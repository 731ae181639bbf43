"""The steps of Kaplan-Meier curves, censorings and subjects at risk: a figure of time to an event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
import pandas as pd

from il2cdisc.base.numbers import number_text
from il2cdisc.results.arms import cells
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.methods import kaplan_meier
from il2cdisc.results.methods.kaplan_meier import LATER, NO_LIMITS, SURVIVAL, TRANSFORMS
from il2cdisc.results.options import (
    BadCell,
    choice,
    confidence,
    refuse_choice,
    refuse_confidence,
    refuse_number,
)
from il2cdisc.results.options import number as number_option
from il2cdisc.results.shape import PERCENT, WHOLE, Decimals, ResultRow, RowShape, ShownLine, under
from il2cdisc.results.times import asked_times, events_of, refuse_times, times_of, valued
from il2cdisc.results.work import Work, in_column
from il2cdisc.spec.conditions import Condition
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats import survival
from il2cdisc.stats.estimates import Estimate, NotEstimableError, found, missing

LEAST = 8
"""Subjects at the start below which a curve is not informative (FDA's Standard Safety Tables and Figures)."""
STEP = ("time", *SURVIVAL, "at_risk", "events", "censored")
SHOWN = ("percentage",)
"""What the option `show` may be besides the survival: 100 % minus it."""


def run(work: Work) -> pd.DataFrame:
    """A row for each time at which a curve falls or a subject is censored, and for each time of Levels.

    survival in per cent with its limits from the time on, at_risk just before it, events and censored at it;
    the first row is time 0. The option `show = percentage` gives the share that had the event instead of the
    survival. Before these rows is one of n and, of fewer than 8 subjects (option `least`), the `note` that
    says so.
    """
    return steps_of(work, lambda column: _times(work, column), valued(work.analysis))


def _times(work: Work, column: DisplayColumn) -> tuple[pd.Series, pd.Series]:
    rows = times_of(work)
    rows = rows.loc[in_column(rows, work.treatment, column).index]
    return rows[work.analysis.variables[0].name], events_of(work, rows)


Times = Callable[[DisplayColumn], tuple[pd.Series, pd.Series]]
"""The times and the events (1, else 0) of the subjects of a column."""


def steps_of(work: Work, times: Times, where: tuple[Condition, ...]) -> pd.DataFrame:
    """The curves of the columns as results; `where` is the condition of their records."""
    curves = {column.label: _curve(work.analysis, times, column) for column in work.display.columns}
    given = [curve for curve in curves.values() if not isinstance(curve, str)]
    every = sorted({0.0, *asked_times(work.analysis), *(float(t) for curve in given for t in curve.time)})
    out: list[ResultCell] = []
    for column in work.display.columns:
        curve = curves[column.label]
        n = 0 if isinstance(curve, str) else int(curve.at_risk[0])
        out += cells(work, 0, column, {"n": found(n)}, conditions=where)
        out += [
            work.cell(0, "note", text, column=column, variable=work.analysis.variables[0].name)
            for text in _notes(work.analysis, column.label, n)
        ]
        steps = _failed(curve, every) if isinstance(curve, str) else _steps(work.analysis, curve, every)
        own = set() if isinstance(curve, str) else {0.0, *(float(t) for t in curve.time)}
        own |= set(asked_times(work.analysis))
        for row, (time, estimates) in enumerate(zip(every, steps, strict=True), start=1):
            if time not in own:
                continue
            out += cells(work, row, column, estimates, conditions=where, level=number_text(time))
    return frame_of(out)


def _curve(analysis: DisplayAnalysis, times: Times, column: DisplayColumn) -> survival.KaplanMeier | str:
    """The curve of a column, or why there is none."""
    scale = cast("survival.Transform", TRANSFORMS[choice(analysis, "transform", tuple(TRANSFORMS))])
    try:
        return survival.kaplan_meier(*times(column), confidence=confidence(analysis), transform=scale)
    except NotEstimableError as why:
        return str(why)


def _notes(analysis: DisplayAnalysis, label: str, n: int) -> list[str]:
    least = int(number_option(analysis, "least", LEAST))
    if n >= least:
        return []
    return [f"{label}: fewer than {least} subjects at the start (n = {n}); the curve is not informative."]


def _failed(why: str, times: Sequence[float]) -> list[dict[str, Estimate]]:
    return [{name: missing(why) for name in SURVIVAL} for _ in times]


def _steps(
    analysis: DisplayAnalysis, curve: survival.KaplanMeier, times: Sequence[float]
) -> list[dict[str, Estimate]]:
    at = curve.at(times)
    place = {float(time): i for i, time in enumerate(curve.time)}
    out: list[dict[str, Estimate]] = []
    for time, record in zip(times, at.to_dict("records"), strict=True):
        values = [record["survival"], record["lower"], record["upper"]]
        if analysis.options.get("show") == SHOWN[0]:
            values = [1 - values[0], 1 - values[2], 1 - values[1]]
        why = LATER if pd.isna(record["survival"]) else NO_LIMITS
        own = {
            name: missing(why) if np.isnan(value) else found(100 * value)
            for name, value in zip(SURVIVAL, values, strict=True)
        }
        at_time = place.get(time)
        counts = (0, 0) if at_time is None else (curve.events[at_time], curve.censored[at_time])
        own |= {"time": found(time), "at_risk": found(record["at_risk"])}
        out.append(own | {"events": found(counts[0]), "censored": found(counts[1])})
    return out


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    out = [*refuse_times(analysis, ()), *refuse_confidence(analysis)]
    out += refuse_choice(analysis, "transform", tuple(TRANSFORMS))
    out += refuse_choice(analysis, "show", ("survival", *SHOWN))
    return out + refuse_number(analysis, "least", above=0, whole=True)


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """A row for each time of Levels; without Levels one for each step."""
    labels = {number_text(float(item.name)): item.label for item in analysis.levels}
    shown = [
        RowShape(label=labels.get(row.level, row.level), result=row.number, template=lines[0].template)
        for row in found
        if row.level and (row.level in labels or not labels)
    ]
    return under(analysis.label, shown)


METHOD = Method(
    name="Kaplan-Meier curve",
    run=run,
    rows=rows,
    statistics={
        "n": WHOLE,
        "note": WHOLE,
        "time": Decimals(0),
        **dict.fromkeys(SURVIVAL, PERCENT),
        **dict.fromkeys(("at_risk", "events", "censored"), WHOLE),
    },
    lines=(
        Line(
            label="At risk; % (CI)",
            template="{at_risk}; {survival} ({survival_lower}, {survival_upper})",
        ),
    ),
    failure=kaplan_meier.NOT_REACHED,
    needs=("Variables",),
    takes=("Levels",),
    most={"Variables": 1},
    numeric=True,
    options=("censor", "confidence", "transform", "show", "least"),
    naming=("censor",),
    numbers=("censor",),
    kind="Figure",
    drawn=("n", *STEP),
    refuse=refuse,
)
