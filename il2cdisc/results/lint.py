"""Whether the analyses can be computed: datasets, variables, methods and options, all problems at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Sized

import pandas as pd

from il2cdisc.base.problems import Problem, did_you_mean
from il2cdisc.results import problems as kinds
from il2cdisc.results.method import Method
from il2cdisc.results.methods import all_methods
from il2cdisc.spec.problems import NO_EFFECT
from il2cdisc.spec.tlf import SORTS, Display, DisplayAnalysis


def lint(displays: Sequence[Display], datasets: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Problems of displays against the datasets that there are (their rows are not looked at)."""
    return [problem for display in displays for problem in _display(display, datasets)]


def _display(display: Display, datasets: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    where = [condition.variable for condition in display.population_where]
    if display.population_dataset not in datasets:
        yield _no_dataset(display, "Population Dataset", display.population_dataset, datasets)
    else:
        columns = datasets[display.population_dataset].columns
        yield from _variables(display, "Population Where", display.population_dataset, where, columns)
        if display.columns:
            named = [display.treatment]
            yield from _variables(display, "Treatment", display.population_dataset, named, columns)
    labels = [column.label for column in display.columns]
    if not labels and display.kind != "Listing":
        what = f"a {display.kind.lower()} needs a set of columns"
        yield kinds.WRONG_KIND.at(display.at("Columns"), what, fix="Name a set of the sheet Columns.")
    if len(set(labels)) < len(labels):
        twice = [label for label in labels if labels.count(label) > 1]
        fix = "Give each column of a set a label of its own."
        yield kinds.WRONG_KIND.at(display.at("Columns"), "two columns have one label", values=twice, fix=fix)
    if display.kind != "Table" and len(display.analyses) != 1:
        what = f"a {display.kind.lower()} has one analysis; this has {len(display.analyses)}"
        yield kinds.WRONG_KIND.at(display.at("Kind"), what)
    yield from _axes(display)
    for analysis in display.analyses:
        yield from _analysis(display, analysis, datasets)


def _analysis(
    display: Display, analysis: DisplayAnalysis, datasets: Mapping[str, pd.DataFrame]
) -> Iterator[Problem]:
    method = all_methods().get(analysis.method)
    if method is None:
        hint = did_you_mean(analysis.method, all_methods())
        what = f"{analysis.method!r} is not a method; there are {', '.join(all_methods())}"
        yield kinds.UNKNOWN_METHOD.at(analysis.at("Method"), what, hint=hint)
        return
    if method.kind != display.kind:
        what = f"{analysis.method} makes a {method.kind.lower()}; {display.id} is a {display.kind.lower()}"
        yield kinds.WRONG_KIND.at(analysis.at("Method"), what)
    yield from _arguments(analysis, method)
    yield from _lines(analysis, method)
    yield from _unused(display, analysis, method)
    for what in method.refuse(display, analysis):
        yield kinds.WRONG_ARGUMENT.at(analysis.at("Options"), what)
    if analysis.dataset not in datasets:
        yield _no_dataset(analysis, "Dataset", analysis.dataset, datasets)
        return
    frame = datasets[analysis.dataset]
    named = {
        "Where": [condition.variable for condition in analysis.where],
        "Variables": [item.name for item in analysis.variables],
        "By": [analysis.by] if analysis.by else [],
        "Treatment": [analysis.treatment or display.treatment] if display.columns else [],
        "Options": [name for option in method.naming for name in analysis.option_list(option)],
    }
    for header, names in named.items():
        yield from _variables(analysis, header, analysis.dataset, names, frame.columns)
    yield from _numbers(analysis, method, frame)


def _arguments(analysis: DisplayAnalysis, method: Method) -> Iterator[Problem]:
    given: dict[str, Sized] = {
        "Variables": analysis.variables,
        "Levels": analysis.levels,
        "By": analysis.by,
        "By Levels": analysis.by_levels,
        "Lines": analysis.lines,
    }
    for header in method.needs:
        if not given[header]:
            what = f"{analysis.method} needs {header}; the cell is empty"
            yield kinds.WRONG_ARGUMENT.at(analysis.at(header), what)
    for header, most in method.most.items():
        if len(given[header]) > most:
            what = f"{analysis.method} takes at most {most} of {header}; there are {len(given[header])}"
            yield kinds.WRONG_ARGUMENT.at(analysis.at(header), what)
    for name in analysis.options:
        if name not in method.options:
            known = ", ".join(method.options) or "none"
            what = f"{analysis.method} knows no option {name!r}; it knows {known}"
            hint = did_you_mean(name, method.options)
            yield kinds.WRONG_ARGUMENT.at(analysis.at("Options"), what, hint=hint)


def _unused(display: Display, analysis: DisplayAnalysis, method: Method) -> Iterator[Problem]:
    """Cells that the method of the analysis would not look at."""
    items = {
        "Variables": analysis.variables,
        "Levels": analysis.levels,
        "By Levels": analysis.by_levels,
    }
    given = {
        **items,
        "By": analysis.by,
        "Lines": analysis.lines,
        "Decimals": analysis.decimals,
        "Sort": analysis.sort != SORTS[0],
    }
    for header in [name for name, value in given.items() if value]:
        if header not in (*method.needs, *method.takes):
            what = f"{analysis.method} does not use {header}"
            yield NO_EFFECT.at(analysis.at(header), what)
    if analysis.by_levels and not analysis.by and "By" in method.takes:
        yield NO_EFFECT.at(analysis.at("By Levels"), "By is empty, so there is nothing to have levels")
    for header, cells in items.items():
        if display.kind != "Listing" and any(item.width or item.format for item in cells):
            what = "a width or a format is used in listings only"
            yield NO_EFFECT.at(analysis.at(header), what)


def _axes(display: Display) -> Iterator[Problem]:
    """Cells of a display that its kind does not show."""
    given = {
        "X Axis": (display.axes[0], "Figure"),
        "Y Axis": (display.axes[1], "Figure"),
        "Row Header": (display.row_header, "Table"),
    }
    for header, (text, kind) in given.items():
        if text and display.kind != kind:
            what = f"a {display.kind.lower()} does not show {header}"
            yield NO_EFFECT.at(display.at(header), what, values=[text])


def _lines(analysis: DisplayAnalysis, method: Method) -> Iterator[Problem]:
    for line in analysis.lines:
        for name in line.statistics:
            if name not in method.statistics:
                what = f"{analysis.method} makes no statistic {name!r}"
                hint = did_you_mean(name, method.statistics)
                yield kinds.UNKNOWN_STATISTIC.at(analysis.at("Lines"), what, hint=hint)


def _numbers(analysis: DisplayAnalysis, method: Method, frame: pd.DataFrame) -> Iterator[Problem]:
    named = {
        "Variables": [item.name for item in analysis.variables] if method.numeric else [],
        "Options": [name for option in method.numbers for name in analysis.option_list(option)],
    }
    for header, names in named.items():
        for name in names:
            if name in frame.columns and not pd.api.types.is_numeric_dtype(frame[name]):
                what = f"{analysis.method} needs numbers; {analysis.dataset}.{name} is text"
                yield kinds.NOT_NUMERIC.at(analysis.at(header), what)


def _no_dataset(
    place: Display | DisplayAnalysis, header: str, name: str, datasets: Mapping[str, pd.DataFrame]
) -> Problem:
    what = f"there is no dataset {name!r}; there are {', '.join(sorted(datasets))}"
    return kinds.MISSING_DATASET.at(place.at(header), what, hint=did_you_mean(name, datasets))


def _variables(
    place: Display | DisplayAnalysis, header: str, dataset: str, names: Sequence[str], columns: pd.Index
) -> Iterator[Problem]:
    for name in names:
        if name not in columns:
            hint = did_you_mean(name, [str(column) for column in columns])
            yield kinds.MISSING_VARIABLE.at(
                place.at(header), f"{dataset} has no variable {name!r}", hint=hint
            )
