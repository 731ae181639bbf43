"""Results of a display → rows and cells of text. Picks and formats; computes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pandas as pd

from il2cdisc.results.frame import HEADER
from il2cdisc.spec.tlf import Analysis, Display, Line
from il2cdisc.tlf.formatting import Number, fill, listed
from il2cdisc.tlf.table import NO_ROWS, Notes, Row, Table

_COUNT = Line(label="", template="{n} ({p})")
_EVENTS = Line(label="", template="{n} ({p}) [{events}]")
_SUMMARY = (
    Line(label="n", template="{n}"),
    Line(label="Mean (SD)", template="{mean} ({sd})"),
    Line(label="Median", template="{median}"),
    Line(label="Q1, Q3", template="{q1}, {q3}"),
    Line(label="Min, Max", template="{min}, {max}"),
)

Cells = dict[str, dict[str, Number]]
"""Of one row: column label → statistic → number."""


def lay_out(display: Display, results: pd.DataFrame) -> Table:
    """The table of a display; `results` may hold other displays too."""
    own = results.loc[results["display"] == display.id]
    if display.kind == "Listing":
        return _listing(display, own)
    return _table(display, own)


def column_headers(display: Display, own: pd.DataFrame) -> list[str]:
    """`Label` and `(N=24)` of each column, on two lines."""
    header = own.loc[own["analysis"] == HEADER]
    sizes = dict(zip(header["group1_level"], header["value"], strict=True))
    return [f"{column.label}\n(N={int(sizes[column.label])})" for column in display.columns]


def _table(display: Display, own: pd.DataFrame) -> Table:
    notes = Notes()
    rows: list[Row] = []
    labels = [column.label for column in display.columns]
    by_analysis = dict(iter(own.groupby("analysis", sort=False)))
    for analysis in display.analyses:
        found = by_analysis.get(analysis.id)
        section = _Section(analysis, labels, notes, first_block=rows[-1].block + 1 if rows else 0)
        rows += _SHAPES[analysis.method](section, found) if found is not None else section.nothing()
    share = (1 - max(0.3, 0.58 - 0.06 * len(labels))) / max(len(labels), 1)
    return Table(
        header=(display.row_header, *column_headers(display, own)),
        rows=tuple(rows),
        widths=(1 - share * len(labels), *[share] * len(labels)),
        notes=notes.lines(),
    )


class _Section:
    """Rows of one analysis in the making."""

    def __init__(self, analysis: Analysis, labels: list[str], notes: Notes, first_block: int) -> None:
        self.analysis = analysis
        self.labels = labels
        self.notes = notes
        self.block = first_block
        self._blank = ("",) * len(labels)

    def head(self, label: str, indent: int = 0) -> Row:
        """A row that is only a label."""
        return Row((label, *self._blank), indent, head=True, keep=True, block=self.block)

    def line(self, label: str, template: str, cells: Cells, indent: int) -> Row:
        """A row with one cell for each column."""
        texts = []
        for name in self.labels:
            shown = fill(template, cells.get(name, {}), self.analysis.decimals)
            texts.append(self.notes.mark(shown.text, shown.error))
        return Row((label, *texts), indent, block=self.block)

    def nothing(self) -> list[Row]:
        """What stands there when an analysis found nothing."""
        label = self.analysis.label
        top = [self.head(label)] if label else []
        return [*top, Row((NO_ROWS, *self._blank), indent=len(top), block=self.block)]

    def template(self, default: Line) -> str:
        """The template of a count: the first line of the workbook's, or the usual one."""
        return self.analysis.lines[0].template if self.analysis.lines else default.template


def _rows_of(found: pd.DataFrame) -> Iterator[tuple[pd.Series, Cells]]:
    """Each row of an analysis: one of its results (for its levels), and its numbers by column."""
    for _, part in found.groupby("row", sort=True):
        cells: Cells = {}
        columns = (part["group1_level"], part["statistic"], part["value"], part["error"])
        for label, statistic, value, error in zip(*columns, strict=True):
            cells.setdefault(label, {})[statistic] = Number(value, error)
        yield part.iloc[0], cells


def _subjects(section: _Section, found: pd.DataFrame) -> list[Row]:
    template = section.template(_EVENTS)
    return [section.line(section.analysis.label, template, cells, 0) for _, cells in _rows_of(found)]


