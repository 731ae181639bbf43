"""The results that a figure is drawn of, as marks: one per row and column of an analysis."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from il2cdisc.base.numbers import read_number
from il2cdisc.results.frame import HEADER
from il2cdisc.spec.tlf import Display, DisplayAnalysis

NOTE = "note"
"""The statistic whose text is written below a figure."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The results of one row in one column: `path` are the levels of its groups, the column's left out."""

    column: str
    row: int
    path: tuple[str, ...]
    variable: str
    level: str
    values: dict[str, float]
    texts: dict[str, str]
    errors: dict[str, str]

    def __getitem__(self, statistic: str) -> float:
        """The number of a statistic, NaN where it has none."""
        return self.values.get(statistic, math.nan)

    def has(self, *statistics: str) -> bool:
        """Whether each of the statistics has a number."""
        return all(not math.isnan(self[name]) for name in statistics)


class FigureData:
    """A figure's display and its results."""

    def __init__(self, display: Display, results: pd.DataFrame) -> None:
        self.display = display
        self._own = results.loc[results["display"] == display.id]

    @property
    def analyses(self) -> tuple[DisplayAnalysis, ...]:
        """The analyses of the figure, in their order."""
        return self.display.analyses

    @property
    def labels(self) -> list[str]:
        """The labels of the columns, in their order."""
        return [column.label for column in self.display.columns]

    @property
    def arms(self) -> list[str]:
        """The labels of the columns that hold some of the treatments."""
        return [column.label for column in self.display.columns if column.values]

    @cached_property
    def sizes(self) -> dict[str, int]:
        """The number of subjects of each column."""
        return {label: int(n) for label, n, _ in self._header if not math.isnan(n)}

    @cached_property
    def _header(self) -> list[tuple[str, float, str]]:
        header = self._own.loc[self._own["analysis"] == HEADER]
        columns = (header[name] for name in ("group1_level", "value", "text"))
        return [(str(label), float(n), str(text)) for label, n, text in zip(*columns, strict=True)]

    def titled(self, label: str) -> str:
        """`Drug X (N=12)`."""
        shown = {name: text for name, _, text in self._header if text}
        return f"{label} (N={shown.get(label, self.sizes.get(label, 0))})"

    def of(self, analysis: DisplayAnalysis) -> list[Mark]:
        """The marks of an analysis, by row, then in the order of the columns."""
        return self._marks.get(analysis.id, [])

    @cached_property
    def _marks(self) -> dict[str, list[Mark]]:
        order = {label: place for place, label in enumerate(self.labels)}
        own = self._own.loc[self._own["analysis"] != HEADER]
        groups = [name for name in own.columns if name.startswith("group") and name.endswith("_level")][1:]
        paths = list(zip(*(own[name] for name in groups), strict=True))
        names = (
            "analysis",
            "row",
            "group1_level",
            "variable",
            "level",
            "statistic",
            "value",
            "text",
            "error",
        )
        found: dict[tuple[str, int, str], Mark] = {}
        for path, line in zip(paths, zip(*(own[name] for name in names), strict=True), strict=True):
            analysis, row, column, variable, level, statistic, value, text, error = line
            inside = tuple(str(text) for text in path if text)
            key = (str(analysis), int(row), str(column))
            mark = found.setdefault(key, Mark(key[2], key[1], inside, str(variable), str(level), {}, {}, {}))
            mark.values[statistic], mark.texts[statistic], mark.errors[statistic] = float(value), text, error
        out: dict[str, list[Mark]] = {}
        for (analysis, _, _), mark in found.items():
            out.setdefault(analysis, []).append(mark)
        for marks in out.values():
            marks.sort(key=lambda mark: (mark.row, order.get(mark.column, len(order))))
        return out

    @property
    def notes(self) -> list[str]:
        """The notes among the results, each once."""
        texts = self._own.loc[(self._own["statistic"] == NOTE) & (self._own["text"] != ""), "text"]
        return list(dict.fromkeys(texts))

    @property
    def empty(self) -> bool:
        """Whether no analysis has a result."""
        return not self._marks

    @property
    def shell(self) -> bool:
        """Whether all results are placeholders: a display before there are data."""
        own = self._own.loc[(self._own["analysis"] != HEADER) & (self._own["statistic"] != NOTE)]
        return bool(len(own)) and bool((own["text"] != "").all()) and bool(own["value"].isna().all())

    def csv(self) -> bytes:
        """The data behind the figure: one line per row and column of an analysis, in full precision; UTF-8.

        A missing number is empty.
        """
        own = self._own.loc[self._own["analysis"] != HEADER]
        groups = [name for name in own.columns if name.startswith("group") and not name.endswith("_level")]
        used = [name for name in groups[1:] if (own[name] != "").any()]
        statistics = list(dict.fromkeys(own["statistic"]))
        titles = ["/".join(dict.fromkeys(own.loc[own[name] != "", name])) for name in used]
        out = io.StringIO(newline="")
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(["analysis", "column", *titles, "variable", "level", *statistics])
        for analysis in self.analyses:
            for mark in self.of(analysis):
                path = [*mark.path, *[""] * (len(used) - len(mark.path))]
                numbers = [_exact(mark, name) for name in statistics]
                lines.writerow([analysis.id, mark.column, *path, mark.variable, mark.level, *numbers])
        return out.getvalue().encode()


def _exact(mark: Mark, statistic: str) -> str:
    text = mark.texts.get(statistic, "")
    return text or (repr(float(mark[statistic])) if mark.has(statistic) else "")


def positions(analysis: DisplayAnalysis) -> dict[str, float]:
    """The position of each level of By on an axis: the number of its label, else its place."""
    return {item.name: _position(item.label, i) for i, item in enumerate(analysis.by_levels)}


def _position(text: str, index: int) -> float:
    found = read_number(text)
    return found.value if found.is_number else float(index)


def numbers_of(analysis: DisplayAnalysis, option: str, default: Sequence[float] = ()) -> list[float]:
    """The numbers that an option lists."""
    words = analysis.option_list(option)
    return [read_number(word).value for word in words] if words else list(default)


def by_column(marks: Sequence[Mark], labels: Sequence[str]) -> Iterator[tuple[int, str, list[Mark]]]:
    """Place, label and marks of each column."""
    for place, label in enumerate(labels):
        yield place, label, [mark for mark in marks if mark.column == label]
