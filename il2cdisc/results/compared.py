"""What methods share that compare the columns of a display: columns, levels of By, estimates as cells."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.options import single_treatments
from il2cdisc.results.shape import P_VALUE, WHOLE, Decimals, as_collected
from il2cdisc.results.work import Work, level_texts, present
from il2cdisc.spec.conditions import Condition, equals
from il2cdisc.spec.tlf import DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats.estimates import Estimate, NotEstimableError, found, missing

Groups = tuple[tuple[str, str], ...]
Estimates = dict[str, Estimate | str]

MEANS = ("lsmean", "lsmean_se", "lsmean_lower", "lsmean_upper")
DIFFERENCES = ("difference", "difference_se", "difference_lower", "difference_upper", "df", "p_value")
MODEL_STATISTICS: Mapping[str, Decimals] = {
    **{name: as_collected(2 if name.endswith("_se") else 1) for name in (*MEANS, *DIFFERENCES)},
    "n": WHOLE,
    "df": Decimals(1),
    "p_value": P_VALUE,
}
"""LS means by column and differences from the reference, with their decimals."""
ENDS = ("lsmean", "lsmean_lower", "lsmean_upper", "difference", "difference_lower", "difference_upper")
"""The statistics that are in the unit of the response."""
_BACK: dict[str, Callable[[float], float]] = {"exp": math.exp}
TRANSFORMS = tuple(_BACK)
"""Values of the option `transform`: functions to the scale before the response was transformed."""
TRANSFORMED: Mapping[str, Decimals] = {f"exp_{name}": as_collected(1) for name in ENDS}
"""Means and ratios on the scale before the logarithm, with their decimals."""
MODEL_LINES = (
    Line(label="n", template="{n}"),
    Line(label="LS mean (SE)", template="{lsmean} ({lsmean_se})"),
    Line(label="Difference (SE)", template="{difference} ({difference_se})"),
    Line(label="Confidence interval", template="{difference_lower}, {difference_upper}"),
    Line(label="p-value", template="{p_value}"),
)


class Contrasted(Protocol):
    """An estimate with its interval, as the models of `stats` give it."""

    @property
    def estimate(self) -> float: ...
    @property
    def se(self) -> float: ...
    @property
    def df(self) -> float: ...
    @property
    def lower(self) -> float: ...
    @property
    def upper(self) -> float: ...
    @property
    def p_value(self) -> float: ...


@dataclass(frozen=True, slots=True)
class ArmGroups:
    """The columns of one treatment each, their treatments, and the one that the others are compared with."""

    columns: tuple[DisplayColumn, ...]
    levels: tuple[str, ...]
    reference: str

    def statistics(self, level: str, options: Mapping[str, str]) -> list[str]:
        """What a model gives in a treatment's column: LS means, and differences but for the reference."""
        names = [*MEANS] if level == self.reference else [*MEANS, *DIFFERENCES]
        return names + [f"exp_{name}" for name in names if name in ENDS and options.get("transform")]

    @property
    def pairs(self) -> Iterator[tuple[DisplayColumn, str]]:
        """Each column with its treatment."""
        return zip(self.columns, self.levels, strict=True)


def compared(work: Work) -> ArmGroups:
    """The columns that a comparison is of; without the option `reference` the first is the reference."""
    levels = tuple(single_treatments(work.display))
    columns = tuple(column for column in work.display.columns if len(column.values) == 1)
    return ArmGroups(columns, levels, work.analysis.options.get("reference", levels[0]))


def parts(work: Work) -> Iterator[tuple[Groups, pd.DataFrame]]:
    """The rows of each level of By, in the order of By Levels (else sorted); all rows without By.

    Without By Levels and without a record there is one level, "", so that the display says that it is empty.
    """
    by = work.analysis.by
    if not by:
        yield (), work.rows
        return
    texts = level_texts(work.rows[by])
    for level in [item.name for item in work.analysis.by_levels] or sorted(texts.dropna().unique()) or [""]:
        yield ((by, level),), work.rows.loc[texts == level]


