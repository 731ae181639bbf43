"""Coefficients on the log scale, and the data of a regression: complete rows, checked and standardised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from il2cdisc.stats.arguments import Floats, how_many, listed, numbers, same_length
from il2cdisc.stats.distributions import normal_two_sided
from il2cdisc.stats.estimates import Interval, NotEstimableError, Result


@dataclass(frozen=True, slots=True, eq=False)
class LogRatio(Result):
    """A coefficient with its standard error, z and p-value (Wald), and its exponential with limits."""

    estimate: float
    se: float
    statistic: float
    p_value: float
    ratio: Interval


def log_ratio(estimate: float, se: float, z: float) -> LogRatio:
    """A coefficient as a ratio; `z` is the normal quantile of the limits."""
    with np.errstate(over="ignore"):  # a limit above the largest number is infinite
        limits = [float(np.exp(value)) for value in (estimate, estimate - z * se, estimate + z * se)]
    return LogRatio(estimate, se, estimate / se, normal_two_sided(estimate / se), Interval(*limits))


@dataclass(frozen=True, slots=True)
class Rows:
    """The response (n,), an intercept and the terms (n, 1 + terms), and which of the rows given they are."""

    y: Floats
    x: Floats
    names: list[str]
    used: NDArray[np.bool_]


def complete_rows(
    response: ArrayLike | pd.Series,
    terms: Mapping[str, ArrayLike | pd.Series],
    **others: ArrayLike | pd.Series,
) -> tuple[Rows, dict[str, Floats]]:
    """The rows in which nothing is missing, with `others` (an offset, a weight) in the same rows.

    Raises `NotEstimableError` with a sentence for no row, no more rows than parameters, and a term that is
    constant or follows from the others.
    """
    columns = {"response": numbers(response, "response")}
    columns |= {f"x:{name}": numbers(values, f"term {name}") for name, values in terms.items()}
    columns |= {f"o:{name}": numbers(values, name) for name, values in others.items()}
    same_length(**columns)
    table = pd.DataFrame(columns)
    used = table.notna().all(axis=1).to_numpy()
    rows = table.loc[used]
    x = np.column_stack([np.ones(len(rows)), *(rows[f"x:{name}"].to_numpy() for name in terms)])
    if len(rows) <= x.shape[1]:
        raise NotEstimableError(
            f"The model has {x.shape[1]} parameters and {how_many(len(rows), 'complete row')}."
        )
    names = ["intercept", *terms]
    for i, name in enumerate(names[1:], start=1):
        if np.ptp(x[:, i]) == 0:
            raise NotEstimableError(
                f"The term {name} has one value only ({x[0, i]:g}) in the {len(rows)} rows used."
            )
    centred, _ = standardised(x)
    rest = np.abs(np.diag(np.linalg.qr(centred / np.linalg.norm(centred, axis=0), mode="r")))
    dependent = [name for name, part in zip(names, rest, strict=True) if part < 1e-10]
    if dependent:
        raise NotEstimableError(
            f"The model's terms are collinear: {listed(dependent)} follows from the others."
        )
    y = rows["response"].to_numpy(dtype="float64")
    given = {name: rows[f"o:{name}"].to_numpy(dtype="float64") for name in others}
    return Rows(y, x, names, used), given


def standardised(x: Floats) -> tuple[Floats, Floats]:
    """Terms with mean 0 and standard deviation 1, and the matrix that takes coefficients back."""
    mean, spread = x.mean(axis=0), x.std(axis=0)
    mean[0], spread[0] = 0.0, 1.0  # the intercept
    back = np.diag(1 / spread)
    back[0, 1:] = -mean[1:] / spread[1:]
    return (x - mean) / spread, back
