"""Analyses of displays → the results dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.datasets import heading
from il2cdisc.base.problems import Address, Problem, Problems, at_record
from il2cdisc.base.stored import AnyDataset
from il2cdisc.results import problems as kinds
from il2cdisc.results.frame import HEADER, ResultCell, Results, frame_of, joined
from il2cdisc.results.lint import lint
from il2cdisc.results.methods import all_methods
from il2cdisc.results.rows import shaped_rows
from il2cdisc.results.selected import DatasetRows, borrowed, named, selected
from il2cdisc.results.work import Work, in_column, level_texts
from il2cdisc.spec.conditions import equals, written
from il2cdisc.spec.tlf import Display, DisplayAnalysis

Place = tuple[int, int]
"""Of results the place of their display, and that of their analysis in it (0: the N of its columns)."""
Numbered = Sequence[tuple[int, Display]]
"""Displays, each with its place among all."""
PORTION = 30
"""Analyses that a portion of displays has at least: enough to be worth its own copy of the datasets."""


@dataclass(frozen=True, slots=True)
class PartialResults:
    """Results of some displays, and what was found on the way, each by its place; listings by their ids."""

    frames: dict[Place, pd.DataFrame] = field(default_factory=dict[Place, pd.DataFrame])
    listed: dict[str, CodedTable] = field(default_factory=dict[str, CodedTable])
    problems: dict[Place, list[Problem]] = field(default_factory=dict[Place, "list[Problem]"])


def run(displays: Sequence[Display], datasets: Mapping[str, pd.DataFrame | CodedTable]) -> Results:
    """Compute every analysis of every display from ADaM datasets (by upper-case name).

    Raises `Stopped` with all problems of the displays' descriptions at once: datasets and variables that
    there are not, methods unknown, options misspelt. A statistic that can't be estimated does not stop
    anything: it carries its reason in `error`, and one that the display shows is a finding.
    """
    tables = {
        name: given if isinstance(given, CodedTable) else CodedTable.of(given)
        for name, given in datasets.items()
    }
    headings = {name: table.frame(rows=slice(0, 0)) for name, table in tables.items()}
    Problems(lint(displays, headings)).stop_if_any()
    return combined(displays, tables, [run_portion(tuple(enumerate(displays)), tables)])


def portions(displays: Sequence[Display]) -> list[Numbered]:
    """The displays in portions that can be computed apart, in their order."""
    out: list[list[tuple[int, Display]]] = []
    size = PORTION
    for numbered in enumerate(displays):
        if size >= PORTION:
            out.append([])
            size = 0
        out[-1].append(numbered)
        size += len(numbered[1].analyses)
    return [tuple(part) for part in out]


def run_portion(displays: Numbered, tables: Mapping[str, CodedTable]) -> PartialResults:
    """Compute the analyses of some displays, but those of the results of others (see `combined`)."""
    held = {name: DatasetRows(table) for name, table in tables.items()}
    done = PartialResults()
    for number, display in displays:
        sizes = _sizes(display, _population(display, held))
        done.frames[number, 0] = frame_of(_header(display, sizes))
        _run(number, display, held, done, of_results=False)
    return done


def combined(
    displays: Sequence[Display], tables: Mapping[str, CodedTable], parts: Iterable[PartialResults]
) -> Results:
    """The results of all portions as one dataset, with the analyses that are of the results of others."""
    done = PartialResults()
    for part in parts:
        done.frames.update(part.frames)
        done.listed.update(part.listed)
        done.problems.update(part.problems)
    held = {name: DatasetRows(table) for name, table in tables.items()}
    for number, display in enumerate(displays):
        _run(number, display, held, done, of_results=True)
    frame = joined([done.frames[place] for place in sorted(done.frames)])
    found = (problem for place in sorted(done.problems) for problem in done.problems[place])
    return Results(frame, tuple(found), done.listed)


def _of_results(analysis: DisplayAnalysis) -> bool:
    """Whether an analysis is of the results of others."""
    return all_methods()[analysis.method].among is not None


def _run(
    number: int, display: Display, held: Mapping[str, DatasetRows], done: PartialResults, *, of_results: bool
) -> None:
    """Add the results of a display's analyses that are of the results of others, or of those that are not."""
    analyses = [
        (order, item)
        for order, item in enumerate(display.analyses, 1)
        if _of_results(item) == of_results and not item.withheld
    ]
    if not analyses:
        return
    subjects = _population(display, held)
    sizes = _sizes(display, subjects)
    for order, analysis in analyses:
        dataset = held[analysis.dataset]
        rows = selected(display, analysis, dataset, subjects)
        taken = frozenset(borrowed(display, analysis, dataset.table.names))
        known = [place for place in sorted(done.frames) if of_results or place[0] == number]
        earlier = tuple(done.frames[place] for place in known)
        work = Work(display, analysis, order, rows, subjects, sizes, earlier, taken)
        method = all_methods()[analysis.method]
        part = method.run(work)
        done.frames[number, order] = part
        if method.listed is not None:
            done.listed[display.id] = CodedTable.of(method.listed(work))
        found = [*_outside(work), *_other_column(work), *_unnamed(work), *_failures(analysis, part)]
        done.problems[number, order] = [*found, *method.remark(analysis, part)]


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
            for option in all_methods()[analysis.method].of_subjects:
                population |= dict.fromkeys(analysis.option_list(option))
            own = names.setdefault(analysis.dataset, {"USUBJID": None})
            own |= dict.fromkeys(condition.variable for condition in analysis.where)
            known = datasets[analysis.dataset].names
            own |= dict.fromkeys(named(display, analysis, known))
            population |= dict.fromkeys(borrowed(display, analysis, known))
    return {name: datasets[name].table(own) for name, own in names.items()}


