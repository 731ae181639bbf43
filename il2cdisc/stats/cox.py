"""Cox regression: hazard ratios with Wald intervals; ties by Breslow or Efron; strata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from il2cdisc.stats.arguments import (
    Floats,
    how_many,
    labels,
    listed,
    numbers,
    refuse_negative,
    same_length,
    z_quantile,
)
from il2cdisc.stats.distributions import chi_square_tail, normal_two_sided
from il2cdisc.stats.estimates import HypothesisTest, Interval, NotEstimableError, Result
from il2cdisc.stats.threads import one_thread

Ties = Literal["breslow", "efron"]

STEPS = 100
"""Newton steps at the most."""
HALVINGS = 60
"""How often one step is halved at the most: by then it is below the precision of numbers."""
RUNAWAY = 25.0
"""A log hazard ratio a standard deviation of its term above which it is on its way to infinity."""


@dataclass(frozen=True, slots=True, eq=False)
class Coefficient(Result):
    """A log hazard ratio with its standard error, z and p (Wald), and the ratio with its limits."""

    estimate: float
    se: float
    statistic: float
    p_value: float
    ratio: Interval


@dataclass(frozen=True, slots=True, eq=False)
class Cox(Result):
    """A fitted model: coefficients by term; `n` subjects and `events` used; tests of all terms together."""

    coefficients: Mapping[str, Coefficient]
    n: int
    events: int
    log_likelihood: float
    log_likelihood_null: float
    likelihood_ratio: HypothesisTest
    wald: HypothesisTest
    used: NDArray[np.bool_]


def cox(
    time: ArrayLike | pd.Series,
    event: ArrayLike | pd.Series,
    terms: Mapping[str, ArrayLike | pd.Series],
    *,
    stratum: ArrayLike | pd.Series | None = None,
    ties: Ties = "breslow",
    confidence: float = 0.95,
) -> Cox:
    """Proportional hazards of `terms`, by the partial likelihood (Cox, JRSS B 1972;34:187-220).

    `event` is 1 at an event and 0 at censoring; each term is one column of numbers (0 and 1 for a group).
    Ties by Breslow (SAS's default) or Efron (R's); with `stratum` each has its own baseline hazard. Rows with
    anything missing are left out. Likelihood, score and information are those of statsmodels' PHReg; the
    fit is accepted when its score is 0. Raises `NotEstimableError` with a sentence for no event, a term that
    is missing everywhere, constant or collinear, or one without a maximum (no event on one side of it);
    `ValueError` for wrong arguments.
    """
    z = z_quantile(confidence)
    table = _table(time, event, terms, stratum)
    used = table.notna().all(axis=1).to_numpy()
    rows = table.loc[used]
    names = list(terms)
    x = rows[[f"x:{name}" for name in names]].to_numpy(dtype="float64")
    d = rows["event"].to_numpy(dtype="float64")
    _check(table, rows, x, d, names)
    centre, scale = x.mean(axis=0), x.std(axis=0)
    model = _model(rows["time"].to_numpy(dtype="float64"), (x - centre) / scale, d, rows["stratum"], ties)
    # one thread: the same bits whatever the number of cores; what leaves the range of numbers is judged
    with one_thread(), np.errstate(all="ignore"):
        beta, covariance = _fit(model, names)
    null = float(model.loglike(np.zeros(len(names))))
    value = float(model.loglike(beta))
    wald = float(beta @ np.linalg.solve(covariance, beta))
    ratio = max(2 * (value - null), 0.0)
    k = len(names)
    beta, se = beta / scale, np.sqrt(np.diag(covariance)) / scale
    return Cox(
        coefficients={name: _coefficient(float(beta[i]), float(se[i]), z) for i, name in enumerate(names)},
        n=len(rows),
        events=int(d.sum()),
        log_likelihood=value,
        log_likelihood_null=null,
        likelihood_ratio=HypothesisTest(ratio, k, chi_square_tail(ratio, k)),
        wald=HypothesisTest(wald, k, chi_square_tail(wald, k)),
        used=used,
    )


def _coefficient(beta: float, se: float, z: float) -> Coefficient:
    with np.errstate(over="ignore"):  # a limit above the largest number is infinite
        limits = [float(np.exp(value)) for value in (beta, beta - z * se, beta + z * se)]
    return Coefficient(beta, se, beta / se, normal_two_sided(beta / se), Interval(*limits))


def _table(
    time: ArrayLike | pd.Series,
    event: ArrayLike | pd.Series,
    terms: Mapping[str, ArrayLike | pd.Series],
    stratum: ArrayLike | pd.Series | None,
) -> pd.DataFrame:
    if not terms:
        raise ValueError("at least one term is needed")
    columns: dict[str, NDArray[Any]] = {"time": numbers(time, "time"), "event": numbers(event, "event")}
    columns |= {f"x:{name}": numbers(values, f"term {name}") for name, values in terms.items()}
    size = len(columns["time"])
    columns["stratum"] = np.full(size, "") if stratum is None else labels(stratum, "stratum")
    same_length(**columns)
    table = pd.DataFrame(columns)
    refuse_negative(numbers(time, "time"))
    if not table["event"].dropna().isin([0, 1]).all():
        raise ValueError("event: values other than 0 and 1")
    return table


def _check(table: pd.DataFrame, rows: pd.DataFrame, x: Floats, d: Floats, names: list[str]) -> None:
    empty = [name for name in names if table[f"x:{name}"].isna().all()]
    if empty:
        raise NotEstimableError(f"The term {listed(empty)} is missing in all {len(table)} rows.")
    if not d.any():
        raise NotEstimableError(
            f"The model needs at least 1 event; {how_many(len(rows), 'subject')} had none."
        )
    for i, name in enumerate(names):
        if np.ptp(x[:, i]) == 0:
            raise NotEstimableError(
                f"The term {name} has one value only ({x[0, i]:g}) in the {len(rows)} rows used."
            )
    within = x.copy()
    place = pd.factorize(rows["stratum"])[0]
    for stratum in range(int(place.max()) + 1):
        within[place == stratum] -= x[place == stratum].mean(axis=0)
    norms = np.linalg.norm(x - x.mean(axis=0), axis=0)
    rest = np.abs(np.diag(np.linalg.qr(within / norms, mode="r")))
    dependent = [name for name, part in zip(names, rest, strict=False) if part < 1e-10]
    dependent += names[len(rest) :]
    if dependent:
        raise NotEstimableError(
            f"The model's terms are collinear: {listed(dependent)} follows from the others."
        )


def _model(time: Floats, x: Floats, d: Floats, stratum: pd.Series, ties: Ties) -> Any:
    import statsmodels.duration.hazard_regression as regression  # pyright: ignore[reportMissingTypeStubs]

    several = stratum.nunique() > 1
    strata = pd.factorize(stratum, sort=True)[0] if several else None
    return cast("Any", regression).PHReg(time, x, status=d, strata=strata, ties=ties)


def _fit(model: Any, names: list[str]) -> tuple[Floats, Floats]:
    """Newton's method with halved steps; a coefficient that runs away has no information left."""
    k = len(names)
    beta = np.zeros(k)
    start = np.diag(_information(model, beta))
    flat = [name for name, value in zip(names, start, strict=True) if value <= 1e-12]
    if flat:
        raise NotEstimableError(
            f"The term {listed(flat)} does not vary among subjects at risk when an event happens."
        )
    value = float(model.loglike(beta))
    for _ in range(STEPS):
        information = _information(model, beta)
        score = np.asarray(model.score(beta), dtype="float64")
        lost = np.diag(information) < 1e-6 * start
        if lost.any() or not (np.isfinite(information).all() and np.isfinite(score).all()):
            _refuse_runaway(names, beta, lost)
        if float(np.linalg.eigvalsh(information / np.sqrt(np.outer(start, start)))[0]) < 1e-12:
            _refuse_runaway(names, beta, np.abs(beta) > RUNAWAY)
        step: Floats = np.asarray(np.linalg.solve(information, score), dtype="float64")
        if float(score @ step) < 1e-16 * max(1.0, abs(value)):
            return beta, np.asarray(np.linalg.inv(information), dtype="float64")
        taken = _climb(model, beta, step, value)
        if taken is None:
            _refuse_runaway(names, beta, np.abs(beta) > RUNAWAY)
            break
        beta, value = taken
    raise NotEstimableError(f"The partial likelihood did not reach its maximum in {STEPS} steps.")


def _climb(model: Any, beta: Floats, step: Floats, value: float) -> tuple[Floats, float] | None:
    """The step, halved until the likelihood does not fall; None where no part of it serves."""
    for _ in range(HALVINGS):
        new = float(model.loglike(beta + step))
        if new >= value - 1e-12 * abs(value):
            return beta + step, new
        step = step / 2
    return None


def _refuse_runaway(names: list[str], beta: Floats, lost: NDArray[np.bool_]) -> None:
    """Coefficients of standardised terms that grow without end: the likelihood rises for ever."""
    gone = [name for name, out in zip(names, lost, strict=True) if out]
    if not gone and float(np.abs(beta).max()) > RUNAWAY:
        gone = [names[int(np.abs(beta).argmax())]]
    if gone:
        raise NotEstimableError(
            f"The likelihood has no maximum: the hazard ratio of {listed(gone)} is 0 or infinite, as its "
            "values separate the events."
        )
    raise NotEstimableError(
        f"The partial likelihood is flat: the events do not tell the effects of {listed(names)} apart."
    )


def _information(model: Any, beta: Floats) -> Floats:
    return -np.asarray(model.hessian(beta), dtype="float64")
