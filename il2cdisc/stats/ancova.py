"""Analysis of covariance: least-squares means of groups, their differences, intervals and p-values.

Ordinary least squares by a QR decomposition. Tests hold it against statsmodels, against R's emmeans and
against the SAS output of a published submission; statsmodels itself is not needed to run it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.stats.estimates import NotEstimableError

Weights = Literal["equal", "observed"]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Contrast:
    """A linear combination of a model's parameters; interval and two-sided p-value from t."""

    estimate: float
    se: float
    df: int
    lower: float
    upper: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Ancova:
    """A fitted analysis of covariance.

    `n` is the number of rows used by group; `differences` holds each group minus the reference, by group;
    `mse` is the residual variance on `df` degrees of freedom; `used` says which rows entered the fit.
    """

    n: Mapping[str, int]
    lsmeans: Mapping[str, Contrast]
    differences: Mapping[str, Contrast]
    mse: float
    df: int
    used: NDArray[np.bool_]


def ancova(
    response: pd.Series,
    group: pd.Series,
    *,
    levels: Sequence[str],
    reference: str,
    factors: Mapping[str, pd.Series] | None = None,
    covariates: Mapping[str, pd.Series] | None = None,
    confidence: float = 0.95,
    weights: Weights = "equal",
) -> Ancova:
    """Fit `response` on `group`, `factors` and `covariates` (no interactions) and compare the groups.

    All series have the same rows, one a subject; a row with anything missing is left out, as is a row whose
    group is not among `levels`. LS means are taken at the covariates' means over the rows used and average
    over each factor's levels: with equal weights (R emmeans, SAS LSMEANS) or by the levels' shares of the
    rows (`weights="observed"`; emmeans "proportional", SAS's OM option). `differences` are against
    `reference`. Raises `NotEstimableError` with a sentence when a group is empty, the response is
    constant, variables are collinear, or too few rows are left; `ValueError` for wrong arguments.
    """
    if reference not in levels:
        raise ValueError(f"the reference {reference!r} is not one of the groups {list(levels)}")
    if not 0 < confidence < 1:
        raise ValueError(f"the confidence level {confidence} is not between 0 and 1")
    table = _table(response, group, factors or {}, covariates or {})
    used = table.notna().all(axis=1).to_numpy() & table["group"].isin(list(levels)).to_numpy()
    rows = table.loc[used]
    design = _Design(rows, levels, list(factors or {}), list(covariates or {}), weights)
    return _fit(rows["response"].to_numpy(dtype="float64"), design, reference, confidence, used)


def _table(
    response: pd.Series,
    group: pd.Series,
    factors: Mapping[str, pd.Series],
    covariates: Mapping[str, pd.Series],
) -> pd.DataFrame:
    columns: dict[str, object] = {
        "response": response.to_numpy(dtype="float64", na_value=np.nan),
        "group": group.to_numpy(dtype=object),
    }
    columns |= {f"f:{name}": column.to_numpy(dtype=object) for name, column in factors.items()}
    columns |= {
        f"c:{name}": column.to_numpy(dtype="float64", na_value=np.nan) for name, column in covariates.items()
    }
    table = pd.DataFrame(columns)
    return table.replace([np.inf, -np.inf], np.nan)


