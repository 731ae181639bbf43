"""A fitted model: least-squares means, differences, contrasts and tests as frames."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.problems import did_you_mean
from il2cdisc.stats.design import Design, Weights, listed
from il2cdisc.stats.estimates import NotEstimableError
from il2cdisc.stats.mmrm.inference import NOT_POSITIVE, Inference, Joint
from il2cdisc.stats.mmrm.threads import one_thread
from il2cdisc.stats.mmrm.verdict import Attempt, verdict

Floats = NDArray[np.float64]
Names = str | Sequence[str]
Cell = tuple[object, ...]

NUMBERS = ("estimate", "se", "df", "statistic", "p_value", "lower", "upper")
"""Columns of each frame of estimates; `reason` follows, and is empty unless they are missing."""


@dataclass(frozen=True)
class Fitted:
    """The numbers of a converged fit: inference in the coordinates X = Q R, response over `scale`."""

    inference: Inference
    triangle: Floats
    scale: float
    covariance: Floats


class Mmrm:
    """A mixed model for repeated measures, as `mmrm` returns it.

    `converged`, `reason`: the verdict. `structure`: the covariance structure that was used ("" when none
    converged); `attempts`: each that was tried. `covariance`: its estimate, visits × visits, in squared units
    of the response; where groups have their own, (group, visit) × (group, visit), 0 between groups.
    `deviance`: -2 (restricted) log likelihood. `n`, `subjects`, `visits`: what was used; `left_out`: how many
    rows lacked each variable. `aliased`: columns that follow from others and are not estimated; `notes`:
    sentences on these and on empty cells.

    Frames have one row a quantity: the levels it is of, then `estimate`, `se`, `df`, `statistic` (t),
    `p_value` (two-sided), `lower`, `upper`, and `reason`, which says why the numbers are missing when they
    are.
    """

    def __init__(
        self,
        *,
        formula: str,
        method: str,
        ddf: str,
        confidence: float,
        visits: tuple[object, ...],
        blocks: tuple[object, ...] = (),
        n: int,
        subjects: int,
        left_out: Mapping[str, int],
        attempts: tuple[Attempt, ...],
        design: Design,
        fitted: Fitted | None,
    ) -> None:
        self.formula, self.method, self.ddf, self.confidence = formula, method, ddf, confidence
        self.visits, self.n, self.subjects, self.left_out = visits, n, subjects, dict(left_out)
        self.attempts = attempts
        self._design, self._fitted = design, fitted
        self.converged = fitted is not None
        self.structure = attempts[-1].structure if self.converged else ""
        self.deviance = float("nan") if fitted is None else float(attempts[-1].deviance or 0.0)
        places = pd.MultiIndex.from_product([blocks, visits]) if len(blocks) > 1 else pd.Index(list(visits))
        matrix = np.full((len(places), len(places)), np.nan) if fitted is None else fitted.covariance
        self.covariance = pd.DataFrame(matrix, index=places, columns=places)
        self.reason = verdict(attempts)
        self.aliased = tuple(design.aliased)
        self.notes = tuple(self._notes())

    def __repr__(self) -> str:
        return f"<Mmrm {self.formula!r}: {self.reason} {self.subjects} subjects, {self.n} rows>"

    # ---------------------------------------------------------------- frames

    @property
    def coefficients(self) -> pd.DataFrame:
        """The fixed effects in treatment coding, indexed by name as in R.

        Where columns follow from others, this is the solution in which the aliased ones are 0, as in R.
        """
        rows = list(np.eye(len(self._design.names)))
        frame = self._frame([{} for _ in rows], rows, self.confidence, solution=True)
        frame.index = pd.Index(self._design.names)
        return frame

    @property
    def fitted(self) -> Floats:
        """The value that the model gives each row used, in their order: their fixed effects."""
        beta = self.coefficients["estimate"].fillna(0.0).to_numpy(dtype="float64")
        return np.asarray(self._design.matrix @ beta, dtype="float64")

    def lsmeans(
        self,
        factors: Names,
        *,
        by: Names = (),
        weights: Weights = "equal",
        at: Mapping[str, float] | None = None,
        confidence: float | None = None,
    ) -> pd.DataFrame:
        """Least-squares means: one row for each combination of levels of `by` and `factors`.

        Factors not named are averaged over with equal weights (SAS LSMEANS, R emmeans), or by how often their
        combinations occur in the rows used (`weights="observed"`; SAS OM, emmeans "proportional"). Covariates
        stand at their means over the rows used, or as `at` says ({"BASE": 20}).
        """
        named = [*_several(by), *_several(factors)]
        cells = self._cells(named)
        labels = [dict(zip(named, cell, strict=True)) for cell in cells]
        return self._frame(
            labels,
            [self._cell(label, weights, at) for label in labels],
            confidence or self.confidence,
            labels,
        )

    def differences(
        self,
        factors: Names,
        *,
        by: Names = (),
        reference: object = None,
        weights: Weights = "equal",
        at: Mapping[str, float] | None = None,
        confidence: float | None = None,
    ) -> pd.DataFrame:
        """Differences of least-squares means within each level of `by`.

        Each level of `factors` minus `reference` (a tuple when there are several factors); all pairs, the
        first minus the second, without a reference. The column `reference` holds what was subtracted.
        """
        inner, outer = _several(factors), _several(by)
        cells = self._cells(inner)
        if reference is None:
            pairs = list(itertools.combinations(cells, 2))
        else:
            base = self._known(inner, cast(Cell, reference) if isinstance(reference, tuple) else (reference,))
            pairs = [(cell, base) for cell in cells if cell != base]
        labels: list[dict[str, object]] = []
        rows: list[Floats] = []
        wanted: list[dict[str, object]] = []
        for around in self._cells(outer):
            given = dict(zip(outer, around, strict=True))
            for one, other in pairs:
                first = given | dict(zip(inner, one, strict=True))
                second = given | dict(zip(inner, other, strict=True))
                rows.append(self._cell(first, weights, at) - self._cell(second, weights, at))
                labels.append(first | {"reference": other[0] if len(other) == 1 else listed_cell(other)})
                wanted.append(first if self._design.empty(first) else second)
        return self._frame(labels, rows, confidence or self.confidence, wanted)

    def contrast(
        self,
        coefficients: Mapping[str, Mapping[object, float]],
        *,
        by: Names = (),
        weights: Weights = "equal",
        at: Mapping[str, float] | None = None,
        confidence: float | None = None,
    ) -> pd.DataFrame:
        """A contrast of least-squares means: the product of the coefficients of each factor.

        `{"TRT": {"B": 1, "A": -1}, "VISIT": {"W8": 1, "W4": -1}}` is the difference of B and A at W8 minus
        that at W4. One row, or one for each level of `by`.
        """
        outer = _several(by)
        labels = [dict(zip(outer, around, strict=True)) for around in self._cells(outer)]
        rows = [self._contrast(coefficients, label, weights, at) for label in labels]
        return self._frame(labels, rows, confidence or self.confidence)

    def joint(
        self,
        contrasts: Sequence[Mapping[str, Mapping[object, float]]],
        *,
        weights: Weights = "equal",
        at: Mapping[str, float] | None = None,
    ) -> pd.DataFrame:
        """The F test that all `contrasts` (each as for `contrast`) are 0: one row, as in `tests`."""
        rows = [self._contrast(contrast, {}, weights, at) for contrast in contrasts]
        return pd.DataFrame([_joint_record(self._joint(np.array(rows)))])

    def tests(self) -> pd.DataFrame:
        """Type III F test of each term: term, num_df, den_df, statistic, p_value, reason.

        As SAS: main effects compare means with equal weights, and are tested at 0 of a covariate that they
        interact with. Comparisons that are not estimable (empty cells) are left out of the test, and said.
        """
        records: list[dict[str, object]] = []
        for term in self._design.terms:
            with one_thread():
                rows, lost = self._design.hypothesis(term)
            found = self._joint(rows)
            record: dict[str, object] = {"term": term} | _joint_record(found)
            if lost and not found.reason:
                record["reason"] = f"{lost} of {lost + len(rows)} comparisons not estimable, left out."
            records.append(record)
        return pd.DataFrame(records)

    # ---------------------------------------------------------------- rows of the design

    def _known(self, names: Sequence[str], cell: Cell) -> Cell:
        """The cell, checked against the levels of its factors."""
        if len(cell) != len(names):
            raise ValueError(f"{listed_cell(cell)} has {len(cell)} levels for the factors {listed(names)}.")
        for name, level in zip(names, cell, strict=True):
            levels = self._levels(name)
            if level not in levels:
                near = did_you_mean(str(level), [str(known) for known in levels])
                raise ValueError(
                    f"{name} has no level {level!r} in the rows used."
                    + (f" Did you mean {near!r}?" if near else f" It has {listed(levels)}.")
                )
        return cell

    def _levels(self, name: str) -> list[object]:
        if name in self._design.levels:
            return self._design.levels[name]
        if name in self._design.means:
            raise ValueError(
                f"{name} is a covariate of this model, not a factor; write C({name}) to make it one."
            )
        near = did_you_mean(name, list(self._design.levels))
        raise ValueError(
            f"{name!r} is not a factor of the model." + (f" Did you mean {near!r}?" if near else "")
        )

    def _cells(self, names: Sequence[str]) -> list[Cell]:
        if len(set(names)) < len(names):
            raise ValueError(f"A factor is named twice: {listed(names)}.")
        return list(itertools.product(*(self._levels(name) for name in names)))

    def _cell(self, given: Mapping[str, object], weights: Weights, at: Mapping[str, float] | None) -> Floats:
        if weights not in ("equal", "observed"):
            raise ValueError(f"weights is {weights!r}; it is equal or observed.")
        for name in at or {}:
            if name not in self._design.means:
                near = did_you_mean(name, list(self._design.means))
                raise ValueError(
                    f"{name!r} is not a covariate of the model."
                    + (f" Did you mean {near!r}?" if near else "")
                )
        return self._design.cells(given, weights=weights, at=at or {})

    def _contrast(
        self,
        coefficients: Mapping[str, Mapping[object, float]],
        given: Mapping[str, object],
        weights: Weights,
        at: Mapping[str, float] | None,
    ) -> Floats:
        names = list(coefficients)
        both = [name for name in names if name in given]
        if both or not names:
            raise ValueError(
                f"A contrast needs factors, each named once; {listed(both)} is in `by` too."
                if both
                else "A contrast needs the coefficients of at least one factor."
            )
        out = np.zeros(len(self._design.names))
        for cell in itertools.product(*(coefficients[name] for name in names)):
            self._known(names, cell)
            factor = float(
                np.prod([coefficients[name][level] for name, level in zip(names, cell, strict=True)])
            )
            out = out + factor * self._cell({**given, **dict(zip(names, cell, strict=True))}, weights, at)
        return out

    # ---------------------------------------------------------------- numbers

    def _coordinates(self, row: Floats) -> Floats:
        """A row of the design in the coordinates of Q: R⁻ᵀ row."""
        assert self._fitted is not None
        return np.asarray(np.linalg.solve(self._fitted.triangle.T, row[self._design.kept]), dtype="float64")

    def _frame(
        self,
        labels: Sequence[Mapping[str, object]],
        rows: Sequence[Floats],
        confidence: float,
        cells: Sequence[Mapping[str, object]] | None = None,
        *,
        solution: bool = False,
    ) -> pd.DataFrame:
        from scipy.special import stdtrit  # pyright: ignore[reportMissingTypeStubs]

        if not 0 < confidence < 1:
            raise ValueError(f"the confidence level {confidence} is not between 0 and 1")
        records: list[dict[str, object]] = []
        with one_thread():
            for i, (label, row) in enumerate(zip(labels, rows, strict=True)):
                record: dict[str, object] = dict(label) | dict.fromkeys(NUMBERS, np.nan) | {"reason": ""}
                if self._fitted is None:
                    record["reason"] = f"No estimate: {self.reason}"
                elif not (self._design.estimable(row) or (solution and row[self._design.kept].any())):
                    record["reason"] = self._why_not(row, cells[i] if cells else {})
                else:
                    found = self._fitted.inference.row(self._coordinates(row))
                    if not np.isfinite(found.se):
                        record |= {"estimate": found.estimate * self._fitted.scale, "reason": NOT_POSITIVE}
                        records.append(record)
                        continue
                    estimate, se = found.estimate * self._fitted.scale, found.se * self._fitted.scale
                    half = float(stdtrit(found.df, 0.5 + confidence / 2)) * se
                    values = (estimate, se, found.df, estimate / se, _two_sided(estimate / se, found.df))
                    record |= dict(zip(NUMBERS, (*values, estimate - half, estimate + half), strict=True))
                records.append(record)
        return pd.DataFrame(records)

    def _joint(self, rows: Floats) -> Joint:
        if self._fitted is None:
            return Joint(len(rows), np.nan, np.nan, np.nan, f"No test: {self.reason}")
        if len(rows) == 0:
            return Joint(0, np.nan, np.nan, np.nan, "None of its comparisons is estimable.")
        lost = [row for row in rows if not self._design.estimable(row)]
        if lost:
            return Joint(len(rows), np.nan, np.nan, np.nan, self._why_not(lost[0], {}))
        with one_thread():
            turned = np.array([self._coordinates(row) for row in rows])
            if np.linalg.matrix_rank(turned) < len(turned):
                raise ValueError(
                    "The contrasts of a joint test must be independent; one follows from the others."
                )
            # the response's scale cancels once both sides of the quotient have it
            return self._fitted.inference.joint(turned)

    # ---------------------------------------------------------------- sentences

    def _why_not(self, row: Floats, given: Mapping[str, object]) -> str:
        if given and self._design.empty(given):
            where = listed([f"{name} {level}" for name, level in given.items()])
            return f"Not estimable: no row has {where}."
        names = [name for name, value in zip(self._design.names, row, strict=True) if value]
        lost = [name for name in names if name in set(self.aliased)]
        return f"Not estimable: the data don't tell {listed(lost or names)} from other terms."

    def _notes(self) -> list[str]:
        out: list[str] = []
        if self.aliased:
            verb = "follows" if len(self.aliased) == 1 else "follow"
            out.append(
                f"{listed(self.aliased)} {verb} from the terms before in the rows used: not estimated."
            )
        for term in self._design.formula.terms:
            names = [name for name in term if name in self._design.levels]
            if len(names) < 2 or len(names) < len(term):
                continue
            empty = [
                cell for cell in self._cells(names) if self._design.empty(dict(zip(names, cell, strict=True)))
            ]
            if empty:
                out.append(
                    f"No row has {':'.join(names)} {listed([':'.join(map(str, cell)) for cell in empty])}."
                )
        return out

    def require(self) -> Mmrm:
        """This fit, when it converged; else `NotEstimableError` with the reason."""
        if not self.converged:
            raise NotEstimableError(self.reason)
        return self


def _several(names: Names) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def listed_cell(cell: Cell) -> str:
    """Levels of several factors as one text."""
    return ", ".join(str(level) for level in cell)


def _two_sided(t: float, df: float) -> float:
    from scipy.special import stdtr  # pyright: ignore[reportMissingTypeStubs]

    return 2 * float(stdtr(df, -abs(t)))


def _joint_record(found: Joint) -> dict[str, object]:
    return {
        "num_df": found.num_df,
        "den_df": found.den_df,
        "statistic": found.statistic,
        "p_value": found.p_value,
        "reason": found.reason,
    }
