"""The design of an analysis of covariance: its rows, its columns, and what its means and tests combine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.stats.arguments import Floats, listed, refuse_large
from il2cdisc.stats.estimates import NotEstimableError

Weights = Literal["equal", "observed"]
Flags = NDArray[np.bool_]


class AncovaTable:
    """Response, group, factors and covariates, row by row; which rows are complete.

    Raises `NotEstimableError` for a number that is infinite, or too large to compute with.
    """

    def __init__(
        self,
        response: pd.Series,
        group: pd.Series,
        factors: Mapping[str, pd.Series],
        covariates: Mapping[str, pd.Series],
    ) -> None:
        self.response = response.to_numpy(dtype="float64", na_value=np.nan)
        self.group = group.to_numpy(dtype=object)
        self.factors = {name: column.to_numpy(dtype=object) for name, column in factors.items()}
        self.covariates = {
            name: column.to_numpy(dtype="float64", na_value=np.nan) for name, column in covariates.items()
        }
        self._shown = {"response": self.response, "group": self.group}
        self._shown |= {f"factor {name}": column for name, column in self.factors.items()}
        self._shown |= {f"covariate {name}": column for name, column in self.covariates.items()}
        for shown, column in self._shown.items():
            infinite = int(np.isinf(column).sum()) if column.dtype.kind == "f" else 0
            if infinite:
                raise NotEstimableError(f"The {shown} is infinite in {infinite} of {len(column)} rows.")
            if column.dtype.kind == "f":
                refuse_large(column, f"The {shown}")

    def complete(self, levels: Sequence[str]) -> Flags:
        """The rows without a missing value whose group is among `levels`.

        Raises `NotEstimableError` where there is none.
        """
        n = len(self.response)
        missing = {shown: np.asarray(pd.isna(column), dtype=bool) for shown, column in self._shown.items()}
        for shown, gone in missing.items():
            if n and gone.all():
                raise NotEstimableError(f"The {shown} is missing in all {n} rows.")
        known = pd.Series(self.group).isin(list(levels)).to_numpy()
        used = np.asarray(known & ~np.column_stack(list(missing.values())).any(axis=1), dtype=np.bool_)
        if not used.any():
            raise NotEstimableError(f"None of the {n} rows is complete.")
        return used


class AncovaDesign:
    """Columns of the model over the rows `used`, and the rows that LS means and tests combine them with.

    Groups and factors have a column for each level but the first, covariates are centred at their mean,
    products with the group follow. `levels` are those of each factor, `n` the rows of each group. Raises
    `NotEstimableError` for an empty group or cell, or a variable with one value; `ValueError` for an
    interaction with a variable that the model does not have.
    """

    def __init__(
        self,
        table: AncovaTable,
        used: Flags,
        groups: Sequence[str],
        interactions: Sequence[str],
        weights: Weights,
    ) -> None:
        self._group = table.group[used]
        self._factors = {name: column[used] for name, column in table.factors.items()}
        self._groups = list(groups)
        self.n = {level: int((self._group == level).sum()) for level in groups}
        empty = [level for level, n in self.n.items() if n == 0]
        if empty:
            raise NotEstimableError(
                f"The model needs at least 1 complete row in each group; {listed(empty)} has none."
            )
        self.levels: dict[str, list[object]] = {}
        self._blocks: dict[str, Floats] = {"group": _dummies(self._group, self._groups)}
        self._names = {"group": [f"group {level}" for level in groups[1:]]}
        self._average: dict[str, Floats] = {}
        for name in self._factors:
            self._add_factor(name, weights)
        for name, column in table.covariates.items():
            self._add_covariate(name, column[used])
        self.interactions = list(dict.fromkeys(interactions))
        for name in self.interactions:
            self._add_interaction(name)
        blocks = {name: block for name, block in self._blocks.items() if block.shape[1]}
        self.names = ["intercept", *(label for name in blocks for label in self._names[name])]
        self.matrix: Floats = np.column_stack([np.ones(len(self._group)), *blocks.values()])
        ends = np.cumsum([1, *(block.shape[1] for block in blocks.values())]).tolist()
        self._place = {name: slice(*ends[i : i + 2]) for i, name in enumerate(blocks)}

    def _add_factor(self, name: str, weights: Weights) -> None:
        column = self._factors[name]
        found = sorted(set(column.tolist()), key=str)
        if len(found) < 2:
            raise NotEstimableError(
                f"The factor {name} has one level only ({found[0]}) in the {len(column)} rows used."
            )
        self.levels[name] = found
        block = _dummies(column, found)
        self._blocks[name], self._names[name] = block, [f"{name} {value}" for value in found[1:]]
        equal = np.full(len(found) - 1, 1 / len(found))
        self._average[name] = equal if weights == "equal" else block.mean(axis=0)

    def _add_covariate(self, name: str, column: Floats) -> None:
        if np.ptp(column) == 0:
            raise NotEstimableError(
                f"The covariate {name} has one value only ({column[0]:g}) in the {len(column)} rows used."
            )
        self._blocks[name], self._names[name] = (column - column.mean())[:, np.newaxis], [name]
        self._average[name] = np.zeros(1)  # its mean over the rows

    def _add_interaction(self, name: str) -> None:
        if name not in self._average:
            raise ValueError(f"the interaction {name!r} is not among {list(self._average)}")
        for level in self.levels.get(name, []):
            none = [group for group, n in self.counts(name, level).items() if n == 0]
            if none:
                raise NotEstimableError(
                    f"The interaction with {name} needs a row of each group at each level; "
                    f"{listed(none)} has none at {level}."
                )
        key = f"group:{name}"
        self._blocks[key] = _product(self._blocks["group"], self._blocks[name])
        self._names[key] = [f"{a}:{b}" for a in self._names["group"] for b in self._names[name]]

    def counts(self, name: str, level: object) -> dict[str, int]:
        """Rows of each group at a level of a factor."""
        here = self._group[self._factors[name] == level]
        return {group: int((here == group).sum()) for group in self._groups}

    def means(self, given: Mapping[str, object] | None = None) -> dict[str, Floats]:
        """The combination (parameters,) that is each group's LS mean, at the levels `given` of factors."""
        values = dict(self._average)
        for name, level in (given or {}).items():
            values[name] = _dummies(np.array([level], dtype=object), self.levels[name])[0]
        identity = np.eye(len(self._groups))[:, 1:]
        return {group: self._row(identity[i], values) for i, group in enumerate(self._groups)}

    def _row(self, group: Floats, values: Mapping[str, Floats]) -> Floats:
        row = np.zeros(self.matrix.shape[1])
        row[0] = 1.0
        for name, place in self._place.items():
            if name == "group":
                row[place] = group
            elif name in values:
                row[place] = values[name]
            else:
                row[place] = np.kron(group, values[name.removeprefix("group:")])
        return row

    def hypotheses(self) -> dict[str, Floats]:
        """The combinations (k, parameters) that the type III test of each term says are 0.

        Means with equal weights are compared, whatever the weights of the LS means; the slope of a covariate
        is its mean over the groups.
        """
        identity = np.eye(self.matrix.shape[1])
        out = {name: identity[place] for name, place in self._place.items()}
        if not self.interactions:
            return out
        equal = {name: np.full(len(found) - 1, 1 / len(found)) for name, found in self.levels.items()}
        values = self._average | equal
        groups = np.eye(len(self._groups))[:, 1:]
        if "group" in out:
            out["group"] = np.array([self._row(g, values) - self._row(groups[0], values) for g in groups[1:]])
        share = np.full(len(self._groups) - 1, 1 / len(self._groups))
        for name in self.interactions:
            steps = np.eye(len(self._average[name]))
            zero = values | {name: np.zeros(len(steps))}
            out[name] = np.array(
                [self._row(share, values | {name: step}) - self._row(share, zero) for step in steps]
            )
        return out


def _dummies(column: NDArray[np.object_], levels: Sequence[object]) -> Floats:
    """A column (rows,) for each level but the first."""
    return np.column_stack(
        [np.zeros((len(column), 0)), *((column == level).astype("float64") for level in levels[1:])]
    )


def _product(one: Floats, other: Floats) -> Floats:
    """Every column of one block times every column of the other; the latter run fastest."""
    return (one[:, :, np.newaxis] * other[:, np.newaxis, :]).reshape(len(one), -1)
