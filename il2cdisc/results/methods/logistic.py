"""Logistic regression of a response: odds ratios against the reference, by likelihood or Firth's penalty."""

from __future__ import annotations

from typing import Any

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
from il2cdisc.results.model import NAMING, comparisons, complete, regression, used_where
from il2cdisc.results.options import BadCell, choice, confidence, refuse_choice, refuse_confidence
from il2cdisc.results.shape import P_VALUE, WHOLE, Decimals
from il2cdisc.results.work import Work, level_texts
from il2cdisc.spec.conditions import equals
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.stats.estimates import found
from il2cdisc.stats.logistic import firth, logistic
from il2cdisc.stats.profile_likelihood import profile_likelihood

NO_ODDS_RATIO = Kind(
    "RES049",
    "Odds ratio not estimable",
    Severity.FINDING,
    "Check the responses of each column, or use estimation = firth; the display shows NE with this reason.",
)
ESTIMATIONS = {"likelihood": logistic, "firth": firth}
RATIO = interval_names("odds_ratio")
STATISTICS = (*RATIO, "log_odds_ratio", "log_odds_ratio_se", "p_value")
PROFILE = ("profile_lower", "profile_upper", "p_profile")


def run(work: Work) -> pd.DataFrame:
    """n and events of each column of one treatment; its odds ratio of a response against the reference.

    A row at one of Levels responds; a row without a value takes no part. odds_ratio with limits and p_value
    (Wald), log_odds_ratio and its standard error, of one model with `factors` and `covariates`.
    profile_lower, profile_upper and p_profile are limits of the odds ratio and the p-value by the profile of
    the likelihood, of the penalised one where estimation = firth.
    """
    out = counts(work)
    conditions = used_where(work)
    out += comparisons(work, STATISTICS, lambda: _fit(work), conditions=conditions)
    return frame_of([*out, *comparisons(work, PROFILE, lambda: _profile(work), conditions=conditions)])


def counts(work: Work, *others: str) -> list[ResultCell]:
    """n and events (responses) of each column of one treatment, among the rows that the model uses."""
    rows, conditions = complete(work, *others), used_where(work, *others)
    levels = [item.name for item in work.analysis.levels]
    responding = (*conditions, equals(work.analysis.variables[0].name, *levels))
    out: list[ResultCell] = []
    for column in arms(work.display):
        own = rows.loc[rows[work.treatment] == column.values[0]]
        out += cells(work, 0, column, {"n": found(len(own))}, conditions=conditions)
        events = {"events": found(int(responses(work, own).sum()))}
        out += cells(work, 0, column, events, conditions=responding)
    return out


def responses(work: Work, rows: pd.DataFrame) -> pd.Series:
    """1 for a row at one of Levels, 0 for another."""
    levels = [item.name for item in work.analysis.levels]
    return level_texts(rows[work.analysis.variables[0].name]).isin(levels).astype("int64")


def _fit(work: Work) -> dict[str, tuple[float, ...]]:
    model = regression(work)
    one_row_per_subject(model.rows)
    formula = ESTIMATIONS[choice(work.analysis, "estimation", tuple(ESTIMATIONS))]
    fit = formula(responses(work, model.rows), model.terms, confidence=confidence(work.analysis))
    return {name: odds(fit.coefficients[name]) for name in model.treatments}


def _profile(work: Work) -> dict[str, tuple[float, ...]]:
    model = regression(work)
    one_row_per_subject(model.rows)
    penalised = choice(work.analysis, "estimation", tuple(ESTIMATIONS)) == "firth"
    given, level = responses(work, model.rows), confidence(work.analysis)
    out: dict[str, tuple[float, ...]] = {}
    for name in model.treatments:
        own = profile_likelihood(given, model.terms, term=name, penalised=penalised, confidence=level)
        out[name] = (own.ratio.lower, own.ratio.upper, own.p_value)
    return out


def odds(own: Any) -> tuple[float, ...]:
    """The statistics of a coefficient on the log-odds scale."""
    return (*ends(own.ratio), own.estimate, own.se, own.p_value)


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    out = [*refuse_reference(display, analysis), *refuse_confidence(analysis)]
    return out + refuse_choice(analysis, "estimation", tuple(ESTIMATIONS))


DECIMALS = {
    "n": WHOLE,
    "events": WHOLE,
    **dict.fromkeys((*RATIO, *PROFILE[:2]), Decimals(2)),
    "log_odds_ratio": Decimals(3),
    "log_odds_ratio_se": Decimals(3),
    "p_value": P_VALUE,
    "p_profile": P_VALUE,
}
LINES = (
    Line(label="n/N", template="{events}/{n}"),
    Line(
        label="Odds ratio (confidence interval)",
        template="{odds_ratio} ({odds_ratio_lower}, {odds_ratio_upper})",
    ),
    Line(label="p-value", template="{p_value}"),
)

METHOD = Method(
    name="Logistic regression",
    run=run,
    rows=lines_under_label,
    statistics=DECIMALS,
    lines=LINES,
    failure=NO_ODDS_RATIO,
    needs=("Variables", "Levels"),
    takes=("Lines", "Decimals"),
    most={"Variables": 1},
    options=("reference", "estimation", "confidence", *NAMING),
    naming=NAMING,
    numbers=("covariates",),
    refuse=refuse,
)
