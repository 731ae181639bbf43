"""Values that displays name, held against the codelists of the workbook: a misspelt one selects nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from il2cdisc.base.numbers import read_number
from il2cdisc.base.problems import Address, Problem, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.conditions import Where
from il2cdisc.spec.models import Spec, VariableSpec
from il2cdisc.spec.tlf import Display, DisplayAnalysis

MOST_DECIMALS = 8
Specs = Sequence[Spec]
_EQUAL = ("EQ", "NE", "IN", "NOTIN")


def lint_values(displays: Sequence[Display], *specs: Spec) -> list[Problem]:
    """Values of where-clauses, columns and levels that no codelist has; numbers that are none; decimals."""
    found = (problem for display in displays for problem in _display(display, specs))
    return list(dict.fromkeys(found))  # displays share their sets of columns


def _display(display: Display, specs: Specs) -> Iterator[Problem]:
    dataset = display.population_dataset
    yield from _where(specs, dataset, display.population_where, display.at("Population Where"))
    for column in display.columns:
        yield from _values(specs, dataset, display.treatment, column.values, column.place.at("Values"))
    for analysis in display.analyses:
        yield from _analysis(analysis, specs)


def _analysis(analysis: DisplayAnalysis, specs: Specs) -> Iterator[Problem]:
    yield from _where(specs, analysis.dataset, analysis.where, analysis.at("Where"))
    if len(analysis.variables) == 1:
        levels = [item.name for item in analysis.levels]
        name = analysis.variables[0].name
        yield from _values(specs, analysis.dataset, name, levels, analysis.at("Levels"))
    levels = [item.name for item in analysis.by_levels]
    yield from _values(specs, analysis.dataset, analysis.by, levels, analysis.at("By Levels"))
    if not 0 <= analysis.decimals <= MOST_DECIMALS:
        what = f"Decimals is not from 0 to {MOST_DECIMALS}"
        yield kinds.DECIMALS.at(analysis.at("Decimals"), what, values=[analysis.decimals])


def _where(specs: Specs, dataset: str, where: Where, place: Address) -> Iterator[Problem]:
    for condition in where:
        variable = _variable(specs, dataset, condition.variable)
        if variable is None:
            continue
        values = [value for value in condition.values if value.strip() not in ("", ".")]
        if variable.type == "Num":
            bad = [value for value in values if not _is_number(value)]
            if bad:
                what = f"{dataset} {variable.name} is numeric, but is compared with text"
                yield kinds.WHERE_NUMBER.at(place, what, values=bad)
        elif condition.comparator in _EQUAL:
            yield from _values(specs, dataset, variable.name, values, place)


def _values(
    specs: Specs, dataset: str, name: str, values: Iterable[str], place: Address
) -> Iterator[Problem]:
    known = _codelist(specs, dataset, name)
    bad = [value for value in values if known and value not in known]
    if bad:
        what = f"the codelist of {dataset} {name} does not have the value"
        yield kinds.UNKNOWN_VALUE.at(place, what, values=bad, hint=did_you_mean(bad[0], known))


def _codelist(specs: Specs, dataset: str, name: str) -> Collection[str]:
    """Values that the codelist of a text variable allows; empty where it has none, or not for every row."""
    variable = _variable(specs, dataset, name)
    if variable is None or variable.type == "Num":
        return ()
    own = next(spec for spec in specs if dataset in spec.datasets)
    found = own.codelists.get(variable.codelist)
    return found.values if found is not None else ()


def _variable(specs: Specs, dataset: str, name: str) -> VariableSpec | None:
    return next((spec.variable(dataset, name) for spec in specs if dataset in spec.datasets), None)


def _is_number(value: str) -> bool:
    return read_number(value).is_number
