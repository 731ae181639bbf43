"""Multiple imputation of outcomes by visit: missing at random, and based on a reference group.

The model is a multivariate normal regression: each visit has its own coefficients of group, factors and
covariates; the covariance of the visits is unstructured and common to the groups. Its parameters are drawn
from their posterior under Jeffreys's prior by data augmentation (Schafer, Analysis of Incomplete Multivariate
Data, 1997). The draws depend on the seed alone: neither the clock nor the number of cores has a part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from il2cdisc.stats.arguments import Floats, how_many, is_are, labels, listed, numbers, same_length
from il2cdisc.stats.estimates import NotEstimableError, Result
from il2cdisc.stats.threads import one_thread

Flags = NDArray[np.bool_]
STRATEGIES = ("MAR", "J2R", "CR", "CIR")
"""Missing at random, jump to reference, copy reference, copy increments in reference."""


@dataclass(frozen=True, slots=True, eq=False)
class Imputations(Result):
    """Completed outcomes: `values` (draws, subjects, visits) in the unit of the outcome.

    `missing` (subjects, visits) says which were imputed; all others equal the data in every draw.
    """

    values: Floats
    missing: Flags
    visits: tuple[str, ...]

    def frame(self, draw: int) -> pd.DataFrame:
        """One completed dataset: a row a subject in the order of the data, a column a visit."""
        return pd.DataFrame(self.values[draw], columns=list(self.visits))


def impute_mar(
    outcomes: pd.DataFrame,
    *,
    group: ArrayLike | pd.Series,
    draws: int,
    seed: int,
    factors: Mapping[str, pd.Series] | None = None,
    covariates: Mapping[str, pd.Series] | None = None,
    burn_in: int = 200,
    thin: int = 10,
) -> Imputations:
    """Impute outcomes under missing at random: from their distribution given the subject's observed ones.

    `outcomes` has a row a subject and a column a visit in order, missing as NaN; `group`, `factors` and
    `covariates` have the same rows (missing outcomes may have any pattern, but those columns may not). The
    first draw is taken after `burn_in` steps of the chain, further ones every `thin` steps. Raises
    `NotEstimableError` with a sentence when a visit, or a group at a visit, has no value, a column is missing
    or collinear, or subjects are too few; `ValueError` for wrong arguments.
    """
    model = _Model(outcomes, group, factors or {}, covariates or {})
    return _impute(model, lambda coefficients: model.x @ coefficients, draws, seed, burn_in, thin)


def impute_jump_to_reference(
    outcomes: pd.DataFrame,
    *,
    group: ArrayLike | pd.Series,
    reference: str,
    draws: int,
    seed: int,
    factors: Mapping[str, pd.Series] | None = None,
    covariates: Mapping[str, pd.Series] | None = None,
    visits_kept: ArrayLike | None = None,
    burn_in: int = 200,
    thin: int = 10,
) -> Imputations:
    """Impute outcomes as if a subject had jumped to the reference group's mean when it departed.

    Until departure the mean is that of the subject's own group, from then on that of the reference group with
    the same factors and covariates; imputed values are drawn given the observed ones, so that the subject
    keeps its deviation (Carpenter, Roger and Kenward, Journal of Biopharmaceutical Statistics
    2013;23:1352-1371, "J2R"; with one covariance for all groups, as R's rbmi does). Departure is after the
    last observed visit, or after the first `visits_kept` visits (one whole number a subject). Missing values
    before departure, and all of the reference group, are imputed at random. The chain is that of `impute_mar`
    with the same seed. Errors as `impute_mar`, and `ValueError` for an unknown reference or values after
    departure.
    """
    model = _Model(outcomes, group, factors or {}, covariates or {})
    if reference not in model.groups:
        raise ValueError(f"the reference {reference!r} is not one of the groups {model.groups}")
    every = np.full(len(model.group), "J2R", dtype=object)
    mean = _ReferenceMeans(model, reference, every, _visits_kept(model, visits_kept))
    return _impute(model, mean, draws, seed, burn_in, thin)


def impute_by_strategy(
    outcomes: pd.DataFrame,
    *,
    group: ArrayLike | pd.Series,
    reference: str,
    strategies: ArrayLike | pd.Series,
    draws: int,
    seed: int,
    factors: Mapping[str, pd.Series] | None = None,
    covariates: Mapping[str, pd.Series] | None = None,
    visits_kept: ArrayLike | None = None,
    burn_in: int = 200,
    thin: int = 10,
) -> Imputations:
    """Impute outcomes after departure by the strategy of each subject: one of `STRATEGIES` in `strategies`.

    The mean from departure on is that of the own group (MAR), of the reference group (J2R, jump to
    reference), or of the own group at the last visit kept and from there the increments of the reference
    group (CIR, copy increments in reference; without a visit kept as J2R). Under CR, copy reference, the mean
    of a subject that departed is that of the reference group at all visits, so that a deviation from it
    before departure goes on. Values are drawn given the observed ones (Carpenter, Roger and Kenward, Journal
    of Biopharmaceutical Statistics 2013;23:1352-1371). Departure, values before it, the chain and the errors
    are those of `impute_jump_to_reference`; `ValueError` for an unknown strategy, too.
    """
    model = _Model(outcomes, group, factors or {}, covariates or {})
    chosen = labels(strategies, "strategies")
    same_length(outcomes=model.y, strategies=chosen)
    unknown = sorted({str(one) for one in chosen.tolist() if one not in STRATEGIES})
    if unknown:
        raise ValueError(f"{listed(unknown)} is not one of the strategies {', '.join(STRATEGIES)}")
    if reference not in model.groups:
        raise ValueError(f"the reference {reference!r} is not one of the groups {model.groups}")
    mean = _ReferenceMeans(model, reference, chosen, _visits_kept(model, visits_kept))
    return _impute(model, mean, draws, seed, burn_in, thin)


def shifted(
    imputations: Imputations, delta: float | Sequence[float], *, subjects: ArrayLike | None = None
) -> Imputations:
    """Add `delta` (one number, or one a visit, in the unit of the outcome) to the imputed values.

    Of all subjects, or of those that the boolean column `subjects` marks; observed values stay.
    """
    chosen = np.ones(len(imputations.missing), dtype=bool) if subjects is None else np.asarray(subjects)
    if chosen.dtype != bool or chosen.shape != (len(imputations.missing),):
        raise ValueError("subjects: one True or False a row is needed")
    steps = np.broadcast_to(np.asarray(delta, dtype="float64"), (len(imputations.visits),))
    moved = np.where(imputations.missing & chosen[:, np.newaxis], steps, 0.0)
    return replace(imputations, values=imputations.values + moved)


class _Model:
    """Outcomes, the design (subjects, parameters), and what the chain needs again and again."""

    def __init__(
        self,
        outcomes: pd.DataFrame,
        group: ArrayLike | pd.Series,
        factors: Mapping[str, pd.Series],
        covariates: Mapping[str, pd.Series],
    ) -> None:
        self.visits = tuple(str(name) for name in outcomes.columns)
        self.y: Floats = np.column_stack([numbers(outcomes[name], str(name)) for name in outcomes.columns])
        self.missing: Flags = np.isnan(self.y)
        self.group = np.array([None if g is None else str(g) for g in labels(group, "group")], dtype=object)
        same_length(outcomes=self.y, group=self.group)
        if None in self.group:
            raise NotEstimableError("The group is missing for some subjects; leave them out first.")
        self.groups = sorted(set(self.group.tolist()))
        shared, names = _shared_columns(factors, covariates, len(self.y))
        self._shared = shared
        self.x = self._design(self.group)
        self._check([*(f"group {g}" for g in self.groups[1:]), *names])
        self.patterns = list(_patterns(self.missing))

    def _design(self, group: NDArray[np.object_]) -> Floats:
        dummies = [(group == g).astype("float64") for g in self.groups[1:]]
        return np.column_stack([np.ones(len(group)), *dummies, *self._shared])

    def design_in(self, group: str) -> Floats:
        """The design as if every subject were in one group."""
        return self._design(np.full(len(self.group), group, dtype=object))

    def _check(self, names: list[str]) -> None:
        n, p = self.x.shape
        for j, visit in enumerate(self.visits):
            observed = ~self.missing[:, j]
            empty = [g for g in self.groups if not observed[self.group == g].any()]
            if empty:
                raise NotEstimableError(f"No subject of group {listed(empty)} has a value at {visit}.")
            if int(observed.sum()) <= p:
                raise NotEstimableError(
                    f"{visit} has {int(observed.sum())} values and {p} parameters; it needs {p + 1} values."
                )
            _refuse_collinear(self.x[observed], names, visit)
            if np.ptp(self.y[observed, j]) == 0:
                raise NotEstimableError(f"The outcome at {visit} has the same value for all subjects.")
        together = (~self.missing).T.astype("int64") @ (~self.missing).astype("int64")
        for i, j in zip(*np.nonzero(together <= p), strict=True):
            raise NotEstimableError(
                f"The covariance of {self.visits[i]} and {self.visits[j]} needs {p + 1} subjects with both; "
                f"there {is_are(int(together[i, j]))}."
            )
        if n - p < len(self.visits):
            raise NotEstimableError(
                f"There are {n} subjects, {p} parameters and {len(self.visits)} visits; "
                f"the covariance needs {p + len(self.visits)} subjects."
            )


def _shared_columns(
    factors: Mapping[str, pd.Series], covariates: Mapping[str, pd.Series], n: int
) -> tuple[list[Floats], list[str]]:
    columns: list[Floats] = []
    names: list[str] = []
    for name, values in factors.items():
        column = labels(values, name)
        _refuse_missing("factor", name, int(pd.isna(column).sum()), len(column))
        for level in sorted(set(column.tolist()), key=str)[1:]:
            columns.append((column == level).astype("float64"))
            names.append(f"{name} {level}")
    for name, values in covariates.items():
        column = numbers(values, name)
        _refuse_missing("covariate", name, int(np.isnan(column).sum()), len(column))
        columns.append(column - column.mean())
        names.append(name)
    if any(len(column) != n for column in columns):
        raise ValueError("factors and covariates need a row a subject")
    return columns, names


def _refuse_missing(kind: str, name: str, gone: int, n: int) -> None:
    if gone:
        where = "all subjects" if gone == n else how_many(gone, "subject")
        raise NotEstimableError(f"The {kind} {name} is missing for {where}.")


def _refuse_collinear(x: Floats, names: list[str], visit: str) -> None:
    scale = np.linalg.norm(x, axis=0)
    r = np.linalg.qr(x / np.where(scale > 0, scale, 1.0), mode="r")
    rest = np.abs(np.diag(r))
    dependent = [name for name, part in zip(["intercept", *names], rest, strict=True) if part < 1e-10]
    if dependent:
        raise NotEstimableError(
            f"The model's variables are collinear: {listed(dependent)} follows from the others in the "
            f"subjects with a value at {visit}."
        )


def _patterns(missing: Flags) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """Rows, missing visits and observed visits of each pattern of missing values that has any."""
    found, place = np.unique(missing, axis=0, return_inverse=True)
    for i, pattern in enumerate(found):
        if pattern.any():
            yield np.flatnonzero(place.ravel() == i), np.flatnonzero(pattern), np.flatnonzero(~pattern)


def _visits_kept(model: _Model, given: ArrayLike | None) -> NDArray[np.int64]:
    """How many visits each subject keeps (subjects,): those up to the last observed one unless given."""
    visits: NDArray[np.int64] = np.arange(model.y.shape[1], dtype="int64")
    last = np.where(~model.missing, visits + 1, 0).max(axis=1)
    kept = last if given is None else np.asarray(given, dtype="int64")
    if kept.shape != last.shape:
        raise ValueError(f"there are {len(last)} subjects and {kept.size} numbers of visits kept")
    if (kept < last).any():
        row = int(np.argmax(kept < last))
        raise ValueError(f"row {row} has a value after its departure: set it to missing first")
    return np.asarray(kept, dtype="int64")


class _ReferenceMeans:
    """The means (subjects, visits) from which values are drawn, given the coefficients of a draw."""

    def __init__(
        self, model: _Model, reference: str, strategies: NDArray[np.object_], kept: NDArray[np.int64]
    ) -> None:
        self._own, self._other = model.x, model.design_in(reference)
        m = model.y.shape[1]
        active = (model.group != reference)[:, np.newaxis]
        after: Flags = np.asarray((np.arange(m) >= kept[:, np.newaxis]) & active, dtype=np.bool_)
        departed = (kept < m)[:, np.newaxis] & active
        named = strategies[:, np.newaxis]
        self._jumped: Flags = (after & (named == "J2R")) | (departed & (named == "CR"))
        self._stepped: Flags = after & (named == "CIR")
        self._last = np.maximum(kept - 1, 0)[:, np.newaxis]
        self._any_kept = (kept > 0)[:, np.newaxis]

    def __call__(self, coefficients: Floats) -> Floats:
        own, other = self._own @ coefficients, self._other @ coefficients
        out = np.where(self._jumped, other, own)
        if self._stepped.any():
            ahead = np.take_along_axis(own - other, self._last, axis=1)
            out = np.where(self._stepped, other + np.where(self._any_kept, ahead, 0.0), out)
        return out


def _impute(
    model: _Model, means: Callable[[Floats], Floats], draws: int, seed: int, burn_in: int, thin: int
) -> Imputations:
    """Run the chain; at each draw impute with the `means` of its coefficients."""
    if draws < 1 or thin < 1 or burn_in < 0:
        raise ValueError("draws and thin must be at least 1, burn_in at least 0")
    chain, values = (np.random.Generator(np.random.PCG64(s)) for s in np.random.SeedSequence(seed).spawn(2))
    out = np.empty((draws, *model.y.shape))
    with one_thread():  # the same bits whatever the number of cores
        x, y = model.x, _start(model)
        cross: Floats = np.asarray(np.linalg.inv(x.T @ x), dtype="float64")
        root: Floats = np.asarray(np.linalg.cholesky(cross), dtype="float64")
        for step in range(burn_in + (draws - 1) * thin + 1):
            coefficients, covariance = _parameters(x, y, cross, root, chain)
            drawn, rest = divmod(step - burn_in, thin)
            if step >= burn_in and rest == 0:
                out[drawn] = _fill(model, means(coefficients), covariance, values)
            y = _fill(model, x @ coefficients, covariance, chain)
    return Imputations(out, model.missing, model.visits)


def _start(model: _Model) -> Floats:
    """Each visit's own regression fills its gaps at the start."""
    y = model.y.copy()
    for j in range(y.shape[1]):
        observed = ~model.missing[:, j]
        beta = np.linalg.lstsq(model.x[observed], y[observed, j], rcond=None)[0]
        y[~observed, j] = model.x[~observed] @ beta
    return y


def _parameters(
    x: Floats, y: Floats, cross: Floats, root: Floats, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draw coefficients and covariance given completed outcomes: inverse Wishart, then normal."""
    n, p = x.shape
    visits = y.shape[1]
    mean = cross @ (x.T @ y)
    residual = y - x @ mean
    spread = np.linalg.cholesky(residual.T @ residual)
    bartlett = np.tril(random.standard_normal((visits, visits)), -1)
    df = np.arange(n - p, n - p - visits, -1, dtype="float64")
    bartlett[np.arange(visits), np.arange(visits)] = np.sqrt(random.chisquare(df))
    half = np.linalg.solve(bartlett, spread.T).T  # covariance = half half'
    return mean + root @ random.standard_normal((p, visits)) @ half.T, half @ half.T


def _fill(model: _Model, mean: Floats, covariance: Floats, random: np.random.Generator) -> Floats:
    """Draw the missing outcomes given the observed ones."""
    out = model.y.copy()
    for rows, gone, seen in model.patterns:
        centre, spread = mean[np.ix_(rows, gone)], covariance[np.ix_(gone, gone)]
        if len(seen):
            slope = np.linalg.solve(covariance[np.ix_(seen, seen)], covariance[np.ix_(seen, gone)])
            centre = centre + (model.y[np.ix_(rows, seen)] - mean[np.ix_(rows, seen)]) @ slope
            spread = spread - covariance[np.ix_(gone, seen)] @ slope
        noise = random.standard_normal((len(rows), len(gone)))
        out[np.ix_(rows, gone)] = centre + noise @ np.linalg.cholesky(spread).T
    return out
