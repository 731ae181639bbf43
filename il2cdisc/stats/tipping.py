"""Tipping point: how much worse must the missing outcomes be before the result is lost."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
from numpy.typing import ArrayLike

from il2cdisc.stats.arguments import Floats
from il2cdisc.stats.estimates import Estimate, Result, found, missing
from il2cdisc.stats.imputation import Imputations, shifted
from il2cdisc.stats.pooling import Pooled, pool

Analysis = Callable[[Floats], tuple[float, float]]
"""Completed outcomes (subjects, visits) in, an estimate and its standard error out."""


@dataclass(frozen=True, slots=True, eq=False)
class TippingPoint(Result):
    """Pooled results by delta, and the first delta at which the result is lost (or why there is none)."""

    table: pd.DataFrame
    delta: Estimate


def pooled_analysis(
    imputations: Imputations,
    analyse: Analysis,
    *,
    df_complete: float = math.inf,
    confidence: float = 0.95,
) -> Pooled:
    """Analyse every completed dataset and pool by Rubin's rules. Errors as `pool`, and those of `analyse`."""
    results = [analyse(values) for values in imputations.values]
    return pool(
        [estimate for estimate, _ in results],
        [se for _, se in results],
        df_complete=df_complete,
        confidence=confidence,
    )


def tipping_point(
    imputations: Imputations,
    analyse: Analysis,
    *,
    deltas: Sequence[float],
    subjects: ArrayLike | None = None,
    df_complete: float = math.inf,
    confidence: float = 0.95,
) -> TippingPoint:
    """Shift imputed values of `subjects` by each delta in turn, analyse and pool again.

    The table has a row a delta: delta, estimate, se, df, statistic, p_value, lower, upper. The tipping point
    is the first delta, in the order given, whose p-value is above 1 - confidence (delta adjustment after
    imputation: Ratitch, O'Kelly and Tosiello, Pharmaceutical Statistics 2013;12:337-347). Raises `ValueError`
    without a delta; errors as `pooled_analysis`.
    """
    if not deltas:
        raise ValueError("at least one delta is needed")
    rows: list[dict[str, float]] = []
    for delta in deltas:
        result = pooled_analysis(
            shifted(imputations, delta, subjects=subjects),
            analyse,
            df_complete=df_complete,
            confidence=confidence,
        )
        names = ("estimate", "se", "df", "statistic", "p_value", "lower", "upper")
        rows.append({"delta": float(delta)} | {name: float(getattr(result, name)) for name in names})
    table = pd.DataFrame(rows)
    lost = [row["delta"] for row in rows if row["p_value"] > 1 - confidence]
    if not lost:
        why = f"The result stays significant up to a delta of {rows[-1]['delta']:g}."
        return TippingPoint(table, missing(why))
    return TippingPoint(table, found(lost[0]))
