"""The (restricted) likelihood of repeated measures, with its exact gradient and Hessian in the covariance.

Notation: subject i has visits o_i; A_i = Σ[o_i, o_i]⁻¹, with zeros at the other visits, is the same for all
subjects of one pattern of visits. W holds the A_i; Φ = (X'WX)⁻¹; r = y - Xβ with β = Φ X'Wy.

    REML:  -2 l = Σ_i log|Σ[o_i, o_i]| + log|X'WX| + r'Wr + (n - p) log 2π
    ML:    -2 l = Σ_i log|Σ[o_i, o_i]| + r'Wr + n log 2π

as in SAS PROC MIXED and in R's mmrm and nlme. Derivatives after Lindstrom and Bates, J Am Stat Assoc
1988;83:1014-1022, and Kenward and Roger, Biometrics 1997;53:983-997. Work goes by patterns of visits where it
can and through matrix products over all subjects where it can't; no step grows with subjects × covariance
parameters².
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]


@dataclass(frozen=True)
class Repeated:
    """Measurements in a block of subjects × visits, subjects sorted by their pattern of visits.

    `y` (N, m) and `x` (N, m, p) hold 0 where a visit is missing; `patterns` (K, m) says which visits a
    pattern has, `pattern` (N,) each subject's, `counts` (K,) how many subjects have it, `first` (K,) where
    they begin.
    """

    y: Floats
    x: Floats
    patterns: NDArray[np.bool_]
    pattern: Integers
    counts: Integers
    first: Integers

    @property
    def n(self) -> int:
        """Measurements."""
        return int((self.patterns.sum(axis=1) * self.counts).sum())

    @property
    def m(self) -> int:
        """Visits."""
        return self.y.shape[1]

    @property
    def p(self) -> int:
        """Fixed effects."""
        return self.x.shape[2]

    def seen_together(self) -> Integers:
        """(m, m): how many subjects have both visits."""
        seen = self.patterns.astype("intp")
        return np.asarray(seen.T @ (seen * self.counts[:, None]), dtype="intp")


def arrange(subject: Integers, visit: Integers, y: Floats, x: Floats, m: int) -> Repeated:
    """Rows (one a subject and visit, both as numbers from 0) into the block of `Repeated`."""
    subjects = int(subject.max()) + 1
    present = np.zeros((subjects, m), dtype=bool)
    present[subject, visit] = True
    patterns, pattern = np.unique(present, axis=0, return_inverse=True)
    pattern = np.asarray(pattern, dtype="intp").reshape(-1)
    order = np.argsort(pattern, kind="stable")
    place = np.empty(subjects, dtype="intp")
    place[order] = np.arange(subjects)
    block_y = np.zeros((subjects, m))
    block_x = np.zeros((subjects, m, x.shape[1]))
    block_y[place[subject], visit] = y
    block_x[place[subject], visit] = x
    counts = np.bincount(pattern, minlength=len(patterns)).astype("intp")
    first = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype("intp")
    return Repeated(block_y, block_x, patterns, pattern[order], counts, first)


@dataclass(frozen=True)
class LikelihoodPoint:
    """The likelihood at one covariance matrix, with what its derivatives are made of.

    `half` is U with Φ = U U'; `weighted` (N, m, p) is A_i X_i U and `residual` (N, m) is A_i r_i, so that
    X'W...WX in the coordinates of U is a plain product of them.
    """

    deviance: float
    beta: Floats
    half: Floats
    inverse: Floats
    weighted: Floats
    residual: Floats


def evaluate(data: Repeated, sigma: Floats, *, reml: bool) -> LikelihoodPoint | None:
    """The likelihood at `sigma` (m, m); None where `sigma` or X'WX is not positive definite."""
    mask = data.patterns.astype("float64")
    both = mask[:, :, None] * mask[:, None, :]
    identity = np.eye(data.m)
    try:
        factor = np.linalg.cholesky(both * sigma + identity * (1 - mask)[:, None, :])
    except np.linalg.LinAlgError:
        return None
    root = np.linalg.solve(factor, np.broadcast_to(identity, factor.shape)) * mask[:, None, :]
    inverse = np.swapaxes(root, 1, 2) @ (root * mask[:, :, None])
    logdet = 2 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)

    by_subject = inverse[data.pattern]
    flat = (-1, data.p)
    wx = by_subject @ data.x
    wy = (by_subject @ data.y[:, :, None])[:, :, 0]
    information = data.x.reshape(flat).T @ wx.reshape(flat)
    try:
        lower = np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return None
    half = np.asarray(np.linalg.inv(lower).T, dtype="float64")
    beta = half @ (half.T @ (data.x.reshape(flat).T @ wy.reshape(-1)))
    residual = wy - wx @ beta
    squares = float(((data.y - data.x @ beta) * residual).sum())
    deviance = float(data.counts @ logdet) + squares + data.n * np.log(2 * np.pi)
    if reml:
        deviance += 2 * float(np.log(np.diag(lower)).sum()) - data.p * np.log(2 * np.pi)
    if not np.isfinite(deviance):
        return None
    return LikelihoodPoint(float(deviance), beta, half, inverse, wx @ half, residual)


