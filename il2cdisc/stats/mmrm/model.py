"""The call: a formula and a frame to a fitted model, structure after structure until one converges."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.problems import did_you_mean
from il2cdisc.stats.arguments import refuse_large
from il2cdisc.stats.design import Design, Formula, levels_of, listed, parse, require, response_of
from il2cdisc.stats.estimates import NotEstimableError
from il2cdisc.stats.mmrm.blocks import GroupBlocks
from il2cdisc.stats.mmrm.inference import METHODS, STANDARD_ERRORS, Inference
from il2cdisc.stats.mmrm.likelihood import Repeated, arrange
from il2cdisc.stats.mmrm.optimise import Minimisation, minimise
from il2cdisc.stats.mmrm.result import Fitted, Mmrm
from il2cdisc.stats.mmrm.structures import SPELLINGS, STRUCTURES, Structure
from il2cdisc.stats.mmrm.threads import one_thread
from il2cdisc.stats.mmrm.verdict import Attempt

Floats = NDArray[np.float64]
_ONE_NUMBER = re.compile(r"(\D*?)((?<![0-9A-Za-z])-?\d+|\d+)(\D*)")


def mmrm(
    formula: str,
    data: pd.DataFrame,
    *,
    subject: str,
    visit: str,
    visit_order: Sequence[object] | None = None,
    covariance: str | Sequence[str] = "UN",
    ddf: str = "kenward-roger",
    method: str = "REML",
    confidence: float = 0.95,
    covariance_by: str = "",
    standard_errors: str = "model",
) -> Mmrm:
    """Fit a mixed model for repeated measures: fixed effects, and a covariance over each subject's visits.

    `data` has one row a subject and visit. In `formula` (`CHG ~ BASE + TRT*AVISIT + BASE:AVISIT`) text,
    categories and booleans are factors, as are `subject`, `visit` and variables written C(X); other numbers
    are covariates. Rows with a missing value in any variable of the model are left out (`left_out` counts
    them). Visits are in the order of `visit_order` (every visit of the data, once), of their categories, or
    of their numbers. Texts that differ in one whole number alone (`T 2`, `T 10`) are in its order;
    where other texts would have to be put in an order and the structure depends on it, the call is refused.

    `covariance`: UN, TOEPH, TOEP, ARH1, AR1, CSH, CS, ANTE1 (first-order antedependence) or AD (the same with
    one variance); with several, the first that converges is used, and `reason` says why those before did not.
    `ddf`: "kenward-roger" (as SAS DDFM=KR: natural parameters, observed information), "kenward-roger-linear"
    (as SAS DDFM=KR(LINEAR)) or "satterthwaite". `method`: "REML" or "ML" (with "satterthwaite" only).
    `confidence` is the level of the intervals. With `covariance_by`, a variable that is the same at all
    visits of a subject (the treatment), each of its levels has a covariance matrix of its own, of one
    structure (SAS GROUP=). `standard_errors="sandwich"` does not rest on the structure: the empirical
    variance by subject (SAS EMPIRICAL), with Bell and McCaffrey's degrees of freedom; it goes with
    "satterthwaite".

    Accuracy: the optimum is the true one (SAS stops earlier; its printed values are up to 5e-4 away).
    Sources: Mallinckrodt et al., Drug Inf J 2008;42:303-319 (the model); Kenward and Roger, Biometrics
    1997;53:983-997 (the tests); `likelihood` and `inference` have the formulas.

    Returns a fit even when no structure converges: `converged` is False, `reason` says why, and its frames
    hold no numbers. Raises `NotEstimableError` with a sentence when there is no model to fit (no complete
    row, a constant response, one subject, a subject twice at a visit, too few rows) and `ValueError` for
    wrong arguments.
    """
    structures = _structures(covariance)
    _check_arguments(ddf, method, confidence, standard_errors)
    parsed = parse(formula)
    keys = [name for name in (subject, visit, covariance_by) if name]
    require(data, parsed.variables | set(keys))
    rows, left_out = _complete(data, parsed, keys)
    visits = _visit_order(rows[visit], structures, visit_order)
    rows = rows.assign(**{visit: pd.Categorical(rows[visit].to_numpy(dtype=object), categories=visits)})
    _refuse_duplicates(rows, subject, visit)
    y = response_of(parsed, rows)
    _refuse_response(parsed.response, y, rows, subject)
    blocks = _blocks(rows, subject, covariance_by)
    with one_thread():
        design = Design(parsed, rows, factors={subject, visit})
        prepared = _prepare(design, rows, y, subject, visit, visits, blocks)
        attempts: list[Attempt] = []
        fitted: Fitted | None = None
        for structure in structures if len(visits) > 1 else structures[:1]:
            attempt, fitted = _attempt(prepared, structure, ddf, standard_errors, reml=method == "REML")
            attempts.append(attempt)
            if fitted is not None:
                break
    return Mmrm(
        formula=formula,
        method=method,
        ddf=ddf,
        confidence=confidence,
        visits=tuple(visits),
        blocks=blocks.levels,
        n=len(rows),
        subjects=int(rows[subject].nunique()),
        left_out=left_out,
        attempts=tuple(attempts),
        design=design,
        fitted=fitted,
    )


def _structures(covariance: str | Sequence[str]) -> list[Structure]:
    names = [covariance] if isinstance(covariance, str) else list(covariance)
    if not names:
        raise ValueError("No covariance structure is named.")
    out: list[Structure] = []
    for name in names:
        key = SPELLINGS.get(name.upper(), name.upper())
        if key not in STRUCTURES:
            near = did_you_mean(name, list(STRUCTURES))
            raise ValueError(
                f"There is no covariance structure {name!r}."
                + (f" Did you mean {near!r}?" if near else "")
                + f" There are {', '.join(STRUCTURES)}."
            )
        out.append(STRUCTURES[key])
    return out


def _check_arguments(ddf: str, method: str, confidence: float, standard_errors: str) -> None:
    if ddf not in METHODS:
        raise ValueError(f"ddf is {ddf!r}; it is one of {', '.join(METHODS)}.")
    if method not in ("REML", "ML"):
        raise ValueError(f"method is {method!r}; it is REML or ML.")
    if method == "ML" and ddf != "satterthwaite":
        raise ValueError(
            "Kenward-Roger's adjustment is for REML; with method='ML' ask for ddf='satterthwaite'."
        )
    if not 0 < confidence < 1:
        raise ValueError(f"the confidence level {confidence} is not between 0 and 1")
    if standard_errors not in STANDARD_ERRORS:
        raise ValueError(f"standard_errors is {standard_errors!r}; it is {' or '.join(STANDARD_ERRORS)}.")
    if standard_errors == "sandwich" and ddf != "satterthwaite":
        raise ValueError(
            "Kenward-Roger's adjustment is for the model's variance; ask for ddf='satterthwaite'."
        )


def _complete(
    data: pd.DataFrame, formula: Formula, keys: Sequence[str]
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Rows with all variables of the model, and how many rows lack each variable."""
    names = list(dict.fromkeys([*sorted(formula.variables - set(keys)), *keys]))
    rows = data[names].infer_objects()
    numbers = rows.select_dtypes("number").astype("float64")
    for name in numbers.columns:
        infinite = int(np.isinf(numbers[name]).sum())
        if infinite:
            raise NotEstimableError(f"{name} is infinite in {infinite} of {len(rows)} rows.")
        refuse_large(numbers[name].to_numpy(), str(name))
    missing = rows.isna()
    left_out = {str(name): int(n) for name, n in missing.sum().items() if n}
    complete = rows.loc[~missing.any(axis=1)].reset_index(drop=True)
    if len(complete) == 0:
        everywhere = [name for name, n in left_out.items() if n == len(rows)]
        if len(rows) == 0:
            why = "the data have no rows"
        elif everywhere:
            verb = "is" if len(everywhere) == 1 else "are"
            why = f"{listed(everywhere)} {verb} missing in all {len(rows)} rows"
        else:
            why = "each row lacks one of " + listed([f"{k} (missing in {n})" for k, n in left_out.items()])
        raise NotEstimableError(f"The model has no complete row: {why}.")
    return complete, left_out


