"""Covariance structures of a subject's visits: their parameters, their matrices, exact derivatives.

Each has two sets of parameters. The *natural* ones are those of SAS PROC MIXED (variances, covariances,
correlations); Kenward-Roger and Satterthwaite work on them. The *working* ones are unbounded and always
give a positive definite matrix (log variances, log-Cholesky factors, partial autocorrelations); the
optimiser works on them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from il2cdisc.stats.mmrm.jets import Jet, constant, join, stack, variables

Floats = NDArray[np.float64]


@lru_cache(maxsize=64)
def _lower(m: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the lower triangle, row by row."""
    rows, columns = np.tril_indices(m)
    return rows, columns


class Structure(ABC):
    """A family of m × m covariance matrices with q parameters."""

    name: str
    ordered: bool  # does the order of the visits matter?

    @abstractmethod
    def count(self, m: int) -> int:
        """q, the number of parameters for m visits."""

    @abstractmethod
    def start(self, covariance: Floats) -> Floats:
        """Working parameters whose matrix is near a positive definite `covariance` (m, m)."""

    @abstractmethod
    def natural(self, working: Floats, m: int) -> Floats:
        """Natural parameters (q,)."""

    @abstractmethod
    def pull_back(self, working: Floats, m: int, gradient: Floats) -> tuple[Floats, Floats]:
        """J (q, q), natural (rows) by working parameters, and Σ_i gradient_i ∂²natural_i (q, q)."""

    @abstractmethod
    def matrix(self, natural: Floats, m: int) -> Floats:
        """The covariance matrix (m, m)."""

    @abstractmethod
    def derivatives(self, natural: Floats, m: int) -> tuple[Floats, Floats | None]:
        """∂Σ (m, m, q) and ∂²Σ (m, m, q, q) by natural parameters; None where all of ∂²Σ is 0."""


class Unstructured(Structure):
    """UN: a variance for each visit, a covariance for each pair; working: log-Cholesky."""

    name = "UN"
    ordered = False

    def count(self, m: int) -> int:
        return m * (m + 1) // 2

    def start(self, covariance: Floats) -> Floats:
        factor = np.linalg.cholesky(covariance)
        rows, columns = _lower(len(covariance))
        return np.where(rows == columns, np.log(np.diag(factor))[rows], factor[rows, columns])

    def _factor(self, working: Floats, m: int) -> Floats:
        rows, columns = _lower(m)
        factor = np.zeros((m, m))
        factor[rows, columns] = np.where(
            rows == columns, np.exp(np.where(rows == columns, working, 0)), working
        )
        return factor

    def natural(self, working: Floats, m: int) -> Floats:
        factor = self._factor(working, m)
        return (factor @ factor.T)[_lower(m)]

    def pull_back(self, working: Floats, m: int, gradient: Floats) -> tuple[Floats, Floats]:
        # Σ = L L'.  ∂Σ_ab/∂L_ij = δ_ai L_bj + δ_bi L_aj;  ∂²Σ_ab/∂L_ij∂L_kj = δ_ai δ_bk + δ_bi δ_ak.
        rows, columns = _lower(m)
        factor = self._factor(working, m)
        diagonal = rows == columns
        scale = np.where(diagonal, factor[rows, columns], 1.0)  # ∂L/∂working
        by_factor = (rows[:, None] == rows[None, :]) * factor[columns[:, None], columns[None, :]]
        by_factor = by_factor + (columns[:, None] == rows[None, :]) * factor[rows[:, None], columns[None, :]]
        jacobian = by_factor * scale
        weights = np.zeros((m, m))
        weights[rows, columns] = gradient
        weights = weights + weights.T
        bend = (columns[:, None] == columns[None, :]) * weights[rows[:, None], rows[None, :]]
        bend = bend * scale[:, None] * scale[None, :]
        bend[diagonal, diagonal] += (gradient @ jacobian)[diagonal]  # exp on the diagonal bends too
        return jacobian, bend

    def matrix(self, natural: Floats, m: int) -> Floats:
        out = np.zeros((m, m))
        rows, columns = _lower(m)
        out[rows, columns] = natural
        out[columns, rows] = natural
        return out

    def derivatives(self, natural: Floats, m: int) -> tuple[Floats, Floats | None]:
        rows, columns = _lower(m)
        out = np.zeros((m, m, len(rows)))
        index = np.arange(len(rows))
        out[rows, columns, index] = 1.0
        out[columns, rows, index] = 1.0
        return out, None


