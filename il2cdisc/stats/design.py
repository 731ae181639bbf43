"""A model formula and a frame to columns of numbers, with the rows that least-squares means and tests need.

formulaic parses the formula; the coding is R's: factors have treatment contrasts (the first level is the
reference) where the term without them is in the model, all levels where it is not.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.problems import did_you_mean
from il2cdisc.stats.estimates import NotEstimableError

Weights = Literal["equal", "observed"]
Coding = Literal["treatment", "sum"]
Floats = NDArray[np.float64]

LARGEST_GRID = 200_000
"""Cells over which a least-squares mean may average."""
COLLINEAR = 1e-8
"""A column is collinear when the columns before it leave less than this share of its length."""

_AS_FACTOR = re.compile(r"^C\(\s*(\w+)\s*\)$")


@dataclass(frozen=True)
class Formula:
    """A parsed formula: the response, and each term as the expressions that it multiplies."""

    text: str
    response: str
    terms: tuple[tuple[str, ...], ...]
    variables: frozenset[str]  # all that the formula needs
    predictors: frozenset[str]  # those on the right side
    factors: frozenset[str]  # variables written as C(...)


def _formulaic() -> Any:
    """The library, imported when a formula is read; it has no types."""
    return importlib.import_module("formulaic")


def parse(text: str) -> Formula:
    """Read `y ~ a + b*c`. Raises `ValueError` with a sentence where it is no such formula."""
    library = _formulaic()
    try:
        formula = library.Formula(text)
    except library.errors.FormulaicError as problem:
        said = re.sub(r"\x1b\[[0-9;]*m|[⧛⧚]", "", str(problem)).split("\n")[0]
        raise ValueError(f"The formula {text!r} can't be read: {said}") from problem
    left, right = getattr(formula, "lhs", None), getattr(formula, "rhs", None)
    if left is None or right is None or len(list(left)) != 1 or not hasattr(right, "required_variables"):
        raise ValueError(f"The formula {text!r} must have one response, ~, and terms joined by +, * and :.")
    terms = tuple(tuple(factor.expr for factor in term.factors if factor.expr != "1") for term in right)
    (response,) = (factor.expr for factor in next(iter(left)).factors)
    # a bare name is a column, also where the library has a function of that name (C, I, Q, log)
    named = frozenset(part for term in terms for part in term if part.isidentifier())
    variables = frozenset(str(name) for name in formula.required_variables) | named
    if response.isidentifier():
        variables |= {response}
    factors = frozenset(
        found.group(1) for term in terms for part in term if (found := _AS_FACTOR.match(part))
    )
    predictors = frozenset(str(name) for name in right.required_variables) | named
    return Formula(text, response, terms, variables, predictors, factors)


def require(frame: pd.DataFrame, names: Iterable[str]) -> None:
    """Raise `ValueError` where a variable is not a column of the frame, with the nearest name."""
    columns = [str(column) for column in frame.columns]
    for name in sorted(names):
        if name not in columns:
            near = did_you_mean(name, columns)
            raise ValueError(
                f"The data have no column {name!r}." + (f" Did you mean {near!r}?" if near else "")
            )


def levels_of(column: pd.Series) -> list[object]:
    """The levels of a factor among its values: in the order of categories, else sorted."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        present = set(column.dropna().unique())
        return [level for level in column.cat.categories if level in present]
    return sorted(column.dropna().unique().tolist())


def is_factor(column: pd.Series) -> bool:
    """Whether a column is a factor by its type: text, categories, booleans."""
    return not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)


@dataclass(frozen=True)
class _DesignTable:
    """Rows as numbers: the level of each factor from 0, the value of each numeric variable."""

    codes: Mapping[str, NDArray[np.intp]]
    numbers: Mapping[str, Floats]
    n: int


