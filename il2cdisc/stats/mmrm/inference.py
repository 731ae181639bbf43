"""Standard errors, degrees of freedom and tests after a fit: Satterthwaite and Kenward-Roger.

Notation of `likelihood`; θ are the natural covariance parameters, P_h = -X'W ∂_hΣ WX, W_θ = 2 H⁻¹ with the
observed H, the second derivatives of -2 l. A contrast c'β has variance c'Φc and

    Satterthwaite df = 2 (c'Φc)² / (d'W_θ d),  d_h = -c'Φ P_h Φ c

(Fai and Cornelius, J Stat Comput Simul 1996;54:363-378, for several rows). Kenward-Roger replaces Φ by

    Φ_A = Φ + 2 Φ [Σ_hj W_hj (Q_hj - P_h Φ P_j - ¼ R_hj)] Φ,
    Q_hj = X'W ∂_hΣ W ∂_jΣ W X,  R_hj = X'W ∂²_hjΣ W X

and scales the F statistic (Biometrics 1997;53:983-997); its df of one row is Satterthwaite's. The linear form
leaves R out; for UN, TOEP and CS, where Σ is linear in θ, R is 0 and the forms are one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from il2cdisc.stats.mmrm.likelihood import LikelihoodPoint, Repeated, hessian, projections
from il2cdisc.stats.mmrm.structures import Structure

Floats = NDArray[np.float64]

STANDARD_ERRORS = ("model", "sandwich")
"""What standard errors rest on: the covariance of the model, or the residuals of each subject."""

METHODS = ("kenward-roger", "kenward-roger-linear", "satterthwaite")
"""Ways to degrees of freedom."""

NOT_POSITIVE = "The adjusted variance is not positive; ask for Satterthwaite."
"""Why a quantity has no standard error."""


@dataclass(frozen=True)
class ContrastRow:
    """One linear combination: its estimate, standard error and degrees of freedom.

    `se` is NaN where Kenward and Roger's adjusted variance is not positive.
    """

    estimate: float
    se: float
    df: float


@dataclass(frozen=True)
class Joint:
    """An F test; `statistic` NaN where `reason` says why there is none."""

    num_df: int
    den_df: float
    statistic: float
    p_value: float
    reason: str = ""


class Inference:
    """Tests of rows c (p,) on the fixed effects of `point`, in the coordinates of `data.x`.

    `variance` is Φ_A, or Φ under Satterthwaite; `parameters` is W_θ, the covariance of θ.
    """

    def __init__(
        self,
        data: Repeated,
        structure: Structure,
        natural: Floats,
        point: LikelihoodPoint,
        *,
        reml: bool,
        method: str,
    ) -> None:
        self.beta, self._half, self._adjusted = point.beta, point.half, method.startswith("kenward-roger")
        self._empirical = _Empirical(data, point) if method == "sandwich" else None
        directions, second = structure.derivatives(natural, data.m)
        self._projected = projections(point, directions)
        slope, bend = hessian(data, point, directions, self._projected, reml=reml)
        if second is not None:
            bend = bend + np.tensordot(slope, second, 2)
        self.parameters = 2 * np.linalg.inv(bend)
        self.variance = self._half @ self._half.T
        if self._empirical is not None:
            self.variance = self._half @ self._empirical.middle @ self._half.T
        if self._adjusted:
            bent = second if method == "kenward-roger" else None
            inner = self._adjustment(data, point, directions, bent)
            self.variance = self.variance + 2 * self._half @ inner @ self._half.T

    def _adjustment(
        self, data: Repeated, point: LikelihoodPoint, directions: Floats, second: Floats | None
    ) -> Floats:
        """Σ_hj W_hj (Q_hj - P_h Φ P_j - ¼ R_hj) in the coordinates of U."""
        m, q = data.m, directions.shape[2]
        n, _, p = point.weighted.shape
        flat = directions.reshape(m * m, q)
        # Σ_hj W_hj ∂_hΣ[ab] ∂_jΣ[cd], then V[a, d] = Σ_bc that · A[bc] for each pattern
        spread = (flat @ self.parameters @ flat.T).reshape(m, m, m, m)
        middle = np.einsum("abcd,kbc->kad", spread, point.inverse, optimize=True)
        # point.weighted holds A on both sides of X already: Q lacks only the A between
        turned = middle[data.pattern] @ point.weighted
        out = point.weighted.reshape(n * m, p).T @ turned.reshape(n * m, p)
        weighted = np.tensordot(self.parameters, self._projected, 1)
        out = out - np.tensordot(self._projected, weighted, ([0, 2], [0, 1]))
        if second is not None:
            bend = np.tensordot(second, self.parameters, ([2, 3], [0, 1]))
            out = out - 0.25 * projections(point, bend[:, :, None])[0]
        return (out + out.T) / 2

    def row(self, c: Floats) -> ContrastRow:
        """The estimate c'β, its standard error and degrees of freedom."""
        u = self._half.T @ c
        variance = float(u @ u)
        slope = self._projected @ u @ u
        spread = float(slope @ self.parameters @ slope)
        df = 2 * variance**2 / spread if spread > 0 else np.inf
        if self._empirical is not None:
            df = self._empirical.df(u)
        adjusted = float(c @ self.variance @ c)
        return ContrastRow(float(c @ self.beta), float(np.sqrt(adjusted)) if adjusted > 0 else np.nan, df)

    def joint(self, rows: Floats) -> Joint:
        """F test that all `rows` (k, p) of full rank are 0."""
        k = len(rows)
        if k == 1:
            row = self.row(rows[0])
            if not np.isfinite(row.se):
                return Joint(k, np.nan, np.nan, np.nan, NOT_POSITIVE)
            return _f_test(1, row.df, (row.estimate / row.se) ** 2)
        return self._kenward_roger(rows) if self._adjusted else self._satterthwaite(rows)

    def _satterthwaite(self, rows: Floats) -> Joint:
        k = len(rows)
        values, vectors = np.linalg.eigh(rows @ self.variance @ rows.T)
        turned = vectors.T @ rows
        statistic = float(((turned @ self.beta) ** 2 / values).sum()) / k
        df = np.array([self.row(row).df for row in turned])
        if np.ptp(df) < 1e-8 * float(df.mean()):
            return _f_test(k, float(df.mean()), statistic)
        expected = float((df[df > 2] / (df[df > 2] - 2)).sum())
        if expected <= k:
            return Joint(k, np.nan, np.nan, np.nan, "Too few degrees of freedom for a joint test.")
        return _f_test(k, 2 * expected / (expected - k), statistic)

    def _kenward_roger(self, rows: Floats) -> Joint:
        k = len(rows)
        u = rows @ self._half
        # Θ = L'(LΦL')⁻¹L in the coordinates of U is the projection on the rows of u: basis' basis
        basis = np.linalg.qr(u.T)[0]
        inside = np.einsum("ap,hab,bq->hpq", basis, self._projected, basis, optimize=True)
        traces = np.trace(inside, axis1=1, axis2=2)
        a1 = float(traces @ self.parameters @ traces)
        flat = inside.reshape(len(inside), -1)
        a2 = float((self.parameters * (flat @ flat.T)).sum())
        b = (a1 + 6 * a2) / (2 * k)
        g = ((k + 1) * a1 - (k + 4) * a2) / ((k + 2) * a2)
        below = 3 * k + 2 * (1 - g)
        c1, c2, c3 = g / below, (k - g) / below, (k + 2 - g) / below
        expected = 1 / (1 - a2 / k)
        spread = (2 / k) * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
        rho = spread / (2 * expected**2)
        df = 4 + (k + 2) / (k * rho - 1)
        scale = df / (expected * (df - 2))
        values = rows @ self.beta
        statistic = scale / k * float(values @ np.linalg.solve(rows @ self.variance @ rows.T, values))
        if not (np.isfinite(statistic) and df > 2 and scale > 0):
            return Joint(k, np.nan, np.nan, np.nan, "Too few degrees of freedom for a joint test.")
        return _f_test(k, df, statistic)


