"""The rows and terms of a regression: treatments against the reference, factors, covariates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from il2cdisc.results.arms import INFINITE, arms, attempt, cells, reference_of, treatments
from il2cdisc.results.frame import ResultCell
from il2cdisc.results.work import Work, level_texts, present
from il2cdisc.spec.conditions import Condition
from il2cdisc.stats.estimates import NotEstimableError

NAMING = ("factors", "covariates")
"""Options of a regression that name variables of the rows."""


@dataclass(frozen=True, slots=True)
class Regression:
    """Complete rows, and columns of numbers by term: a 1 for each treatment but the reference comes first.

    `treatments` are those but the reference, and the names of their terms.
    """

    rows: pd.DataFrame
    terms: dict[str, pd.Series]
    treatments: tuple[str, ...]
    reference: str


def used_names(work: Work, *others: str) -> tuple[str, ...]:
    """The variables of which no row that is used has a missing value: those of the model, and `others`."""
    names = [work.analysis.variables[0].name]
    for option in NAMING:
        names += work.analysis.option_list(option)
    return tuple(dict.fromkeys([*names, *others]))


def used_where(work: Work, *others: str) -> tuple[Condition, ...]:
    """The condition of the rows that are used."""
    return tuple(present(name) for name in used_names(work, *others))


def complete(work: Work, *others: str) -> pd.DataFrame:
    """The rows of the arms that have all that the model uses."""
    known = work.rows[work.treatment].isin(treatments(work.display))
    return work.rows.loc[known & work.rows[list(used_names(work, *others))].notna().all(axis="columns")]


def regression(work: Work, *others: str) -> Regression:
    """The terms of the options `factors` (levels by name, the first is the reference) and `covariates`.

    Raises `NotEstimableError` where an arm has no complete row, or a factor has one level.
    """
    rows, reference = complete(work, *others), reference_of(work.display, work.analysis)
    names = treatments(work.display)
    empty = [name for name in names if not (rows[work.treatment] == name).any()]
    if empty:
        what = f"The model needs at least 1 complete row in each group; {empty[0]} has none."
        raise NotEstimableError(what)
    compared = tuple(name for name in names if name != reference)
    terms = {name: (rows[work.treatment] == name).astype("float64") for name in compared}
    for factor in work.analysis.option_list("factors"):
        terms |= indicators(rows, factor)
    for covariate in work.analysis.option_list("covariates"):
        terms[covariate] = rows[covariate].astype("float64")
    return Regression(rows, terms, compared, reference)


def indicators(rows: pd.DataFrame, factor: str) -> dict[str, pd.Series]:
    """A 1 for each level of a factor but the first, by `NAME level`."""
    texts = level_texts(rows[factor])
    levels: Sequence[str] = sorted(texts.dropna().unique())
    if len(levels) < 2:
        only = f" only ({levels[0]})" if levels else ""
        raise NotEstimableError(f"The factor {factor} has one level{only} in the {len(rows)} rows used.")
    return {f"{factor} {level}": (texts == level).astype("float64") for level in levels[1:]}


def comparisons(
    work: Work,
    statistics: Sequence[str],
    fit: Callable[[], Mapping[str, Sequence[float]]],
    *,
    conditions: tuple[Condition, ...],
    infinite: str = INFINITE,
    also_reference: bool = False,
) -> list[ResultCell]:
    """Statistics of each arm but the reference, from one model of all arms: `fit` gives them by treatment.

    Where the model can't be estimated each of them has the reason. The records are those of all arms.
    """
    names, reference = treatments(work.display), reference_of(work.display, work.analysis)
    fitted: Mapping[str, Sequence[float]] = {}
    why = ""
    try:
        fitted = fit()
    except NotEstimableError as reason:
        why = str(reason)

    def values(name: str) -> Sequence[float]:
        if why:
            raise NotEstimableError(why)
        return fitted[name]

    out: list[ResultCell] = []
    for column in arms(work.display):
        name = column.values[0]
        if name != reference or also_reference:
            estimates = attempt(statistics, lambda own=name: values(own), infinite=infinite)
            out += cells(work, 0, column, estimates, conditions=conditions, treatments=names)
    return out
