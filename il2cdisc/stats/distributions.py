"""Tail probabilities, quantiles, ranks and roots, from scipy: imported only when one is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def _special() -> Any:
    import scipy.special as special  # pyright: ignore[reportMissingTypeStubs]

    return cast("Any", special)


def normal_quantile(p: float) -> float:
    """The z below which a standard normal variable falls with probability `p`."""
    return float(_special().ndtri(p))


def normal_scores(values: NDArray[Any]) -> Floats:
    """The normal quantiles that sorted standard normal values are held against, in the order of `values`.

    Blom's (rank - 3/8) / (n + 1/4), as SAS PROC RANK NORMAL=BLOM; equal values share one score.
    """
    shares: Floats = np.asarray((midranks(values) - 0.375) / (len(values) + 0.25), dtype="float64")
    return np.asarray(_special().ndtri(shares), dtype="float64")


def normal_two_sided(z: float) -> float:
    """P(|Z| >= |z|) of a standard normal variable."""
    return 2 * float(_special().ndtr(-abs(z)))


def t_quantile(p: float, df: float) -> float:
    """The t below which Student's t on `df` degrees of freedom falls with probability `p`."""
    return normal_quantile(p) if np.isinf(df) else float(_special().stdtrit(df, p))


def t_two_sided(t: float, df: float) -> float:
    """P(|T| >= |t|) of Student's t on `df` degrees of freedom."""
    return normal_two_sided(t) if np.isinf(df) else 2 * float(_special().stdtr(df, -abs(t)))


def chi_square_tail(statistic: float, df: float) -> float:
    """P(X >= statistic) of chi-square on `df` degrees of freedom."""
    return float(_special().chdtrc(df, statistic))


def f_tail(statistic: float, df: float, df_error: float) -> float:
    """P(F >= statistic) of F on `df` and `df_error` degrees of freedom."""
    return float(_special().fdtrc(df, df_error, statistic))


def beta_quantile(p: float, a: float, b: float) -> float:
    """The share below which a beta(a, b) variable falls with probability `p`."""
    return float(_special().betaincinv(a, b, p))


def gamma_quantile(p: float, shape: float) -> float:
    """The number below which a gamma variable of scale 1 falls with probability `p`."""
    return float(_special().gammaincinv(shape, p))


def binomial_cdf(k: int, n: int, p: float) -> float:
    """P(X <= k) of a binomial variable of `n` trials with probability `p`."""
    return float(_special().bdtr(k, n, p))


def midranks(values: NDArray[Any]) -> Floats:
    """Ranks from 1; equal values share the mean of their ranks. All are missing where a value is.

    >>> midranks(np.array([0.5, 2.0, 0.5])).tolist()
    [1.5, 3.0, 1.5]
    """
    given = np.asarray(values, dtype="float64")
    if np.isnan(given).any():
        return np.full(given.shape, np.nan)
    _, place, sizes = np.unique(given, return_inverse=True, return_counts=True)
    last = np.cumsum(sizes)
    return np.asarray(((last - sizes + 1 + last) * 0.5)[place], dtype="float64")


def hypergeometric(values: NDArray[Any], n: int, marked: int, drawn: int) -> Floats:
    """Probabilities of `values` marked ones among `drawn` of `n`, of which `marked` are."""
    import scipy.stats as scipy_stats  # pyright: ignore[reportMissingTypeStubs]

    return np.asarray(cast("Any", scipy_stats).hypergeom.pmf(values, n, marked, drawn), dtype="float64")


def root_between(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a continuous function with opposite signs at both ends is 0 (Brent's method)."""
    import scipy.optimize as optimize  # pyright: ignore[reportMissingTypeStubs]

    return float(cast("Any", optimize).brentq(function, low, high, xtol=1e-15, rtol=1e-15, maxiter=500))