@dataclass(frozen=True)
class Formulated(Structure):
    """A structure written as two formulas on jets; their derivatives follow by themselves."""

    name: str
    ordered: bool
    parameters: Callable[[int], int]
    to_natural: Callable[[Jet, int], Jet]
    to_matrix: Callable[[Jet, int], Jet]
    first_guess: Callable[[Floats], Floats]

    def count(self, m: int) -> int:
        return self.parameters(m)

    def start(self, covariance: Floats) -> Floats:
        return self.first_guess(covariance)

    def natural(self, working: Floats, m: int) -> Floats:
        return self.to_natural(variables(working), m).value

    def pull_back(self, working: Floats, m: int, gradient: Floats) -> tuple[Floats, Floats]:
        jet = self.to_natural(variables(working), m)
        return jet.first, np.tensordot(gradient, jet.second, 1)

    def matrix(self, natural: Floats, m: int) -> Floats:
        return self.to_matrix(variables(natural), m).value

    def derivatives(self, natural: Floats, m: int) -> tuple[Floats, Floats | None]:
        jet = self.to_matrix(variables(natural), m)
        return jet.first, jet.second if np.any(jet.second) else None


def _lags(m: int) -> NDArray[np.intp]:
    """|i - j| of each element (m, m)."""
    index = np.arange(m)
    return np.abs(index[:, None] - index[None, :])


def _scaled(variance: Jet, correlation: Jet) -> Jet:
    """Σ_ij = √(v_i v_j) R_ij from variances (m,) and correlations (m, m)."""
    sd = variance.sqrt()
    return sd[:, None] * sd[None, :] * correlation


def _from_lags(correlations: Jet, m: int) -> Jet:
    """R_ij = r_|i-j| with r_0 = 1, from r_1 ... r_(m-1)."""
    return join(stack([constant(1.0, correlations)]), correlations)[_lags(m)]


def _autocorrelations(partial: Jet) -> Jet:
    """Autocorrelations from partial ones, each in (-1, 1): the recursion of Durbin and Levinson.

    Every positive definite Toeplitz correlation matrix comes from exactly one set of them (Barndorff-Nielsen
    and Schou, J Multivariate Anal 1973;3:408-419).
    """
    out: list[Jet] = []
    weights: list[Jet] = []
    left = constant(1.0, partial)
    for k in range(len(partial.value)):
        last = partial[k]
        r = last * left
        for weight, earlier in zip(weights, reversed(out), strict=True):
            r = r + weight * earlier
        out.append(r)
        weights = [a - last * b for a, b in zip(weights, reversed(weights), strict=True)] + [last]
        left = left * (-(last * last) + 1.0)
    return stack(out) if out else partial


def _antedependence(steps: Jet, m: int) -> Jet:
    """R_ij = ρ_i ρ_(i+1) ... ρ_(j-1) for i < j."""
    one = constant(1.0, steps)
    rows: list[list[Jet]] = [[one] * m for _ in range(m)]
    for i in range(m):
        for j in range(i + 1, m):
            rows[i][j] = rows[j][i] = rows[i][j - 1] * steps[j - 1]
    flat = stack([cell for row in rows for cell in row])
    index = np.arange(m * m).reshape(m, m)
    return flat[index]


def _exchangeable(rho: Jet, m: int) -> Jet:
    """1 on the diagonal, ρ elsewhere; `rho` has shape (1,)."""
    return rho[np.zeros((m, m), dtype="intp")] * (1 - np.eye(m)) + 0.0 + _ones(np.eye(m), rho)


def _ones(value: Floats, like: Jet) -> Jet:
    q = like.first.shape[-1]
    return Jet(value, np.zeros((*value.shape, q)), np.zeros((*value.shape, q, q)))


def _exchangeable_rho(working: Jet, m: int) -> Jet:
    """From the line to (-1/(m-1), 1), where the matrix is positive definite; shape (1,)."""
    low = -1 / (m - 1)
    return working.tanh() * ((1 - low) / 2) + (1 + low) / 2


def _split(covariance: Floats) -> tuple[Floats, Floats]:
    sd = np.sqrt(np.diag(covariance))
    return sd**2, covariance / np.outer(sd, sd)


def _mean_lags(correlation: Floats) -> Floats:
    """The mean correlation at each lag 1 ... m-1."""
    m = len(correlation)
    return np.array([np.diag(correlation, k).mean() for k in range(1, m)])


def _partial(autocorrelations: Floats) -> Floats:
    """Partial autocorrelations, held within (-0.95, 0.95): the inverse of `_autocorrelations`."""
    out: list[float] = []
    weights: list[float] = []
    known: list[float] = []
    left = 1.0
    for r in autocorrelations:
        rest = float(r) - sum(w * e for w, e in zip(weights, reversed(known), strict=True))
        last = float(np.clip(rest / left, -0.95, 0.95))
        # what the kept value means for the autocorrelation, so that the next step fits it
        known.append(last * left + float(r) - rest)
        weights = [a - last * b for a, b in zip(weights, reversed(weights), strict=True)] + [last]
        left *= 1 - last**2
        out.append(last)
    return np.array(out)


def _within(values: Floats) -> Floats:
    return np.arctanh(np.clip(values, -0.95, 0.95))


def _guess_rho(covariance: Floats, *, exchangeable: bool) -> Floats:
    _, correlation = _split(covariance)
    m = len(correlation)
    if not exchangeable:
        return _within(np.array([np.diag(correlation, 1).mean()]))
    low = -1 / (m - 1)
    mean = (correlation.sum() - m) / (m * (m - 1))
    return _within(np.array([(2 * mean - (1 + low)) / (1 - low)]))