def row_per_variable(
    work: Work, cells: Callable[[DisplayColumn, int, str, Groups, pd.DataFrame], list[ResultCell]]
) -> pd.DataFrame:
    """The result of one estimate of all columns: a row for each level of By and variable.

    `cells` gives those of a row in a column: the first that holds all treatments, without one the last.
    """
    columns = work.display.columns
    column = next((column for column in columns if not column.values), columns[-1])
    names = [item.name for item in work.analysis.variables]
    rows = [(name, inside, part) for inside, part in parts(work) for name in names]
    found = (cells(column, row, *each) for row, each in enumerate(rows))
    return frame_of([cell for made in found for cell in made])


def at(groups: Groups) -> tuple[Condition, ...]:
    """The conditions of being in `groups`."""
    return tuple(equals(*group) for group in groups)


def model_variables(analysis: DisplayAnalysis) -> list[str]:
    """Variables, factors and covariates: of a record that a model uses none is missing."""
    names = [item.name for item in analysis.variables]
    return list(
        dict.fromkeys([*names, *analysis.option_list("factors"), *analysis.option_list("covariates")])
    )


def complete(rows: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The rows in which none of the variables is missing."""
    missing = [rows[name].isna().to_numpy(dtype=bool) for name in dict.fromkeys(names)]
    lacking = np.logical_or.reduce(missing) if missing else np.zeros(len(rows), dtype=bool)
    return rows.loc[~lacking] if lacking.any() else rows


def are_present(names: Iterable[str]) -> tuple[Condition, ...]:
    """The conditions that none of the variables is missing."""
    return tuple(present(name) for name in names)


def need_one_row_per_subject(rows: pd.DataFrame, what: str = "model") -> None:
    """Raise `NotEstimableError` where a subject has several rows."""
    twice = rows["USUBJID"].duplicated()
    if twice.any():
        first = rows.loc[twice, "USUBJID"].iloc[0]
        raise NotEstimableError(f"The {what} needs one row per subject; {first} has several.")


def need_each_group(rows: pd.DataFrame, treatment: str, levels: Sequence[str]) -> None:
    """Raise `NotEstimableError` where a treatment has no row."""
    empty = [level for level in levels if not (rows[treatment] == level).any()]
    if empty:
        raise NotEstimableError(
            f"The model needs at least 1 complete row in each group; {', '.join(empty)} has none."
        )


def interval(name: str, contrast: Contrasted) -> Estimates:
    """An estimate, its standard error and its limits: `difference`, `difference_se`, ..."""
    ends = {"": contrast.estimate, "_se": contrast.se, "_lower": contrast.lower, "_upper": contrast.upper}
    return {f"{name}{end}": found(value) for end, value in ends.items()}


def tested(name: str, contrast: Contrasted) -> Estimates:
    """`interval` with degrees of freedom and p-value."""
    return interval(name, contrast) | {"df": limited(contrast.df), "p_value": found(contrast.p_value)}


def limited(df: float) -> Estimate:
    """Degrees of freedom; infinite ones have no number to show."""
    return missing("The degrees of freedom are infinite.") if math.isinf(df) else found(df)


def failed(names: Iterable[str], why: str) -> Estimates:
    """Each statistic with the reason why there is none."""
    return dict.fromkeys(names, missing(why))


def transformed(estimates: Estimates, options: Mapping[str, str]) -> Estimates:
    """Means, differences and their limits on the scale before the transformation, if the options name one."""
    back = _BACK.get(options.get("transform", ""))
    if back is None:
        return {}
    return {f"exp_{name}": _back(back, estimates[name]) for name in ENDS if name in estimates}


def _back(back: Callable[[float], float], estimate: Estimate | str) -> Estimate:
    try:
        return found(back(estimate.value)) if isinstance(estimate, Estimate) else missing(estimate)
    except OverflowError:
        return missing("The result is too large to be transformed back.")


def cells_of(
    work: Work, row: int, estimates: Estimates, *, column: DisplayColumn, conditions: tuple[Condition, ...],
    treatments: Sequence[str] | None = None, groups: Groups = (), variable: str = "", level: str = "",
) -> list[ResultCell]:  # fmt: skip
    """A cell for each statistic of one row and column; see `Work.cell` for the arguments."""
    return [
        work.cell(
            row,
            name,
            estimate,
            column=column,
            groups=groups,
            variable=variable or work.analysis.variables[0].name,
            level=level,
            conditions=conditions,
            treatments=treatments,
        )
        for name, estimate in estimates.items()
    ]