def _spread(data: Repeated, point: LikelihoodPoint, *, reml: bool) -> Floats:
    """F_k = A_k C_k A_k (K, m, m); C_k = Σ r_i r_i' + (REML) Σ X_i Φ X_i' over a pattern's subjects."""
    parts = point.residual[:, :, None]
    if reml:
        parts = np.concatenate([point.weighted, parts], axis=2)
    return np.add.reduceat(parts @ np.swapaxes(parts, 1, 2), data.first, axis=0)


def gradient(data: Repeated, point: LikelihoodPoint, *, reml: bool) -> Floats:
    """G (m, m), symmetric: the deviance changes by Σ_ab G_ab dΣ_ab."""
    spread = _spread(data, point, reml=reml)
    return (data.counts[:, None, None] * point.inverse).sum(axis=0) - spread.sum(axis=0)


def projections(point: LikelihoodPoint, directions: Floats) -> Floats:
    """U' X'W E_h W X U (q, p, p) for directions E_h in `directions` (m, m, q); P_h is its negative."""
    n, m, p = point.weighted.shape
    wide = point.weighted.reshape(n, m * p)
    product = (wide.T @ wide).reshape(m, p, m, p).transpose(0, 2, 1, 3).reshape(m * m, p * p)
    return (directions.reshape(m * m, -1).T @ product).reshape(-1, p, p)


def hessian(
    data: Repeated, point: LikelihoodPoint, directions: Floats, projected: Floats, *, reml: bool
) -> tuple[Floats, Floats]:
    """G of `gradient`, and the second derivatives (q, q) of the deviance along `directions` (m, m, q).

    The part that comes from a bent path (∂²Σ) is not in it: it is G contracted with ∂²Σ.
    `projected` is `projections(point, directions)`.
    """
    m, q = data.m, directions.shape[2]
    k = len(data.counts)
    spread = _spread(data, point, reml=reml)
    inverse = point.inverse
    counted = data.counts[:, None, None] * inverse
    slope = counted.sum(axis=0) - spread.sum(axis=0)

    # Σ_k tr(E_h A E_j M) = Σ E_h[ab] E_j[cd] Σ_k A[bc] M[da], with M = -n_k A + 2 F
    middle = (2 * spread - counted).reshape(k, m * m)
    tensor = (inverse.reshape(k, m * m).T @ middle).reshape(m, m, m, m)  # [b, c, d, a]
    tensor = tensor.transpose(3, 0, 1, 2).reshape(m * m, m * m)
    flat = directions.reshape(m * m, q)
    out = flat.T @ tensor @ flat

    # -2 b_h Φ b_j, b_h = X'W E_h W r
    n, _, p = point.weighted.shape
    pulled = point.weighted.reshape(n, m * p).T @ point.residual
    pulled = pulled.reshape(m, p, m).transpose(0, 2, 1).reshape(m * m, p)
    pulled = flat.T @ pulled
    out = out - 2 * pulled @ pulled.T
    if reml:
        rows = projected.reshape(q, p * p)
        out = out - rows @ rows.T  # tr(Φ P_h Φ P_j): the P are symmetric
    return slope, (out + out.T) / 2
