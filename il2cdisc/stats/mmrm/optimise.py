"""From starts to the covariance that minimises the deviance, with a verdict on whether it did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from il2cdisc.stats.mmrm.likelihood import Point, Repeated, evaluate, hessian, projections
from il2cdisc.stats.mmrm.structures import Structure

Floats = NDArray[np.float64]

STEPS = 100
"""Newton steps from one start."""
DECREMENT = 1e-10
"""Largest g'H⁻¹g at which a start counts as arrived (then it is polished to rounding error)."""
SINGULAR = 1e-6
"""Smallest ratio of the eigenvalues of the correlation matrix that is accepted."""
COLLAPSED = 1e-8
"""Smallest ratio of two visits' variances that is accepted."""
FLAT = 1e-7
"""Smallest ratio of the eigenvalues of the Hessian (scaled to unit diagonal) that is accepted."""


@dataclass(frozen=True)
class Search:
    """Where a search ended: working parameters, the likelihood there, and the verdict as a sentence."""

    working: Floats
    sigma: Floats
    point: Point
    steps: int
    accepted: bool
    verdict: str

    @property
    def deviance(self) -> float:
        """-2 log likelihood."""
        return self.point.deviance


@dataclass(frozen=True)
class _Here:
    working: Floats
    sigma: Floats
    point: Point
    slope: Floats
    bend: Floats


class Problem:
    """The deviance of `data` under `structure` as a function of the working parameters."""

    def __init__(self, data: Repeated, structure: Structure, *, reml: bool) -> None:
        self.data, self.structure, self.reml = data, structure, reml

    def at(self, working: Floats) -> tuple[Floats, Point] | None:
        """Σ and the likelihood; None where it does not exist."""
        with np.errstate(all="ignore"):
            sigma = self.structure.matrix(self.structure.natural(working, self.data.m), self.data.m)
            if not np.isfinite(sigma).all():
                return None
            point = evaluate(self.data, sigma, reml=self.reml)
        return None if point is None else (sigma, point)

    def expand(self, working: Floats, sigma: Floats, point: Point) -> _Here:
        """Gradient and Hessian in the working parameters."""
        m = self.data.m
        natural = self.structure.natural(working, m)
        slope, bend = natural_derivatives(self.data, self.structure, natural, point, reml=self.reml)
        jacobian, curvature = self.structure.pull_back(working, m, slope)
        return _Here(working, sigma, point, slope @ jacobian, jacobian.T @ bend @ jacobian + curvature)


def natural_derivatives(
    data: Repeated, structure: Structure, natural: Floats, point: Point, *, reml: bool
) -> tuple[Floats, Floats]:
    """Gradient (q,) and Hessian (q, q) of the deviance in the natural parameters."""
    directions, second = structure.derivatives(natural, data.m)
    projected = projections(point, directions)
    slope, bend = hessian(data, point, directions, projected, reml=reml)
    if second is not None:
        bend = bend + np.tensordot(slope, second, 2)
    return np.tensordot(slope, directions, 2), bend


def search(problem: Problem, start: Floats) -> Search | None:
    """Newton with the exact Hessian in a trust region; None when there is no likelihood at `start`."""
    first = problem.at(start)
    if first is None:
        return None
    here = problem.expand(start, *first)
    radius, steps, polished = 1.0, 0, 0
    best = np.inf
    while steps < STEPS:
        steps += 1
        values, vectors = np.linalg.eigh(here.bend)
        pushed = vectors.T @ here.slope
        definite = values[0] > 1e-12 * max(values[-1], 1e-300)
        decrement = float((pushed**2 / values).sum()) if definite else np.inf
        if decrement <= DECREMENT:
            # Newton steps as long as they still come nearer; the deviance itself is flat to rounding here
            if decrement >= best / 4 or polished == 4:
                break
            best, polished = decrement, polished + 1
            step = -(vectors @ (pushed / values))
            moved = problem.at(here.working + step)
            if moved is None:
                break
            here = problem.expand(here.working + step, *moved)
            continue
        step, expected = _step(values, vectors, pushed, radius, definite)
        moved = problem.at(here.working + step)
        gained = -np.inf if moved is None else here.point.deviance - moved[1].deviance
        ratio = gained / expected
        if ratio < 0.1:
            radius = 0.25 * float(np.linalg.norm(step))
        elif ratio > 0.75:
            radius = max(radius, 2.5 * float(np.linalg.norm(step)))
        if moved is not None and ratio > 1e-4:
            here = problem.expand(here.working + step, *moved)
        if radius < 1e-9 or _eigenvalue_ratio(here.sigma) < SINGULAR**2:
            break
    return _judged(problem, here, steps)


