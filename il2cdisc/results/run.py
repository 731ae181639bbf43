"""Analyses of displays → the results dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.datasets import heading
from il2cdisc.base.problems import Address, Problem, Problems, Stopped, at_record
from il2cdisc.base.stored import AnyDataset
from il2cdisc.results import problems as kinds
from il2cdisc.results.frame import HEADER, ResultCell, Results, frame_of, joined
from il2cdisc.results.lint import lint
from il2cdisc.results.methods import all_methods
from il2cdisc.results.rows import shaped_rows
from il2cdisc.results.work import Work, in_column, level_texts, record_keys
from il2cdisc.spec.conditions import Where, equals, written
from il2cdisc.spec.selection import Rows, Selection
from il2cdisc.spec.tlf import Display, DisplayAnalysis


def run(displays: Sequence[Display], datasets: Mapping[str, pd.DataFrame | CodedTable]) -> Results:
    """Compute every analysis of every display from ADaM datasets (by upper-case name).

    Raises `Stopped` with all problems of the displays' descriptions at once: datasets and variables that
    there are not, methods unknown, options misspelt. A statistic that can't be estimated does not stop
    anything: it carries its reason in `error`, and one that the display shows is a finding.
    """
    held = {name: _Rows(given) for name, given in datasets.items()}
    headings = {name: rows.table.frame(rows=slice(0, 0)) for name, rows in held.items()}
    problems = Problems(lint(displays, headings))
    problems.stop_if_any()
    parts: list[pd.DataFrame] = []
    for display in displays:
        subjects = _population(display, held[display.population_dataset])
        sizes = _sizes(display, subjects)
        parts.append(frame_of(_header(display, sizes)))
        for order, analysis in enumerate(display.analyses, start=1):
            rows = _rows(display, analysis, held[analysis.dataset], subjects)
            work = Work(display, analysis, order, rows, subjects, sizes)
            problems.extend([*_outside(work), *_unnamed(work)])
            part = all_methods()[analysis.method].run(work)
            problems.extend(_failures(analysis, part))
            parts.append(part)
    return Results(joined(parts), tuple(problems.items))


def needed(displays: Sequence[Display], datasets: Mapping[str, AnyDataset]) -> dict[str, CodedTable]:
    """Of each dataset that analyses read, the variables that they name: all that `run` asks for.

    Raises `Stopped` with the problems that `run` has before it computes.
    """
    headings = {name: heading(item.variables) for name, item in datasets.items()}
    Problems(lint(displays, headings)).stop_if_any()
    names: dict[str, dict[str, None]] = {}
    for display in displays:
        population = names.setdefault(display.population_dataset, {"USUBJID": None})
        population |= dict.fromkeys(condition.variable for condition in display.population_where)
        if display.columns:
            population[display.treatment] = None
        for analysis in display.analyses:
            own = names.setdefault(analysis.dataset, {"USUBJID": None})
            own |= dict.fromkeys(condition.variable for condition in analysis.where)
            own |= dict.fromkeys(_named(display, analysis, datasets[analysis.dataset].names))
    return {name: datasets[name].table(own) for name, own in names.items()}


def _population(display: Display, subjects: _Rows) -> pd.DataFrame:
    inside = subjects.where(display.population_where, display.at("Population Where"))
    return subjects.table.frame(rows=inside)


def _sizes(display: Display, subjects: pd.DataFrame) -> dict[str, int]:
    """The N of each column."""
    if not display.columns:
        return {}
    narrow = subjects[["USUBJID", display.treatment]]
    return {
        column.label: int(in_column(narrow, display.treatment, column)["USUBJID"].nunique())
        for column in display.columns
    }


def _rows(
    display: Display, analysis: DisplayAnalysis, dataset: _Rows, subjects: pd.DataFrame
) -> pd.DataFrame:
    """Rows of the population that the analysis selects, with the variables that it names."""
    table = dataset.table
    inside = dataset.where(analysis.where, analysis.at("Where"))
    inside = inside[table["USUBJID"].among(subjects["USUBJID"])[inside]]
    return table.frame(_named(display, analysis, table.names), inside)


def _named(display: Display, analysis: DisplayAnalysis, dataset: Iterable[str]) -> list[str]:
    """The variables of an analysis's rows that its method is given, with the keys of its records."""
    naming = all_methods()[analysis.method].naming
    options = [name for option in naming for name in analysis.option_list(option)]
    named = [
        *record_keys(dataset),
        analysis.by,
        *(item.name for item in analysis.variables),
        *options,
    ]
    if display.columns:
        named.append(analysis.treatment or display.treatment)
    return list(dict.fromkeys(name for name in named if name))