def _visit_order(
    column: pd.Series, structures: Sequence[Structure], given: Sequence[object] | None
) -> list[object]:
    """Visits in their order: as given, of categories, of numbers, or of the one number in alike texts."""
    values = column.unique().tolist()
    if given is not None:
        _check_order(given, values)
        return [visit for visit in given if visit in set(values)]
    if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered:
        present = set(values)
        return [visit for visit in column.cat.categories if visit in present]
    if not all(isinstance(value, str) for value in values):
        return sorted(values)
    certain = _by_one_number(values)
    ordered = [structure.name for structure in structures if structure.ordered]
    if certain is None and ordered and len(values) > 1:
        raise ValueError(
            f"The covariance {listed(ordered)} depends on the order of the visits, which {listed(values)}"
            f" do not say for certain. Give visit_order, or make {column.name} a number or an ordered"
            " category (pandas.Categorical(..., ordered=True))."
        )
    return sorted(values) if certain is None else certain


def _check_order(given: Sequence[object], values: Sequence[object]) -> None:
    if len(set(given)) < len(given):
        raise ValueError("visit_order names a visit twice.")
    missing = [value for value in values if value not in set(given)]
    if missing:
        raise ValueError(f"visit_order does not name {listed(missing)}.")


def _by_one_number(texts: Sequence[str]) -> list[object] | None:
    """Texts by the one whole number that tells them apart; None where they differ in anything else.

    A sign counts (`Day -7` is before `Day -1`), and a unit is part of the text: `T 2` and `U 2` have
    no certain order.
    """
    found = [_ONE_NUMBER.fullmatch(text) for text in texts]
    if not all(found):
        return None
    if len({(match[1].casefold(), match[3].casefold()) for match in found if match}) > 1:
        return None
    places = {int(match[2]): text for match, text in zip(found, texts, strict=True) if match}
    return [places[place] for place in sorted(places)] if len(places) == len(texts) else None


