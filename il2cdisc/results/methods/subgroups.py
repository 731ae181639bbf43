"""Subjects with at least one selected row in each subgroup of the population."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd

from il2cdisc.results.frame import ResultCell, frame_of, percentage
from il2cdisc.results.method import Method
from il2cdisc.results.options import BadCell, refuse_absent, refuse_several
from il2cdisc.results.problems import NO_SUBJECTS
from il2cdisc.results.shape import PERCENT, WHOLE, row_per_level
from il2cdisc.results.work import Work, in_column, level_texts
from il2cdisc.spec.conditions import equals, parse, written
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats.estimates import Estimate, found


def run(work: Work) -> pd.DataFrame:
    """n, total and p of each level of the option `groups`, a variable of the population's dataset.

    `total` is the number of subjects of the column in the subgroup. Levels are those of the cell, in its
    order, then the others that there are.
    """
    name = work.analysis.options["groups"]
    texts = level_texts(work.subjects[name])
    known = [item.name for item in work.analysis.levels]
    others = sorted(set(texts.dropna()) - set(known))
    out: list[ResultCell] = []
    for row, level in enumerate([*known, *others]):
        inside = work.subjects.loc[texts == level]
        for column, rows in work.columns():
            out += _cells(work, row, column, rows, inside, level)
    return frame_of(out)


def _cells(
    work: Work, row: int, column: DisplayColumn, rows: pd.DataFrame, inside: pd.DataFrame, level: str
) -> list[ResultCell]:
    name = work.analysis.options["groups"]
    size = int(in_column(inside, work.display.treatment, column)["USUBJID"].nunique())
    n = int(rows.loc[rows["USUBJID"].isin(inside["USUBJID"]), "USUBJID"].nunique())
    share = percentage(n, size) if size else Estimate(math.nan)
    treated = (equals(work.display.treatment, *column.values),) if column.values else ()
    out: list[ResultCell] = []
    for statistic, estimate in (("n", found(n)), ("total", found(size)), ("p", share)):
        cell = work.cell(
            row, statistic, estimate, column=column, variable=name, level=level, denominator=float(size)
        )
        population = (*parse(cell.population_where), equals(name, level))
        if statistic == "total":  # it is a number of subjects of the population
            clause = written((*work.display.population_where, *treated, equals(name, level)))
            cell = replace(cell, dataset=work.display.population_dataset, where=clause, chosen="")
        out.append(replace(cell, population_where=written(population)))
    return out


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    absent = refuse_absent(analysis, groups="a variable of the population's dataset")
    return [*absent, *refuse_several(analysis, "groups")]


METHOD = Method(
    name="Subgroups",
    run=run,
    rows=row_per_level,
    statistics={"n": WHOLE, "total": WHOLE, "p": PERCENT},
    lines=(Line(label="", template="{n}/{total} ({p})"),),
    alone="total",
    failure=NO_SUBJECTS,
    needs=("Levels",),
    takes=("Lines", "Decimals"),
    most={"Lines": 1},
    options=("groups",),
    of_subjects=("groups",),
    refuse=refuse,
)