class Design:
    """The columns of a model over the rows of a frame that has no missing value in it.

    `names` are the columns as R names them (`TRTB:VISIT2`), `matrix` (n, columns) their values, `levels` the
    levels of each factor, `means` each numeric variable's mean over the rows.
    """

    def __init__(self, formula: Formula, rows: pd.DataFrame, *, factors: Iterable[str] = ()) -> None:
        self.formula = formula
        if not formula.terms:
            raise ValueError(f"The formula {formula.text!r} has no term.")
        named = set(factors) | formula.factors
        used = sorted(formula.predictors)
        self.levels: dict[str, list[object]] = {
            name: levels_of(rows[name]) for name in used if name in named or is_factor(rows[name])
        }
        for name, levels in self.levels.items():
            if len(levels) == 1:
                raise NotEstimableError(
                    f"The factor {name} has one level only ({levels[0]}) in the {len(rows)} rows used."
                )
        codes = {
            name: np.asarray(pd.Index(levels).get_indexer(pd.Index(rows[name].tolist())), dtype="intp")
            for name, levels in self.levels.items()
        }
        numbers = {name: rows[name].to_numpy(dtype="float64") for name in used if name not in self.levels}
        self.means = {name: float(values.mean()) for name, values in numbers.items()}
        self._table = _DesignTable(codes, numbers, len(rows))
        self._reduced = self._which_reduced()
        parts = {part for term in formula.terms for part in term}
        self._specs: dict[str, Any] = {
            part: _expression(part, rows).model_spec
            for part in sorted(parts)
            if self._factor(part) is None and part not in numbers
        }
        self.names, self._owners = self._labels()
        self.matrix = self._columns(self._table, "treatment")
        for name, column in zip(self.names, self.matrix.T, strict=True):
            if not np.isfinite(column).all():
                raise NotEstimableError(
                    f"{name} is not a finite number in each of the {len(rows)} rows used."
                )

    def _factor(self, part: str) -> str | None:
        """The factor that a part of a term is, if it is one."""
        found = _AS_FACTOR.match(part)
        name = found.group(1) if found else part
        return name if name in self.levels else None

    def _which_reduced(self) -> set[tuple[int, str]]:
        """Factors (by term) that have one column less than levels: the term without them is in the model.

        Without an intercept, the first factor alone in a term has all its levels.
        """
        known = {frozenset(term) for term in self.formula.terms}
        spanned = frozenset[str]() in known
        out: set[tuple[int, str]] = set()
        for number, term in enumerate(self.formula.terms):
            for part in term:
                rest = frozenset(term) - {part}
                if rest in known or (not rest and spanned):
                    out.add((number, part))
                if not rest and self._factor(part) is not None:
                    spanned = True
        return out

    def _labels(self) -> tuple[list[str], list[int]]:
        """The name and the term of each column."""
        names: list[str] = []
        owners: list[int] = []
        for number, term in enumerate(self.formula.terms):
            labels = [""]
            for part in term:
                name = self._factor(part)
                parts = [part]
                if name is not None:
                    first = int((number, part) in self._reduced)
                    parts = [f"{part}{level}" for level in self.levels[name][first:]]
                labels = [f"{a}:{b}" if a else b for b in parts for a in labels]
            names += [label or "(Intercept)" for label in labels]
            owners += [number] * len(labels)
        return names, owners

    def _columns(self, table: _DesignTable, coding: Coding) -> Floats:
        """Columns for the rows of `table` (n, columns), term by term; the first factor runs fastest."""
        blocks: list[Floats] = []
        for number, term in enumerate(self.formula.terms):
            block = np.ones((table.n, 1))
            for part in term:
                name = self._factor(part)
                if name is not None:
                    reduced = (number, part) in self._reduced
                    values = _contrasts(len(self.levels[name]), coding, reduced=reduced)[table.codes[name]]
                elif part in table.numbers:
                    values = table.numbers[part][:, None]
                else:
                    with np.errstate(all="ignore"):
                        evaluated = self._specs[part].get_model_matrix(pd.DataFrame(table.numbers))
                    values = np.asarray(evaluated, dtype="float64")
                block = (values[:, :, None] * block[:, None, :]).reshape(table.n, -1)
            blocks.append(block)
        return np.concatenate(blocks, axis=1)

    @property
    def terms(self) -> list[str]:
        """Names of the terms, the intercept apart."""
        return [":".join(term) for term in self.formula.terms if term]

    @cached_property
    def kept(self) -> list[int]:
        """Positions of columns that don't follow from those before them."""
        basis = np.zeros(self.matrix.shape, order="F")
        out: list[int] = []
        for j, column in enumerate(self.matrix.T):
            length = float(np.linalg.norm(column))
            if length == 0:
                continue
            rest = column / length
            for _ in range(2):  # twice is enough (Kahan)
                rest = rest - basis[:, : len(out)] @ (basis[:, : len(out)].T @ rest)
            left = float(np.linalg.norm(rest))
            if left > COLLINEAR:
                basis[:, len(out)] = rest / left
                out.append(j)
        return out

    @property
    def aliased(self) -> list[str]:
        """Names of columns that follow from those before them: not estimated."""
        return [name for j, name in enumerate(self.names) if j not in set(self.kept)]

    @cached_property
    def _follow(self) -> Floats:
        """M (kept, columns): matrix = matrix[:, kept] M."""
        found = np.linalg.lstsq(self.matrix[:, self.kept], self.matrix, rcond=None)[0]
        return np.asarray(found, dtype="float64")

    def estimable(self, row: Floats) -> bool:
        """Whether a row (columns,) is a combination of rows of the design."""
        if len(self.kept) == len(self.names):
            return True
        rest = row - row[self.kept] @ self._follow
        return bool(np.abs(rest).max() <= 1e-7 * max(1.0, float(np.abs(row).max())))

    def empty(self, given: Mapping[str, object]) -> bool:
        """Whether no row has all the levels `given`."""
        found = np.ones(self._table.n, dtype=bool)
        for name, level in given.items():
            found &= self._table.codes[name] == self.levels[name].index(level)
        return not found.any()

    def cells(self, given: Mapping[str, object], *, weights: Weights, at: Mapping[str, float]) -> Floats:
        """The row (columns,) of a least-squares mean at the levels `given`.

        Other factors are averaged over, with equal weights or by how often their combinations occur in the
        rows; numeric variables stand at their means over the rows, or as `at` says.
        """
        free = [name for name in self.levels if name not in given]
        sizes = [len(self.levels[name]) for name in free]
        if weights == "observed" and free:
            seen = np.column_stack([self._table.codes[name] for name in free])
            grid, counts = np.unique(seen, axis=0, return_counts=True)
            share = counts / counts.sum()
        else:
            size = int(np.prod(sizes, dtype="float64"))
            if size > LARGEST_GRID:
                raise ValueError(
                    f"An LS mean would average over {size} cells of {', '.join(free)}; the most is"
                    f" {LARGEST_GRID}. Use weights='observed'."
                )
            grid = np.indices(sizes).reshape(len(free), size).T
            share = np.full(size, 1 / size)
        codes = {name: np.asarray(grid[:, i], dtype="intp") for i, name in enumerate(free)}
        for name, level in given.items():
            codes[name] = np.full(len(share), self.levels[name].index(level), dtype="intp")
        numbers = {name: np.full(len(share), value) for name, value in {**self.means, **at}.items()}
        return share @ self._columns(_DesignTable(codes, numbers, len(share)), "treatment")

    @cached_property
    def _sums(self) -> tuple[Floats, Floats, Floats]:
        """Coding by sums: the length of its columns; its row space (rank, columns); and C.

        C (columns, kept) carries coefficients over: c'γ of sums is c'Cβ of treatment coding where it is
        estimable, by the values that both give in the rows. Columns have length 1 for the decomposition.
        """
        sums = self._columns(self._table, "sum")
        length = np.maximum(np.linalg.norm(sums, axis=0), np.finfo("float64").tiny)
        orthogonal, triangle = np.linalg.qr(sums / length)
        left, values, right = np.linalg.svd(triangle)
        rank = len(self.kept)
        inside = right[:rank]
        carried = (inside.T / values[:rank]) @ (left[:, :rank].T @ (orthogonal.T @ self.matrix[:, self.kept]))
        return length, np.asarray(inside, dtype="float64"), np.asarray(carried, dtype="float64")

    def hypothesis(self, term: str) -> tuple[Floats, int]:
        """Rows (k, columns) of the type III test of a term, and how many comparisons are not estimable.

        A main effect compares means over the levels of the factors that its interactions hold, equally
        weighted; where it meets a numeric variable in an interaction it is tested at 0 of that variable, as
        SAS does. Coding by sums makes these the coefficients of the term. The comparisons are with each
        factor's first level, on which the degrees of freedom of Fai and Cornelius depend.
        """
        number = [":".join(parts) for parts in self.formula.terms].index(term)
        mine = [j for j, owner in enumerate(self._owners) if owner == number]
        length, inside, carried = self._sums
        select = np.zeros((len(self.names), len(mine)))
        select[mine] = self._from_reference(number).T
        select = select / length[:, None]
        if len(inside) < len(self.names):  # combinations of the coefficients that lie in the row space
            select = select / np.linalg.norm(select, axis=0)
            outside = select - inside.T @ (inside @ select)
            _, sizes, turned = np.linalg.svd(outside)
            keep = np.concatenate([sizes, np.zeros(len(turned) - len(sizes))]) < 1e-7
            select = select @ turned[keep].T
        out = np.zeros((select.shape[1], len(self.names)))
        out[:, self.kept] = select.T @ carried
        return out, len(mine) - select.shape[1]

    def _from_reference(self, number: int) -> Floats:
        """Coefficients of a term coded by sums (columns) to differences from the first levels (rows)."""
        out: Floats = np.ones((1, 1))
        for part in self.formula.terms[number]:
            name = self._factor(part)
            if name is None:
                continue
            n = len(self.levels[name])
            turn = np.eye(n)
            if (number, part) in self._reduced:
                turn = (turn[1:] - turn[:1]) @ _contrasts(n, "sum", reduced=True)
            out = np.asarray(np.kron(turn, out), dtype="float64")  # the first factor runs fastest
        return out


