"""Marginal logistic regression of repeated yes-or-no outcomes by generalised estimating equations."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from il2cdisc.stats.arguments import Floats, how_many, labels, listed, numbers, same_length, z_quantile
from il2cdisc.stats.distributions import normal_two_sided
from il2cdisc.stats.estimates import Interval, NotEstimableError, Result
from il2cdisc.stats.threads import one_thread

WorkingCorrelation = Literal["exchangeable", "independence"]
StandardErrors = Literal["robust", "bias-reduced"]


@dataclass(frozen=True, slots=True, eq=False)
class LogOdds(Result):
    """A coefficient, or a combination of them, on the log-odds scale; `ratio` is the odds ratio."""

    estimate: float
    se: float
    statistic: float
    p_value: float
    ratio: Interval


@dataclass(frozen=True, slots=True, eq=False)
class GeeLogistic(Result):
    """A fitted model: coefficients by term ("intercept" first), `n` rows of `subjects` subjects.

    `correlation` is the working correlation of two rows of a subject (0 for independence); `covariance` that
    of the coefficients, in their order.
    """

    coefficients: Mapping[str, LogOdds]
    covariance: Floats
    correlation: float
    n: int
    subjects: int
    confidence: float
    used: NDArray[np.bool_]

    def contrast(self, weights: Mapping[str, float]) -> LogOdds:
        """A linear combination of coefficients; `ValueError` for an unknown term."""
        names = list(self.coefficients)
        unknown = set(weights) - set(names)
        if unknown:
            raise ValueError(f"the model has no {listed(sorted(unknown))}; its terms are {listed(names)}")
        row = np.array([weights.get(name, 0.0) for name in names])
        beta = np.array([coefficient.estimate for coefficient in self.coefficients.values()])
        se = float(np.sqrt(row @ self.covariance @ row))
        return _log_odds(float(row @ beta), se, z_quantile(self.confidence))


def gee_logistic(
    response: ArrayLike | pd.Series,
    terms: Mapping[str, ArrayLike | pd.Series],
    *,
    subject: ArrayLike | pd.Series,
    working: WorkingCorrelation = "exchangeable",
    standard_errors: StandardErrors = "robust",
    confidence: float = 0.95,
) -> GeeLogistic:
    """Log odds of `response` (0 or 1) on an intercept and `terms`, rows of one `subject` correlated.

    Liang and Zeger, Biometrika 1986;73:13-22, fitted by statsmodels. Standard errors are the sandwich's
    ("robust", SAS's default) or Mancl and DeRouen's for few subjects ("bias-reduced", Biometrics
    2001;57:126-134); tests and limits are normal. Each term is one column of numbers; rows with anything
    missing are left out. Raises `NotEstimableError` with a sentence for a constant response, a term that is
    missing everywhere, constant, collinear or separates the outcomes, or no more subjects than parameters;
    `ValueError` for wrong arguments.
    """
    z = z_quantile(confidence)
    columns: dict[str, NDArray[Any]] = {"response": numbers(response, "response")}
    columns |= {f"x:{name}": numbers(values, f"term {name}") for name, values in terms.items()}
    columns["subject"] = labels(subject, "subject")
    same_length(**columns)
    table = pd.DataFrame(columns)
    used = table.notna().all(axis=1).to_numpy()
    rows = table.loc[used]
    y = rows["response"].to_numpy(dtype="float64")
    x = np.column_stack([np.ones(len(rows)), *(rows[f"x:{name}"].to_numpy() for name in terms)])
    names = ["intercept", *terms]
    groups = pd.factorize(rows["subject"], sort=True)[0]
    _check(table, y, x, groups, names)
    inside, back = _standardised(x)
    result = _fit(y, inside, groups, working, standard_errors)
    _refuse_separation(result, y, inside, names)
    beta = back @ np.asarray(result.params, dtype="float64")
    covariance = back @ np.asarray(result.cov_params(), dtype="float64") @ back.T
    correlation = 0.0 if working == "independence" else float(result.model.cov_struct.dep_params)
    se = np.sqrt(np.diag(covariance))
    return GeeLogistic(
        coefficients={name: _log_odds(float(beta[i]), float(se[i]), z) for i, name in enumerate(names)},
        covariance=covariance,
        correlation=correlation,
        n=len(y),
        subjects=int(groups.max()) + 1,
        confidence=confidence,
        used=used,
    )


def _log_odds(beta: float, se: float, z: float) -> LogOdds:
    with np.errstate(over="ignore"):  # a limit above the largest number is infinite
        limits = [float(np.exp(value)) for value in (beta, beta - z * se, beta + z * se)]
    return LogOdds(beta, se, beta / se, normal_two_sided(beta / se), Interval(*limits))


def _check(table: pd.DataFrame, y: Floats, x: Floats, groups: NDArray[Any], names: list[str]) -> None:
    empty = [name for name in names[1:] if table[f"x:{name}"].isna().all()]
    if empty or table["response"].isna().all():
        shown = f"term {listed(empty)}" if empty else "response"
        raise NotEstimableError(f"The {shown} is missing in all {len(table)} rows.")
    if not np.isin(y, (0, 1)).all():
        raise ValueError("response: values other than 0 and 1")
    if not len(y) or np.ptp(y) == 0:
        value = f"the same value ({y[0]:g})" if len(y) else "no value"
        raise NotEstimableError(f"The response has {value} in all {how_many(len(y), 'row')} used.")
    subjects = len(np.unique(groups))
    if subjects <= x.shape[1]:
        raise NotEstimableError(
            f"The model has {x.shape[1]} parameters and {subjects} subjects; it needs {x.shape[1] + 1}."
        )
    for i, name in enumerate(names[1:], start=1):
        if np.ptp(x[:, i]) == 0:
            raise NotEstimableError(
                f"The term {name} has one value only ({x[0, i]:g}) in the {len(y)} rows used."
            )
    rest = np.abs(np.diag(np.linalg.qr(x / np.linalg.norm(x, axis=0), mode="r")))
    dependent = [name for name, part in zip(names, rest, strict=True) if part < 1e-10]
    if dependent:
        raise NotEstimableError(
            f"The model's terms are collinear: {listed(dependent)} follows from the others in the rows."
        )


def _fit(
    y: Floats, x: Floats, groups: NDArray[Any], working: WorkingCorrelation, standard_errors: StandardErrors
) -> Any:
    import statsmodels.genmod.api as genmod  # pyright: ignore[reportMissingTypeStubs]

    library = cast("Any", genmod)
    structures = {
        "exchangeable": library.cov_struct.Exchangeable,
        "independence": library.cov_struct.Independence,
    }
    kind = {"robust": "robust", "bias-reduced": "bias_reduced"}[standard_errors]
    model = library.GEE(
        y, x, groups=groups, family=library.families.Binomial(), cov_struct=structures[working]()
    )
    with warnings.catch_warnings(), one_thread():
        warnings.simplefilter("ignore")  # what they tell is judged below
        return model.fit(maxiter=200, ctol=1e-10, cov_type=kind)


def _standardised(x: Floats) -> tuple[Floats, Floats]:
    """Terms with mean 0 and standard deviation 1, and the matrix that takes coefficients back.

    The equations are solved in these units: a count of platelets in the hundred thousands would else stop
    the iteration at its first step.
    """
    mean, spread = x.mean(axis=0), x.std(axis=0)
    mean[0], spread[0] = 0.0, 1.0  # the intercept
    back = np.diag(1 / spread)
    back[0, 1:] = -mean[1:] / spread[1:]
    return (x - mean) / spread, back


def _refuse_separation(result: Any, y: Floats, x: Floats, names: list[str]) -> None:
    """Refuse a fit without a finite maximum: no row of one outcome is as likely as one of the other.

    A chance near 0 or 1 alone says nothing: far from the middle of a steep covariate it is one. Only where
    the linear predictor tells all the 1s from all the 0s has the likelihood no maximum.
    """
    beta = np.asarray(result.params, dtype="float64")
    if not np.isfinite(beta).all():
        if separable(y, x):
            raise NotEstimableError(
                f"The terms separate the outcomes: the odds ratio of {listed(names[1:])} is 0 or infinite."
            )
        raise NotEstimableError("The estimating equations have no finite solution.")
    predicted = x @ beta
    chances = 1 / (1 + np.exp(-np.clip(predicted, -700, 700)))
    extreme = (chances < 1e-6) | (chances > 1 - 1e-6)
    overlap = predicted[y == 0].max() > predicted[y == 1].min()
    if separable(y, x) if extreme.any() else not overlap:
        far = names[1 + int(np.argmax(np.abs(beta[1:])))] if len(names) > 1 else names[0]
        raise NotEstimableError(f"The terms separate the outcomes: the odds ratio of {far} is 0 or infinite.")
    if not result.converged:
        raise NotEstimableError("The estimating equations did not converge in 200 steps.")


def separable(y: Floats, x: Floats) -> bool:
    """Whether some direction of the terms never puts a 0 above a 1, and one of them strictly below.

    Complete and quasi-complete separation (Albert and Anderson, Biometrika 1984;71:1-10), by a linear
    programme: the largest sum of (2y - 1) x'b with each of its parts at least 0 and b within a box.
    """
    from scipy.optimize import linprog  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

    signed = (2 * y - 1)[:, None] * x
    found = cast("Any", linprog)(
        -signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(y)), bounds=[(-1, 1)] * x.shape[1]
    )
    return bool(-found.fun > 1e-9 * len(y))
