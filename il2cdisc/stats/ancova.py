"""Analysis of covariance: least-squares means of groups, their differences, intervals and p-values.

Ordinary least squares by a QR decomposition. Tests hold it against statsmodels, against R's emmeans and
sandwich, and against the SAS output of a published submission; statsmodels itself is not needed to run it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.stats.ancova_design import AncovaDesign, AncovaTable, Weights
from il2cdisc.stats.arguments import Floats, check_confidence, listed
from il2cdisc.stats.estimates import HypothesisTest, NotEstimableError, Result
from il2cdisc.stats.least_squares import Contrast, LeastSquares, StandardErrors, contrast_of

__all__ = ["Ancova", "Contrast", "GroupMeans", "Slope", "Weights", "ancova", "slope"]


@dataclass(frozen=True, slots=True, eq=False)
class GroupMeans(Result):
    """LS means and differences from the reference at one level of a factor; `n` rows used by group."""

    n: Mapping[str, int]
    lsmeans: Mapping[str, Contrast]
    differences: Mapping[str, Contrast]


LevelMeans = Mapping[object, GroupMeans]
"""The groups at each level of a factor."""


@dataclass(frozen=True, slots=True, eq=False)
class Ancova(Result):
    """A fitted analysis of covariance.

    `n` is the number of rows used by group; `differences` holds each group minus the reference, by group;
    `tests` the F test of each variable given all others ("group", then factors and covariates by name, then
    interactions as "group:name"; type III in SAS's terms, groups and factors compared at the covariates'
    means); `mse` is the residual variance on `df` degrees of freedom; `used` says which rows entered the fit;
    `covariance` is that of the LS means, in their order; `coefficients` are the model's parameters by name
    (groups and factors against their first level, covariates centred), `fitted` the value that it gives each
    row used. `by_level` holds the groups at each level of each
    factor that they interact with.
    """

    n: Mapping[str, int]
    lsmeans: Mapping[str, Contrast]
    differences: Mapping[str, Contrast]
    tests: Mapping[str, HypothesisTest]
    mse: float
    df: int
    used: NDArray[np.bool_]
    covariance: Floats
    confidence: float
    by_level: Mapping[str, LevelMeans] = field(default_factory=dict[str, LevelMeans])
    coefficients: Mapping[str, Contrast] = field(default_factory=dict[str, Contrast])
    fitted: Floats = field(default_factory=lambda: np.zeros(0))

    def contrast(self, weights: Mapping[str, float]) -> Contrast:
        """A linear combination of LS means: `{"B": 1, "A": -1}` is B minus A.

        Raises `ValueError` for an unknown group, `NotEstimableError` for weights that are all 0.
        """
        unknown = [level for level in weights if level not in self.lsmeans]
        if unknown:
            raise ValueError(f"{listed(unknown)} is not one of the groups {list(self.lsmeans)}")
        row = np.array([weights.get(level, 0.0) for level in self.lsmeans])
        if not row.any():
            raise NotEstimableError("All weights of the contrast are 0.")
        means = np.array([mean.estimate for mean in self.lsmeans.values()])
        return contrast_of(
            float(row @ means), float(np.sqrt(row @ self.covariance @ row)), self.df, self.confidence
        )


@dataclass(frozen=True, slots=True, eq=False)
class Slope(Result):
    """The change of the response by one unit of a covariate, given the other variables, of `n` rows."""

    slope: Contrast
    n: int
    mse: float
    used: NDArray[np.bool_]


def ancova(
    response: pd.Series,
    group: pd.Series,
    *,
    levels: Sequence[str],
    reference: str,
    factors: Mapping[str, pd.Series] | None = None,
    covariates: Mapping[str, pd.Series] | None = None,
    interactions: Sequence[str] = (),
    standard_errors: StandardErrors = "model",
    confidence: float = 0.95,
    weights: Weights = "equal",
) -> Ancova:
    """Fit `response` on `group`, `factors` and `covariates` and compare the groups.

    All series have the same rows, one a subject; a row with anything missing is left out, as is a row whose
    group is not among `levels`. LS means are taken at the covariates' means over the rows used and average
    over each factor's levels: with equal weights (R emmeans, SAS LSMEANS) or by the levels' shares of the
    rows (`weights="observed"`; emmeans "proportional", SAS's OM option). `differences` are against
    `reference`. `interactions` names factors and covariates whose product with the group is in the model;
    `by_level` then has the groups at each level of such a factor. `standard_errors` other than "model" don't
    rest on one variance for all rows (White's sandwich, HC0 to HC3 as in R's sandwich::vcovHC), with t and F
    on the same degrees of freedom. Raises `NotEstimableError` with a sentence when a group, or a group at a
    level of an interaction, is empty, the response is constant, a number is infinite (the logarithm of 0),
    variables are collinear, or too few rows are left; `ValueError` for wrong arguments.
    """
    if reference not in levels:
        raise ValueError(f"the reference {reference!r} is not one of the groups {list(levels)}")
    check_confidence(confidence)
    table = AncovaTable(response, group, factors or {}, covariates or {})
    used = table.complete(levels)
    design = AncovaDesign(table, used, levels, interactions, weights)
    fit = LeastSquares(table.response[used], design.matrix, design.names, standard_errors=standard_errors)
    means = design.means()
    rows = np.array([means[level] for level in levels])
    overall = _group_means(fit, design.n, means, reference, confidence)
    return Ancova(
        n=design.n,
        lsmeans=overall.lsmeans,
        differences=overall.differences,
        tests={name: fit.test(hypothesis) for name, hypothesis in design.hypotheses().items()},
        mse=float(fit.mse),
        df=fit.df,
        used=used,
        covariance=fit.covariance(rows),
        confidence=confidence,
        by_level={
            name: {
                level: _group_means(
                    fit, design.counts(name, level), design.means({name: level}), reference, confidence
                )
                for level in design.levels[name]
            }
            for name in interactions
            if name in design.levels
        },
        coefficients={
            name: fit.contrast(row, confidence)
            for name, row in zip(design.names, np.eye(len(design.names)), strict=True)
        },
        fitted=fit.fitted(design.matrix),
    )


def _group_means(
    fit: LeastSquares, n: Mapping[str, int], means: Mapping[str, Floats], reference: str, confidence: float
) -> GroupMeans:
    base = means[reference]
    return GroupMeans(
        n=n,
        lsmeans={level: fit.contrast(row, confidence) for level, row in means.items()},
        differences={
            level: fit.contrast(row - base, confidence) for level, row in means.items() if level != reference
        },
    )


def slope(
    response: pd.Series,
    covariate: pd.Series,
    *,
    factors: Mapping[str, pd.Series] | None = None,
    covariates: Mapping[str, pd.Series] | None = None,
    confidence: float = 0.95,
) -> Slope:
    """The linear effect of one covariate (a dose), given `factors` and further `covariates`.

    The same model as `ancova` with the covariate in place of the group; same rows, units and errors.
    """
    check_confidence(confidence)
    if "slope" in (covariates or {}):
        raise ValueError("a covariate can't be called 'slope'")
    all_covariates = {**(covariates or {}), "slope": covariate}
    everyone = pd.Series("", index=response.index)
    table = AncovaTable(response, everyone, factors or {}, all_covariates)
    used = table.complete([""])
    design = AncovaDesign(table, used, [""], (), "equal")
    fit = LeastSquares(table.response[used], design.matrix, design.names)
    row = np.zeros(design.matrix.shape[1])
    row[-1] = 1.0
    return Slope(fit.contrast(row, confidence), int(used.sum()), float(fit.mse), used)
