"""Results of a display → rows and cells of text, as its methods shape them; computes nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from il2cdisc.base.columns import CodedColumn, CodedTable
from il2cdisc.base.resultkey import LISTED, ResultKey
from il2cdisc.results.frame import HEADER
from il2cdisc.results.rows import shaped_rows, shown_lines
from il2cdisc.results.shape import RowShape, head
from il2cdisc.spec.tlf import Display, DisplayAnalysis
from il2cdisc.tlf.formatting import Number, fill, listed
from il2cdisc.tlf.table import NO_ROWS, WITHHELD, DisplayTable, Keys, Notes, TableRow

SUBJECT = "USUBJID"
Numbers = dict[tuple[int, str], dict[str, Number]]
"""Row of the results and column label → statistic → number."""


_NEEDED = frozenset((
    "display", "analysis", "row", "variable", "level", "statistic", "value", "error", "text",
    *(f"group{i}{part}" for i in range(1, 10) for part in ("", "_level")),
))  # fmt: skip
"""Columns of the results that a table is made of."""


def lay_out(display: Display, results: pd.DataFrame, listed: CodedTable | None = None) -> DisplayTable:
    """The table of a display, of a figure the table of its points.

    `results` may hold other displays too; `listed` is what a listing shows.
    """
    if display.kind == "Listing":
        return _listing(display, listed)
    needed = [name for name in results.columns if name in _NEEDED]
    own = results.loc[results["display"] == display.id, needed]
    return (_table if display.kind == "Table" else _points)(display, own)


def header_cells(display: Display, own: pd.DataFrame) -> tuple[list[str], list[Keys]]:
    """`Label` and `(N=24)` of each column, on two lines, and the keys of the N."""
    header = own.loc[own["analysis"] == HEADER]
    texts = zip(header["value"], header["text"], strict=True)
    numbers = (text or f"{value:.0f}" for value, text in texts)
    sizes = dict(zip(header["group1_level"], numbers, strict=True))
    labels = [column.label for column in display.columns]
    keys = [(ResultKey(display.id, HEADER, 0, label, "N"),) for label in labels]
    return [f"{label}\n(N={sizes[label]})" for label in labels], keys


def _table(display: Display, own: pd.DataFrame) -> DisplayTable:
    notes = Notes()
    rows: list[TableRow] = []
    found = dict(iter(own.groupby("analysis", sort=False)))
    for analysis in display.analyses:
        section = _Section(display, analysis, notes, first_block=rows[-1].block + 1 if rows else 0)
        part = found.get(analysis.id)
        rows += section.nothing() if part is None else section.rows(part)
    texts, keys = header_cells(display, own)
    count = len(display.columns)
    share = (1 - max(0.3, 0.58 - 0.06 * count)) / max(count, 1)
    return DisplayTable(
        header=(display.row_header, *texts),
        header_keys=((), *keys),
        rows=tuple(rows),
        widths=(1 - share * count, *[share] * count),
        notes=notes.lines(),
    )


def _points(display: Display, own: pd.DataFrame) -> DisplayTable:
    """The numbers of a figure as a table, for readers who can't see the figure."""
    notes = Notes()
    rows: list[TableRow] = []
    found = dict(iter(own.groupby("analysis", sort=False)))
    for analysis in display.analyses:
        part = found.get(analysis.id)
        if part is not None:
            section = _Section(display, analysis, notes, first_block=rows[-1].block + 1 if rows else 0)
            rows += section.rows(part)
    lines = shown_lines(display.analyses[0])
    shown = f"\n{lines[0].label}" if len(lines) == 1 else ""
    header = ("", *(f"{column.label}{shown}" for column in display.columns))
    return DisplayTable(
        header=header,
        rows=tuple(rows),
        widths=(1.0,) * len(header),
        notes=notes.lines(),
        empty="" if rows else WITHHELD if any(item.withheld for item in display.analyses) else NO_ROWS,
    )


