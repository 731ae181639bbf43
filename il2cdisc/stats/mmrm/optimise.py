"""From starts to the covariance that minimises the deviance, with a verdict on whether it did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from il2cdisc.stats.mmrm.likelihood import LikelihoodPoint, Repeated, evaluate, hessian, projections
from il2cdisc.stats.mmrm.structures import Structure

Floats = NDArray[np.float64]

STEPS = 100
"""Newton steps from one start."""
WORK = 4_000_000
"""Elements of Hessians that all searches of one structure may take: 180 steps with 210 parameters, some 20
seconds; up to 106 parameters it is more than seven starts can use. A count, not a time: the data decide."""
DECREMENT = 1e-10
"""Largest g'H⁻¹g at which a start counts as arrived (then it is polished to rounding error)."""
SINGULAR = 1e-6
"""Smallest ratio of the eigenvalues of the correlation matrix that is accepted."""
COLLAPSED = 1e-8
"""Smallest ratio of two visits' variances that is accepted."""
FLAT = 1e-7
"""Smallest ratio of the eigenvalues of the Hessian (scaled to unit diagonal) that is accepted."""
THIN = 5
"""Subjects a visit, that each pair of visits must share for one start to be enough."""
SAME = 1e-6
"""Deviances that count as the same."""


@dataclass(frozen=True)
class Search:
    """Where a search ended: working parameters, the likelihood there, and the verdict as a sentence."""

    working: Floats
    sigma: Floats
    point: LikelihoodPoint
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
    point: LikelihoodPoint
    slope: Floats
    bend: Floats


class Minimisation:
    """The deviance of `data` under `structure` as a function of the working parameters."""

    def __init__(self, data: Repeated, structure: Structure, *, reml: bool) -> None:
        self.data, self.structure, self.reml = data, structure, reml

    def at(self, working: Floats) -> tuple[Floats, LikelihoodPoint] | None:
        """Σ and the likelihood; None where it does not exist."""
        with np.errstate(all="ignore"):
            sigma = self.structure.matrix(self.structure.natural(working, self.data.m), self.data.m)
            if not np.isfinite(sigma).all():
                return None
            point = evaluate(self.data, sigma, reml=self.reml)
        return None if point is None else (sigma, point)

    def expand(self, working: Floats, sigma: Floats, point: LikelihoodPoint) -> _Here:
        """Gradient and Hessian in the working parameters."""
        m = self.data.m
        natural = self.structure.natural(working, m)
        slope, bend = natural_derivatives(self.data, self.structure, natural, point, reml=self.reml)
        jacobian, curvature = self.structure.pull_back(working, m, slope)
        return _Here(working, sigma, point, slope @ jacobian, jacobian.T @ bend @ jacobian + curvature)


def natural_derivatives(
    data: Repeated, structure: Structure, natural: Floats, point: LikelihoodPoint, *, reml: bool
) -> tuple[Floats, Floats]:
    """Gradient (q,) and Hessian (q, q) of the deviance in the natural parameters."""
    directions, second = structure.derivatives(natural, data.m)
    projected = projections(point, directions)
    slope, bend = hessian(data, point, directions, projected, reml=reml)
    if second is not None:
        bend = bend + np.tensordot(slope, second, 2)
    return np.tensordot(slope, directions, 2), bend


def search(problem: Minimisation, start: Floats, *, most: int = STEPS) -> Search | None:
    """Newton with the exact Hessian in a trust region; None when there is no likelihood at `start`.

    At most `most` steps.
    """
    first = problem.at(start)
    if first is None:
        return None
    here = problem.expand(start, *first)
    radius, steps, polished = 1.0, 0, 0
    best = np.inf
    while steps < most:
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
        if radius < 1e-9 or _eigenvalue_ratio(here.sigma) < SINGULAR / 1000:
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
        squares = pushed**2
        for _ in range(40):  # the length of the step falls as the shift rises
            shift = (low + high) / 2
            if float((squares / (values + shift) ** 2).sum()) > radius**2:
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


def _judged(problem: Minimisation, here: _Here, steps: int) -> Search:
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
    return verdict(True, "converged")


def starts(data: Repeated, structure: Structure, ordinary: Floats) -> Iterator[Floats]:
    """Working parameters to begin from: pairwise covariances of the OLS residuals, shrunken more and more.

    `ordinary` (N, m) are the residuals of ordinary least squares, 0 where a visit is missing. After these
    come correlations drawn from a Wishart distribution (always the same ones), to find other optima.
    """
    together = np.maximum(data.seen_together(), 1)
    raw = ordinary.T @ ordinary / together
    variances = np.maximum(np.diag(raw), 1e-3 * float(np.diag(raw).max()))
    correlation = np.clip(raw / np.sqrt(np.outer(variances, variances)), -0.99, 0.99)
    np.fill_diagonal(correlation, 1.0)
    for weight in (0.9, 0.5, 0.0):
        yield structure.start(_definite(weight * correlation + (1 - weight) * np.eye(data.m), variances))
    random = np.random.default_rng(0)
    for _ in range(4):
        drawn = random.normal(size=(data.m + 2, data.m))
        product = drawn.T @ drawn
        scale = np.sqrt(np.diag(product))
        yield structure.start(_definite(product / np.outer(scale, scale), variances))


def _definite(correlation: Floats, variances: Floats) -> Floats:
    """A covariance matrix, from a correlation matrix moved to a smallest eigenvalue of 0.05 or more."""
    lowest = float(np.linalg.eigvalsh(correlation)[0])
    share = max(0.0, (0.05 - lowest) / (1 - lowest)) if lowest < 0.05 else 0.0
    moved = (1 - share) * correlation + share * np.eye(len(variances))
    return moved * np.sqrt(np.outer(variances, variances))


def minimise(problem: Minimisation, ordinary: Floats) -> Search | None:
    """Where the deviance is least, from one start where data are ample, from all where they are thin.

    Restricted likelihoods of few subjects can have several optima. They are thin when a pair of visits is
    shared by fewer than 5 subjects a visit, or when the first search ends in anything but convergence. Among
    ends as low as the lowest, one that was accepted comes first; when the lowest was not accepted, neither is
    the fit. All searches together take at most `WORK`; where that ends them the verdict says so.
    """
    thin = int(problem.data.seen_together().min()) < THIN * problem.data.m
    ends: list[Search] = []
    count = problem.structure.count(problem.data.m)
    left = allowed = WORK * 2 // (count * (count + 1))
    for start in starts(problem.data, problem.structure, ordinary):
        found = search(problem, start, most=min(STEPS, left))
        if found is None:
            continue
        left -= found.steps
        if left <= 0:
            limit = f"the search was ended after {allowed} steps, its limit for {count} covariance parameters"
            return replace(found, accepted=False, verdict=limit)
        if found.accepted and not ends and not thin:
            return found
        ends.append(found)
    if not ends:
        return None
    lowest = min(end.deviance for end in ends)
    best = [end for end in ends if end.deviance <= lowest + SAME]
    chosen = next((end for end in best if end.accepted), best[0])
    if chosen.accepted and any(end.accepted and end.deviance > lowest + 1000 * SAME for end in ends):
        return replace(chosen, verdict=chosen.verdict + ", at the best of several optima")
    return chosen
