"""Subjects and events by terms as Occurrence has them, with differences to the reference and rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.results import exposure, proportions
from il2cdisc.results.arms import arms, cells, reference_of, refuse_lines_of_pairs, refuse_reference
from il2cdisc.results.frame import ResultCell, frame_of, percentage
from il2cdisc.results.method import Method
from il2cdisc.results.methods import occurrence
from il2cdisc.results.methods.occurrence import CountedTerm
from il2cdisc.results.options import (
    BadCell,
    choice,
    confidence,
    refuse_choice,
    refuse_confidence,
    refuse_number,
    refuse_several,
)
from il2cdisc.results.proportions import DIFFERENCES, STRATIFIED, Group, Subjects
from il2cdisc.results.shape import P_VALUE, PERCENT, WHOLE, Decimals, ResultRow, RowShape, ShownLine
from il2cdisc.results.work import Work, in_column
from il2cdisc.spec.conditions import equals, written
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats.estimates import Estimate, NotEstimableError, found, missing

NOT_COMPARED = Kind(
    "RES047",
    "Incidence not compared",
    Severity.FINDING,
    "Check the subjects and the exposure of each column; the display shows NE with this reason.",
)
SHARES = (*proportions.DIFFERENCE, "p_fisher")
RATES = (*exposure.RATES, *exposure.DIFFERENCES)
OF_RATES = ("unit", "onset", "per", "rate_difference")
"""Options that say something of the exposure."""


def run(work: Work) -> pd.DataFrame:
    """n, p and events of each term as Occurrence counts them; without Variables of all rows together.

    Of each other column of one treatment the difference to the reference in percentage points, with limits
    (option `difference`, with `strata` a stratified one), and Fisher's p-value, none where neither column has
    the term. The option `exposure` names a variable of the population's dataset, the time at risk; it adds
    rates and their differences. Options
    `least` and `more` leave rare terms out (`occurrence.frequent`).
    """
    terms, found = occurrence.terms_of(work)
    found = occurrence.frequent(work, terms, found)
    if not work.analysis.variables:
        found = [CountedTerm((), ())]
    shares = _Shares(work)
    columns = {column.label: _ColumnRows(work, terms, column) for column in work.display.columns}
    out: list[ResultCell] = []
    for row, term in enumerate(found):
        parts = {label: own.of(term) for label, own in columns.items()}
        for column in work.display.columns:
            out += _own(work, row, term, column, parts[column.label])
        out += _comparisons(work, row, term, parts, shares)
    return frame_of(out)


class _ColumnRows:
    """The rows of a column by term: where each level of the hierarchy has its rows is looked up once."""

    def __init__(self, work: Work, terms: pd.DataFrame, column: DisplayColumn) -> None:
        names = [item.name for item in work.analysis.variables]
        texts = in_column(terms, work.treatment, column)
        self._rows = work.rows.loc[texts.index, ["USUBJID", *work.analysis.option_list("onset")]]
        self._places: dict[tuple[str, ...], Any] = {(): np.arange(len(texts))}
        for depth in range(1, len(names) + 1):
            for key, place in texts.groupby(names[:depth], sort=False).indices.items():
                self._places[key if isinstance(key, tuple) else (str(key),)] = place

    def of(self, term: CountedTerm) -> pd.DataFrame:
        return self._rows.iloc[self._places.get(term.path, [])]


def _own(
    work: Work, row: int, term: CountedTerm, column: DisplayColumn, rows: pd.DataFrame
) -> list[ResultCell]:
    n, size = int(rows["USUBJID"].nunique()), work.sizes[column.label]
    counts = {"n": found(n), "p": percentage(n, size), "events": found(len(rows))}
    out = [replace(cell, denominator=float(size)) for cell in _cells(work, row, term, column, counts)]
    if "exposure" not in work.analysis.options:
        return out
    try:
        estimates = exposure.rates(work.analysis, exposure.exposure_of(work, column, rows))
    except NotEstimableError as why:
        estimates = {name: missing(str(why)) for name in exposure.RATES}
    treated = (equals(work.display.treatment, *column.values),) if column.values else ()
    where = written((*work.display.population_where, *treated))
    for cell in _cells(work, row, term, column, estimates):
        of_subjects = cell.statistic in ("exposure", "time_at_risk")
        dataset = work.display.population_dataset
        out.append(replace(cell, dataset=dataset, where=where) if of_subjects else cell)
    return out


def _comparisons(
    work: Work, row: int, term: CountedTerm, parts: dict[str, pd.DataFrame], shares: _Shares
) -> list[ResultCell]:
    columns, reference = arms(work.display), reference_of(work.display, work.analysis)
    base = next((column for column in columns if column.values == (reference,)), None)
    out: list[ResultCell] = []
    for column in columns if base is not None else ():
        if base is None or column.values == base.values:
            continue
        pair = ((column, parts[column.label]), (base, parts[base.label]))
        estimates = _tried(SHARES, lambda given=pair: shares.compared(*given))
        if "exposure" in work.analysis.options:
            estimates |= _tried(exposure.DIFFERENCES, lambda given=pair: _rates(work, *given))
        out += _cells(work, row, term, column, estimates, (reference, *column.values))
    return out


Part = tuple[DisplayColumn, pd.DataFrame]


class _Shares:
    """Compares the shares of columns; rows with the same counts are computed once."""

    def __init__(self, work: Work) -> None:
        self._work, self._strata = work, proportions.strata_of(work)
        self._subjects: dict[str, Subjects] = {}
        self._known: dict[tuple[int, ...], dict[str, Estimate]] = {}

    def compared(self, one: Part, base: Part) -> dict[str, Estimate]:
        own, reference = self._group(*one), self._group(*base)
        arrays = (own.events, own.sizes, reference.events, reference.sizes)
        key = tuple(int(value) for array in arrays for value in array)
        if key not in self._known:
            analysis = self._work.analysis
            stratified = bool(analysis.option_list("strata"))
            method = choice(analysis, "difference", STRATIFIED if stratified else tuple(DIFFERENCES))
            level = confidence(analysis)
            found = proportions.difference(own, reference, method, level, stratified=stratified)
            nobody = not own.events.sum() and not reference.events.sum()  # there is nothing to test
            self._known[key] = found | ({} if nobody else proportions.fisher_test(own, reference))
        return self._known[key]

    def _group(self, column: DisplayColumn, rows: pd.DataFrame) -> Group:
        if column.label not in self._subjects:
            self._subjects[column.label] = proportions.subjects_of(self._work, column, self._strata)
        return self._subjects[column.label].having(rows["USUBJID"])


def _rates(work: Work, one: Part, base: Part) -> dict[str, Estimate]:
    own, reference = exposure.exposure_of(work, *one), exposure.exposure_of(work, *base)
    return exposure.rate_differences(work.analysis, own, reference)


def _tried(names: Sequence[str], compute: Callable[[], dict[str, Estimate]]) -> dict[str, Estimate]:
    try:
        return compute()
    except NotEstimableError as why:
        return {name: missing(str(why)) for name in names}


def _cells(
    work: Work,
    row: int,
    term: CountedTerm,
    column: DisplayColumn,
    estimates: dict[str, Estimate],
    treatments: tuple[str, ...] | None = None,
) -> list[ResultCell]:
    names = [item.name for item in work.analysis.variables]
    return [
        replace(cell, variable=names[len(term.path) - 1] if term.path else "USUBJID")
        for cell in cells(
            work,
            row,
            column,
            estimates,
            conditions=term.conditions,
            treatments=treatments,
            level=term.path[-1] if term.path else "",
            groups=tuple(zip(names, term.path[:-1], strict=False)),
        )
    ]


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """A row for each term as Occurrence has it; several lines of a term are below it, one step further in.

    Without Variables the lines are below the label of the analysis.
    """
    if not analysis.variables:
        out = [
            RowShape(label=line.label, result=row.number, template=line.template, indent=1)
            for row in found
            for line in lines[1:]
        ]
        first = [RowShape(label=analysis.label, result=found[0].number, template=lines[0].template)]
        return [*first, *out] if found else []
    out = []
    for shown in occurrence.rows(analysis, lines, found):
        several = len(lines) > 1 and shown.result is not None
        out.append(replace(shown, keep=shown.keep or several))
        for line in lines[1:] if several else ():
            below = replace(shown, label=line.label, template=line.template, indent=shown.indent + 1)
            out.append(replace(below, heads=(*shown.heads, (shown.indent, shown.label)), keep=False))
    return out


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    out = [*refuse_confidence(analysis), *occurrence.refuse_frequency(analysis)]
    if "reference" in analysis.options or len(arms(display)) > 1:
        out += refuse_reference(display, analysis)
    out += refuse_lines_of_pairs(display, analysis, (*SHARES, *exposure.DIFFERENCES))
    stratified = bool(analysis.option_list("strata"))
    out += refuse_choice(analysis, "difference", STRATIFIED if stratified else tuple(DIFFERENCES))
    out += refuse_choice(analysis, "unit", tuple(exposure.UNITS))
    out += refuse_choice(analysis, "rate_difference", tuple(exposure.RATE_DIFFERENCES))
    out += [*refuse_number(analysis, "per", above=0), *refuse_several(analysis, "exposure", "onset")]
    if "exposure" not in analysis.options:
        named = [name for name in OF_RATES if name in analysis.options]
        named += [name for line in analysis.lines for name in line.statistics if name in RATES]
        out += [BadCell(f"{name} needs the option exposure: the time at risk") for name in named[:1]]
    return out


METHOD = Method(
    name="Incidence",
    run=run,
    rows=rows,
    statistics={
        "n": WHOLE,
        "p": PERCENT,
        "events": WHOLE,
        **dict.fromkeys(proportions.DIFFERENCE, PERCENT),
        "p_fisher": P_VALUE,
        **dict.fromkeys(RATES, Decimals(1)),
    },
    lines=(Line(label="", template="{n} ({p}) [{events}]"),),
    alone="n",
    failure=NOT_COMPARED,
    takes=("Variables", "Lines", "Sort", "Decimals"),
    options=(
        "missing",
        "least",
        "more",
        "reference",
        "difference",
        "strata",
        "confidence",
        "exposure",
        *OF_RATES,
    ),
    naming=("onset",),
    of_subjects=("exposure", "strata"),
    numbers=("exposure", "onset"),
    refuse=refuse,
)
