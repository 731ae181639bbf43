"""Constrained longitudinal data analysis: baseline is an outcome, and its mean is the same in all groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from il2cdisc.stats.design import Weights
from il2cdisc.stats.estimates import NotEstimableError
from il2cdisc.stats.mmrm.model import mmrm
from il2cdisc.stats.mmrm.result import Mmrm

_Names = Mapping[tuple[object, object], str]
"""The column of each group at each visit."""


@dataclass(frozen=True)
class Clda:
    """A fitted model: `fit`, and what it says by group and visit.

    `lsmeans` has a row for each group and visit, `differences` one for each group but the reference and each
    visit but baseline: columns `group`, `visit` and those of the frames of `Mmrm`.
    """

    fit: Mmrm
    lsmeans: pd.DataFrame
    differences: pd.DataFrame


def clda(
    response: str,
    data: pd.DataFrame,
    *,
    subject: str,
    visit: str,
    baseline: object,
    group: str,
    reference: object,
    terms: Sequence[str] = (),
    visit_order: Sequence[object] | None = None,
    covariance: str | Sequence[str] = "UN",
    ddf: str = "kenward-roger",
    confidence: float = 0.95,
    covariance_by: str = "",
    standard_errors: str = "model",
    weights: Weights = "equal",
) -> Clda:
    """Fit `response`, baseline among it, on visits and on groups at each visit but `baseline`.

    Randomisation makes the groups' means at baseline equal, and the model holds them so; a subject with a
    baseline alone counts (Liang and Zeger, Sankhya B 2000;62:134-148; Lu, Statistics in Medicine
    2010;29:474-491). The difference of groups in the response at a visit is that in the change from
    baseline. `terms` are further ones of the formula (`SEX`, `SEX:AVISIT`); data, other arguments and
    errors are those of `mmrm`, and `ValueError` for a baseline or reference that the data don't have.
    """
    rows = data.reset_index(drop=True)
    groups = _levels(rows, group, reference)
    visits = _levels(rows, visit, baseline)
    names = {
        (g, v): f"{group}_{i}_{visit}_{j}" for i, g in enumerate(groups, 1) for j, v in enumerate(visits, 1)
    }
    dummies = {
        name: ((rows[group] == g) & (rows[visit] == v)).astype("float64") for (g, v), name in names.items()
    }
    formula = f"{response} ~ {' + '.join([visit, *terms, *names.values()])}"
    fit = mmrm(
        formula,
        rows.assign(**dummies).loc[rows[group].notna()],
        subject=subject,
        visit=visit,
        visit_order=visit_order,
        covariance=covariance,
        ddf=ddf,
        confidence=confidence,
        covariance_by=covariance_by,
        standard_errors=standard_errors,
    )
    return Clda(fit, _means(fit, [reference, *groups], visit, names, weights), _differences(fit, names))


def _levels(rows: pd.DataFrame, name: str, left_out: object) -> list[object]:
    """The levels of a variable but one, which must be among them."""
    found = sorted(rows[name].dropna().unique().tolist(), key=str)
    if left_out not in found:
        raise ValueError(f"{name} has no level {left_out!r} in the data.")
    others = [level for level in found if level != left_out]
    if not others:
        raise NotEstimableError(f"{name} has one level only ({left_out}).")
    return others


def _means(fit: Mmrm, groups: Sequence[Any], visit: str, names: _Names, weights: Weights) -> pd.DataFrame:
    none = dict.fromkeys(names.values(), 0.0)
    parts: list[pd.DataFrame] = []
    for group in groups:
        for level in fit.visits:
            mine = {names[group, level]: 1.0} if (group, level) in names else {}
            means = fit.lsmeans(visit, weights=weights, at=none | mine)
            own = means.loc[means[visit] == level].rename(columns={visit: "visit"})
            parts.append(own.assign(group=group))
    return pd.concat(parts, ignore_index=True)


def _differences(fit: Mmrm, names: _Names) -> pd.DataFrame:
    """The coefficients of the groups at the visits; a group without a row at a visit has its reason."""
    shown = {pair: name for pair, name in names.items() if pair[1] in fit.visits}
    found = fit.coefficients.loc[list(shown.values())].reset_index(drop=True)
    frame = pd.DataFrame(list(shown), columns=["group", "visit"])
    return pd.concat([frame, found], axis="columns")
