"""What a method of analysis is given: selected rows, subjects of the population, columns and their N."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from il2cdisc.results.frame import Cell
from il2cdisc.spec.conditions import Condition, Where, equals, written
from il2cdisc.spec.tlf import Analysis, Column, Display
from il2cdisc.stats.estimates import Estimate


@dataclass(frozen=True, slots=True)
class Work:
    """One analysis, ready to be computed.

    `rows` are the rows of the analysis's dataset that satisfy its Where and belong to a subject of the
    population, with the variables that the analysis names; `subjects` is the population; `sizes` the number
    of its subjects by column label.
    """

    display: Display
    analysis: Analysis
    order: int
    rows: pd.DataFrame
    subjects: pd.DataFrame
    sizes: Mapping[str, int]

    @property
    def treatment(self) -> str:
        """The treatment variable of the analysis's dataset."""
        return self.analysis.treatment or self.display.treatment

    def columns(self, rows: pd.DataFrame | None = None) -> Iterator[tuple[Column, pd.DataFrame]]:
        """Each column of the display with its part of `rows` (all selected rows unless given)."""
        table = self.rows if rows is None else rows
        for column in self.display.columns:
            yield column, in_column(table, self.treatment, column)

    def cell(
        self, row: int, statistic: str, estimate: Estimate | str, *, column: Column | None = None,
        groups: tuple[tuple[str, str], ...] = (), variable: str = "", level: str = "",
        conditions: tuple[Condition, ...] = (), denominator: float = math.nan,
    ) -> Cell:  # fmt: skip
        """A result of this analysis; `conditions` are those of its row, beyond analysis and column.

        `groups` are up to two further (variable, level) that say where the row stands.
        """
        where: Where = (*self.analysis.where, *conditions)
        if column is not None and column.values:
            where = (*where, equals(self.treatment, *column.values))
        (group2, level2), (group3, level3) = (*groups, ("", ""), ("", ""))[:2]
        number = estimate if isinstance(estimate, Estimate) else Estimate(math.nan)
        return Cell(
            display=self.display.id,
            analysis=self.analysis.id,
            method=self.analysis.method,
            order=self.order,
            row=row,
            dataset=self.analysis.dataset,
            where=written(where),
            population=population_text(self.display),
            group1=self.treatment if column is not None else "",
            group1_level=column.label if column is not None else "",
            group2=group2,
            group2_level=level2,
            group3=group3,
            group3_level=level3,
            variable=variable,
            level=level,
            statistic=statistic,
            value=number.value,
            text=estimate if isinstance(estimate, str) else "",
            denominator=denominator,
            error=number.error,
        )


def in_column(rows: pd.DataFrame, treatment: str, column: Column) -> pd.DataFrame:
    """The rows whose treatment belongs to the column; all rows for a column that names none."""
    return rows.loc[rows[treatment].isin(list(column.values))] if column.values else rows


def population_text(display: Display) -> str:
    """`ADSL: SAFFL EQ Y`."""
    return f"{display.population_dataset}: {written(display.population_where)}"
