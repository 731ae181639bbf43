"""Analysis of covariance of multiply imputed outcomes, pooled by Rubin's rules, and its tipping point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.stats.ancova_design import AncovaDesign, AncovaTable, Weights
from il2cdisc.stats.arguments import Floats, check_confidence
from il2cdisc.stats.estimates import Estimate, NotEstimableError, Result, found, missing
from il2cdisc.stats.least_squares import LeastSquares
from il2cdisc.stats.pooling import Pooled, pool


@dataclass(frozen=True, slots=True, eq=False)
class PooledAncova(Result):
    """LS means and differences from the reference, pooled over `draws` imputations, by group.

    `n` is the number of subjects used by group, `df` the error degrees of freedom of each draw's model, which
    the pooled ones of Barnard and Rubin can't exceed.
    """

    n: Mapping[str, int]
    draws: int
    df: int
    lsmeans: Mapping[str, Pooled]
    differences: Mapping[str, Pooled]


@dataclass(frozen=True, slots=True, eq=False)
class TippingAncova(Result):
    """The pooled analysis at each delta, and by group the first delta at which its result is lost."""

    deltas: tuple[float, ...]
    results: tuple[PooledAncova, ...]
    tipping_points: Mapping[str, Estimate]


def pooled_ancova(
    outcomes: Floats,
    group: pd.Series,
    *,
    levels: Sequence[str],
    reference: str,
    factors: Mapping[str, pd.Series] | None = None,
    covariates: Mapping[str, pd.Series] | None = None,
    confidence: float = 0.95,
    weights: Weights = "equal",
) -> PooledAncova:
    """Fit `ancova` to each row of `outcomes` (draws, subjects) and pool its LS means and differences.

    The other arguments have an element for each subject and are the same in all draws; a subject without one
    of them, or of another group, is left out. Pooling is that of `pool`, with the error df of the model as
    those of the complete data. Errors as `ancova` and `pool`; `NotEstimableError` for an outcome that is
    missing in a draw.
    """
    if reference not in levels:
        raise ValueError(f"the reference {reference!r} is not one of the groups {list(levels)}")
    check_confidence(confidence)
    gaps = int(np.isnan(outcomes).any(axis=1).sum())
    if gaps:
        raise NotEstimableError(f"An outcome is missing in {gaps} of {len(outcomes)} draws.")
    largest = np.abs(outcomes).max(axis=0) if len(outcomes) else np.zeros(len(group))
    table = AncovaTable(pd.Series(largest), group, factors or {}, covariates or {})
    used = table.complete(levels)
    design = AncovaDesign(table, used, levels, (), weights)
    fits = LeastSquares(outcomes[:, used].T, design.matrix, design.names)

    def pooled(row: Floats) -> Pooled:
        estimates, ses = fits.contrasts(row)
        return pool(estimates, ses, df_complete=fits.df, confidence=confidence)

    means = design.means()
    return PooledAncova(
        n=design.n,
        draws=len(outcomes),
        df=fits.df,
        lsmeans={level: pooled(row) for level, row in means.items()},
        differences={
            level: pooled(row - means[reference]) for level, row in means.items() if level != reference
        },
    )


def tipping_ancova(
    outcomes: Floats,
    imputed: NDArray[np.bool_],
    group: pd.Series,
    *,
    deltas: Sequence[float],
    shifted: Sequence[str],
    levels: Sequence[str],
    reference: str,
    factors: Mapping[str, pd.Series] | None = None,
    covariates: Mapping[str, pd.Series] | None = None,
    confidence: float = 0.95,
    weights: Weights = "equal",
) -> TippingAncova:
    """`pooled_ancova` with each delta added to the `imputed` (subjects,) outcomes of the groups `shifted`.

    The tipping point of a group is the first delta, in the order given, at which the p-value of its
    difference is above 1 - confidence (delta adjustment after imputation: Ratitch, O'Kelly and Tosiello,
    Pharmaceutical Statistics 2013;12:337-347), or the reason why there is none. Errors as `pooled_ancova`;
    `ValueError` without a delta.
    """
    if not deltas:
        raise ValueError("at least one delta is needed")
    moved = imputed & group.isin(list(shifted)).to_numpy()
    results = tuple(
        pooled_ancova(
            outcomes + np.where(moved, delta, 0.0),
            group,
            levels=levels,
            reference=reference,
            factors=factors,
            covariates=covariates,
            confidence=confidence,
            weights=weights,
        )
        for delta in deltas
    )
    return TippingAncova(
        deltas=tuple(deltas),
        results=results,
        tipping_points={
            level: _tipping_point(
                deltas, [result.differences[level].p_value for result in results], confidence
            )
            for level in levels
            if level != reference
        },
    )


def _tipping_point(deltas: Sequence[float], p_values: Sequence[float], confidence: float) -> Estimate:
    lost = [delta for delta, p in zip(deltas, p_values, strict=True) if p > 1 - confidence]
    if lost:
        return found(lost[0])
    return missing(f"The result stays significant up to a delta of {deltas[-1]:g}.")
