"""Whether the analyses can be computed: datasets, variables, methods and options, all problems at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Sized

import pandas as pd

from il2cdisc.base.problems import Problem, did_you_mean
from il2cdisc.results import problems as kinds
from il2cdisc.results.method import Method
from il2cdisc.results.methods import all_methods
from il2cdisc.results.options import BadCell
from il2cdisc.results.selected import borrowed
from il2cdisc.spec.problems import NO_EFFECT
from il2cdisc.spec.tlf import DATE9, SORTS, Display, DisplayAnalysis


def lint(displays: Sequence[Display], datasets: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Problems of displays against the datasets that there are (their rows are not looked at)."""
    return [problem for display in displays for problem in _display(display, datasets, displays)]


def _display(
    display: Display, datasets: Mapping[str, pd.DataFrame], displays: Sequence[Display]
) -> Iterator[Problem]:
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
    yield from _analyses(display)
    yield from _axes(display)
    for analysis in display.analyses:
        yield from _analysis(display, analysis, datasets)
        method = all_methods().get(analysis.method)
        for refusal in method.among(displays, display, analysis) if method and method.among else ():
            yield kinds.WRONG_ARGUMENT.at(analysis.at(refusal.header), refusal.what, hint=refusal.hint)


def _analyses(display: Display) -> Iterator[Problem]:
    """How many analyses a display has: a listing one, a figure some of one method, its panels or rows."""
    count = len(display.analyses)
    if (display.kind == "Listing" and count != 1) or (display.kind == "Figure" and not count):
        what = f"a {display.kind.lower()} has one analysis; this has {count}"
        yield kinds.WRONG_KIND.at(display.at("Kind"), what)
    for analysis in display.analyses[1:] if display.kind == "Figure" else ():
        first = display.analyses[0].method
        if analysis.method != first:
            what = f"the analyses of a figure have one method; this is {analysis.method}, the first {first}"
            yield kinds.WRONG_KIND.at(analysis.at("Method"), what)


def _analysis(
    display: Display, analysis: DisplayAnalysis, datasets: Mapping[str, pd.DataFrame]
) -> Iterator[Problem]:
    method = all_methods().get(analysis.method)
    if method is None:
        hint = did_you_mean(analysis.method, all_methods())
        what = f"{analysis.method!r} is not a method"
        if not hint:  # their names are many: only for who has no idea of one
            what += f"; there are {', '.join(all_methods())}"
        yield kinds.UNKNOWN_METHOD.at(analysis.at("Method"), what, hint=hint)
        return
    if method.kind != display.kind:
        what = f"{analysis.method} makes a {method.kind.lower()}; {display.id} is a {display.kind.lower()}"
        yield kinds.WRONG_KIND.at(analysis.at("Method"), what)
    yield from _arguments(analysis, method)
    yield from _lines(analysis, method)
    yield from _unused(display, analysis, method)
    for refused in method.refuse(display, analysis):
        refusal = refused if isinstance(refused, BadCell) else BadCell(refused)
        yield kinds.WRONG_ARGUMENT.at(analysis.at(refusal.header), refusal.what, hint=refusal.hint)
    yield from _subject_options(display, analysis, method, datasets)
    if analysis.dataset not in datasets:
        yield _no_dataset(analysis, "Dataset", analysis.dataset, datasets)
        return
    frame = datasets[analysis.dataset]
    if "USUBJID" not in frame.columns:
        what = f"{analysis.dataset} has no variable 'USUBJID'; a display is of the subjects of a population"
        fix = "Name a dataset with the records of subjects."
        yield kinds.MISSING_VARIABLE.at(analysis.at("Dataset"), what, fix=fix)
        return
    named = {
        "Where": [condition.variable for condition in analysis.where],
        "Variables": [item.name for item in analysis.variables],
        "By": [analysis.by] if analysis.by else [],
        "Treatment": [analysis.treatment] if display.columns and analysis.treatment else [],
        "Options": [name for option in method.naming for name in analysis.option_list(option)],
    }
    if analysis.chosen:
        named["Record"] = [analysis.chosen.variable]
    lent = set(borrowed(display, analysis, list(frame.columns)))
    lent &= set(datasets.get(display.population_dataset, frame).columns)
    for header, names in named.items():
        own = [name for name in names if name not in lent]
        yield from _variables(analysis, header, analysis.dataset, own, frame.columns)
    if display.columns and not analysis.treatment and display.treatment not in {*frame.columns, *lent}:
        yield _no_treatment(display, analysis, frame)
    yield from _numbers(analysis, method, frame)
    yield from _formats(analysis, frame)


def _no_treatment(display: Display, analysis: DisplayAnalysis, frame: pd.DataFrame) -> Problem:
    """The cell Treatment is empty, and the dataset does not have the variable of the display."""
    what = f"{analysis.dataset} has no variable {display.treatment!r}, the Treatment of {display.id}"
    hint = did_you_mean(display.treatment, [str(column) for column in frame.columns])
    fix = f"Fill in the cell: the variable of {analysis.dataset} that holds the treatment."
    return kinds.MISSING_VARIABLE.at(analysis.at("Treatment"), what, hint=hint, fix=fix)


def _subject_options(
    display: Display, analysis: DisplayAnalysis, method: Method, datasets: Mapping[str, pd.DataFrame]
) -> Iterator[Problem]:
    """Options of the population's dataset; where that is absent it has a problem of its own."""
    if display.population_dataset not in datasets:
        return
    frame = datasets[display.population_dataset]
    for option in method.of_subjects:
        names = analysis.option_list(option)
        yield from _variables(analysis, "Options", display.population_dataset, names, frame.columns)
        for name in names if option in method.numbers else ():
            if name in frame.columns and not pd.api.types.is_numeric_dtype(frame[name]):
                what = f"{analysis.method} needs numbers; {display.population_dataset}.{name} is text"
                yield kinds.NOT_NUMERIC.at(analysis.at("Options"), what)


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
    items = {"Levels": analysis.levels, "By Levels": analysis.by_levels}
    if method.kind != "Listing":
        items |= {"Variables": analysis.variables}
    for header, cells in items.items():
        names = [item.name for item in cells]
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            yield kinds.WRONG_ARGUMENT.at(analysis.at(header), f"{header} names {name!r} twice")
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
        "Options": [
            name
            for option in method.numbers
            if option not in method.of_subjects
            for name in analysis.option_list(option)
        ],
    }
    for header, names in named.items():
        for name in names:
            if name in frame.columns and not pd.api.types.is_numeric_dtype(frame[name]):
                what = f"{analysis.method} needs numbers; {analysis.dataset}.{name} is text"
                yield kinds.NOT_NUMERIC.at(analysis.at(header), what)


def _formats(analysis: DisplayAnalysis, frame: pd.DataFrame) -> Iterator[Problem]:
    """Formats of the variables of a listing: of numbers alone, and `date9` or a number of decimals."""
    for item in analysis.variables:
        if not item.format:
            continue
        if item.format != DATE9 and not item.format.isdecimal():
            what = f"the format {item.format!r} of {item.name} is neither {DATE9} nor a number of decimals"
            hint = did_you_mean(item.format, [DATE9])
            yield kinds.WRONG_ARGUMENT.at(analysis.at("Variables"), what, hint=hint)
        elif item.name in frame.columns and not pd.api.types.is_numeric_dtype(frame[item.name]):
            what = f"{analysis.dataset}.{item.name} is text: a format is of numbers"
            yield NO_EFFECT.at(analysis.at("Variables"), what, values=[item.format])


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