class _Design:
    """Columns of the model, their names, and the LS-mean row of each group."""

    def __init__(
        self,
        rows: pd.DataFrame,
        levels: Sequence[str],
        factors: list[str],
        covariates: list[str],
        weights: Weights,
    ) -> None:
        counts = rows["group"].value_counts()
        self.n = {level: int(counts.get(level, 0)) for level in levels}
        empty = [level for level, n in self.n.items() if n == 0]
        if empty:
            raise NotEstimableError(
                f"The model needs at least 1 complete row in each group; {_and(empty)} has none."
            )
        columns: list[Floats] = [np.ones(len(rows))]
        self.names = ["intercept"]
        for level in levels[1:]:
            columns.append(np.asarray(rows["group"] == level, dtype="float64"))
            self.names.append(f"group {level}")
        shared: list[float] = []
        for name in factors:
            column = rows[f"f:{name}"]
            found = sorted(column.unique(), key=str)
            if len(found) < 2:
                raise NotEstimableError(
                    f"The factor {name} has one level only ({found[0]}) in the {len(rows)} rows used."
                )
            for value in found[1:]:
                dummy = (column == value).to_numpy(dtype="float64")
                columns.append(dummy)
                self.names.append(f"{name} {value}")
                shared.append(1 / len(found) if weights == "equal" else float(dummy.mean()))
        for name in covariates:
            column = rows[f"c:{name}"].to_numpy(dtype="float64")
            if np.ptp(column) == 0:
                raise NotEstimableError(
                    f"The covariate {name} has one value only ({column[0]:g}) in the {len(rows)} rows used."
                )
            centred = column - column.mean()  # its mean over the rows is 0
            columns.append(np.asarray(centred, dtype="float64"))
            self.names.append(name)
            shared.append(0.0)
        self.matrix: Floats = np.column_stack(columns)
        identity = np.eye(len(levels))[:, 1:]
        self.lsmeans = {level: np.concatenate([[1.0], identity[i], shared]) for i, level in enumerate(levels)}


def _fit(y: Floats, design: _Design, reference: str, confidence: float, used: NDArray[np.bool_]) -> Ancova:
    from scipy.special import stdtr, stdtrit  # pyright: ignore[reportMissingTypeStubs]
    from threadpoolctl import threadpool_limits  # pyright: ignore[reportMissingTypeStubs]

    n, parameters = design.matrix.shape
    df = n - parameters
    if df < 1:
        raise NotEstimableError(
            f"The model has {parameters} parameters and {n} complete rows; it needs {parameters + 1}."
        )
    if np.ptp(y) == 0:
        raise NotEstimableError(f"The response has the same value ({y[0]:g}) in all {n} rows used.")
    with threadpool_limits(1):  # the same bits whatever the number of cores
        scale = np.linalg.norm(design.matrix, axis=0)
        q, r = np.linalg.qr(design.matrix / scale)
        _refuse_collinear(r, design.names)
        beta = np.linalg.solve(r, q.T @ y)
        residual = y - design.matrix / scale @ beta
        mse = float(residual @ residual) / df
        if mse <= (1e-12 * float(np.abs(y).max())) ** 2:
            raise NotEstimableError(f"The model fits all {n} rows exactly; no residual variance is left.")
        inverse = np.linalg.solve(r, np.eye(parameters))
    quantile = float(stdtrit(df, 0.5 + confidence / 2))

    def contrast(row: Floats) -> Contrast:
        scaled = row / scale
        estimate = float(scaled @ beta)
        se = float(np.sqrt(mse) * np.linalg.norm(inverse.T @ scaled))
        p = 2 * float(stdtr(df, -abs(estimate / se)))
        return Contrast(estimate, se, df, estimate - quantile * se, estimate + quantile * se, p)

    base = design.lsmeans[reference]
    return Ancova(
        n=design.n,
        lsmeans={level: contrast(row) for level, row in design.lsmeans.items()},
        differences={
            level: contrast(row - base) for level, row in design.lsmeans.items() if level != reference
        },
        mse=mse,
        df=df,
        used=used,
    )


def _refuse_collinear(r: Floats, names: Sequence[str]) -> None:
    """Columns of `r` have norm 1: a diagonal element is the part that the columns before leave over."""
    dependent = [name for name, rest in zip(names, np.abs(np.diag(r)), strict=True) if rest < 1e-10]
    if dependent:
        raise NotEstimableError(
            f"The model's variables are collinear: {_and(dependent)} follows from the others in the rows."
        )


def _and(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1]