def _refuse_duplicates(rows: pd.DataFrame, subject: str, visit: str) -> None:
    twice = rows[rows.duplicated([subject, visit], keep=False)]
    if len(twice):
        pairs = twice[[subject, visit]].drop_duplicates()
        named = [f"{s} at {v}" for s, v in zip(pairs[subject], pairs[visit], strict=True)]
        raise NotEstimableError(
            f"A subject may have one row a visit; more than one have {listed(named)} ({subject}, {visit})."
        )


def _refuse_response(name: str, y: Floats, rows: pd.DataFrame, subject: str) -> None:
    if not np.isfinite(y).all():
        raise NotEstimableError(f"{name} is not a finite number in each of the {len(y)} rows used.")
    if np.ptp(y) == 0:
        raise NotEstimableError(
            f"The response {name} has the same value ({y[0]:g}) in all {len(y)} rows used."
        )
    if rows[subject].nunique() < 2:
        raise NotEstimableError(
            f"The model needs at least 2 subjects; there is 1 with complete rows ({rows[subject].iloc[0]})."
        )


@dataclass(frozen=True)
class _Grouping:
    """The levels that have a covariance of their own, and each row's level as a number."""

    levels: tuple[object, ...]
    codes: NDArray[np.intp]


def _blocks(rows: pd.DataFrame, subject: str, name: str) -> _Grouping:
    """The groups of subjects by covariance: one without a name."""
    if not name:
        return _Grouping((), np.zeros(len(rows), dtype="intp"))
    changing = rows.groupby(subject, sort=True, observed=True)[name].nunique()
    changing = changing.index[changing > 1]
    if len(changing):
        raise NotEstimableError(f"{name} of {changing[0]} differs between visits; it must be the same.")
    levels = levels_of(rows[name])
    codes = pd.Index(levels).get_indexer(pd.Index(rows[name].tolist()))
    return _Grouping(tuple(levels), np.asarray(codes, dtype="intp"))


@dataclass(frozen=True)
class _Prepared:
    """The data in stable coordinates: X = Q R with orthonormal Q in place of X, y over its residual SD."""

    repeated: Repeated
    ordinary: Floats
    triangle: Floats
    scale: float
    visits: list[object]
    blocks: tuple[object, ...]
    constant: str  # where the response does not vary, as a clause


