"""Risk difference adjusted for covariates by g-computation on a logistic model."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.results.arms import (
    ends,
    interval_names,
    lines_under_label,
    one_row_per_subject,
    refuse_reference,
)
from il2cdisc.results.frame import frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.methods.logistic import counts, responses
from il2cdisc.results.model import NAMING, comparisons, regression, used_where
from il2cdisc.results.options import BadCell, choice, confidence, refuse_choice, refuse_confidence
from il2cdisc.results.shape import P_VALUE, PERCENT, WHOLE, Decimals
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.stats.arguments import z_quantile
from il2cdisc.stats.distributions import normal_two_sided
from il2cdisc.stats.estimates import Interval, NotEstimableError
from il2cdisc.stats.logistic import StandardisedRisk, standardised_risk

NO_STANDARDISED_RISK = Kind(
    "RES051",
    "Adjusted risk difference not estimable",
    Severity.FINDING,
    "Check the responses of each column and the terms of the model; the display shows NE with this reason.",
)
ERRORS = ("population", "sample")
STATISTICS = ("risk", "reference_risk", *interval_names("difference"), "difference_se", "p_value")


def run(work: Work) -> pd.DataFrame:
    """n and events of each column of one treatment; its standardised risk and difference, in per cent.

    risk and reference_risk are the mean risks if all subjects had the column's treatment, or the reference;
    difference with limits, difference_se and p_value. `standard_errors`: of a new sample of the `population`,
    or given the covariates of this `sample` (delta method, sandwich HC0).
    """
    conditions = used_where(work)
    compared = comparisons(work, STATISTICS, lambda: _fit(work), conditions=conditions)
    return frame_of([*counts(work), *compared])


def _fit(work: Work) -> dict[str, tuple[float, ...]]:
    model = regression(work)
    one_row_per_subject(model.rows)
    level = confidence(work.analysis)
    out: dict[str, tuple[float, ...]] = {}
    for name in model.treatments:
        found = standardised_risk(
            responses(work, model.rows),
            model.terms,
            treatments=model.treatments,
            treatment=name,
            confidence=level,
        )
        if choice(work.analysis, "standard_errors", ERRORS) == "sample":
            found = _given_covariates(found, level)
        risks = (100 * found.risk, 100 * found.reference)
        out[name] = (*risks, *ends(found.difference, 100.0), 100 * found.se, found.p_value)
    return out


def _given_covariates(found: StandardisedRisk, level: float) -> StandardisedRisk:
    """The same estimate with the standard error, limits and p-value for fixed covariates."""
    d, se = found.difference.estimate, found.se_fixed
    if se == 0:
        raise NotEstimableError("The difference of risks has no variance.")
    half = z_quantile(level) * se
    limits = Interval(d, d - half, d + half)
    return replace(found, difference=limits, se=se, p_value=normal_two_sided(d / se))


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    out = [*refuse_reference(display, analysis), *refuse_confidence(analysis)]
    return out + refuse_choice(analysis, "standard_errors", ERRORS)


METHOD = Method(
    name="Standardised risk",
    run=run,
    rows=lines_under_label,
    statistics={
        "n": WHOLE,
        "events": WHOLE,
        **dict.fromkeys(STATISTICS, PERCENT),
        "difference_se": Decimals(2),
        "p_value": P_VALUE,
    },
    lines=(
        Line(label="n/N", template="{events}/{n}"),
        Line(
            label="Adjusted difference (confidence interval)",
            template="{difference} ({difference_lower}, {difference_upper})",
        ),
        Line(label="p-value", template="{p_value}"),
    ),
    failure=NO_STANDARDISED_RISK,
    needs=("Variables", "Levels"),
    takes=("Lines", "Decimals"),
    most={"Variables": 1},
    options=("reference", "standard_errors", "confidence", *NAMING),
    naming=NAMING,
    numbers=("covariates",),
    refuse=refuse,
)
