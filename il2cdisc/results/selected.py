"""The rows of an analysis: selected, chosen where one of each subject is asked for, joined with subjects."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

import pandas as pd

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.problems import Address, Stopped
from il2cdisc.base.resultkey import record_keys
from il2cdisc.results.methods import all_methods
from il2cdisc.spec.chosen import chosen_rows
from il2cdisc.spec.conditions import Where
from il2cdisc.spec.selection import Rows, Selection
from il2cdisc.spec.tlf import Display, DisplayAnalysis


class DatasetRows:
    """A dataset, and its rows by where-clause."""

    def __init__(self, table: CodedTable) -> None:
        self.table = table
        self._selection = Selection(self.table)
        self._frames: dict[Where, pd.DataFrame] = {}

    def where(self, where: Where, place: Address) -> Rows:
        """Positions of the rows that satisfy a clause; what is wrong with it is reported at its cell."""
        try:
            return self._selection.rows(where)
        except Stopped as stopped:
            raise Stopped(replace(problem, where=place) for problem in stopped.problems) from None

    def population(self, where: Where, place: Address) -> pd.DataFrame:
        """The rows that satisfy a clause, with all variables; made once, for most displays share theirs."""
        if where not in self._frames:
            self._frames[where] = self.table.frame(rows=self.where(where, place))
        return self._frames[where]


def selected(
    display: Display, analysis: DisplayAnalysis, dataset: DatasetRows, subjects: pd.DataFrame
) -> pd.DataFrame:
    """Rows of the population that the analysis selects, with the variables that it names."""
    table = dataset.table
    inside = dataset.where(analysis.where, analysis.at("Where"))
    inside = inside[table["USUBJID"].among(subjects["USUBJID"])[inside]]
    rows = table.frame(named(display, analysis, table.names), inside)
    if analysis.chosen is not None:
        rows = chosen_rows(rows, analysis.chosen)
    taken = borrowed(display, analysis, table.names)
    if not taken:
        return rows
    own = subjects.drop_duplicates("USUBJID").set_index("USUBJID")[taken]
    return rows.join(own, on="USUBJID")


def named(display: Display, analysis: DisplayAnalysis, dataset: Collection[str]) -> list[str]:
    """The variables of an analysis's dataset that its method is given, with the keys of its records."""
    taken = set(borrowed(display, analysis, dataset))
    return [name for name in _every(display, analysis, dataset) if name not in taken]


def borrowed(display: Display, analysis: DisplayAnalysis, dataset: Collection[str]) -> list[str]:
    """The variables that a dataset of SDTM does not have and the population's dataset gives: of its subjects.

    They are the treatment of the columns, and what a listing shows, sorts and groups by.
    """
    if not is_tabulation(analysis.dataset):
        return []
    known = set(dataset)
    treatment = [display.treatment] if display.columns and not analysis.treatment else []
    shown = [item.name for item in analysis.variables] + _of_options(analysis)
    wanted = [*treatment, *(shown if display.kind == "Listing" else [])]
    return list(dict.fromkeys(name for name in wanted if name not in known))


def is_tabulation(dataset: str) -> bool:
    """Whether a dataset is one of SDTM, not of ADaM: those begin with AD."""
    return not dataset.startswith("AD")


def _of_options(analysis: DisplayAnalysis) -> list[str]:
    naming = all_methods()[analysis.method].naming
    return [name for option in naming for name in analysis.option_list(option)]


def _every(display: Display, analysis: DisplayAnalysis, dataset: Iterable[str]) -> list[str]:
    chosen = [analysis.chosen.variable] if analysis.chosen else []
    names = [
        *record_keys(dataset),
        analysis.by,
        *(item.name for item in analysis.variables),
        *_of_options(analysis),
        *chosen,
    ]
    if display.columns:
        names.append(analysis.treatment or display.treatment)
    return list(dict.fromkeys(name for name in names if name))
