"""Tests of a table of treatments by the levels of a variable: Fisher, Pearson, Cochran-Mantel-Haenszel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.results.arms import arms, attempt, cells, compared, one_row_per_subject, refuse_reference
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.options import BadCell, choice, number, refuse_choice, refuse_number
from il2cdisc.results.shape import P_VALUE, WHOLE, Decimals, ResultRow, RowShape, ShownLine
from il2cdisc.results.strata import stratum_of
from il2cdisc.results.work import Work, level_texts, present
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.stats.arguments import Floats, listed
from il2cdisc.stats.cmh import Scores, cmh, stratified_table
from il2cdisc.stats.contingency import chi_square, chi_square_corrected, fisher, fisher_exact
from il2cdisc.stats.estimates import Estimate, NotEstimableError, found

NO_TEST = Kind(
    "RES041",
    "Test of association not possible",
    Severity.FINDING,
    "Check the values of the variable in each column; the display shows NE with this reason as a footnote.",
)
STRATIFIED = ("general-association", "row-mean-scores", "correlation")
TESTS = ("fisher", "chi-square", "chi-square-corrected", *STRATIFIED)
SCORES = ("table", "rank", "ridit", "modified-ridit")
WHOLE_TEST = ("statistic", "df", "p_value")
LIMITS = ("p_value", "p_value_lower", "p_value_upper")


def run(work: Work) -> pd.DataFrame:
    """n of each column of one treatment; p_value of all of them together, shown in the last one.

    With the option `reference` each other column is tested against it instead. A subject without a value, or
    without a stratum, takes no part; Levels give the order of the levels, and must name all that there are.
    All tests but Fisher's have a statistic and its df. Fisher's test is exact; with the option `seed` a table
    that is too large is tested by tables drawn at random, with 99 % limits of the p-value.
    """
    names = [work.analysis.variables[0].name, *work.analysis.option_list("strata")]
    used = work.rows.loc[work.rows[names].notna().all(axis="columns")]
    conditions = tuple(present(name) for name in names)
    out: list[ResultCell] = []
    for column in arms(work.display):
        n = int((used[work.treatment] == column.values[0]).sum())
        out += cells(work, 0, column, {"n": found(n)}, conditions=conditions)
    for column, treatments in compared(work):
        estimates = _test(work, used, treatments)
        out += cells(work, 0, column, estimates, conditions=conditions, treatments=treatments)
    return frame_of(out)


def _test(work: Work, used: pd.DataFrame, treatments: Sequence[str]) -> dict[str, Estimate]:
    test = choice(work.analysis, "test", TESTS)
    seed = number(work.analysis, "seed")
    if test == "fisher":
        if "seed" not in work.analysis.options:
            return attempt(LIMITS[:1], lambda: (fisher_exact(_table(work, used, treatments).sum(axis=0)),))
        draws = int(number(work.analysis, "draws", 10_000))

        def drawn() -> tuple[float, float, float]:
            given = fisher(_table(work, used, treatments).sum(axis=0), seed=int(seed), draws=draws)
            return given.p_value, given.lower, given.upper

        return attempt(LIMITS, drawn)
    return attempt(WHOLE_TEST, lambda: _with_statistic(test, work, _table(work, used, treatments)))


def _with_statistic(test: str, work: Work, table: Floats) -> tuple[float, float, float]:
    if test in STRATIFIED:
        scores = choice(work.analysis, "scores", SCORES).replace("-", " ")
        given = cmh(table, scores=cast("Scores", scores))
        tests = (given.general_association, given.row_means, given.correlation)
        found = dict(zip(STRATIFIED, tests, strict=True))[test]
    elif test == "chi-square":
        found = chi_square(table.sum(axis=0))
    else:
        found = chi_square_corrected(table.sum(axis=0))
    return found.statistic, found.df, found.p_value


def _table(work: Work, used: pd.DataFrame, treatments: Sequence[str]) -> Floats:
    """Counts (strata, treatments, levels)."""
    one_row_per_subject(used)
    values = level_texts(used[work.analysis.variables[0].name])
    own = values.loc[used[work.treatment].isin(list(treatments))]
    levels = [level.name for level in work.analysis.levels]
    strange = sorted(set(own) - set(levels)) if levels else []
    if strange:
        raise NotEstimableError(f"Levels does not name {listed(strange)}, which the data have.")
    return stratified_table(
        used[work.treatment],
        values,
        stratum_of(used, work.analysis.option_list("strata")),
        rows=list(treatments),
        columns=levels or sorted(set(own)),
    )


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """The lines; the label of the analysis takes the place of an empty label."""
    return [
        RowShape(label=line.label or analysis.label, result=row.number, template=line.template)
        for row in found
        for line in lines
    ]


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    out = [*refuse_reference(display, analysis), *refuse_choice(analysis, "test", TESTS)]
    out += refuse_choice(analysis, "scores", SCORES)
    out += refuse_number(analysis, "seed", above=-1, whole=True)
    out += refuse_number(analysis, "draws", above=0, whole=True)
    test = choice(analysis, "test", TESTS)
    if test not in TESTS:
        return out
    if analysis.option_list("strata") and test not in STRATIFIED:
        out.append(BadCell(f"the test {test} has no strata; those that do are {', '.join(STRATIFIED)}"))
    if "scores" in analysis.options and test not in STRATIFIED[1:]:
        scored = ", ".join(STRATIFIED[1:])
        out.append(BadCell(f"the test {test} has no scores; those that do are {scored}"))
    if {"seed", "draws"} & set(analysis.options) and test != "fisher":
        out.append(BadCell(f"the test {test} draws no tables; only fisher has a seed and draws"))
    if "draws" in analysis.options and "seed" not in analysis.options:
        out.append(BadCell("draws needs the option seed as well"))
    if test in STRATIFIED[1:] and not analysis.levels:
        out.append(BadCell(f"the test {test} needs Levels, which give the order of the levels"))
    return out


METHOD = Method(
    name="Association",
    run=run,
    rows=rows,
    statistics={
        "n": WHOLE,
        "statistic": Decimals(2),
        "df": WHOLE,
        **dict.fromkeys(LIMITS, P_VALUE),
    },
    lines=(Line(label="", template="{p_value}"),),
    failure=NO_TEST,
    needs=("Variables",),
    takes=("Levels", "Lines", "Decimals"),
    most={"Variables": 1},
    options=("test", "reference", "strata", "scores", "seed", "draws"),
    naming=("strata",),
    refuse=refuse,
)