class _Empirical:
    """The sandwich by subject, Φ [Σ_i X_i'A_i r_i r_i'A_i X_i] Φ, in the coordinates of U (Φ = U U').

    Liang and Zeger, Biometrika 1986;73:13-22. Its degrees of freedom for c are those of Bell and McCaffrey
    (Survey Methodology 2002;28:169-181) with the model's covariance as the working one:
    (tr Ω)² / tr Ω², where Ω is the covariance of the subjects' parts g_i'(y_i - X_i β), g_i = A_i X_i Φ c:
    Ω_ij = δ_ij g_i'Σ_i g_i - g_i'X_i Φ X_j'g_j.
    """

    def __init__(self, data: Repeated, point: LikelihoodPoint) -> None:
        turned = data.x @ point.half
        scores = np.einsum("nmp,nm->np", turned, point.residual, optimize=True)
        self.middle = scores.T @ scores
        # X_i'A_i X_i in the coordinates of U: g_i'X_i U is u' of it
        self._information = np.swapaxes(turned, 1, 2) @ point.weighted

    def df(self, u: Floats) -> float:
        """Degrees of freedom of the contrast whose coordinates are `u` (p,)."""
        v = self._information @ u
        own = v @ u
        shared = v.T @ v
        trace = float(own.sum() - np.trace(shared))
        crossed = float((own * (v**2).sum(axis=1)).sum())
        squares = float((own**2).sum()) - 2 * crossed + float((shared**2).sum())
        return trace**2 / squares if squares > 0 else np.inf


def _f_test(num_df: int, den_df: float, statistic: float) -> Joint:
    from scipy.special import fdtrc  # pyright: ignore[reportMissingTypeStubs]

    return Joint(num_df, den_df, statistic, float(fdtrc(num_df, den_df, statistic)))
