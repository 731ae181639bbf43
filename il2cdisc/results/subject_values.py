"""What methods share that show each subject: a row for each, with the values of its records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from il2cdisc.results.compared import Groups
from il2cdisc.results.frame import ResultCell
from il2cdisc.results.shape import ResultRow, RowShape, ShownLine, below
from il2cdisc.results.work import Work, in_column
from il2cdisc.spec.conditions import Condition, equals
from il2cdisc.spec.tlf import DisplayAnalysis, DisplayColumn
from il2cdisc.stats.estimates import Estimate

SUBJECT = "USUBJID"


def columns_of(work: Work, rows: pd.DataFrame) -> dict[str, DisplayColumn]:
    """The first column of the display that a subject belongs to, by subject; one of no column is left out.

    Columns of one treatment come before those of several, whatever their order.
    """
    ordered = sorted(work.display.columns, key=lambda column: len(column.values) != 1)
    out: dict[str, DisplayColumn] = {}
    for column in ordered:
        for subject in in_column(rows, work.treatment, column)[SUBJECT].unique():
            out.setdefault(str(subject), column)
    return out


def subject_cells(
    work: Work,
    row: int,
    column: DisplayColumn,
    subject: str,
    estimates: Mapping[str, Estimate | str],
    *,
    variable: str,
    groups: Groups = (),
    conditions: tuple[Condition, ...] = (),
) -> list[ResultCell]:
    """The results of one subject in its column, from its records that satisfy `conditions` and `groups`."""
    where = (equals(SUBJECT, subject), *(equals(*group) for group in groups), *conditions)
    return [
        work.cell(
            row,
            statistic,
            estimate,
            column=column,
            groups=((SUBJECT, subject), *groups),
            variable=variable,
            conditions=where,
        )
        for statistic, estimate in estimates.items()
    ]


def subject_rows(
    analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]
) -> list[RowShape]:
    """A line for each subject, of several levels of By one for each level below the subject's label."""
    labels = {item.name: item.label for item in analysis.by_levels}
    top = [analysis.label] if analysis.label else []
    items: list[tuple[list[str], int, list[ShownLine]]] = []
    for row in found:
        subject, *levels = row.path
        name = analysis_level(levels[0], labels) if levels else subject
        shown = [ShownLine(name, line.template) for line in lines[:1]]
        items.append(([*top, subject] if levels else top, row.number, shown))
    return below(items, block_at=len(top) + 1)


def analysis_level(name: str, labels: Mapping[str, str]) -> str:
    """The level as a table names it: of a position on an axis (a number) the level itself."""
    label = labels.get(name, name)
    return name if label.replace(".", "", 1).replace("-", "", 1).isdigit() else label
