"""Competing risks: cumulative incidence (Aalen-Johansen), and Gray's test that groups have the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from il2cdisc.stats.arguments import Floats, labels, numbers, refuse_negative, same_length, z_quantile
from il2cdisc.stats.distributions import chi_square_tail
from il2cdisc.stats.estimates import HypothesisTest, NotEstimableError, Result


@dataclass(frozen=True, slots=True, eq=False)
class CumulativeIncidence(Result):
    """The share with the event by a time, others having had the competing one: an element a distinct time.

    `at_risk` just before the time, `incidence` from it on.
    """

    time: Floats
    at_risk: NDArray[np.int64]
    events: NDArray[np.int64]
    competing: NDArray[np.int64]
    incidence: Floats
    se: Floats

    def at(self, times: ArrayLike, *, confidence: float = 0.95) -> pd.DataFrame:
        """The curve at given times, a row each: time, incidence, se, lower, upper, at_risk.

        Limits are those of log(-log F) and lie between 0 and 1; before the first event all are 0. NaN after
        the last time unless nobody is left without an event by then.
        """
        z = z_quantile(confidence)
        asked = np.atleast_1d(np.asarray(times, dtype="float64"))
        place = np.searchsorted(self.time, asked, side="right")
        left = self.at_risk[-1] - self.events[-1] - self.competing[-1]
        beyond = (asked > self.time[-1]) & (left > 0)
        f = np.where(beyond, np.nan, np.concatenate([[0.0], self.incidence])[place])
        se = np.where(beyond, np.nan, np.concatenate([[0.0], self.se])[place])
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = np.exp(z * se / (f * np.log(f)))
            lower, upper = f ** (1 / spread), f**spread
        fixed = (f == 0) | (f == 1)
        return pd.DataFrame(
            {
                "time": asked,
                "incidence": f,
                "se": se,
                "lower": np.where(fixed, f, lower),
                "upper": np.where(fixed, f, upper),
                "at_risk": [int(self.at_risk[self.time >= t].max(initial=0)) for t in asked],
            }
        )


def cumulative_incidence(time: ArrayLike | pd.Series, cause: ArrayLike | pd.Series) -> CumulativeIncidence:
    """Aalen and Johansen's estimate of the cumulative incidence of cause 1.

    `cause` is 1 at the event, 2 at the competing one and 0 at censoring. F(t) = sum S(s-) d1 / n, S the
    survival from both. The variance adds up, over event times s up to t, the squared influence of each
    cause's events, (1 - (F(t) - F(s)) / S(s))² and ((F(t) - F(s)) / S(s))², times S(s-)² d / n² and the
    correction for ties (n - d) / (n - 1) (Aalen, Annals of Statistics 1978;6:534-545; R's cmprsk). Rows with
    anything missing are left out. Raises `NotEstimableError` when no row is left or a time is negative or
    infinite, `ValueError` for another cause.
    """
    t, c = _times(time, cause)
    if not len(t):
        raise NotEstimableError("The incidence needs at least 1 subject with a time; there is none.")
    times = np.unique(t)
    n, d1, d2 = _counts(t, c, times)
    before, after = _survival(n, d1 + d2)
    f = np.cumsum(before * d1 / n)
    size1, size2 = before**2 * _tied(n, d1) / n**2, before**2 * _tied(n, d2) / n**2
    # (F(t) - F(s)) / S(s) is linear in F(t): three running sums give the variance at every t
    with np.errstate(divide="ignore"):
        rate = np.where(after > 0, 1 / np.where(after > 0, after, 1.0), 0.0)
    own, other = 1 + f * rate, f * rate
    constant = np.cumsum(size1 * own**2 + size2 * other**2)
    linear = np.cumsum((size1 * own + size2 * other) * rate)
    square = np.cumsum((size1 + size2) * rate**2)
    variance = np.maximum(constant - 2 * f * linear + f**2 * square, 0.0)
    whole = [column.astype("int64") for column in (n, d1, d2)]
    return CumulativeIncidence(times, whole[0], whole[1], whole[2], f, np.sqrt(variance))


def gray_test(
    time: ArrayLike | pd.Series,
    cause: ArrayLike | pd.Series,
    group: ArrayLike | pd.Series,
    *,
    stratum: ArrayLike | pd.Series | None = None,
) -> HypothesisTest:
    """Gray's test that the cumulative incidence of cause 1 is the same in all groups; groups - 1 df.

    Compares the hazards of the subdistribution, each group weighted by R = n (1 - F(t-)) / S(t-); with
    `stratum` scores and covariances are added up over strata (Gray, Annals of Statistics 1988;16:1141-1154,
    rho = 0; R's cmprsk). Rows with anything missing are left out. Raises `NotEstimableError` for fewer than
    two groups, no event of cause 1, or groups that are never at risk together; `ValueError` as
    `cumulative_incidence`.
    """
    t, c = numbers(time, "time"), numbers(cause, "cause")
    g = labels(group, "group")
    s = np.full(len(t), "", dtype=object) if stratum is None else labels(stratum, "stratum")
    same_length(time=t, cause=c, group=g, stratum=s)
    complete = ~(np.isnan(t) | np.isnan(c) | pd.isna(g) | pd.isna(s))
    t, c = _times(t[complete], c[complete])
    g, s = np.array([str(name) for name in g[complete]], dtype=object), s[complete]
    names = sorted(set(g.tolist()))
    if len(names) < 2:
        raise NotEstimableError(f"Gray's test needs at least 2 groups; there is {len(names) or 'none'}.")
    if not (c == 1).any():
        raise NotEstimableError("Gray's test needs at least 1 event; there is none.")
    member = np.array([g == name for name in names])
    score, covariance = np.zeros(len(names)), np.zeros((len(names), len(names)))
    for name in sorted(set(s.tolist()), key=str):
        here = s == name
        own = _gray_sums(t[here], c[here], member[:, here])
        score, covariance = score + own[0], covariance + own[1]
    kept = np.diag(covariance) > 1e-12
    if kept.sum() < 2:
        raise NotEstimableError("No event happens while two groups are at risk together.")
    v, z = covariance[np.ix_(kept, kept)][:-1, :-1], score[kept][:-1]
    df = int(kept.sum()) - 1
    statistic = float(z @ np.linalg.solve(v, z))
    return HypothesisTest(statistic, df, chi_square_tail(statistic, df))


def _gray_sums(t: Floats, c: Floats, member: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Scores (groups,) and their covariance in one stratum, at the times of any event.

    h = n / S(t-), H its sum; F0 is the common incidence under the hypothesis, dF0 = d1 / H. Of a group k the
    score is the sum of d1 - R / sum(R) d1 over all; an event of group r changes it by d = h (k is r) - h h_r
    / H at its time and by what it does to the curves later on (Gray's a, b and c).
    """
    times = np.unique(t[c > 0])
    groups, size = len(member), len(times)
    if not size:
        return np.zeros(groups), np.zeros((groups, groups))
    parts = [_counts(t[row], c[row], times) for row in member]
    n, d1, d2 = (np.stack([part[i] for part in parts]) for i in range(3))
    curves = [_survival(n[k], (d1 + d2)[k]) for k in range(groups)]
    before, after = (np.stack([curve[i] for curve in curves]) for i in range(2))
    alive = n > 0
    safe_n = np.where(alive, n, 1.0)
    steps = np.where(alive, before * d1 / safe_n, 0.0)
    free = 1 - (np.cumsum(steps, axis=1) - steps)  # 1 - F(t-) of each group
    h = np.where(alive, n / np.where(before > 0, before, 1.0), 0.0)
    events, whole = d1.sum(axis=0), h.sum(axis=0)
    weight = h * free
    score = (d1 - weight * events / weight.sum(axis=0)).sum(axis=1)
    step = events / whole
    common = np.cumsum(step)
    d = h[:, None, :] * (np.eye(groups)[:, :, None] - h[None, :, :] / whole)
    left = 1 - (common - step)  # 1 - F0(t-)
    c_sum = np.cumsum(d * np.where(left > 0, step / np.where(left > 0, left, 1.0), 0.0), axis=2)
    later = c_sum[:, :, -1:] - c_sum
    ratio = (1 - common) / np.where(after > 0, after, 1.0)
    own = np.where(after > 0, 1 - ratio, 1.0)
    tied1 = 1 - np.where(events > 1, (events - 1) / np.maximum(whole * before - 1, 1e-300), 0.0)
    size1 = np.where(alive, tied1 * step / np.where(alive, h, 1.0), 0.0)
    tied2 = np.where(alive, _tied(safe_n, d2), 0.0)
    size2 = np.where(after > 0, before**2 * tied2 / safe_n**2, 0.0)
    first, second = d + own * later, ratio * later
    covariance = np.einsum("krt,lrt,rt->kl", first, first, size1)
    return score, covariance + np.einsum("krt,lrt,rt->kl", second, second, size2)


def _tied(n: Floats, d: Floats) -> Floats:
    """Events with their correction for ties: d (1 - (d - 1) / (n - 1))."""
    return d * (1 - np.where(d > 1, (d - 1) / np.maximum(n - 1, 1.0), 0.0))


def _counts(t: Floats, c: Floats, times: Floats) -> tuple[Floats, Floats, Floats]:
    """At risk just before each time; events of cause 1 and of cause 2 at it."""

    def up_to(values: Floats, side: str) -> Floats:
        found = np.searchsorted(np.sort(values), times, side="right" if side == "right" else "left")
        return np.asarray(found, dtype="float64")

    at_risk = len(t) - up_to(t, "left")
    happened = [up_to(t[c == cause], "right") - up_to(t[c == cause], "left") for cause in (1, 2)]
    return at_risk, happened[0], happened[1]


def _survival(n: Floats, d: Floats) -> tuple[Floats, Floats]:
    """Survival just before and just after each time."""
    after = np.asarray(np.cumprod(np.where(n > 0, 1 - d / np.where(n > 0, n, 1.0), 1.0)), dtype="float64")
    return np.concatenate([[1.0], after[:-1]]), after


def _times(time: ArrayLike | pd.Series, cause: ArrayLike | pd.Series) -> tuple[Floats, Floats]:
    t, c = numbers(time, "time"), numbers(cause, "cause")
    same_length(time=t, cause=c)
    both = ~(np.isnan(t) | np.isnan(c))
    t, c = t[both], c[both]
    refuse_negative(t)
    if not np.isin(c, (0, 1, 2)).all():
        raise ValueError("cause: values other than 0, 1 and 2")
    return t, c
