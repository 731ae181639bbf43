"""Repeated responses by generalised estimating equations: odds ratios against the reference."""

from __future__ import annotations

from typing import cast

import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.results.arms import lines_under_label, refuse_reference
from il2cdisc.results.frame import frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.methods.logistic import DECIMALS, LINES, STATISTICS, counts, odds, responses
from il2cdisc.results.model import NAMING, comparisons, regression, used_where
from il2cdisc.results.options import BadCell, choice, confidence, refuse_choice, refuse_confidence
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import Display, DisplayAnalysis
from il2cdisc.stats.gee import StandardErrors, WorkingCorrelation, gee_logistic

NO_MARGINAL_ODDS = Kind(
    "RES050",
    "Odds ratio of repeated responses not estimable",
    Severity.FINDING,
    "Check the responses of each column and the terms; the display shows NE with this reason.",
)
WORKING = ("exchangeable", "independence")
ERRORS = ("robust", "bias-reduced")


def run(work: Work) -> pd.DataFrame:
    """n (rows) and events of each column of one treatment; its marginal odds ratio against the reference.

    A row at one of Levels responds; rows of a subject are correlated (`working`), standard errors are the
    sandwich's or, for few subjects, `bias-reduced`. A visit is one of the `factors`.
    """
    conditions = used_where(work)
    compared = comparisons(work, STATISTICS, lambda: _fit(work), conditions=conditions)
    return frame_of([*counts(work), *compared])


def _fit(work: Work) -> dict[str, tuple[float, ...]]:
    model = regression(work)
    fit = gee_logistic(
        responses(work, model.rows),
        model.terms,
        subject=model.rows["USUBJID"],
        working=cast("WorkingCorrelation", choice(work.analysis, "working", WORKING)),
        standard_errors=cast("StandardErrors", choice(work.analysis, "standard_errors", ERRORS)),
        confidence=confidence(work.analysis),
    )
    return {name: odds(fit.coefficients[name]) for name in model.treatments}


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    out = [*refuse_reference(display, analysis), *refuse_confidence(analysis)]
    out += refuse_choice(analysis, "working", WORKING)
    return out + refuse_choice(analysis, "standard_errors", ERRORS)


METHOD = Method(
    name="Repeated response",
    run=run,
    rows=lines_under_label,
    statistics=DECIMALS,
    lines=LINES,
    failure=NO_MARGINAL_ODDS,
    needs=("Variables", "Levels"),
    takes=("Lines", "Decimals"),
    most={"Variables": 1},
    options=("reference", "working", "standard_errors", "confidence", *NAMING),
    naming=NAMING,
    numbers=("covariates",),
    refuse=refuse,
)
