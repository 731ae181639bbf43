"""Least squares of a design: contrasts, covariances and F tests, with model-based or robust errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from il2cdisc.stats.arguments import Floats, listed
from il2cdisc.stats.distributions import f_tail, t_quantile, t_two_sided
from il2cdisc.stats.estimates import HypothesisTest, NotEstimableError, Result
from il2cdisc.stats.threads import one_thread

StandardErrors = Literal["model", "HC0", "HC1", "HC2", "HC3"]
STANDARD_ERRORS: tuple[StandardErrors, ...] = ("model", "HC0", "HC1", "HC2", "HC3")
"""One variance for all rows, or the sandwich of White (HC0) with the corrections of MacKinnon and White."""
FULL_LEVERAGE = 1 - 1e-10
"""A row of this leverage is fitted exactly: it has no residual that says how it varies."""


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


def contrast_of(estimate: float, se: float, df: int, confidence: float) -> Contrast:
    """A contrast with the interval and the p-value of t on `df` degrees of freedom."""
    half = t_quantile(0.5 + confidence / 2, df) * se
    return Contrast(estimate, se, df, estimate - half, estimate + half, t_two_sided(estimate / se, df))


class LeastSquares:
    """Least squares by QR of a design (n, parameters) with columns of norm 1; `y` (n,) or several (n, fits).

    `mse` is the residual variance (of each fit) on `df` degrees of freedom. Raises `NotEstimableError` for
    too few rows, a constant response, collinear columns, or a fit without a residual.
    """

    def __init__(
        self, y: Floats, matrix: Floats, names: Sequence[str], *, standard_errors: StandardErrors = "model"
    ) -> None:
        n, parameters = matrix.shape
        self.df = n - parameters
        if self.df < 1:
            raise NotEstimableError(
                f"The model has {parameters} parameters and {n} complete rows; it needs {parameters + 1}."
            )
        columns = y.reshape(n, -1)
        flat = np.ptp(columns, axis=0) == 0
        if flat.any():
            value = columns[0, int(np.argmax(flat))]
            raise NotEstimableError(f"The response has the same value ({value:g}) in all {n} rows used.")
        with one_thread():  # the same bits whatever the number of cores
            self.scale = np.linalg.norm(matrix, axis=0)
            q, r = np.linalg.qr(matrix / self.scale)
            _refuse_collinear(r, names)
            self.beta: Floats = np.asarray(np.linalg.solve(r, q.T @ y), dtype="float64")
            residual = y - matrix / self.scale @ self.beta
            squares = np.sum(residual.reshape(n, -1) ** 2, axis=0) / self.df
            if (squares <= (1e-12 * np.abs(columns).max(axis=0)) ** 2).any():
                raise NotEstimableError(f"The model fits all {n} rows exactly; no residual variance is left.")
            self.mse: Floats = np.asarray(squares if y.ndim > 1 else squares[0], dtype="float64")
            self.inverse: Floats = np.asarray(np.linalg.solve(r, np.eye(parameters)), dtype="float64")
            self._half: Floats = np.asarray(self.inverse * np.sqrt(squares[0]), dtype="float64")
            if standard_errors != "model":
                weight = np.abs(residual.reshape(n, -1)[:, 0]) * _inflation(q, standard_errors)
                spread = np.asarray(np.linalg.qr(q * weight[:, np.newaxis], mode="r"), dtype="float64")
                self._half = np.asarray(self.inverse @ spread.T, dtype="float64")

    def contrast(self, row: Floats, confidence: float) -> Contrast:
        """The combination `row` (parameters,) of the first fit's parameters, in the units of the design."""
        scaled = row / self.scale
        beta = self.beta if self.beta.ndim == 1 else self.beta[:, 0]
        se = float(np.linalg.norm(self._half.T @ scaled))
        return contrast_of(float(scaled @ beta), se, self.df, confidence)

    def fitted(self, matrix: Floats) -> Floats:
        """What the first fit gives the rows of a design in the same units."""
        beta = self.beta if self.beta.ndim == 1 else self.beta[:, 0]
        return np.asarray(matrix / self.scale @ beta, dtype="float64")

    def contrasts(self, row: Floats) -> tuple[Floats, Floats]:
        """The combination `row` of every fit with its model-based standard error; two arrays (fits,)."""
        scaled = row / self.scale
        length = float(np.linalg.norm(self.inverse.T @ scaled))
        estimates = np.asarray(np.atleast_1d(scaled @ self.beta), dtype="float64")
        return estimates, np.asarray(np.sqrt(np.atleast_1d(self.mse)) * length, dtype="float64")

    def covariance(self, rows: Floats) -> Floats:
        """Covariance of several combinations (k, parameters) of the first fit."""
        half = rows / self.scale @ self._half
        return np.asarray(half @ half.T, dtype="float64")

    def test(self, rows: Floats) -> HypothesisTest:
        """F test that the combinations `rows` (k, parameters), independent of each other, are 0."""
        values: Floats = np.asarray(rows / self.scale @ self.beta, dtype="float64")
        k = len(rows)
        f = float(values @ np.linalg.solve(self.covariance(rows), values)) / k
        return HypothesisTest(f, k, f_tail(f, k, self.df), self.df)


def _inflation(q: Floats, standard_errors: StandardErrors) -> Floats:
    """What each residual is multiplied by (MacKinnon and White, Journal of Econometrics 1985;29:305-325)."""
    n, parameters = len(q), int(q.shape[1])
    left: Floats = np.asarray(1 - np.sum(q**2, axis=1), dtype="float64")
    if standard_errors in ("HC0", "HC1"):
        factor = 1.0 if standard_errors == "HC0" else float(np.sqrt(n / (n - parameters)))
        return np.asarray(np.full(n, factor), dtype="float64")
    if (left < 1 - FULL_LEVERAGE).any():
        raise NotEstimableError(
            f"{standard_errors} needs rows that the model does not fit exactly; use HC0 or HC1."
        )
    return np.asarray(left ** (-0.5 if standard_errors == "HC2" else -1.0), dtype="float64")


def _refuse_collinear(r: Floats, names: Sequence[str]) -> None:
    """Columns of `r` have norm 1: a diagonal element is the part that the columns before leave over."""
    dependent = [name for name, rest in zip(names, np.abs(np.diag(r)), strict=True) if rest < 1e-10]
    if dependent:
        raise NotEstimableError(
            f"The model's variables are collinear: {listed(dependent)} follows from the others in the rows."
        )


def straight_line(x: ArrayLike | pd.Series, y: ArrayLike | pd.Series) -> tuple[float, float]:
    """Intercept and slope of the least squares line y = intercept + slope x; both have no missing value.

    Raises `NotEstimableError` for fewer than 2 points or an x that does not vary.

    >>> straight_line([0.0, 1.0, 2.0], [1.0, 3.0, 5.0])
    (1.0, 2.0)
    """
    first, second = np.asarray(x, dtype="float64"), np.asarray(y, dtype="float64")
    if len(first) < 2:
        raise NotEstimableError(f"The line needs at least 2 points; there are {len(first)}.")
    centred = first - first.mean()
    if not centred.any():
        raise NotEstimableError("The line needs different values on the x axis.")
    slope = float(centred @ (second - second.mean()) / (centred @ centred))
    return float(second.mean()) - slope * float(first.mean()), slope
