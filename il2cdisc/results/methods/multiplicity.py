"""p-values of several analyses, of one display or several, as one family: adjusted for multiplicity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.results.arms import arms
from il2cdisc.results.families import named_tests, other_displays, refuse_tests
from il2cdisc.results.frame import ResultCell, frame_of, joined
from il2cdisc.results.method import Method
from il2cdisc.results.options import BadCell, choice, numbers_listed, refuse_absent, refuse_choice
from il2cdisc.results.shape import P_VALUE, ResultRow, RowShape, ShownLine, under
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.stats.arguments import Floats, how_many
from il2cdisc.stats.estimates import Estimate, found, missing
from il2cdisc.stats.multiplicity import (
    benjamini_hochberg,
    bonferroni,
    fixed_sequence,
    hochberg,
    holm,
    hommel,
    serial_gatekeeping,
)

NOT_ADJUSTED = Kind(
    "RES053",
    "Adjusted p-value not available",
    Severity.FINDING,
    "Check the analyses of the family; the display shows NE with this reason as a footnote.",
)
SINGLE: dict[str, Callable[..., Floats]] = {
    "holm": holm,
    "hochberg": hochberg,
    "hommel": hommel,
    "bonferroni": bonferroni,
    "benjamini-hochberg": benjamini_hochberg,
    "fixed-sequence": fixed_sequence,
}
GATEKEEPING = "gatekeeping"
PROCEDURES = (*SINGLE, GATEKEEPING)
EARLIER = "A test before this one has no p-value: the sequence ends there."
CLOSED = "A test of this family, or of one before it, has no p-value."


def run(work: Work) -> pd.DataFrame:
    """p_value as it was and p_adjusted of every test of the analyses that Levels names, in their columns.

    A line of Levels is `DISPLAY: ANALYSIS/statistic/level = label`: an analysis of another display or,
    without the display, an earlier one of the same; the statistic is p_value where none is given; the level
    of By, such as a visit, where one row of several is meant. All of these p-values are one family, whose
    order (for `fixed-sequence`) is that of Levels, then of rows and columns. `gatekeeping` tests families in
    turn, each by Holm: `families` numbers that of each line of Levels. A test without a p-value keeps its
    reason and counts as no test; it ends a sequence, and closes the families after it.
    """
    tests = _tests(work)
    adjusted = _adjusted(work, tests)
    closed = CLOSED if choice(work.analysis, "procedure", PROCEDURES) == GATEKEEPING else EARLIER
    columns = {column.label: column for column in work.display.columns}
    out: list[ResultCell] = []
    for test, own in zip(tests, adjusted, strict=True):
        level, column = work.analysis.levels[test.line].name, columns.get(test.column, columns[test.shown])
        given = missing(test.error) if test.error else found(test.p_value)
        after = missing(test.error or closed) if np.isnan(own) else found(own)
        estimates: dict[str, Estimate] = {"p_value": given, "p_adjusted": after}
        out += [
            work.cell(test.row, name, estimate, column=column, level=level, groups=test.groups)
            for name, estimate in estimates.items()
        ]
    return frame_of(out)


@dataclass(frozen=True, slots=True)
class _Test:
    """A test of a family: the line of Levels, the row and the groups that show it, and its p-value.

    `column` is the label of its column, `shown` that of the one which shows a test of no column at hand.
    """

    line: int
    row: int
    groups: tuple[tuple[str, str], ...]
    column: str
    shown: str
    p_value: float
    error: str


def _tests(work: Work) -> list[_Test]:
    """The tests in the order of the family; a line without any is one test, with the reason."""
    known, last = joined(work.earlier), arms(work.display)[-1].label
    labels = [column.label for column in work.display.columns]
    out: list[_Test] = []
    for line, item in enumerate(work.analysis.levels):
        tests = named_tests(item.name)
        own = tests.among(known, work.display.id)
        if own.empty:
            why = f"{item.name} has no {tests.statistic}."
            out.append(_Test(line, len({test.row for test in out}), (), last, last, np.nan, why))
        for _, part in own.groupby("row", sort=True):
            row = len({test.row for test in out})
            for record in part.to_dict("records"):
                label, error = str(record["group1_level"]), str(record["error"])
                if label not in labels:
                    error = error or f"{item.name} has a test in {label}, which is no column of this display."
                p_value = np.nan if error else float(record["value"])
                out.append(_Test(line, row, _groups(record), label, last, p_value, error))
    return out


def _groups(record: Mapping[Hashable, Any]) -> tuple[tuple[str, str], ...]:
    """The levels that the row of a result is in, but the display's column."""
    names = [
        str(name) for name in record if str(name).startswith("group") and not str(name).endswith("_level")
    ]
    pairs = ((str(record[name]), str(record[f"{name}_level"])) for name in names if name != "group1")
    return tuple(pair for pair in pairs if pair[0])


def _adjusted(work: Work, tests: Sequence[_Test]) -> Floats:
    p = np.array([test.p_value for test in tests], dtype="float64")
    procedure = choice(work.analysis, "procedure", PROCEDURES)
    if procedure == GATEKEEPING:
        families = numbers_listed(work.analysis, "families")
        return serial_gatekeeping(p, [int(families[test.line]) for test in tests])
    return SINGLE[procedure](p)


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """A row for each test of the family, under the label of this analysis; with its level of By, if any."""
    labels = {item.name: item.label for item in analysis.levels}
    many = Counter(row.level for row in found)
    shown = [
        RowShape(
            label=", ".join([labels[row.level], *(row.path if many[row.level] > 1 else ())]),
            result=row.number,
            template=lines[0].template,
        )
        for row in found
    ]
    return under(analysis.label, shown)


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options, and with the columns of the display."""
    out = refuse_choice(analysis, "procedure", PROCEDURES)
    if not arms(display):
        out.append(BadCell("adjusted p-values need a column of one treatment"))
    gatekeeping = analysis.options.get("procedure") == GATEKEEPING
    if "families" in analysis.options and not gatekeeping:
        return [*out, BadCell(f"the option families is for procedure = {GATEKEEPING}")]
    if not gatekeeping:
        return out
    out += refuse_absent(analysis, families="the number of the family of each line of Levels, as 1 1 2")
    words, values = analysis.option_list("families"), numbers_listed(analysis, "families")
    wrong = [word for word, value in zip(words, values, strict=True) if not value >= 1 or value % 1]
    if wrong:
        out.append(BadCell(f"the option families lists {wrong[0]!r}; it lists whole numbers from 1"))
    elif words and len(words) != len(analysis.levels):
        counts = f"the option families lists {how_many(len(words), 'number')}"
        out.append(BadCell(f"{counts}, and Levels has {how_many(len(analysis.levels), 'line')}"))
    return out


METHOD = Method(
    name="Multiplicity",
    run=run,
    rows=rows,
    statistics={"p_value": P_VALUE, "p_adjusted": P_VALUE},
    lines=(Line(label="", template="{p_adjusted}"),),
    failure=NOT_ADJUSTED,
    needs=("Levels",),
    takes=("Lines",),
    most={"Lines": 1},
    options=("procedure", "families"),
    refuse=refuse,
    among=refuse_tests,
    others=other_displays,
)
