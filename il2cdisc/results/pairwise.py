"""Comparison of each column with the reference column, by level of By and variable."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

from il2cdisc.results.compared import (
    Estimates,
    Groups,
    at,
    cells_of,
    compared,
    failed,
    need_one_row_per_subject,
    parts,
)
from il2cdisc.results.frame import ResultCell
from il2cdisc.results.work import Work, present
from il2cdisc.stats.estimates import NotEstimableError

Compare = Callable[[pd.Series, pd.Series], Estimates]
"""Values of a column and of the reference, without missing ones, in; statistics of their difference out."""


def pairwise_cells(
    work: Work, names: Iterable[str], compare: Compare, describe: Callable[[pd.Series], Estimates]
) -> list[ResultCell]:
    """A row for each level of By and variable: `describe` of each column, `compare` of all but the reference.

    Statistics of one column are of its records, those of a comparison (`names`) of the records of both. Where
    a comparison can't be made, or a subject has several records, each of its statistics carries the reason.
    """
    cells: list[ResultCell] = []
    row = 0
    for inside, part in parts(work):
        for item in work.analysis.variables:
            cells += _row(work, row, item.name, inside, part, names, compare, describe)
            row += 1
    return cells


def _row(
    work: Work, row: int, name: str, inside: Groups, part: pd.DataFrame, names: Iterable[str],
    compare: Compare, describe: Callable[[pd.Series], Estimates],
) -> list[ResultCell]:  # fmt: skip
    groups = compared(work)
    used = part.loc[part[name].notna()]
    conditions = (present(name), *at(inside))
    of = {level: used.loc[used[work.treatment] == level] for level in groups.levels}
    out: list[ResultCell] = []
    for column, level in groups.pairs:
        estimates = describe(of[level][name])
        out += cells_of(
            work, row, estimates, column=column, conditions=conditions, groups=inside, variable=name
        )
        if level == groups.reference:
            continue
        try:
            need_one_row_per_subject(pd.concat([of[level], of[groups.reference]]), "comparison")
            found = compare(of[level][name], of[groups.reference][name])
        except NotEstimableError as why:
            found = failed(names, str(why))
        out += cells_of(
            work,
            row,
            found,
            column=column,
            conditions=conditions,
            treatments=(level, groups.reference),
            groups=inside,
            variable=name,
        )
    return out