@dataclass(frozen=True, slots=True)
class _Section:
    """The rows of one analysis in a table."""

    display: Display
    analysis: DisplayAnalysis
    notes: Notes
    first_block: int = 0

    @property
    def labels(self) -> list[str]:
        return [column.label for column in self.display.columns]

    def rows(self, found: pd.DataFrame) -> list[TableRow]:
        """The rows of its results."""
        numbers = _numbers(found)
        return [self._row(shape, numbers) for shape in shaped_rows(self.analysis, found)]

    def nothing(self) -> list[TableRow]:
        """The rows of an analysis that found nothing."""
        label = self.analysis.label
        top = [head(label)] if label else []
        why = WITHHELD if self.analysis.withheld else NO_ROWS
        return [self._row(shape, {}) for shape in (*top, RowShape(label=why, indent=len(top)))]

    def _row(self, shape: RowShape, numbers: Numbers) -> TableRow:
        texts, keys = self._cells(shape, numbers)
        return TableRow(
            (shape.label, *texts),
            indent=shape.indent,
            head=shape.head,
            keep=shape.keep,
            block=self.first_block + shape.block,
            heads=shape.heads,
            keys=((), *keys),
        )

    def _cells(self, shape: RowShape, numbers: Numbers) -> tuple[list[str], list[Keys]]:
        """The text of each column, and the keys of the results that it shows."""
        row, template = shape.result, shape.template
        if row is None or template is None:
            return [""] * len(self.labels), [()] * len(self.labels)
        shown = [fill(template, numbers.get((row, label), {})) for label in self.labels]
        about = (self.display.id, self.analysis.id, row)
        keys = [
            tuple(ResultKey(*about, label, statistic) for statistic in cell.statistics)
            for label, cell in zip(self.labels, shown, strict=True)
        ]
        return [self.notes.mark(cell.text, cell.error) for cell in shown], keys


def _numbers(found: pd.DataFrame) -> Numbers:
    out: Numbers = {}
    columns = (found[name] for name in ("row", "group1_level", "statistic", "value", "error", "text"))
    for row, label, statistic, value, error, text in zip(*columns, strict=True):
        out.setdefault((row, label), {})[statistic] = Number(value, error, text)
    return out


def _listing(display: Display, listed: CodedTable | None) -> DisplayTable:
    analysis = display.analyses[0]
    items = analysis.variables
    group = analysis.option_list("group")
    names = [item.name for item in items]
    rows = [] if listed is None else _listing_rows(display, analysis, listed)
    widths = [float(item.width or 10) for item in items]
    return DisplayTable(
        header=tuple(re.sub(r"\s*//\s*", "\n", item.label) for item in items),
        rows=tuple(rows),
        widths=tuple(width / sum(widths) for width in widths),
        repeats=len([name for name in names if name in group]),
        listing=True,
        empty="" if rows else WITHHELD if analysis.withheld else NO_ROWS,
    )


def _listing_rows(display: Display, analysis: DisplayAnalysis, table: CodedTable) -> list[TableRow]:
    """A row for each record, with its key; those of a subject are a block."""
    texts = [_listed_texts(table[item.name], item.format) for item in analysis.variables]
    blocks = table[SUBJECT].codes.tolist()
    rows: list[TableRow] = []
    for row, (block, *cells) in enumerate(zip(blocks, *texts, strict=True)):
        keys = ((ResultKey(display.id, analysis.id, row, "", LISTED),),) * len(cells)
        rows.append(TableRow(tuple(cells), block=block, keys=keys))
    return rows


def _listed_texts(column: CodedColumn, form: str) -> list[str]:
    """The text of each row; each distinct value is written once."""
    shown = [listed(v, "", form) if isinstance(v, float) else v for v in column.distinct]
    texts = [*shown, ""]  # the place -1 is that of a missing value
    return [texts[code] for code in column.codes.tolist()]
