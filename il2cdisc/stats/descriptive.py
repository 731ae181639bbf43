"""Descriptive statistics of a column of numbers, each with its own reason where it does not exist."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.stats.estimates import Estimate, found, missing

STATISTICS = ("n", "mean", "sd", "se", "median", "q1", "q3", "min", "max")
"""The statistics of `describe`, in the order of tables."""

_NAMES = {
    "mean": "mean",
    "sd": "standard deviation",
    "se": "standard error",
    "median": "median",
    "q1": "first quartile",
    "q3": "third quartile",
    "min": "minimum",
    "max": "maximum",
}


def describe(values: pd.Series | NDArray[np.float64] | Sequence[float]) -> dict[str, Estimate]:
    """n, mean, SD, SE, median, quartiles, minimum and maximum of the values that are not missing.

    `values` is one column of numbers in any unit, missing as NaN. SD and SE have n - 1 as divisor and
    need two values; all others need one. Quartiles are those of SAS's PCTLDEF=5: the inverse of the
    empirical distribution function, averaged where it is flat (type 2 of Hyndman and Fan, The American
    Statistician 1996;50:361-365). Infinite values make every statistic but n an error.
    """
    column = _floats(values)
    column = column[~np.isnan(column)]
    n = len(column)
    out = {"n": found(n)}
    if n == 0:
        return out | {
            name: missing(f"The {_NAMES[name]} needs at least 1 value; there is none.") for name in _NAMES
        }
    if not np.isfinite(column).all():
        return out | {name: missing("A value is infinite.") for name in _NAMES}
    q1, median, q3 = np.quantile(column, [0.25, 0.5, 0.75], method="averaged_inverted_cdf")
    with np.errstate(over="ignore"):
        out["mean"] = found(column.mean())
    if n > 1:
        with np.errstate(over="ignore"):  # of values near the largest number: not finite, and said so
            sd = float(column.std(ddof=1))
        out["sd"], out["se"] = found(sd), found(sd / np.sqrt(n))
    else:
        for name in ("sd", "se"):
            out[name] = missing(f"The {_NAMES[name]} needs at least 2 values; there is 1.")
    out["median"], out["q1"], out["q3"] = found(median), found(q1), found(q3)
    out["min"], out["max"] = found(column.min()), found(column.max())
    return {name: out[name] for name in STATISTICS}


def _floats(values: pd.Series | NDArray[np.float64] | Sequence[float]) -> NDArray[np.float64]:
    """The values as floats; most are already."""
    if isinstance(values, pd.Series) and values.dtype == np.float64:
        return values.to_numpy()
    return pd.to_numeric(pd.Series(values), errors="raise").to_numpy("float64", na_value=np.nan)