class _Rows:
    """A dataset, and its rows by where-clause."""

    def __init__(self, given: pd.DataFrame | CodedTable) -> None:
        self.table = given if isinstance(given, CodedTable) else CodedTable.of(given)
        self._selection = Selection(self.table)

    def where(self, where: Where, place: Address) -> Rows:
        """Positions of the rows that satisfy a clause; what is wrong with it is reported at its cell."""
        try:
            return self._selection.rows(where)
        except Stopped as stopped:
            raise Stopped(replace(problem, where=place) for problem in stopped.problems) from None


def _header(display: Display, sizes: Mapping[str, int]) -> list[ResultCell]:
    """The N of each column of a display."""
    out: list[ResultCell] = []
    for column in display.columns:
        treated = (equals(display.treatment, *column.values),) if column.values else ()
        out.append(
            ResultCell(
                display=display.id,
                analysis=HEADER,
                method="Header",
                order=0,
                row=0,
                dataset=display.population_dataset,
                where=written((*display.population_where, *treated)),
                population_dataset=display.population_dataset,
                population_where=written(display.population_where),
                groups=((display.treatment, column.label),),
                statistic="N",
                value=float(sizes[column.label]),
            )
        )
    return out


def _outside(work: Work) -> list[Problem]:
    """A finding where selected rows belong to no column of the display."""
    columns = work.display.columns
    if not columns or any(not column.values for column in columns):
        return []
    known = {value for column in columns for value in column.values}
    rows = work.rows.loc[~work.rows[work.treatment].isin(known)]
    if rows.empty:
        return []
    what = f"rows of {work.analysis.dataset} belong to no column of {work.display.id}"
    values = rows[work.treatment].fillna("(missing)").unique()
    records, out_of = _records(work.analysis.dataset, rows), len(work.rows)
    place = work.analysis.at("Dataset")
    return [kinds.OUTSIDE_COLUMNS.at(place, what, values=values, records=records, out_of=out_of)]


def _unnamed(work: Work) -> list[Problem]:
    """A finding where selected rows are at a level of By that By Levels does not name."""
    analysis = work.analysis
    if not analysis.by or not analysis.by_levels:
        return []
    levels = level_texts(work.rows[analysis.by]).fillna("(missing)")
    strange = levels[~levels.isin([item.name for item in analysis.by_levels])]
    if strange.empty:
        return []
    what = f"rows of {analysis.dataset} are at levels of {analysis.by} that are not shown"
    records, out_of = _records(analysis.dataset, work.rows.loc[strange.index]), len(work.rows)
    place, values = analysis.at("By Levels"), sorted(strange.unique())
    return [kinds.UNNAMED_LEVELS.at(place, what, values=values, records=records, out_of=out_of)]


def _records(dataset: str, rows: pd.DataFrame) -> list[Address]:
    """Rows of an analysis as records: by subject and, where the dataset has it, the sequence number."""
    name = "ASEQ" if dataset.startswith("AD") else f"{dataset[:2]}SEQ"
    numbers = rows[name].fillna(0).tolist() if name in rows else [0] * len(rows)
    return [at_record(dataset, str(s), int(n)) for s, n in zip(rows["USUBJID"], numbers, strict=True)]


def _failures(analysis: DisplayAnalysis, part: pd.DataFrame) -> list[Problem]:
    """A problem where statistics that the display shows have no value, with the reasons."""
    failed = part.loc[part["error"] != ""]
    if failed.empty:
        return []
    templates = [row.template for row in shaped_rows(analysis, part) if row.template]
    shown = {field.statistic for template in templates for field in template.fields}
    failed = failed.loc[failed["statistic"].isin(shown)]
    if failed.empty:
        return []
    what = f"{analysis.display} {analysis.id}: no value for {', '.join(failed['statistic'].unique())}"
    kind = all_methods()[analysis.method].failure
    return [kind.at(analysis.at("Method"), what, values=failed["error"].unique())]
