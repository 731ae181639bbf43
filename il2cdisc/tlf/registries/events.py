"""The adverse events of the results, in the shape that both registries ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from il2cdisc.spec.tlf import Display, DisplayAnalysis
from il2cdisc.tlf.figures.data import FigureData, Mark

METHOD = "Registry events"
"""The method of the analysis that registries are written from."""
SERIOUS = "Serious"


@dataclass(frozen=True, slots=True)
class ReportedGroup:
    """An arm: its id in a file, its title, and its totals by statistic."""

    id: str
    title: str
    totals: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ReportedTerm:
    """A term with its body system, and its counts by statistic in each group, zeros included."""

    system: str
    term: str
    counts: tuple[Mapping[str, int], ...]


@dataclass(frozen=True, slots=True)
class ReportedEvents:
    """What a registry is told of adverse events.

    `notice` stands in front of free texts of a trial with synthetic data.
    """

    groups: tuple[ReportedGroup, ...]
    serious: tuple[ReportedTerm, ...]
    other: tuple[ReportedTerm, ...]
    options: Mapping[str, str]
    notice: str = ""

    @property
    def systematic(self) -> bool:
        """Whether events were asked for and not only noted when told."""
        return self.options.get("assessment", "systematic") == "systematic"

    @property
    def threshold(self) -> str:
        """Per cent that a term of other events has to exceed to be reported."""
        return self.options.get("threshold", "0")

    def told(self, option: str) -> str:
        """The text of an option, with the notice in front."""
        text = self.options.get(option, "")
        return f"{self.notice} - {text}" if self.notice and text else (text or self.notice)


def analyses_of(displays: Sequence[Display]) -> list[tuple[Display, DisplayAnalysis]]:
    """The analyses that registries are written from."""
    return [(display, item) for display in displays for item in display.analyses if item.method == METHOD]


def reported(
    display: Display, analysis: DisplayAnalysis, results: pd.DataFrame, notice: str
) -> ReportedEvents:
    """The events of one analysis."""
    marks = FigureData(display, results).of(analysis)
    columns = [column.label for column in display.columns if len(column.values) == 1]
    totals = {mark.column: _whole(mark) for mark in marks if not mark.path}
    groups = tuple(
        ReportedGroup(f"group-{place}", label, totals[label])
        for place, label in enumerate(columns, start=1)
        if label in totals
    )
    terms = [mark for mark in marks if mark.path]
    parts: dict[bool, list[ReportedTerm]] = {True: [], False: []}
    for number in dict.fromkeys(mark.row for mark in terms):
        own = {mark.column: mark for mark in terms if mark.row == number}
        first = next(iter(own.values()))
        counts = tuple(_whole(own[group.title]) for group in groups)
        parts[first.path[0] == SERIOUS].append(ReportedTerm(first.path[1], first.level, counts))
    return ReportedEvents(groups, tuple(parts[True]), tuple(parts[False]), analysis.options, notice)


def _whole(mark: Mark) -> dict[str, int]:
    return {name: int(value) for name, value in mark.values.items()}
