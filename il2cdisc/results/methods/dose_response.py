"""Dose response: the linear effect of the dose on a value, where ANCOVA has the treatment."""

from __future__ import annotations

from functools import partial

import pandas as pd

from il2cdisc.results.compared import (
    Estimates,
    Groups,
    are_present,
    at,
    cells_of,
    complete,
    failed,
    need_one_row_per_subject,
    row_per_variable,
    tested,
)
from il2cdisc.results.frame import ResultCell
from il2cdisc.results.method import Method
from il2cdisc.results.methods import continuous
from il2cdisc.results.options import (
    BadCell,
    confidence,
    refuse_absent,
    refuse_confidence,
    refuse_repeated,
    refuse_several,
)
from il2cdisc.results.problems import NO_COMPARISON
from il2cdisc.results.shape import P_VALUE, WHOLE, as_collected
from il2cdisc.results.work import Work, level_texts
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats.ancova import slope
from il2cdisc.stats.estimates import NotEstimableError, found

STATISTICS = ("slope", "slope_se", "slope_lower", "slope_upper", "df", "p_value")


def run(work: Work) -> pd.DataFrame:
    """The change of the variable by one unit of the option `dose`, given `factors` and `covariates`.

    n, slope, slope_se, slope_lower, slope_upper, df and p_value by level of By and variable, in the first
    column that holds all treatments or, where there is none, in the last. Their records are the complete ones
    of all columns.
    """
    return row_per_variable(work, partial(_cells, work))


def _cells(
    work: Work, column: DisplayColumn, row: int, name: str, inside: Groups, part: pd.DataFrame
) -> list[ResultCell]:
    shown = list(dict.fromkeys(value for column in work.display.columns for value in column.values))
    own = part.loc[part[work.treatment].isin(shown)] if shown else part
    needed = [name, *_terms(work.analysis)]
    return cells_of(
        work,
        row,
        _estimates(work, name, complete(own, needed)),
        column=column,
        conditions=(*are_present(needed), *at(inside)),
        treatments=shown,
        groups=inside,
        variable=name,
    )


def _terms(analysis: DisplayAnalysis) -> list[str]:
    """The dose, factors and covariates."""
    return [analysis.options["dose"], *analysis.option_list("factors"), *analysis.option_list("covariates")]


def _estimates(work: Work, name: str, rows: pd.DataFrame) -> Estimates:
    analysis, out = work.analysis, {"n": found(len(rows))}
    try:
        need_one_row_per_subject(rows)
        fit = slope(
            rows[name],
            rows[analysis.options["dose"]],
            factors={factor: level_texts(rows[factor]) for factor in analysis.option_list("factors")},
            covariates={covariate: rows[covariate] for covariate in analysis.option_list("covariates")},
            confidence=confidence(analysis),
        )
    except NotEstimableError as why:
        return {**out, **failed(STATISTICS, str(why))}
    return {**out, **tested("slope", fit.slope)}


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    if absent := refuse_absent(analysis, dose="a variable, the dose of each record as a number"):
        return absent
    return [
        *refuse_several(analysis, "dose"),
        *refuse_repeated(_terms(analysis)),
        *refuse_confidence(analysis),
    ]


METHOD = Method(
    name="Dose response",
    run=run,
    rows=continuous.rows,
    statistics={
        "n": WHOLE,
        **{name: as_collected(3) for name in STATISTICS},
        "df": WHOLE,
        "p_value": P_VALUE,
    },
    lines=(
        Line(label="n", template="{n}"),
        Line(label="Slope (SE)", template="{slope} ({slope_se})"),
        Line(label="Confidence interval", template="{slope_lower}, {slope_upper}"),
        Line(label="p-value", template="{p_value}"),
    ),
    failure=NO_COMPARISON,
    needs=("Variables",),
    takes=("By", "By Levels", "Lines", "Decimals"),
    numeric=True,
    options=("dose", "factors", "covariates", "confidence"),
    naming=("dose", "factors", "covariates"),
    numbers=("dose", "covariates"),
    refuse=refuse,
)
