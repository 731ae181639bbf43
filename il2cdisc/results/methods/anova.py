"""Analysis of variance: whether the means of all columns are the same, as in a table of baseline."""

from __future__ import annotations

from functools import partial

import pandas as pd

from il2cdisc.results.compared import (
    Estimates,
    Groups,
    at,
    cells_of,
    compared,
    failed,
    need_one_row_per_subject,
    row_per_variable,
)
from il2cdisc.results.frame import ResultCell
from il2cdisc.results.method import Method
from il2cdisc.results.methods import continuous
from il2cdisc.results.options import BadCell, single_treatments
from il2cdisc.results.problems import NO_COMPARISON
from il2cdisc.results.shape import P_VALUE, WHOLE, Decimals
from il2cdisc.results.work import Work, present
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats.ancova import ancova
from il2cdisc.stats.estimates import NotEstimableError, found

STATISTICS = ("f", "df", "df_error", "p_value")


def run(work: Work) -> pd.DataFrame:
    """The F test of the means of all columns that hold one treatment, by level of By and variable.

    f, df (of the numerator), df_error and p_value are in the first column that holds all treatments or, where
    there is none, in the last. Their records are those of all columns compared.
    """
    return row_per_variable(work, partial(_cells, work))


def _cells(
    work: Work, column: DisplayColumn, row: int, name: str, inside: Groups, part: pd.DataFrame
) -> list[ResultCell]:
    levels = compared(work).levels
    return cells_of(
        work,
        row,
        _test(part.loc[part[work.treatment].isin(list(levels))], name, work.treatment, levels),
        column=column,
        conditions=(present(name), *at(inside)),
        treatments=levels,
        groups=inside,
        variable=name,
    )


def _test(rows: pd.DataFrame, name: str, treatment: str, levels: tuple[str, ...]) -> Estimates:
    used = rows.loc[rows[name].notna()]
    try:
        need_one_row_per_subject(used, "comparison")
        test = ancova(used[name], used[treatment], levels=levels, reference=levels[0]).tests["group"]
    except NotEstimableError as why:
        return failed(STATISTICS, str(why))
    values = (test.statistic, test.df, test.df_error, test.p_value)
    return dict(zip(STATISTICS, map(found, values), strict=True))


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """That there are too few columns to compare."""
    enough = len(single_treatments(display)) > 1
    return [] if enough else [BadCell("a comparison needs two columns of one treatment each", "", "Method")]


METHOD = Method(
    name="ANOVA",
    run=run,
    rows=continuous.rows,
    statistics={"f": Decimals(2), "df": WHOLE, "df_error": WHOLE, "p_value": P_VALUE},
    lines=(Line(label="p-value (ANOVA)", template="{p_value}"),),
    failure=NO_COMPARISON,
    needs=("Variables",),
    takes=("By", "By Levels", "Lines", "Decimals"),
    numeric=True,
    refuse=refuse,
)
