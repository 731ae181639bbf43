"""Time to an event: Kaplan-Meier curve with quantiles, and log-rank tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
from il2cdisc.stats.distributions import chi_square_tail
from il2cdisc.stats.estimates import Estimate, HypothesisTest, NotEstimableError, Result, found, missing

Transform = Literal["log-log", "log", "plain"]


@dataclass(frozen=True, slots=True, eq=False)
class Quantile(Result):
    """A time by which a share of subjects had the event, with its limits; each says why it is missing."""

    estimate: Estimate
    lower: Estimate
    upper: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier(Result):
    """A survival curve: one element a distinct time of event or censoring, in the unit of `time`.

    `at_risk` just before the time, `survival` from it on. Limits of `survival` are 1 before the first event
    and NaN where the curve is 0 (no variance there).
    """

    time: Floats
    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]
    censored: NDArray[np.int64]
    survival: Floats
    se: Floats
    lower: Floats
    upper: Floats

    def at(self, times: ArrayLike) -> pd.DataFrame:
        """The curve at given times, a row each; NaN after the last time unless the curve is 0 by then."""
        asked = np.atleast_1d(np.asarray(times, dtype="float64"))
        place = np.searchsorted(self.time, asked, side="right") - 1
        beyond = (asked > self.time[-1]) & (self.survival[-1] > 0)
        start = {"survival": 1.0, "se": 0.0, "lower": 1.0, "upper": 1.0}
        out = pd.DataFrame({"time": asked})
        for name, first in start.items():
            column = np.concatenate([[first], np.asarray(getattr(self, name), dtype="float64")])[place + 1]
            out[name] = np.where(beyond, np.nan, column)
        out["at_risk"] = [int(self.at_risk[self.time >= t].max(initial=0)) for t in asked]
        return out

    def quantile(self, p: float) -> Quantile:
        """The time by which a share `p` had the event (0.5: the median), limits of Brookmeyer and Crowley.

        The first time at which the curve is below 1 - p; where it equals 1 - p over a stretch, the middle of
        that stretch (SAS and R), which ends with the last time at the latest (R). Limits are the same times
        of the curve's own limits (Biometrics 1982;38:29-41). What is not reached says why.
        """
        if not 0 < p < 1:
            raise ValueError(f"the share {p} is not between 0 and 1")
        level = 1 - p
        # where the curve is 0 it has no limits: the lower one has crossed, the upper one can't be told
        lower = np.where(self.survival > 0, self.lower, 0.0)
        upper = np.where(self.survival > 0, self.upper, np.inf)
        estimate = self._crossing(self.survival, level)
        return Quantile(
            _told(estimate, f"The curve does not fall to {level:g}."),
            _told(self._crossing(lower, level), f"The lower limit of the curve does not fall to {level:g}."),
            _told(self._crossing(upper, level), f"The upper limit of the curve does not fall to {level:g}."),
        )

    def _crossing(self, curve: Floats, level: float) -> float:
        near = np.abs(curve - level) <= 1e-10
        below = (curve < level) & ~near
        first = int(np.argmax(below)) if below.any() else len(curve)
        equal = np.flatnonzero(near[:first] & (self.events[:first] > 0))
        if len(equal):
            start = self.time[equal[0]]
            end = self.time[first] if first < len(curve) else self.time[-1]
            return float((start + end) / 2)
        return float(self.time[first]) if first < len(curve) else np.nan


def kaplan_meier(
    time: ArrayLike | pd.Series,
    event: ArrayLike | pd.Series,
    *,
    confidence: float = 0.95,
    transform: Transform = "log-log",
) -> KaplanMeier:
    """Product-limit estimate of survival; `event` is 1 (or True) at an event and 0 at censoring.

    S(t) = product (1 - d/n); se by Greenwood's formula; pointwise limits on the scale log(-log S), SAS's
    default, or log S (R's default), or S itself, within 0 and 1 (Kalbfleisch and Prentice 2002). Rows with
    anything missing are left out. Raises `NotEstimableError` when no row is left or a time is negative or
    infinite, `ValueError` for an event other than 0 and 1.
    """
    z = z_quantile(confidence)
    t, d = _times(time, event)
    if not len(t):
        raise NotEstimableError("The curve needs at least 1 subject with a time; there is none.")
    times, place = np.unique(t, return_inverse=True)
    events = np.bincount(place, weights=d, minlength=len(times)).astype("int64")
    leaving = np.bincount(place, minlength=len(times)).astype("int64")
    at_risk = len(t) - np.concatenate([[0], np.cumsum(leaving)[:-1]])
    survival: Floats = np.asarray(np.cumprod((at_risk - events) / at_risk), dtype="float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.sqrt(np.cumsum(np.where(events > 0, events / (at_risk * (at_risk - events)), 0.0)))
        se = np.where(survival > 0, survival * greenwood, np.nan)
        if transform == "log-log":
            log = np.log(survival)
            spread = np.exp(z * greenwood / np.abs(log))
            lower, upper = np.exp(log * spread), np.exp(log / spread)
        elif transform == "log":
            lower, upper = survival * np.exp(-z * greenwood), survival * np.exp(z * greenwood)
        else:
            lower, upper = survival - z * se, survival + z * se
    lower, upper = np.clip(lower, 0, 1), np.clip(upper, 0, 1)
    lower = np.where(survival == 1, 1.0, np.where(survival == 0, np.nan, lower))
    upper = np.where(survival == 1, 1.0, np.where(survival == 0, np.nan, upper))
    return KaplanMeier(times, at_risk, events, leaving - events, survival, se, lower, upper)


@dataclass(frozen=True, slots=True, eq=False)
class LogRank(Result):
    """The test, with events observed and expected by group (summed over strata)."""

    test: HypothesisTest
    observed: dict[str, int]
    expected: dict[str, float]


def log_rank(
    time: ArrayLike | pd.Series,
    event: ArrayLike | pd.Series,
    group: ArrayLike | pd.Series,
    *,
    stratum: ArrayLike | pd.Series | None = None,
    rho: float = 0.0,
) -> LogRank:
    """Log-rank test of any number of groups, stratified if `stratum` is given; groups - 1 df.

    Observed minus expected events are summed over event times (and strata) with their hypergeometric
    covariance (Mantel 1966; Kalbfleisch and Prentice 2002). `rho` weighs each time by S(t-)^rho (Harrington
    and Fleming, Biometrika 1982;69:553-566): 1 is Peto and Peto's Wilcoxon test. Rows with anything missing
    are left out. Raises `NotEstimableError` for fewer than two groups, no event, or groups that are never at
    risk together.
    """
    t, d, g, s = _grouped(time, event, group, stratum)
    names = sorted({str(name) for name in g})
    if len(names) < 2:
        raise NotEstimableError(
            f"The log-rank test needs at least 2 groups; there {'is 1' if names else 'is none'}."
        )
    if not d.any():
        raise NotEstimableError(
            f"The log-rank test needs at least 1 event; the {how_many(len(t), 'subject')} had none."
        )
    member = np.array([g == name for name in names])
    excess, covariance = np.zeros(len(names)), np.zeros((len(names), len(names)))
    expected = np.zeros(len(names))
    for name in sorted(set(s.tolist()), key=str):
        here = s == name
        parts = _stratum_sums(t[here], d[here], member[:, here], rho)
        excess, expected, covariance = excess + parts[0], expected + parts[1], covariance + parts[2]
    test = _quadratic(excess, covariance, names)
    observed = {name: int(d[row].sum()) for name, row in zip(names, member, strict=True)}
    return LogRank(test, observed, dict(zip(names, expected.tolist(), strict=True)))


def _stratum_sums(
    t: Floats, d: Floats, member: NDArray[np.bool_], rho: float
) -> tuple[Floats, Floats, Floats]:
    times = np.unique(t[d == 1])
    groups = len(member)
    at_risk, events = np.zeros((groups, len(times))), np.zeros((groups, len(times)))
    for i, row in enumerate(member):
        at_risk[i] = row.sum() - np.searchsorted(np.sort(t[row]), times, side="left")
        mine = np.sort(t[row & (d == 1)])
        events[i] = np.searchsorted(mine, times, side="right") - np.searchsorted(mine, times, side="left")
    n, m = at_risk.sum(axis=0), events.sum(axis=0)
    before = np.ones(len(times))
    before[1:] = np.cumprod(1 - m / n)[:-1]
    weight = before**rho
    share = at_risk / n
    mean = m * share
    spread = np.where(n > 1, m * (n - m) / np.where(n > 1, n - 1, 1.0), 0.0) * weight**2
    covariance = np.diag((spread * share).sum(axis=1)) - (spread * share) @ share.T
    return ((events - mean) * weight).sum(axis=1), (mean * weight).sum(axis=1), covariance


def _quadratic(excess: Floats, covariance: Floats, names: list[str]) -> HypothesisTest:
    kept = np.diag(covariance) > 1e-12
    if kept.sum() < 2:
        raise NotEstimableError(f"No event happens while groups {listed(names)} are at risk together.")
    v, x = covariance[np.ix_(kept, kept)][:-1, :-1], excess[kept][:-1]
    statistic = float(x @ np.linalg.solve(v, x))
    df = int(kept.sum()) - 1
    return HypothesisTest(statistic, df, chi_square_tail(statistic, df))


def _told(value: float, why: str) -> Estimate:
    return missing(why) if np.isnan(value) else found(value)


def _times(time: ArrayLike | pd.Series, event: ArrayLike | pd.Series) -> tuple[Floats, Floats]:
    t, d = numbers(time, "time"), numbers(event, "event")
    same_length(time=t, event=d)
    both = ~(np.isnan(t) | np.isnan(d))
    t, d = t[both], d[both]
    refuse_negative(t)
    if not np.isin(d, (0, 1)).all():
        raise ValueError("event: values other than 0 and 1")
    return t, d


def _grouped(
    time: ArrayLike | pd.Series,
    event: ArrayLike | pd.Series,
    group: ArrayLike | pd.Series,
    stratum: ArrayLike | pd.Series | None,
) -> tuple[Floats, Floats, NDArray[np.object_], NDArray[np.object_]]:
    t, d, g = numbers(time, "time"), numbers(event, "event"), labels(group, "group")
    s = np.full(len(t), "", dtype=object) if stratum is None else labels(stratum, "stratum")
    same_length(time=t, event=d, group=g, stratum=s)
    complete = ~(np.isnan(t) | np.isnan(d) | pd.isna(g) | pd.isna(s))
    _times(t[complete], d[complete])
    return t[complete], d[complete], np.array([str(name) for name in g[complete]], dtype=object), s[complete]
