"""Subjects with a response: n/N with interval; difference, odds ratio and tests against the reference."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.results import proportions
from il2cdisc.results.arms import (
    arms,
    cells,
    lines_under_label,
    reference_of,
    refuse_lines_of_pairs,
    refuse_reference,
)
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.options import BadCell, choice, confidence, refuse_choice, refuse_confidence
from il2cdisc.results.proportions import DIFFERENCES, INTERVALS, STRATIFIED, Group
from il2cdisc.results.shape import P_VALUE, PERCENT, WHOLE, Decimals
from il2cdisc.results.work import Work, in_column, level_texts, present
from il2cdisc.spec.conditions import equals, written
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats.estimates import Estimate, NotEstimableError, found, missing

NOT_COMPARED = Kind(
    "RES040",
    "Response not estimable",
    Severity.FINDING,
    "Check levels, strata and number of subjects; the display shows NE with this reason as a footnote.",
)
DENOMINATORS = ("population", "present")
COMPARISONS = (
    *proportions.DIFFERENCE,
    *proportions.ODDS_RATIO,
    *proportions.EXACT_ODDS_RATIO,
    *proportions.TESTS,
)


def run(work: Work) -> pd.DataFrame:
    """Statistics of each column, and of each other column of one treatment against the reference.

    A subject with a row at one of Levels responds. n, total, p, p_lower, p_upper; then the differences of
    the shares in percentage points, the odds ratio (common if there are `strata`), the exact one, and the
    p-values of Fisher, Pearson and Cochran-Mantel-Haenszel. `denominator`: all subjects of the column (one
    without a value does not respond), or with `present` those with a value.
    """
    strata = proportions.strata_of(work)
    reference = reference_of(work.display, work.analysis)
    out: list[ResultCell] = []
    for column in work.display.columns:
        out += _own(work, column)
    others = [column for column in arms(work.display) if column.values != (reference,)]
    base = next((column for column in arms(work.display) if column.values == (reference,)), None)
    if base is None:
        return frame_of(out)
    conditions = (present(work.analysis.variables[0].name),)
    for column in others:
        given = cells(
            work,
            0,
            column,
            _against(work, column, base, strata),
            conditions=conditions,
            treatments=(reference, *column.values),
        )
        out += given
    return frame_of(out)


def _own(work: Work, column: DisplayColumn) -> list[ResultCell]:
    """n, total, p and its limits; the records of n are those at the levels, of total the subjects."""
    analysis, name = work.analysis, work.analysis.variables[0].name
    whole = pd.Series("", index=pd.Index(work.subjects["USUBJID"].unique()), dtype="str")
    group = _group(work, column, whole)
    responding = (equals(name, *_levels(analysis)),)
    estimates = {"n": found(group.n)}
    estimates |= proportions.share(
        group, choice(analysis, "interval", tuple(INTERVALS)), confidence(analysis)
    )
    out = [
        replace(cell, denominator=float(group.size))
        for cell in cells(work, 0, column, estimates, conditions=responding)
    ]
    (total,) = cells(work, 0, column, {"total": found(group.size)}, conditions=(present(name),))
    if choice(analysis, "denominator", DENOMINATORS) == "population":
        treated = (equals(work.display.treatment, *column.values),) if column.values else ()
        where = written((*work.display.population_where, *treated))
        total = replace(total, dataset=work.display.population_dataset, where=where)
    return [*out, total]


def _against(
    work: Work, column: DisplayColumn, base: DisplayColumn, strata: pd.Series
) -> dict[str, Estimate]:
    analysis, stratified = work.analysis, bool(work.analysis.option_list("strata"))
    try:
        one, reference = _group(work, column, strata), _group(work, base, strata)
    except NotEstimableError as why:
        return {name: missing(str(why)) for name in COMPARISONS}
    level = confidence(analysis)
    method = choice(analysis, "difference", STRATIFIED if stratified else tuple(DIFFERENCES))
    return {
        **proportions.difference(one, reference, method, level, stratified=stratified),
        **proportions.odds_ratios(one, reference, level),
        **proportions.tests(one, reference),
    }


def _group(work: Work, column: DisplayColumn, strata: pd.Series) -> Group:
    name = work.analysis.variables[0].name
    rows = in_column(work.rows, work.treatment, column)
    responding = rows.loc[level_texts(rows[name]).isin(_levels(work.analysis)), "USUBJID"]
    if choice(work.analysis, "denominator", DENOMINATORS) == "population":
        return proportions.subjects_of(work, column, strata).having(responding)
    valued = rows.loc[rows[name].notna(), "USUBJID"].drop_duplicates()
    return proportions.Subjects(valued, strata).having(responding)


def _levels(analysis: DisplayAnalysis) -> list[str]:
    return [level.name for level in analysis.levels]


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    out = refuse_confidence(analysis)
    if "reference" in analysis.options or len(arms(display)) > 1:
        out += refuse_reference(display, analysis)
    out += refuse_lines_of_pairs(display, analysis, COMPARISONS)
    out += refuse_choice(analysis, "denominator", DENOMINATORS)
    out += refuse_choice(analysis, "interval", tuple(INTERVALS))
    stratified = bool(analysis.option_list("strata"))
    return out + refuse_choice(analysis, "difference", STRATIFIED if stratified else tuple(DIFFERENCES))


METHOD = Method(
    name="Response",
    run=run,
    rows=lines_under_label,
    statistics={
        "n": WHOLE,
        "total": WHOLE,
        **dict.fromkeys((*proportions.SHARE, *proportions.DIFFERENCE), PERCENT),
        **dict.fromkeys((*proportions.ODDS_RATIO, *proportions.EXACT_ODDS_RATIO), Decimals(2)),
        **dict.fromkeys(proportions.TESTS, P_VALUE),
    },
    lines=(
        Line(label="n/N (%)", template="{n}/{total} ({p})"),
        Line(label="Confidence interval", template="{p_lower}, {p_upper}"),
        Line(label="Difference", template="{difference}"),
        Line(label="Confidence interval", template="{difference_lower}, {difference_upper}"),
    ),
    failure=NOT_COMPARED,
    needs=("Variables", "Levels"),
    takes=("Lines", "Decimals"),
    most={"Variables": 1},
    options=("reference", "denominator", "confidence", "interval", "difference", "strata"),
    of_subjects=("strata",),
    refuse=refuse,
)
