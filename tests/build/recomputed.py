"""Numbers of displays, computed once more from analysis datasets. Imports nothing of the engine."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
from scipy import optimize, stats

from tests.build.rtf_tables import RtfTable

ACTIVE, OTHER = ARMS = ("Low-dose IL-2", "Placebo")
VISITS = ("Day 5", "Day 15", "Day 29", "Day 60")
Read = Callable[[str], pd.DataFrame]
"""A dataset of ADaM by its name."""
Table = Callable[[str], RtfTable]
"""A table of the build by the name of its file."""


def shown(value: float, digits: int) -> str:
    """A number with so many decimals, halves away from zero."""
    text = f"{Decimal(f'{value:.15g}').quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):f}"
    return text.lstrip("-") if float(text) == 0 else text


def p_text(value: float) -> str:
    """A p-value with four decimals, `<0.0001` below."""
    return "<0.0001" if value < 0.0001 else shown(value, 4)


def count_text(n: int, size: int) -> str:
    """`n (p)`; a 0 alone."""
    return f"{n} ({shown(100 * n / size, 1)})" if n else "0"


def quartile(values: Sequence[float], share: float) -> float:
    """A quantile by SAS's definition 5: the average of two values where the position is whole."""
    ordered = sorted(values)
    position = len(ordered) * share
    whole = math.floor(position + 1e-9)
    if abs(position - whole) < 1e-9:
        return (ordered[max(whole, 1) - 1] + ordered[min(whole, len(ordered) - 1)]) / 2
    return ordered[whole]


def summary(values: pd.Series, decimals: int) -> dict[str, str]:
    """The five lines of a summary of values that were collected with so many decimals."""
    given = values.dropna().tolist()
    mean, sd = float(np.mean(given)), float(np.std(given, ddof=1))
    q1, median, q3 = (quartile(given, share) for share in (0.25, 0.5, 0.75))
    one, two = decimals + 1, decimals + 2
    return {
        "n": str(len(given)),
        "Mean (SD)": f"{shown(mean, one)} ({shown(sd, two)})",
        "Median": shown(median, one),
        "Q1, Q3": f"{shown(q1, one)}, {shown(q3, one)}",
        "Min, Max": f"{shown(min(given), decimals)}, {shown(max(given), decimals)}",
    }


@dataclass(frozen=True)
class Estimate:
    """An estimate with its standard error and degrees of freedom."""

    value: float
    se: float
    df: float

    @property
    def limits(self) -> tuple[float, float]:
        """95% limits."""
        reach = float(stats.t.ppf(0.975, self.df)) * self.se
        return self.value - reach, self.value + reach

    @property
    def p(self) -> float:
        """Two-sided p-value."""
        return float(2 * stats.t.sf(abs(self.value) / self.se, self.df))


def ancova(
    rows: pd.DataFrame, active: str, stratum: str, *, response: str = "CHG", base: str = "BASE",
    robust: bool = False,
) -> dict[str, Estimate]:  # fmt: skip
    """LS means of both treatments and their difference: response = treatment + stratum (+ base).

    Both strata have equal weight; the baseline is the mean of the records. `robust`: HC3.
    """
    used = rows[["TRTP", "STRAT1R", response, *([base] if base else [])]].dropna()
    treated = (used["TRTP"] == active).to_numpy(float)
    first = (used["STRAT1R"] == stratum).to_numpy(float)
    columns = [np.ones(len(used)), treated, first]
    if base:
        columns.append(used[base].to_numpy(float))
    x, y = np.column_stack(columns), used[response].to_numpy(float)
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    residuals, df = y - x @ beta, len(y) - x.shape[1]
    variance = inverse * (residuals @ residuals / df)
    if robust:
        leverage = np.einsum("ij,jk,ik->i", x, inverse, x)
        weights = (residuals / (1 - leverage)) ** 2
        variance = inverse @ (x.T * weights) @ x @ inverse
    level = [float(np.mean(x[:, 3]))] if base else []
    contrasts = {
        "active": [1, 1, 0.5, *level],
        "other": [1, 0, 0.5, *level],
        "difference": [0, 1, 0, *[0] * len(level)],
    }
    out: dict[str, Estimate] = {}
    for name, numbers in contrasts.items():
        c = np.array(numbers, dtype=float)
        out[name] = Estimate(float(c @ beta), math.sqrt(float(c @ variance @ c)), df)
    return out


def pooled(estimates: Sequence[Estimate], df: float) -> Estimate:
    """Rubin's rules with the degrees of freedom of Barnard and Rubin; `df`: of the complete data."""
    m, q = len(estimates), np.array([item.value for item in estimates])
    within, between = float(np.mean([item.se**2 for item in estimates])), float(np.var(q, ddof=1))
    total = within + (1 + 1 / m) * between
    share = (1 + 1 / m) * between / total
    observed = (df + 1) / (df + 3) * df * (1 - share)
    freedom = 1 / (share**2 / (m - 1) + 1 / observed)
    return Estimate(float(q.mean()), math.sqrt(total), freedom)


def wilson(n: int, size: int, confidence: float = 0.95) -> tuple[float, float]:
    """Limits of a proportion."""
    z = float(stats.norm.ppf(0.5 + confidence / 2))
    p, q = n / size, z * z / size
    centre, reach = (p + q / 2) / (1 + q), z * math.sqrt(p * (1 - p) / size + q / (4 * size)) / (1 + q)
    return centre - reach, centre + reach


def newcombe(n: int, size: int, other: int, other_size: int) -> tuple[float, float, float]:
    """A difference of proportions with the limits of Newcombe's method 10."""
    p, q = n / size, other / other_size
    (l1, u1), (l2, u2) = wilson(n, size), wilson(other, other_size)
    down = math.sqrt((p - l1) ** 2 + (u2 - q) ** 2)
    up = math.sqrt((u1 - p) ** 2 + (q - l2) ** 2)
    return p - q, p - q - down, p - q + up


