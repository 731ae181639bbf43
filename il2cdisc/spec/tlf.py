"""Displays and their analyses: models of specs/tlf.xlsx (sheets Displays, Columns, Analyses)."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from il2cdisc.base.problems import Address
from il2cdisc.spec.conditions import Where
from il2cdisc.spec.workbook import Place

Kind = Literal["Table", "Listing", "Figure"]
KINDS: tuple[Kind, ...] = ("Table", "Listing", "Figure")
FIELD = re.compile(r"\{([a-z_0-9]+)(?::(\d))?\}")
"""A statistic in a line's template: `{mean}`, or `{mean:2}` with decimals of its own."""
SORTS = ("As listed", "Frequency", "Alphabetical")


class _DisplayModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class ListedItem(_DisplayModel):
    """One line of a cell that lists things: `NAME = label | width | format`; all but the name optional."""

    name: str
    label: str
    width: int = 0
    format: str = ""


class DisplayColumn(_DisplayModel):
    """A column of subjects: its label, and the treatments that it holds (none named: all)."""

    label: str
    values: tuple[str, ...] = ()


class Line(_DisplayModel):
    """A line of a table: its label, and what each cell shows, as `{mean} ({sd})`."""

    label: str
    template: str

    @property
    def statistics(self) -> tuple[str, ...]:
        """The statistics that the template shows."""
        return tuple(name for name, _ in FIELD.findall(self.template))


class DisplayAnalysis(_DisplayModel):
    """One analysis: a method applied to the rows of one dataset, for every column of its display."""

    display: str
    id: str
    label: str
    method: str
    dataset: str
    where: Where = ()
    treatment: str = ""
    variables: tuple[ListedItem, ...] = ()
    levels: tuple[ListedItem, ...] = ()
    by: str = ""
    by_levels: tuple[ListedItem, ...] = ()
    lines: tuple[Line, ...] = ()
    decimals: int = 0
    sort: str = SORTS[0]
    options: dict[str, str] = Field(default_factory=dict)
    reason: str = ""
    purpose: str = ""
    place: Place = Field(default_factory=Place, repr=False)

    def at(self, header: str) -> Address:
        """The workbook cell that holds this analysis's value under `header`."""
        return self.place.at(header)

    def option_list(self, name: str) -> list[str]:
        """The words of an option that names several things, separated by blanks."""
        return self.options.get(name, "").split()


class Display(_DisplayModel):
    """A table, listing or figure: its titles, population, columns, footnotes and analyses."""

    id: str
    kind: Kind
    number: str
    title: str
    subtitle: str = ""
    population: str
    population_dataset: str
    population_where: Where = ()
    treatment: str
    columns: tuple[DisplayColumn, ...] = ()
    row_header: str = ""
    footnotes: tuple[str, ...] = ()
    axes: tuple[str, str] = ("", "")
    analyses: tuple[DisplayAnalysis, ...] = ()
    place: Place = Field(default_factory=Place, repr=False)

    def at(self, header: str) -> Address:
        """The workbook cell that holds this display's value under `header`."""
        return self.place.at(header)

    @property
    def full_number(self) -> str:
        """`Table 14.1.1`."""
        return f"{self.kind} {self.number}"

    @property
    def sources(self) -> tuple[str, ...]:
        """The datasets that the display's numbers come from, the population's first."""
        named = [self.population_dataset, *(analysis.dataset for analysis in self.analyses)]
        return tuple(dict.fromkeys(named))
