"""Families of tests: which p-values of which analyses, of one display or several, are adjusted together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from il2cdisc.base.problems import did_you_mean
from il2cdisc.results.arms import arms, reference_of
from il2cdisc.results.options import BadCell
from il2cdisc.spec.tlf import Display, DisplayAnalysis

P_VALUE = "p_value"


@dataclass(frozen=True, slots=True)
class NamedTests:
    """A line of Levels: the tests of an analysis. `display` is empty for the display of the family itself,
    `level` (of By) is empty for all rows of the analysis."""

    display: str
    analysis: str
    statistic: str
    level: str

    def among(self, known: pd.DataFrame, display: str) -> pd.DataFrame:
        """Their rows of a results dataset; `display` is that of the family."""
        inside = (known["display"] == (self.display or display)) & (known["analysis"] == self.analysis)
        inside &= known["statistic"] == self.statistic
        if self.level:
            names = [
                name for name in map(str, known.columns) if name.endswith("_level") and name != "group1_level"
            ]
            at_level = [known[name] == self.level for name in (*names, "level")]
            inside &= pd.concat(at_level, axis="columns").any(axis="columns")
        return known[inside]


def named_tests(text: str) -> NamedTests:
    """`DISPLAY: ANALYSIS/statistic/level`; all but the analysis may be left out.

    >>> named_tests("T-1: MMRM/p_value/WEEK 6")
    NamedTests(display='T-1', analysis='MMRM', statistic='p_value', level='WEEK 6')
    >>> named_tests("ANCOVA")
    NamedTests(display='', analysis='ANCOVA', statistic='p_value', level='')
    """
    head, colon, rest = text.partition(":")
    other = bool(colon) and "/" not in head  # a level may have a colon, the id of a display has no stroke
    analysis, _, after = (rest if other else text).partition("/")
    statistic, _, level = after.partition("/")
    display = head.strip() if other else ""
    return NamedTests(display, analysis.strip(), statistic.strip() or P_VALUE, level.strip())


def other_displays(analysis: DisplayAnalysis) -> tuple[str, ...]:
    """The displays whose results a family takes, beside its own."""
    names = (named_tests(item.name).display for item in analysis.levels)
    return tuple(dict.fromkeys(name for name in names if name and name != analysis.display))


def refuse_tests(
    displays: Sequence[Display], display: Display, analysis: DisplayAnalysis
) -> Iterator[BadCell]:
    """What is wrong with the lines of Levels: displays, analyses, statistics or levels that there are not."""
    known = {item.id: item for item in displays}
    for item in analysis.levels:
        tests = named_tests(item.name)
        if tests.display and tests.display not in known:
            what = f"Levels names {item.name!r}, but there is no display {tests.display!r}"
            yield BadCell(what, did_you_mean(tests.display, known), "Levels")
            continue
        own = tests.display in ("", display.id)
        other = display if own else known[tests.display]
        yield from _refuse_analysis(item.name, tests, analysis if own else None, other)
    named = [named_tests(item.name) for item in analysis.levels]
    pairs = {(tests.display, tests.analysis): None for tests in named if tests.display in known}
    for other, name in pairs:
        for own in known[other].analyses:
            if own.id == name and other != display.id:
                yield from _refuse_columns(known[other], own, display)


def _refuse_analysis(
    text: str, tests: NamedTests, family: DisplayAnalysis | None, display: Display
) -> Iterator[BadCell]:
    """`family` is the analysis that adjusts, where the tests are of its own display."""
    from il2cdisc.results.methods import all_methods

    given = {item.id: item for item in display.analyses}
    names = list(given)[: list(given).index(family.id)] if family else list(given)
    which = "earlier analyses of the display" if family else f"analyses of {display.id}"
    if tests.analysis not in names:
        what = f"Levels are {which}; {tests.analysis!r} is not one of {', '.join(names) or 'none'}"
        yield BadCell(what, did_you_mean(tests.analysis, names), "Levels")
        return
    analysis = given[tests.analysis]
    method = all_methods().get(analysis.method)
    if method is None:
        return  # reported at its own cell
    if method.among is not None:
        yield BadCell(f"Levels names {text!r}, whose p-values are adjusted already", header="Levels")
    elif tests.statistic not in method.statistics:
        what = f"Levels names {text!r}, but {analysis.method} makes no statistic {tests.statistic!r}"
        yield BadCell(what, did_you_mean(tests.statistic, method.statistics), "Levels")
    levels = [item.name for item in analysis.by_levels]
    if tests.level and levels and tests.level not in levels:
        what = f"Levels names {text!r}, but By Levels of {tests.analysis} has no {tests.level!r}"
        yield BadCell(what, did_you_mean(tests.level, levels), "Levels")


def _refuse_columns(other: Display, analysis: DisplayAnalysis, display: Display) -> Iterator[BadCell]:
    """Columns of another display, but the reference, that the display of the family does not have."""
    labels = [column.label for column in display.columns]
    for column in arms(other):
        if column.label not in labels and column.values[0] != reference_of(other, analysis):
            what = f"{other.id} {analysis.id} has a column {column.label!r}, which {display.id} does not have"
            yield BadCell(what, did_you_mean(column.label, labels), "Levels")
