"""Multiply imputed records: rows by draw and subject → outcomes by draw, and the table of the subjects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from il2cdisc.results.compared import (
    MODEL_STATISTICS,
    TRANSFORMED,
    TRANSFORMS,
    ArmGroups,
    Estimates,
    Groups,
    are_present,
    at,
    cells_of,
    compared,
    complete,
    failed,
    interval,
    model_variables,
    tested,
    transformed,
)
from il2cdisc.results.frame import ResultCell
from il2cdisc.results.options import (
    WEIGHTS,
    BadCell,
    confidence,
    refuse_absent,
    refuse_choice,
    refuse_comparison,
    refuse_confidence,
    refuse_repeated,
    refuse_several,
)
from il2cdisc.results.shape import WHOLE, Decimals
from il2cdisc.results.work import Work, level_texts
from il2cdisc.spec.conditions import equals
from il2cdisc.spec.tlf import Display, DisplayAnalysis
from il2cdisc.stats.arguments import Floats
from il2cdisc.stats.estimates import NotEstimableError, found
from il2cdisc.stats.pooled_ancova import PooledAncova

OPTIONS = ("draw", "reference", "factors", "covariates", "confidence", "weights", "transform")
POOLED = ("draws", "missing_information")
STATISTICS = {**MODEL_STATISTICS, **TRANSFORMED, "draws": WHOLE, "missing_information": Decimals(3)}
"""Statistics of a pooled analysis, with their decimals; missing_information is that of the difference."""


@dataclass(frozen=True, slots=True)
class Draws:
    """Outcomes (draws, subjects) and the table of the subjects, in the same order."""

    outcomes: Floats
    subjects: pd.DataFrame


def draws_of(work: Work, groups: ArmGroups, rows: pd.DataFrame, *others: str) -> Draws:
    """The records of all draws, a row per subject and draw; those without a draw are left out.

    Treatment, factors, covariates and the variables `others` are those of the subject, in all draws the same;
    a subject that lacks one of the model is left out. Raises `NotEstimableError` with a sentence where that
    is not so, where a subject is twice in a draw, or where an outcome is missing.
    """
    draw, response = work.analysis.options["draw"], work.analysis.variables[0].name
    own = [name for name in model_variables(work.analysis) if name != response]
    rows = complete(rows.loc[rows[work.treatment].isin(list(groups.levels))], [draw, *own])
    if rows.empty:
        raise NotEstimableError(f"No record has a draw ({draw}) and all variables of the model.")
    twice = rows.loc[rows.duplicated(["USUBJID", draw])]
    if len(twice):
        raise NotEstimableError(f"A draw needs one row per subject; {_who(twice, draw)} has several.")
    _refuse_changing(rows, [work.treatment, *own, *others])
    wide = rows.pivot(index="USUBJID", columns=draw, values=response)
    gaps = np.argwhere(wide.isna().to_numpy().T)
    if len(gaps):
        column, row = gaps[0].tolist()
        where = level_texts(pd.Series(wide.columns))[column]
        raise NotEstimableError(f"{response} of {wide.index[row]} is missing in draw {where}.")
    subjects = rows.drop_duplicates("USUBJID").set_index("USUBJID").loc[wide.index]
    outcomes = cast("Floats", wide.to_numpy(dtype="float64").T)
    return Draws(outcomes, subjects[[work.treatment, *own, *others]])


def arguments(work: Work, groups: ArmGroups, draws: Draws) -> dict[str, Any]:
    """What `pooled_ancova` and `tipping_ancova` are called with, apart from the outcomes."""
    analysis = work.analysis
    return {
        "group": draws.subjects[work.treatment],
        "levels": groups.levels,
        "reference": groups.reference,
        "factors": {name: level_texts(draws.subjects[name]) for name in analysis.option_list("factors")},
        "covariates": {name: draws.subjects[name] for name in analysis.option_list("covariates")},
        "confidence": confidence(analysis),
        "weights": analysis.options.get("weights", "equal"),
    }


def estimates_of(work: Work, groups: ArmGroups, fit: PooledAncova | str) -> dict[str, Estimates]:
    """The statistics of each treatment but n, or the reason why there are none."""
    options, out = work.analysis.options, dict[str, Estimates]()
    for level in groups.levels:
        if isinstance(fit, str):
            out[level] = failed([*groups.statistics(level, options), *_pooled(level, groups)], fit)
            continue
        out[level] = interval("lsmean", fit.lsmeans[level]) | {"draws": found(fit.draws)}
        if level in fit.differences:
            difference = fit.differences[level]
            out[level] |= tested("difference", difference)
            out[level] |= {"missing_information": found(difference.missing_information)}
        out[level] |= transformed(out[level], options)
    return out


def cells_of_draws(
    work: Work, row: int, part: pd.DataFrame, estimates: Mapping[str, Estimates], *, groups: Groups = (),
    level: str = "", with_n: bool = True,
) -> list[ResultCell]:  # fmt: skip
    """The cells of one row: n is of the first draw in the column, all else of all draws and columns."""
    compare, draw = compared(work), work.analysis.options["draw"]
    names = model_variables(work.analysis)
    used = (*are_present([*names, draw]), *at(groups))
    rows = complete(part, [*names, draw])
    texts = level_texts(rows[draw].sort_values())
    one = (*are_present(names), *at(groups), equals(draw, texts.iloc[0])) if len(texts) else used
    first = rows.loc[texts.index[texts == texts.iloc[0]]] if len(texts) else rows
    out: list[ResultCell] = []
    for column, treatment in compare.pairs:
        if with_n:
            n: Estimates = {"n": found(int((first[work.treatment] == treatment).sum()))}
            out += cells_of(work, row, n, column=column, conditions=one, groups=groups, level=level)
        out += cells_of(
            work,
            row,
            estimates[treatment],
            column=column,
            conditions=used,
            treatments=compare.levels,
            groups=groups,
            level=level,
        )
    return out


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options that all analyses of draws have."""
    treatment = analysis.treatment or display.treatment
    factors, covariates = analysis.option_list("factors"), analysis.option_list("covariates")
    return [
        *refuse_comparison(display, analysis),
        *refuse_absent(analysis, draw="the variable that numbers the draws"),
        *refuse_several(analysis, "draw", "imputed"),
        *refuse_repeated([treatment, *factors, *covariates, *analysis.option_list("draw")]),
        *refuse_confidence(analysis),
        *refuse_choice(analysis, "weights", WEIGHTS),
        *refuse_choice(analysis, "transform", TRANSFORMS),
    ]


def _pooled(level: str, groups: ArmGroups) -> Sequence[str]:
    return POOLED[:1] if level == groups.reference else POOLED


def _refuse_changing(rows: pd.DataFrame, names: Sequence[str]) -> None:
    """Raise `NotEstimableError` where a variable of a subject differs between draws."""
    values = rows.groupby("USUBJID", sort=True)[list(names)].nunique(dropna=False)
    for name in names:
        changing = values.index[values[name] > 1]
        if len(changing):
            raise NotEstimableError(f"{name} of {changing[0]} differs between draws; it must be the same.")


def _who(rows: pd.DataFrame, draw: str) -> str:
    """The subject of the first of some rows, and its draw."""
    first = rows.iloc[:1]
    return f"{first['USUBJID'].iloc[0]} in draw {level_texts(first[draw]).iloc[0]}"