def _categorical(section: _Section, found: pd.DataFrame) -> list[Row]:
    labels = {level.name: level.label for level in section.analysis.levels}
    rows = [section.head(section.analysis.label)] if section.analysis.label else []
    indent = len(rows)
    heads = ((0, section.analysis.label),) if rows else ()
    for first, cells in _rows_of(found):
        label = labels.get(str(first["level"]), str(first["level"]))
        rows.append(replace(section.line(label, section.template(_COUNT), cells, indent), heads=heads))
    return rows


def _continuous(section: _Section, found: pd.DataFrame) -> list[Row]:
    analysis = section.analysis
    by_labels = {item.name: item.label for item in analysis.by_levels}
    variables = {item.name: item.label for item in analysis.variables}
    rows: list[Row] = []
    top = [analysis.label] if analysis.label else []
    above: list[str] = []
    for first, cells in _rows_of(found):
        level = [by_labels.get(first["group2_level"], first["group2_level"])] if analysis.by else []
        variable = [variables[first["variable"]]] if len(variables) > 1 else []
        path = [*top, *level, *variable]
        if above and path[: len(top) + len(level)] != above[: len(top) + len(level)]:
            section.block += 1
        for depth, label in enumerate(path):
            if path[: depth + 1] != above[: depth + 1]:
                rows.append(replace(section.head(label, depth), heads=tuple(enumerate(path[:depth]))))
        above = path
        for line in analysis.lines or _SUMMARY:
            row = section.line(line.label, line.template, cells, len(path))
            rows.append(replace(row, heads=tuple(enumerate(path))))
    return rows


def _occurrence(section: _Section, found: pd.DataFrame) -> list[Row]:
    rows: list[Row] = []
    template = section.template(_EVENTS)
    top = 0
    if section.analysis.label:
        rows.append(section.head(section.analysis.label))
        top = 1
    for first, cells in _rows_of(found):
        path = [first[name] for name in ("group2_level", "group3_level") if first[name]]
        if not path and rows:
            section.block += 1
        row = section.line(first["level"], template, cells, top + len(path))
        keep = not path and len(section.analysis.variables) > 1
        rows.append(replace(row, heads=tuple((top + i, label) for i, label in enumerate(path)), keep=keep))
    return rows


def _model(section: _Section, found: pd.DataFrame) -> list[Row]:
    rows = [section.head(section.analysis.label)] if section.analysis.label else []
    indent = len(rows)
    heads = ((0, section.analysis.label),) if rows else ()
    for _, cells in _rows_of(found):
        rows += [
            replace(section.line(line.label, line.template, cells, indent), heads=heads)
            for line in section.analysis.lines
        ]
    return rows


_SHAPES: dict[str, Callable[[_Section, pd.DataFrame], list[Row]]] = {
    "Subjects": _subjects,
    "Categorical": _categorical,
    "Continuous": _continuous,
    "Occurrence": _occurrence,
    "ANCOVA": _model,
}


def _listing(display: Display, own: pd.DataFrame) -> Table:
    analysis = display.analyses[0]
    items = analysis.variables
    group = analysis.option_list("group")
    repeats = len([item for item in items if item.name in group])
    forms = {item.name: item.format for item in items}
    wanted = own.loc[own["analysis"] == analysis.id]
    columns = (wanted["row"], wanted["variable"], wanted["value"], wanted["text"], wanted["level"])
    texts: dict[int, dict[str, str]] = {}
    subjects: dict[int, str] = {}
    for number, variable, value, text, subject in zip(*columns, strict=True):
        texts.setdefault(number, {})[variable] = listed(value, text, forms.get(variable, ""))
        subjects[number] = subject
    blocks = {subject: i for i, subject in enumerate(dict.fromkeys(subjects.values()))}
    rows = [
        Row(tuple(found.get(item.name, "") for item in items), block=blocks[subjects[number]])
        for number, found in texts.items()
    ]
    widths = [float(item.width or 10) for item in items]
    return Table(
        header=tuple(re.sub(r"\s*//\s*", "\n", item.label) for item in items),
        rows=tuple(rows),
        widths=tuple(width / sum(widths) for width in widths),
        repeats=repeats,
        listing=True,
        empty="" if rows else NO_ROWS,
    )
