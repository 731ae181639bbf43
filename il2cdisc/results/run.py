"""Analyses of displays → the results dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from il2cdisc.base.problems import Address, Problem, Problems, Stopped, at_record
from il2cdisc.results import problems as kinds
from il2cdisc.results.frame import HEADER, Cell, empty, frame_of
from il2cdisc.results.lint import lint
from il2cdisc.results.methods import METHODS
from il2cdisc.results.work import Work, in_column, population_text
from il2cdisc.spec.conditions import Where, equals, written
from il2cdisc.spec.tlf import Analysis, Display
from il2cdisc.spec.where import select


@dataclass(frozen=True, slots=True)
class Results:
    """The results dataset (see `frame.Cell` for its columns) and what was found on the way."""

    frame: pd.DataFrame
    problems: tuple[Problem, ...]


def run(displays: Sequence[Display], datasets: Mapping[str, pd.DataFrame]) -> Results:
    """Compute every analysis of every display from ADaM datasets (by upper-case name).

    Raises `Stopped` with all problems of the displays' descriptions at once: datasets and variables that
    there are not, methods unknown, options misspelt. A statistic that can't be estimated does not stop
    anything: it carries its reason in `error` and is a finding.
    """
    problems = Problems(lint(displays, datasets))
    problems.stop_if_any()
    parts: list[pd.DataFrame] = []
    for display in displays:
        subjects = _population(display, datasets)
        sizes = _sizes(display, subjects)
        parts.append(frame_of(_header(display, sizes)))
        for order, analysis in enumerate(display.analyses, start=1):
            rows = _rows(display, analysis, datasets[analysis.dataset], subjects)
            work = Work(display, analysis, order, rows, subjects, sizes)
            problems.extend([*_outside(work), *_unnamed(work)])
            part = METHODS[analysis.method].run(work)
            problems.extend(_not_estimable(analysis, part))
            parts.append(part)
    frame = pd.concat(parts, ignore_index=True) if parts else empty()
    return Results(frame, tuple(problems.items))


def needed(displays: Sequence[Display], datasets: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Of each dataset that analyses read, the variables that they name: all that `run` asks for.

    Raises `Stopped` with the problems that `run` has before it computes.
    """
    Problems(lint(displays, datasets)).stop_if_any()
    names: dict[str, dict[str, None]] = {}
    for display in displays:
        population = names.setdefault(display.population_dataset, {"USUBJID": None})
        population |= dict.fromkeys(condition.variable for condition in display.population_where)
        if display.columns:
            population[display.treatment] = None
        for analysis in display.analyses:
            own = names.setdefault(analysis.dataset, {"USUBJID": None})
            own |= dict.fromkeys(condition.variable for condition in analysis.where)
            own |= dict.fromkeys(_named(display, analysis))
    return {name: datasets[name][list(own)] for name, own in names.items()}


def _population(display: Display, datasets: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    subjects = datasets[display.population_dataset]
    return subjects.loc[_select(subjects, display.population_where, display.at("Population Where"))]


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
    display: Display, analysis: Analysis, dataset: pd.DataFrame, subjects: pd.DataFrame
) -> pd.DataFrame:
    """Rows of the population that the analysis selects, with the variables that it names."""
    inside = _select(dataset, analysis.where, analysis.at("Where"))
    inside &= dataset["USUBJID"].isin(subjects["USUBJID"])
    return dataset.loc[inside, _named(display, analysis)].reset_index(drop=True)


def _named(display: Display, analysis: Analysis) -> list[str]:
    """USUBJID and the variables of an analysis's rows that its method is given."""
    options = [name for option in METHODS[analysis.method].naming for name in analysis.option_list(option)]
    named = ["USUBJID", analysis.by, *(item.name for item in analysis.variables), *options]
    if display.columns:
        named.append(analysis.treatment or display.treatment)
    return list(dict.fromkeys(name for name in named if name))


def _select(frame: pd.DataFrame, where: Where, place: Address) -> pd.Series:
    """Rows that satisfy a where-clause; what is wrong with it is told with its cell."""
    try:
        return select(frame, where)
    except Stopped as stopped:
        raise Stopped(replace(problem, where=place) for problem in stopped.problems) from None


def _header(display: Display, sizes: Mapping[str, int]) -> list[Cell]:
    """The N of each column of a display."""
    out: list[Cell] = []
    for column in display.columns:
        treated = (equals(display.treatment, *column.values),) if column.values else ()
        out.append(
            Cell(
                display=display.id,
                analysis=HEADER,
                method="Header",
                order=0,
                row=0,
                dataset=display.population_dataset,
                where=written((*display.population_where, *treated)),
                population=population_text(display),
                group1=display.treatment,
                group1_level=column.label,
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
    """A finding where selected rows stand at a level of By that By Levels does not name."""
    analysis = work.analysis
    if not analysis.by or not analysis.by_levels:
        return []
    levels = work.rows[analysis.by].astype("str").fillna("(missing)")
    strange = levels[~levels.isin([item.name for item in analysis.by_levels])]
    if strange.empty:
        return []
    what = f"rows of {analysis.dataset} are at levels of {analysis.by} that are not shown"
    records, out_of = _records(analysis.dataset, work.rows.loc[strange.index]), len(work.rows)
    place, values = analysis.at("By Levels"), sorted(strange.unique())
    return [kinds.UNNAMED_LEVELS.at(place, what, values=values, records=records, out_of=out_of)]


def _records(dataset: str, rows: pd.DataFrame) -> list[Address]:
    """Rows of an analysis dataset as records: by subject and, where it is there, ASEQ."""
    numbers = rows["ASEQ"].tolist() if "ASEQ" in rows else [0] * len(rows)
    return [at_record(dataset, str(s), int(n)) for s, n in zip(rows["USUBJID"], numbers, strict=True)]


def _not_estimable(analysis: Analysis, part: pd.DataFrame) -> list[Problem]:
    """One finding a model that failed; a lacking SD of one value is told in the display alone."""
    if analysis.method != "ANCOVA":
        return []
    reasons = part.loc[part["error"] != "", "error"].unique()
    return [
        kinds.NOT_ESTIMABLE.at(analysis.at("Method"), f"{analysis.display} {analysis.id}: {reason}")
        for reason in reasons
    ]