def _one_variance(covariance: Floats) -> Floats:
    return np.array([np.log(np.diag(covariance).mean())])


def _variances(covariance: Floats) -> Floats:
    return np.log(np.diag(covariance))


def _ar1() -> Formulated:
    return Formulated(
        name="AR1",
        ordered=True,
        parameters=lambda m: 2,
        to_natural=lambda w, m: join(w[:1].exp(), w[1:].tanh()),
        to_matrix=lambda t, m: t[0] * t[1].power(_lags(m).astype("float64")),
        first_guess=lambda s: np.concatenate([_one_variance(s), _guess_rho(s, exchangeable=False)]),
    )


def _arh1() -> Formulated:
    return Formulated(
        name="ARH1",
        ordered=True,
        parameters=lambda m: m + 1,
        to_natural=lambda w, m: join(w[:m].exp(), w[m:].tanh()),
        to_matrix=lambda t, m: _scaled(t[:m], t[m].power(_lags(m).astype("float64"))),
        first_guess=lambda s: np.concatenate([_variances(s), _guess_rho(s, exchangeable=False)]),
    )


def _cs() -> Formulated:
    def natural(w: Jet, m: int) -> Jet:  # SAS: the covariance, then the variance beyond it
        variance, rho = w[:1].exp(), _exchangeable_rho(w[1:], m)
        shared = variance * rho
        return join(shared, variance - shared)

    return Formulated(
        name="CS",
        ordered=False,
        parameters=lambda m: 2,
        to_natural=natural,
        to_matrix=lambda t, m: t[0] * _ones(np.ones((m, m)), t) + t[1] * _ones(np.eye(m), t),
        first_guess=lambda s: np.concatenate([_one_variance(s), _guess_rho(s, exchangeable=True)]),
    )


def _csh() -> Formulated:
    return Formulated(
        name="CSH",
        ordered=False,
        parameters=lambda m: m + 1,
        to_natural=lambda w, m: join(w[:m].exp(), _exchangeable_rho(w[m:], m)),
        to_matrix=lambda t, m: _scaled(t[:m], _exchangeable(t[m:], m)),
        first_guess=lambda s: np.concatenate([_variances(s), _guess_rho(s, exchangeable=True)]),
    )


def _toep() -> Formulated:
    def natural(w: Jet, m: int) -> Jet:  # SAS: the variance, then the covariance at each lag
        variance = w[:1].exp()
        return join(variance, variance * _autocorrelations(w[1:].tanh()))

    return Formulated(
        name="TOEP",
        ordered=True,
        parameters=lambda m: m,
        to_natural=natural,
        to_matrix=lambda t, m: t[_lags(m)],
        first_guess=lambda s: np.concatenate(
            [_one_variance(s), np.arctanh(_partial(_mean_lags(_split(s)[1])))]
        ),
    )


def _toeph() -> Formulated:
    return Formulated(
        name="TOEPH",
        ordered=True,
        parameters=lambda m: 2 * m - 1,
        to_natural=lambda w, m: join(w[:m].exp(), _autocorrelations(w[m:].tanh())),
        to_matrix=lambda t, m: _scaled(t[:m], _from_lags(t[m:], m)),
        first_guess=lambda s: np.concatenate([_variances(s), np.arctanh(_partial(_mean_lags(_split(s)[1])))]),
    )


def _ad() -> Formulated:
    def matrix(t: Jet, m: int) -> Jet:
        return t[0] * _antedependence(t[1:], m)

    return Formulated(
        name="AD",
        ordered=True,
        parameters=lambda m: m,
        to_natural=lambda w, m: join(w[:1].exp(), w[1:].tanh()),
        to_matrix=matrix,
        first_guess=lambda s: np.concatenate([_one_variance(s), _within(np.diag(_split(s)[1], 1))]),
    )


def _ante1() -> Formulated:
    return Formulated(
        name="ANTE1",
        ordered=True,
        parameters=lambda m: 2 * m - 1,
        to_natural=lambda w, m: join(w[:m].exp(), w[m:].tanh()),
        to_matrix=lambda t, m: _scaled(t[:m], _antedependence(t[m:], m)),
        first_guess=lambda s: np.concatenate([_variances(s), _within(np.diag(_split(s)[1], 1))]),
    )


STRUCTURES: Mapping[str, Structure] = {
    structure.name: structure
    for structure in (Unstructured(), _toeph(), _toep(), _arh1(), _ar1(), _csh(), _cs(), _ante1(), _ad())
}
"""The structures by name."""

SPELLINGS: Mapping[str, str] = {
    "US": "UN",
    "AR(1)": "AR1",
    "ARH(1)": "ARH1",
    "AR1H": "ARH1",
    "ANTE(1)": "ANTE1",
    "ADH": "ANTE1",
}
"""Other names under which SAS and R know them."""