def _prepare(
    design: Design, rows: pd.DataFrame, y: Floats, subject: str, visit: str, visits: list[object],
    blocks: _Grouping,
) -> _Prepared:  # fmt: skip
    x = design.matrix[:, design.kept]
    n, p = x.shape
    if n <= p:
        raise NotEstimableError(f"The model has {p} fixed effects and {n} complete rows; it needs more rows.")
    q, r = np.linalg.qr(x)
    residual = y - q @ (q.T @ y)
    scale = float(np.sqrt(residual @ residual / (n - p)))
    if scale <= 1e-10 * float(np.abs(y).max()):
        raise NotEstimableError(f"The model fits all {n} rows exactly; no residual variance is left.")
    codes = np.asarray(pd.factorize(rows[subject])[0], dtype="intp")
    at = np.asarray(rows[visit].cat.codes, dtype="intp")
    place, places = at + len(visits) * blocks.codes, len(visits) * max(len(blocks.levels), 1)
    repeated = arrange(codes, place, y / scale, q, places)
    ordinary = arrange(codes, place, residual / scale, q[:, :0], places).y
    ranges = pd.Series(y).groupby(at).agg(["min", "max", "size"])
    same = ranges.index[(ranges["min"] == ranges["max"]) & (ranges["size"] > 1)]
    where = listed([visits[i] for i in same])
    constant = f"; {design.formula.response} has one value only at {visit} {where}" if where else ""
    return _Prepared(repeated, ordinary, r, scale, visits, blocks.levels, constant)


def _attempt(
    prepared: _Prepared, structure: Structure, ddf: str, standard_errors: str, *, reml: bool
) -> tuple[Attempt, Fitted | None]:
    """One structure: its verdict and, when that is good, the fit with its inference."""
    data = prepared.repeated
    if len(prepared.visits) == 1:
        structure = STRUCTURES["UN"]  # one variance: all structures are the same
    unseen = _unseen_in_blocks(prepared, structure)
    if len(prepared.blocks) > 1:
        structure = GroupBlocks(structure, len(prepared.blocks))
    q = structure.count(data.m)
    if unseen:
        return Attempt(structure.name, False, unseen, None, q), None
    found = minimise(Minimisation(data, structure, reml=reml), prepared.ordinary)
    if found is None:
        return Attempt(structure.name, False, "no covariance matrix to begin with", None, q), None
    spare = data.n - (data.p if reml else 0)
    deviance = found.deviance + 2 * spare * float(np.log(prepared.scale))
    if reml:
        deviance += 2 * float(np.log(np.abs(np.diag(prepared.triangle))).sum())
    if not found.accepted:
        verdict = found.verdict + prepared.constant
        return Attempt(structure.name, False, verdict, deviance, q, found.steps), None
    attempt = Attempt(structure.name, True, found.verdict, deviance, q, found.steps)
    natural = structure.natural(found.working, data.m)
    method = ddf if standard_errors == "model" else standard_errors
    inference = Inference(data, structure, natural, found.point, reml=reml, method=method)
    return attempt, Fitted(inference, prepared.triangle, prepared.scale, found.sigma * prepared.scale**2)


def _unseen_in_blocks(prepared: _Prepared, structure: Structure) -> str:
    """Why the structure can't be estimated in one of the groups."""
    together, m = prepared.repeated.seen_together(), len(prepared.visits)
    if len(prepared.blocks) < 2:
        return _unseen(together, structure, prepared.visits)
    for number, block in enumerate(prepared.blocks):
        own = slice(number * m, (number + 1) * m)
        absent = [
            visit for visit, n in zip(prepared.visits, np.diag(together[own, own]), strict=True) if not n
        ]
        why = f"no subject has {listed(absent)}" if absent else ""
        why = why or _unseen(together[own, own], structure, prepared.visits)
        if why:
            return f"in {block}, {why}"
    return ""


def _unseen(together: NDArray[np.intp], structure: Structure, visits: list[object]) -> str:
    """Why the structure can't be estimated: pairs of visits, or distances, that no subject has."""
    m = len(visits)
    if structure.name == "UN":
        pairs = [
            f"{visits[a]} and {visits[b]}" for a in range(m) for b in range(a + 1, m) if not together[a, b]
        ]
        return f"no subject has both {listed(pairs)}" if pairs else ""
    if structure.name in ("TOEP", "TOEPH"):
        lags = [str(k) for k in range(1, m) if not np.diag(together, k).any()]
        return f"no subject has two visits that are {listed(lags)} apart" if lags else ""
    return "" if together[~np.eye(m, dtype=bool)].any() else "no subject has two visits"