def _contrasts(levels: int, coding: Coding, *, reduced: bool) -> Floats:
    """Levels (rows) to the columns of a factor: all of them, or one less."""
    identity: Floats = np.eye(levels)
    if not reduced:
        return identity
    if coding == "treatment":
        return identity[:, 1:]
    return identity[:, :-1] - identity[:, -1:]


def _expression(part: str, rows: pd.DataFrame) -> Any:
    """The one column of an expression such as log(x), with what it takes to evaluate it elsewhere."""
    library = _formulaic()
    try:
        with np.errstate(all="ignore"):
            matrix = library.model_matrix(f"0 + {part}", rows, na_action="ignore")
    except library.errors.FormulaicError as problem:
        raise ValueError(f"{part} can't be evaluated; make it a column of the data. {problem}") from problem
    if matrix.shape[1] != 1:
        raise ValueError(f"{part} gives {matrix.shape[1]} columns; a term needs one. Write them one by one.")
    return matrix


def response_of(formula: Formula, rows: pd.DataFrame) -> Floats:
    """The response (n,) as numbers."""
    if formula.response not in rows.columns:
        return np.asarray(_expression(formula.response, rows), dtype="float64")[:, 0]
    if is_factor(rows[formula.response]):
        raise ValueError(f"The response {formula.response} is not a column of numbers.")
    return rows[formula.response].to_numpy(dtype="float64")


def listed(names: Sequence[object]) -> str:
    """ "A", "A and B", "A, B and C"; after five, how many more."""
    texts = [str(name) for name in names]
    if len(texts) > 5:
        return ", ".join(texts[:5]) + f" and {len(texts) - 5} more"
    return ", ".join(texts[:-1]) + (" and " if len(texts) > 1 else "") + "".join(texts[-1:])
