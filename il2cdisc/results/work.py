"""What a method of analysis is given: selected rows, subjects of the population, columns and their N."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from il2cdisc.base.numbers import number_text
from il2cdisc.results.frame import ResultCell
from il2cdisc.spec.conditions import Condition, Where, equals, written
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn
from il2cdisc.stats.estimates import Estimate


@dataclass(frozen=True, slots=True)
class Work:
    """One analysis, ready to be computed.

    `rows` are the rows of the analysis's dataset that satisfy its Where and belong to a subject of the
    population, with the variables that the analysis names; `subjects` is the population; `sizes` the number
    of its subjects by column label. `earlier` are the results of the display's analyses before this one,
    and of all others where the analysis is of results (`Method.among`). `borrowed` are variables of the rows
    that come from the population's dataset, by subject.
    """

    display: Display
    analysis: DisplayAnalysis
    order: int
    rows: pd.DataFrame
    subjects: pd.DataFrame
    sizes: Mapping[str, int]
    earlier: Sequence[pd.DataFrame] = ()
    borrowed: frozenset[str] = frozenset()

    @property
    def treatment(self) -> str:
        """The treatment variable of the analysis's dataset."""
        return self.analysis.treatment or self.display.treatment

    @property
    def chosen(self) -> str:
        """How the one record of each subject is chosen, as results say it; empty where all records enter."""
        choice = self.analysis.chosen
        return f"{choice} OF {written(self.analysis.where)}" if choice else ""

    def columns(self, rows: pd.DataFrame | None = None) -> Iterator[tuple[DisplayColumn, pd.DataFrame]]:
        """Each column of the display with its part of `rows` (all selected rows unless given)."""
        table = self.rows if rows is None else rows
        for column in self.display.columns:
            yield column, in_column(table, self.treatment, column)

    def cell(
        self, row: int, statistic: str, estimate: Estimate | str, *, column: DisplayColumn | None = None,
        groups: Sequence[tuple[str, str]] = (), variable: str = "", level: str = "",
        conditions: tuple[Condition, ...] = (), treatments: Iterable[str] | None = None,
        denominator: float = math.nan,
    ) -> ResultCell:  # fmt: skip
        """A result of this analysis.

        `groups` are the variables and levels that the row is in, from the broadest on. `conditions` are those
        of its records beyond analysis and column; `treatments` are those of its records where they are not
        those of the column.
        """
        held = column.values if treatments is None and column is not None else tuple(treatments or ())
        where: Where = (*self.analysis.where, *conditions)
        population: Where = self.display.population_where
        if held and self.treatment in self.borrowed:
            population = (*population, equals(self.treatment, *held))
        elif held:
            where = (*where, equals(self.treatment, *held))
        number = estimate if isinstance(estimate, Estimate) else Estimate(math.nan)
        own = (self.treatment, column.label) if column is not None else ("", "")
        return ResultCell(
            display=self.display.id,
            analysis=self.analysis.id,
            method=self.analysis.method,
            order=self.order,
            row=row,
            dataset=self.analysis.dataset,
            where=_text(where),
            chosen=self.chosen,
            population_dataset=self.display.population_dataset,
            population_where=_text(population),
            groups=(own, *groups),
            variable=variable,
            level=level,
            statistic=statistic,
            value=number.value,
            text=estimate if isinstance(estimate, str) else "",
            denominator=denominator,
            error=number.error,
        )


@lru_cache(maxsize=4096)
def _text(where: Where) -> str:
    """The text of a clause; the statistics of a cell have one and the same."""
    return written(where)


def in_column(rows: pd.DataFrame, treatment: str, column: DisplayColumn) -> pd.DataFrame:
    """The rows whose treatment belongs to the column; all rows for a column that names none."""
    if not column.values:
        return rows
    inside = rows[treatment].isin(list(column.values)).to_numpy(dtype=bool)
    return rows if inside.all() else rows.loc[inside]


def present(variable: str) -> Condition:
    """The condition that a variable is not missing."""
    return Condition(variable, "NE", ("",))


def level_texts(column: pd.Series) -> pd.Series:
    """Values as a where-clause names them: a number as short as it is (1.0 → `1`); missing stays missing."""
    if not pd.api.types.is_numeric_dtype(column.dtype):
        return column.astype("str")
    codes, found = pd.factorize(column)
    texts = pd.array([*(number_text(value) for value in found), None], dtype="str")
    return pd.Series(texts.take(codes), index=column.index)
