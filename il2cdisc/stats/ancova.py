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

from il2cdisc.stats.arguments import Floats, check_confidence, listed
from il2cdisc.stats.distributions import f_tail, t_quantile, t_two_sided
from il2cdisc.stats.estimates import HypothesisTest, NotEstimableError, Result

Weights = Literal["equal", "observed"]


@dataclass(frozen=True, slots=True, eq=False)
class Contrast(Result):
    """A linear combination of a model's parameters; interval and two-sided p-value from t."""

    estimate: float
    se: float
    df: int
    lower: float
    upper: float
    p_value: float

    @property
    def statistic(self) -> float:
        """t, the estimate over its standard error."""
        return self.estimate / self.se


@dataclass(frozen=True, slots=True, eq=False)
class Ancova(Result):
    """A fitted analysis of covariance.

    `n` is the number of rows used by group; `differences` holds each group minus the reference, by group;
    `tests` the F test of each variable given all others ("group", then factors and covariates by name; type
    III in SAS's terms); `mse` is the residual variance on `df` degrees of freedom; `used` says which rows
    entered the fit; `covariance` is that of the LS means, in their order.
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
        return _contrast(
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
    confidence: float = 0.95,
    weights: Weights = "equal",
) -> Ancova:
    """Fit `response` on `group`, `factors` and `covariates` (no interactions) and compare the groups.

    All series have the same rows, one a subject; a row with anything missing is left out, as is a row whose
    group is not among `levels`. LS means are taken at the covariates' means over the rows used and average
    over each factor's levels: with equal weights (R emmeans, SAS LSMEANS) or by the levels' shares of the
    rows (`weights="observed"`; emmeans "proportional", SAS's OM option). `differences` are against
    `reference`. Raises `NotEstimableError` with a sentence when a group is empty, the response is
    constant, a number is infinite (the logarithm of 0), variables are collinear, or too few rows are left;
    `ValueError` for wrong arguments.
    """
    if reference not in levels:
        raise ValueError(f"the reference {reference!r} is not one of the groups {list(levels)}")
    check_confidence(confidence)
    table = _table(response, group, factors or {}, covariates or {})
    used = table.notna().all(axis=1).to_numpy() & table["group"].isin(list(levels)).to_numpy()
    rows = table.loc[used]
    _refuse_missing(table, rows)
    design = _Design(rows, levels, list(factors or {}), list(covariates or {}), weights)
    fit = _Fit(rows["response"].to_numpy(dtype="float64"), design)
    means = np.array([design.lsmeans[level] for level in levels])
    base = design.lsmeans[reference]
    return Ancova(
        n=design.n,
        lsmeans={level: fit.contrast(row, confidence) for level, row in design.lsmeans.items()},
        differences={
            level: fit.contrast(row - base, confidence)
            for level, row in design.lsmeans.items()
            if level != reference
        },
        tests={name: fit.test(columns) for name, columns in design.terms.items()},
        mse=fit.mse,
        df=fit.df,
        used=used,
        covariance=fit.covariance(means),
        confidence=confidence,
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
    table = _table(response, everyone, factors or {}, all_covariates)
    used = table.notna().all(axis=1).to_numpy()
    rows = table.loc[used]
    _refuse_missing(table, rows)
    design = _Design(rows, [""], list(factors or {}), list(all_covariates), "equal")
    fit = _Fit(rows["response"].to_numpy(dtype="float64"), design)
    row = np.zeros(design.matrix.shape[1])
    row[-1] = 1.0
    return Slope(fit.contrast(row, confidence), len(rows), fit.mse, used)


def _refuse_missing(table: pd.DataFrame, rows: pd.DataFrame) -> None:
    for column in table.columns:
        if len(table) and table[column].isna().all():
            kind, _, name = column.partition(":")
            shown = {"f": f"factor {name}", "c": f"covariate {name}"}.get(kind, kind)
            raise NotEstimableError(f"The {shown} is missing in all {len(table)} rows.")
    if rows.empty:
        raise NotEstimableError(f"None of the {len(table)} rows is complete.")


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
    for column in ["response", *(f"c:{name}" for name in covariates)]:
        infinite = int(np.isinf(table[column].to_numpy()).sum())
        if infinite:
            shown = column if column == "response" else f"covariate {column[2:]}"
            raise NotEstimableError(f"The {shown} is infinite in {infinite} of {len(table)} rows.")
    return table


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
                f"The model needs at least 1 complete row in each group; {listed(empty)} has none."
            )
        self.terms: dict[str, slice] = {"group": slice(1, len(levels))} if len(levels) > 1 else {}
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
            self.terms[name] = slice(len(columns), len(columns) + len(found) - 1)
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
            self.terms[name] = slice(len(columns), len(columns) + 1)
            centred = column - column.mean()  # its mean over the rows is 0
            columns.append(np.asarray(centred, dtype="float64"))
            self.names.append(name)
            shared.append(0.0)
        self.matrix: Floats = np.column_stack(columns)
        identity = np.eye(len(levels))[:, 1:]
        self.lsmeans = {level: np.concatenate([[1.0], identity[i], shared]) for i, level in enumerate(levels)}


class _Fit:
    """Least squares by QR of the design with columns of norm 1."""

    def __init__(self, y: Floats, design: _Design) -> None:
        from threadpoolctl import threadpool_limits  # pyright: ignore[reportMissingTypeStubs]

        n, parameters = design.matrix.shape
        self.df = n - parameters
        if self.df < 1:
            raise NotEstimableError(
                f"The model has {parameters} parameters and {n} complete rows; it needs {parameters + 1}."
            )
        if np.ptp(y) == 0:
            raise NotEstimableError(f"The response has the same value ({y[0]:g}) in all {n} rows used.")
        with threadpool_limits(1):  # the same bits whatever the number of cores
            self.scale = np.linalg.norm(design.matrix, axis=0)
            q, r = np.linalg.qr(design.matrix / self.scale)
            _refuse_collinear(r, design.names)
            self.beta: Floats = np.asarray(np.linalg.solve(r, q.T @ y), dtype="float64")
            residual = y - design.matrix / self.scale @ self.beta
            self.mse = float(residual @ residual) / self.df
            if self.mse <= (1e-12 * float(np.abs(y).max())) ** 2:
                raise NotEstimableError(f"The model fits all {n} rows exactly; no residual variance is left.")
            self.inverse: Floats = np.asarray(np.linalg.solve(r, np.eye(parameters)), dtype="float64")

    def contrast(self, row: Floats, confidence: float) -> Contrast:
        """The combination `row` of the parameters, in the units of the design."""
        scaled = row / self.scale
        se = float(np.sqrt(self.mse) * np.linalg.norm(self.inverse.T @ scaled))
        return _contrast(float(scaled @ self.beta), se, self.df, confidence)

    def covariance(self, rows: Floats) -> Floats:
        """Covariance of several combinations."""
        half = rows / self.scale @ self.inverse
        return self.mse * half @ half.T

    def test(self, columns: slice) -> HypothesisTest:
        """F test that the parameters of these columns are 0, given all others."""
        part, half = self.beta[columns], self.inverse[columns]
        k = len(part)
        f = float(part @ np.linalg.solve(half @ half.T, part)) / k / self.mse
        return HypothesisTest(f, k, f_tail(f, k, self.df), self.df)


def _contrast(estimate: float, se: float, df: int, confidence: float) -> Contrast:
    half = t_quantile(0.5 + confidence / 2, df) * se
    return Contrast(estimate, se, df, estimate - half, estimate + half, t_two_sided(estimate / se, df))


def _refuse_collinear(r: Floats, names: Sequence[str]) -> None:
    """Columns of `r` have norm 1: a diagonal element is the part that the columns before leave over."""
    dependent = [name for name, rest in zip(names, np.abs(np.diag(r)), strict=True) if rest < 1e-10]
    if dependent:
        raise NotEstimableError(
            f"The model's variables are collinear: {listed(dependent)} follows from the others in the rows."
        )
