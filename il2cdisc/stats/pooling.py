"""Rubin's rules: one result from analyses of several imputations, with Barnard and Rubin's df."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from il2cdisc.stats.arguments import check_confidence, is_are, numbers, same_length
from il2cdisc.stats.distributions import t_quantile, t_two_sided
from il2cdisc.stats.estimates import NotEstimableError, Result


@dataclass(frozen=True, slots=True, eq=False)
class Pooled(Result):
    """A pooled estimate, in its unit; variances within and between the `n` imputations.

    `missing_information` is the estimated share of information lost to missing values (SAS: fraction missing
    information).
    """

    n: int
    estimate: float
    se: float
    df: float
    lower: float
    upper: float
    statistic: float
    p_value: float
    within: float
    between: float
    missing_information: float


def pool(
    estimates: ArrayLike,
    ses: ArrayLike,
    *,
    df_complete: float = math.inf,
    null: float = 0.0,
    confidence: float = 0.95,
) -> Pooled:
    """Pool one parameter over m imputations.

    Total variance T = W + (1 + 1/m) B (Rubin 1987). With r = (1 + 1/m) B / W and l = r / (1 + r):
    df_m = (m - 1) / l²; if the complete data have the error df n, df_obs = (n + 1) / (n + 3) n (1 - l) and
    1 / df = 1 / df_m + 1 / df_obs (Barnard and Rubin, Biometrika 1999;86:948-955; SAS's EDF option).
    `estimates` and `ses` have one element an imputation. Raises `NotEstimableError` for fewer than two
    imputations, one that failed (NaN), or no variance at all; `ValueError` for a negative standard error.
    """
    check_confidence(confidence)
    q, u = numbers(estimates, "estimates"), numbers(ses, "ses")
    same_length(estimates=q, ses=u)
    m = len(q)
    if m < 2:
        raise NotEstimableError(f"Rubin's rules need at least 2 imputations; there {is_are(m)}.")
    failed = int(np.isnan(q + u).sum())
    if failed:
        raise NotEstimableError(f"The analysis of {failed} of {m} imputations gave no estimate.")
    if (u < 0).any():
        raise ValueError("a standard error is negative")
    if df_complete <= 0:
        raise ValueError(f"the df of the complete data ({df_complete:g}) are not above 0")
    estimate, within, between = float(q.mean()), float((u**2).mean()), float(q.var(ddof=1))
    added = (1 + 1 / m) * between
    total = within + added
    if total == 0:
        raise NotEstimableError("All imputations give the same estimate without any standard error.")
    share = added / total
    df = _df(m, share, df_complete)
    se = math.sqrt(total)
    half = t_quantile(0.5 + confidence / 2, df) * se
    t = (estimate - null) / se
    return Pooled(
        n=m,
        estimate=estimate,
        se=se,
        df=df,
        lower=estimate - half,
        upper=estimate + half,
        statistic=t,
        p_value=t_two_sided(t, df),
        within=within,
        between=between,
        missing_information=_missing_information(m, share),
    )


def _missing_information(m: int, share: float) -> float:
    """(r + 2 / (df_m + 3)) / (r + 1), where r / (r + 1) is `share`."""
    by_imputation = math.inf if share**2 == 0 else (m - 1) / share**2
    return share + (1 - share) * 2 / (by_imputation + 3)


def _df(m: int, share: float, complete: float) -> float:
    by_imputation = math.inf if share**2 == 0 else (m - 1) / share**2
    if math.isinf(complete):
        return by_imputation
    observed = (complete + 1) / (complete + 3) * complete * (1 - share)
    if observed == 0:
        return by_imputation
    return 1 / (1 / by_imputation + 1 / observed)