def _step(
    values: Floats, vectors: Floats, pushed: Floats, radius: float, definite: bool
) -> tuple[Floats, float]:
    """The step that minimises the quadratic model within `radius`, and the decrease it promises."""
    shift = 0.0
    if not definite or float(np.linalg.norm(pushed / values)) > radius:
        low = max(0.0, -float(values[0])) + 1e-12 * max(1.0, float(np.abs(values).max()))
        high = low + float(np.linalg.norm(pushed)) / radius + 1e-12
        for _ in range(80):  # the length of the step falls as the shift rises
            shift = (low + high) / 2
            if float(np.linalg.norm(pushed / (values + shift))) > radius:
                low = shift
            else:
                high = shift
        shift = high
    along = -pushed / (values + shift)
    expected = -float(pushed @ along + 0.5 * (values * along) @ along)
    return vectors @ along, max(expected, 1e-300)


def _eigenvalue_ratio(sigma: Floats) -> float:
    """Smallest over largest eigenvalue of the correlation matrix."""
    sd = np.sqrt(np.diag(sigma))
    values = np.linalg.eigvalsh(sigma / np.outer(sd, sd))
    return max(0.0, float(values[0] / values[-1]))


def _judged(problem: Problem, here: _Here, steps: int) -> Search:
    """The verdict: singular, flat, not arrived, or converged."""

    def verdict(accepted: bool, sentence: str) -> Search:
        return Search(here.working, here.sigma, here.point, steps, accepted, sentence)

    variances = np.diag(here.sigma)
    if float(variances.min() / variances.max()) < COLLAPSED:
        return verdict(False, "the variance at a visit goes to 0")
    if _eigenvalue_ratio(here.sigma) < SINGULAR:
        return verdict(
            False, "the estimated covariance matrix is singular (visits that determine each other)"
        )
    diagonal = np.diag(here.bend)
    if float(diagonal.min()) <= 0:
        return verdict(False, "the likelihood has no minimum there (its Hessian is not positive definite)")
    scale = 1 / np.sqrt(diagonal)
    values = np.linalg.eigvalsh(here.bend * np.outer(scale, scale))
    if values[0] <= 0:
        return verdict(False, "the likelihood has no minimum there (its Hessian is not positive definite)")
    if values[0] < FLAT * values[-1]:
        return verdict(False, "the likelihood is flat: the data do not determine all covariance parameters")
    decrement = float(here.slope @ np.linalg.solve(here.bend, here.slope))
    if decrement > DECREMENT:
        return verdict(False, f"the gradient did not vanish in {steps} steps")
    return verdict(True, f"converged in {steps} steps")


def starts(data: Repeated, structure: Structure, ordinary: Floats) -> Iterator[Floats]:
    """Working parameters to begin from: pairwise covariances of the OLS residuals, shrunken more and more.

    `ordinary` (N, m) are the residuals of ordinary least squares, 0 where a visit is missing.
    """
    together = np.maximum(data.seen_together(), 1)
    raw = ordinary.T @ ordinary / together
    variances = np.maximum(np.diag(raw), 1e-3 * float(np.diag(raw).max()))
    sd = np.sqrt(variances)
    correlation = np.clip(raw / np.outer(sd, sd), -0.99, 0.99)
    np.fill_diagonal(correlation, 1.0)
    for weight in (0.9, 0.5, 0.0):
        shrunken = weight * correlation + (1 - weight) * np.eye(data.m)
        lowest = float(np.linalg.eigvalsh(shrunken)[0])
        if lowest < 0.05:  # mixed with the identity until the smallest eigenvalue is 0.05
            share = (0.05 - lowest) / (1 - lowest)
            shrunken = (1 - share) * shrunken + share * np.eye(data.m)
        yield structure.start(shrunken * np.outer(sd, sd))


def minimise(problem: Problem, ordinary: Floats) -> Search | None:
    """The first accepted end of a search from the starts in turn; else the end with the least deviance."""
    best: Search | None = None
    for start in starts(problem.data, problem.structure, ordinary):
        found = search(problem, start)
        if found is None:
            continue
        if found.accepted:
            return found
        if best is None or found.deviance < best.deviance:
            best = found
    return best
