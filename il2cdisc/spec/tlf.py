"""Displays and their analyses: models of specs/tlf.xlsx (sheets Displays, Columns, Analyses, Coverage)."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from il2cdisc.base.problems import Address
from il2cdisc.spec.chosen import Choice
from il2cdisc.spec.conditions import Where
from il2cdisc.spec.workbook import Place

Kind = Literal["Table", "Listing", "Figure"]
KINDS: tuple[Kind, ...] = ("Table", "Listing", "Figure")
FIELD = re.compile(r"\{([a-z_0-9]+)(?::(\d))?\}")
"""A statistic in a line's template: `{mean}`, or `{mean:2}` with decimals of its own."""
DATE9 = "date9"
"""The format of a listing that shows a SAS day as 04MAR2022."""
SORTS = ("As listed", "Frequency", "Alphabetical")
CHECKS = ("Double-programmed", "Peer", "Visual")
"""The levels of the check of a display, from the most to the least."""


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
    place: Place = Field(default_factory=Place, repr=False)


class Line(_DisplayModel):
    """A line of a table: its label, and what each cell shows, as `{mean} ({sd})`."""

    label: str
    template: str

    @property
    def statistics(self) -> tuple[str, ...]:
        """The statistics that the template shows."""
        return tuple(name for name, _ in FIELD.findall(self.template))


class DisplayAnalysis(_DisplayModel):
    """One analysis: a method applied to the rows of one dataset, for every column of its display.

    `withheld`: of a blinded build, all that it is of is restricted; it is not computed.
    """

    display: str
    id: str
    label: str
    method: str
    dataset: str
    where: Where = ()
    chosen: Choice | None = None
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
    withheld: bool = False
    reported: Display | None = None
    """Of a report on a model: the display of the model, with the analysis alone."""
    place: Place = Field(default_factory=Place, repr=False)

    def at(self, header: str) -> Address:
        """The workbook cell that holds this analysis's value under `header`."""
        return self.place.at(header)

    @property
    def named_model(self) -> tuple[str, str]:
        """The display and the analysis that the option `of` names; empty where it does not name two."""
        display, _, analysis = self.options.get("of", "").partition(" ")
        return (display, analysis.strip()) if analysis.strip() else ("", "")

    def option_list(self, name: str) -> list[str]:
        """The words of an option that names several things, separated by blanks."""
        return self.options.get(name, "").split()


class Looked(_DisplayModel):
    """The check of a display: its level, who looked at it and when, and the hash of what was looked at."""

    level: str = ""
    by: str = ""
    on: str = ""
    hash: str = ""


class Covered(_DisplayModel):
    """A row of the sheet Coverage: displays that show an expected item, or the reason why none does."""

    item: str
    displays: tuple[str, ...] = ()
    reason: str = ""
    place: Place = Field(default_factory=Place, repr=False)


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
    looked: Looked = Looked()
    place: Place = Field(default_factory=Place, repr=False)

    def at(self, header: str) -> Address:
        """The workbook cell that holds this display's value under `header`."""
        return self.place.at(header)

    @property
    def full_number(self) -> str:
        """`Table 14.1.1`."""
        return f"{self.kind} {self.number}"

    @property
    def section(self) -> tuple[tuple[int, str], ...]:
        """What displays are ordered by: the parts of the number, as numbers where they are."""
        parts = re.findall(r"[0-9]+|[^0-9.]+", self.number)
        return tuple((int(part), "") if part.isdigit() else (0, part) for part in parts)

    @property
    def sources(self) -> tuple[str, ...]:
        """The datasets that the display's numbers come from, the population's first."""
        named = [self.population_dataset, *(analysis.dataset for analysis in self.analyses)]
        return tuple(dict.fromkeys(named))


DisplayAnalysis.model_rebuild()