def _population(display: Display, held: Mapping[str, DatasetRows]) -> pd.DataFrame:
    subjects = held[display.population_dataset]
    return subjects.population(display.population_where, display.at("Population Where"))


def _sizes(display: Display, subjects: pd.DataFrame) -> dict[str, int]:
    """The N of each column."""
    if not display.columns:
        return {}
    narrow = subjects[["USUBJID", display.treatment]]
    return {
        column.label: int(in_column(narrow, display.treatment, column)["USUBJID"].nunique())
        for column in display.columns
    }


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


def _other_column(work: Work) -> list[Problem]:
    """A finding where records stand in another column than their subjects do, by two treatment variables."""
    display, analysis = work.display, work.analysis
    if not display.columns or work.treatment == display.treatment:
        return []
    labels = {
        value: frozenset(column.label for column in display.columns if value in column.values)
        for column in display.columns
        for value in column.values
    }
    numbers = {held: number for number, held in enumerate(dict.fromkeys(labels.values()))}
    columns = {value: float(numbers[held]) for value, held in labels.items()}
    subjects = work.subjects.drop_duplicates("USUBJID").set_index("USUBJID")
    own = subjects[display.treatment].map(columns).astype("float64")
    of_record = work.rows[work.treatment].map(columns).astype("float64")
    apart = work.rows["USUBJID"].map(own).astype("float64") - of_record  # NaN where one has none
    rows = work.rows[apart.notna() & (apart != 0)]
    if rows.empty:
        return []
    what = f"{analysis.dataset} {work.treatment} differs from {display.treatment} of the subject"
    records, out_of = _records(analysis.dataset, rows), len(work.rows)
    place, values = analysis.at("Treatment"), rows[work.treatment].unique()
    return [kinds.OTHER_COLUMN.at(place, what, values=values, records=records, out_of=out_of)]


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
    reasons = part["error"].to_numpy(dtype=object) != ""
    if not reasons.any():
        return []
    failed = part.loc[reasons, ["statistic", "error"]]
    templates = [row.template for row in shaped_rows(analysis, part) if row.template]
    shown = {field.statistic for template in templates for field in template.fields}
    failed = failed.loc[failed["statistic"].isin(shown)]
    if failed.empty:
        return []
    what = f"{analysis.display} {analysis.id}: no value for {', '.join(failed['statistic'].unique())}"
    kind = all_methods()[analysis.method].failure
    return [kind.at(analysis.at("Method"), what, values=failed["error"].unique())]