def mmrm(
    rows: pd.DataFrame, visits: Sequence[str], active: str, stratum: str
) -> dict[tuple[str, str], Estimate]:
    """Change = treatment x visit + baseline x visit + stratum, unstructured, REML, Kenward and Roger.

    By visit and name: `active`, `other`, `difference`. Written from the formulas, with dense matrices of each
    subject and numerical second derivatives.
    """
    used = rows.dropna(subset=["CHG", "BASE"])
    used = used.loc[used["AVISIT"].isin(visits)]
    k, mean = len(visits), float(used["BASE"].mean())
    pairs = [(i, j) for i in range(k) for j in range(i + 1)]
    subjects: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for _, own in used.groupby("USUBJID"):
        places = own["AVISIT"].map({name: i for i, name in enumerate(visits)}).to_numpy()
        design = np.array(
            [
                _design(place, k, treatment == active, row_stratum == stratum, base)
                for place, treatment, row_stratum, base in zip(
                    places, own["TRTP"], own["STRAT1R"], own["BASE"], strict=True
                )
            ]
        )
        subjects.append((places, design, own["CHG"].to_numpy(float)))

    def covariance(theta: np.ndarray) -> np.ndarray:
        out = np.zeros((k, k))
        for value, (i, j) in zip(theta, pairs, strict=True):
            out[i, j] = out[j, i] = value
        return out

    alike: dict[tuple[int, ...], list[tuple[np.ndarray, np.ndarray]]] = {}
    for places, x, y in subjects:  # subjects with the same visits have the same matrix
        alike.setdefault(tuple(places), []).append((x, y))
    stacked = {visits: (np.stack([x for x, _ in own]), np.stack([y for _, y in own]))
               for visits, own in alike.items()}  # fmt: skip

    def fit(theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        sigma = covariance(theta)
        xwx, xwy, ywy, log = 0.0, 0.0, 0.0, 0.0
        for places, (x, y) in stacked.items():
            part = sigma[np.ix_(places, places)]
            w = np.linalg.inv(part)
            wx, wy = w @ x, y @ w
            xwx = xwx + np.tensordot(x, wx, ([0, 1], [0, 1]))
            xwy = xwy + np.tensordot(wx, y, ([0, 1], [0, 1]))
            ywy += np.sum(wy * y)
            log += len(y) * np.linalg.slogdet(part)[1]
        phi = np.linalg.inv(xwx)
        beta = phi @ xwy
        return log + np.linalg.slogdet(xwx)[1] + ywy - beta @ xwy, beta, phi

    def natural(free: np.ndarray) -> np.ndarray:
        root = np.zeros((k, k))
        for value, (i, j) in zip(free, pairs, strict=True):
            root[i, j] = math.exp(value) if i == j else value
        sigma = root @ root.T
        return np.array([sigma[pair] for pair in pairs])

    start = np.array([1.0 if i == j else 0.0 for i, j in pairs])
    best = optimize.minimize(lambda free: fit(natural(free))[0], start, method="BFGS", options={"gtol": 1e-7})
    theta = natural(best.x)
    _, beta, phi = fit(theta)
    w = 2 * np.linalg.inv(_second(lambda t: fit(t)[0], theta))
    sigma, size = covariance(theta), len(pairs)
    units = [covariance(np.eye(size)[h]) for h in range(size)]
    p = [np.zeros_like(phi) for _ in units]
    q = [[np.zeros_like(phi) for _ in units] for _ in units]
    for places, x, _ in subjects:
        inverse = np.linalg.inv(sigma[np.ix_(places, places)])
        wx = inverse @ x
        cut = [unit[np.ix_(places, places)] for unit in units]
        for h in range(size):
            p[h] -= wx.T @ cut[h] @ wx
            for j in range(size):
                q[h][j] += wx.T @ cut[h] @ inverse @ cut[j] @ wx
    middle = sum(
        w[h, j] * (q[h][j] - p[h] @ phi @ p[j]) for h, j in itertools.product(range(size), range(size))
    )
    adjusted = phi + 2 * phi @ middle @ phi
    out: dict[tuple[str, str], Estimate] = {}
    for place, visit in enumerate(visits):
        one = _design(place, k, True, 0.5, mean)
        other = _design(place, k, False, 0.5, mean)
        for name, c in (("active", one), ("other", other), ("difference", one - other)):
            slope = np.array([-c @ phi @ item @ phi @ c for item in p])
            df = 2 * float(c @ phi @ c) ** 2 / float(slope @ w @ slope)
            out[visit, name] = Estimate(float(c @ beta), math.sqrt(float(c @ adjusted @ c)), df)
    return out


def _design(place: int, k: int, treated: bool, stratum: float, base: float) -> np.ndarray:
    """A row: visits, treatment by visit, baseline by visit, stratum."""
    own = np.eye(k)[place]
    return np.concatenate([own, own * float(treated), own * base, [float(stratum)]])


def _second(function, at: np.ndarray) -> np.ndarray:
    """Second derivatives by central differences."""
    steps = np.maximum(np.abs(at), 1.0) * 1e-3
    size = len(at)
    out = np.zeros((size, size))
    for h in range(size):
        for j in range(h + 1):
            a, b = np.eye(size)[h] * steps[h], np.eye(size)[j] * steps[j]
            value = function(at + a + b) - function(at + a - b) - function(at - a + b) + function(at - a - b)
            out[h, j] = out[j, h] = value / (4 * steps[h] * steps[j])
    return out
