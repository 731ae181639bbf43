"""Rates of a count by time at risk: Poisson or negative binomial regression, rate ratios to the reference."""

from __future__ import annotations

import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.results.arms import (
    arms,
    cells,
    ends,
    interval_names,
    lines_under_label,
    one_row_per_subject,
    reference_of,
    refuse_reference,
)
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.model import NAMING, Regression, comparisons, complete, regression, used_where
from il2cdisc.results.options import (
    BadCell,
    choice,
    confidence,
    number,
    refuse_absent,
    refuse_choice,
    refuse_confidence,
    refuse_number,
    refuse_several,
)
from il2cdisc.results.shape import P_VALUE, WHOLE, Decimals
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.stats.counts import CountModel, negative_binomial_regression, poisson_regression
from il2cdisc.stats.estimates import NotEstimableError, found

NO_RATE = Kind(
    "RES052",
    "Rate not estimable",
    Severity.FINDING,
    "Check the counts, the times at risk and the terms; the display shows NE with this reason as a footnote.",
)
MODELS = {"negative-binomial": negative_binomial_regression, "poisson": poisson_regression}
RATE, RATIO = interval_names("rate"), interval_names("rate_ratio")
RATIOS = (*RATIO, "log_rate_ratio", "log_rate_ratio_se", "p_value")


def run(work: Work) -> pd.DataFrame:
    """n, events, time of each column of one treatment; its adjusted rate, and the ratio to the reference.

    The variable is a count, the option `time` names the variable of the time at risk (the offset is its
    logarithm). rate with limits is that at the means of the other terms, per `per` units of time (1 unless
    given); rate_ratio with limits and p_value (Wald), log_rate_ratio and its standard error.
    """
    time = work.analysis.options["time"]
    conditions, rows = used_where(work, time), complete(work, time)
    out: list[ResultCell] = []
    for column in arms(work.display):
        own = rows.loc[rows[work.treatment] == column.values[0]]
        events, at_risk = own[work.analysis.variables[0].name].sum(), own[time].sum()
        counts = {"n": found(len(own)), "events": found(events), "time": found(at_risk)}
        out += cells(work, 0, column, counts, conditions=conditions)
    both = _RateFit(work, time)
    out += comparisons(work, RATE, both.rates, conditions=conditions, also_reference=True)
    return frame_of([*out, *comparisons(work, RATIOS, both.ratios, conditions=conditions)])


class _RateFit:
    """One model, fitted once, and its rates and ratios by treatment; or the reason that it has none."""

    def __init__(self, work: Work, time: str) -> None:
        self._work, self._why = work, ""
        try:
            self._model = regression(work, time)
            self._fit = _fit(work, self._model, time)
        except NotEstimableError as reason:
            self._why = str(reason)

    def rates(self) -> dict[str, tuple[float, ...]]:
        self._check()
        per = number(self._work.analysis, "per", 1)
        reference = reference_of(self._work.display, self._work.analysis)
        names = self._model.treatments
        return {
            name: ends(self._fit.rate({other: float(other == name) for other in names}).ratio, per)
            for name in (reference, *names)
        }

    def ratios(self) -> dict[str, tuple[float, ...]]:
        self._check()
        own = {name: self._fit.coefficients[name] for name in self._model.treatments}
        return {name: (*ends(c.ratio), c.estimate, c.se, c.p_value) for name, c in own.items()}

    def _check(self) -> None:
        if self._why:
            raise NotEstimableError(self._why)


def _fit(work: Work, model: Regression, time: str) -> CountModel:
    one_row_per_subject(model.rows)
    counts, at_risk = model.rows[work.analysis.variables[0].name], model.rows[time]
    if ((counts < 0) | (counts % 1 != 0)).any():  # an infinite count has no remainder
        raise NotEstimableError("A count is not a whole number from 0 on.")
    if (at_risk <= 0).any():
        raise NotEstimableError(f"The time at risk {time} is not above 0; rows: {int((at_risk <= 0).sum())}.")
    formula = MODELS[choice(work.analysis, "model", tuple(MODELS))]
    return formula(counts, model.terms, time=at_risk, confidence=confidence(work.analysis))


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    out = [*refuse_reference(display, analysis), *refuse_confidence(analysis)]
    out += refuse_absent(analysis, time="the variable of the time at risk")
    out += [*refuse_several(analysis, "time"), *refuse_number(analysis, "per", above=0)]
    return out + refuse_choice(analysis, "model", tuple(MODELS))


METHOD = Method(
    name="Event rate",
    run=run,
    rows=lines_under_label,
    statistics={
        "n": WHOLE,
        "events": WHOLE,
        "time": Decimals(1),
        **dict.fromkeys((*RATE, *RATIO), Decimals(2)),
        "log_rate_ratio": Decimals(3),
        "log_rate_ratio_se": Decimals(3),
        "p_value": P_VALUE,
    },
    lines=(
        Line(label="Events (time at risk)", template="{events} ({time})"),
        Line(label="Rate (confidence interval)", template="{rate} ({rate_lower}, {rate_upper})"),
        Line(
            label="Rate ratio (confidence interval)",
            template="{rate_ratio} ({rate_ratio_lower}, {rate_ratio_upper})",
        ),
        Line(label="p-value", template="{p_value}"),
    ),
    failure=NO_RATE,
    needs=("Variables",),
    takes=("Lines", "Decimals"),
    most={"Variables": 1},
    numeric=True,
    options=("time", "per", "model", "reference", "confidence", *NAMING),
    naming=("time", *NAMING),
    numbers=("time", "covariates"),
    refuse=refuse,
)
