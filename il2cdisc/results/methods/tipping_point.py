"""Tipping point: the pooled analysis with deltas on the imputed values, and which delta loses the result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from il2cdisc.base.numbers import number_text
from il2cdisc.results.compared import ArmGroups, Estimates, compared
from il2cdisc.results.draws import (
    OPTIONS,
    STATISTICS,
    arguments,
    cells_of_draws,
    draws_of,
    estimates_of,
)
from il2cdisc.results.draws import (
    refuse as refuse_draws,
)
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.options import BadCell, numbers_listed, refuse_absent, refuse_choice, refuse_numbers
from il2cdisc.results.problems import NO_POOLED_MODEL
from il2cdisc.results.shape import ResultRow, RowShape, ShownLine, as_collected, below
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.stats.estimates import NotEstimableError, missing
from il2cdisc.stats.pooled_ancova import TippingAncova, tipping_ancova

ACTIVE, ALL = "active", "all"
POINT = "tipping_point"
UNORDERED = "the option deltas is not in order; write the smallest change first and the largest last"


def run(work: Work) -> pd.DataFrame:
    """Statistics of `Pooled ANCOVA` at each delta, and the delta at which the result is lost.

    `deltas = 0 1 2` are added in turn to the imputed values, those whose variable `imputed` (DTYPE) has the
    value `imputed_as` (MI): of all treatments but the reference, or of all (`shift = all`). The last row
    holds tipping_point: the first delta whose p-value is above 1 - confidence, or the text that there is
    none among them. Where a draw can't be analysed each statistic carries the reason.
    """
    groups, deltas = compared(work), numbers_listed(work.analysis, "deltas")
    fit = _fit(work, deltas)
    cells: list[ResultCell] = []
    for row, delta in enumerate(deltas):
        estimates = estimates_of(work, groups, fit if isinstance(fit, str) else fit.results[row])
        cells += cells_of_draws(work, row, work.rows, estimates, level=number_text(delta))
    points = _points(groups, deltas, fit)
    cells += cells_of_draws(work, len(deltas), work.rows, points, with_n=False)
    return frame_of(cells)


def _fit(work: Work, deltas: Sequence[float]) -> TippingAncova | str:
    groups, options = compared(work), work.analysis.options
    every = options.get("shift", ACTIVE) == ALL
    shifted = groups.levels if every else [level for level in groups.levels if level != groups.reference]
    try:
        draws = draws_of(work, groups, work.rows, options["imputed"])
        imputed = (draws.subjects[options["imputed"]] == options["imputed_as"]).to_numpy(dtype=bool)
        if not imputed.any():
            raise NotEstimableError(f"No record has {options['imputed']} {options['imputed_as']}.")
        given = arguments(work, groups, draws)
        return tipping_ancova(draws.outcomes, imputed, deltas=deltas, shifted=shifted, **given)
    except NotEstimableError as why:
        return str(why)


def _points(groups: ArmGroups, deltas: Sequence[float], fit: TippingAncova | str) -> Mapping[str, Estimates]:
    out: dict[str, Estimates] = {level: {} for level in groups.levels}
    for level in groups.levels:
        if level == groups.reference:
            continue
        if isinstance(fit, str):
            out[level] = {POINT: missing(fit)}
            continue
        point = fit.tipping_points[level]
        out[level] = {POINT: f"none up to {number_text(deltas[-1])}" if point.error else point}
    return out


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    deltas = numbers_listed(analysis, "deltas")
    # the tipping point is the first delta, and a text that there is none names the last
    unordered = deltas not in (sorted(deltas), sorted(deltas, reverse=True))
    return [
        *refuse_draws(display, analysis),
        *refuse_absent(
            analysis,
            deltas="what is added to the imputed values",
            imputed="the variable that says which values are imputed",
            imputed_as="its value where they are",
        ),
        *(refuse_numbers(analysis, "deltas") or ([BadCell(UNORDERED)] if unordered else [])),
        *refuse_choice(analysis, "shift", (ACTIVE, ALL)),
    ]


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """The lines of each delta below it; the lines of the tipping point once, at the end."""
    of_point = [line for line in lines if any(field.statistic == POINT for field in line.template.fields)]
    others = [line for line in lines if line not in of_point]
    top = [analysis.label] if analysis.label else []
    items = [
        ([*top, f"Delta {row.level}"], row.number, others) if row.level else (top, row.number, of_point)
        for row in found
    ]
    return below(items, block_at=len(top))


METHOD = Method(
    name="Tipping point",
    run=run,
    rows=rows,
    statistics={**STATISTICS, POINT: as_collected(1)},
    lines=(
        Line(label="Difference (SE)", template="{difference} ({difference_se})"),
        Line(label="Confidence interval", template="{difference_lower}, {difference_upper}"),
        Line(label="p-value", template="{p_value}"),
        Line(label="Tipping point", template="{tipping_point}"),
    ),
    failure=NO_POOLED_MODEL,
    needs=("Variables",),
    takes=("Lines", "Decimals"),
    most={"Variables": 1},
    numeric=True,
    options=(*OPTIONS, "deltas", "imputed", "imputed_as", "shift"),
    naming=("draw", "factors", "covariates", "imputed"),
    numbers=("covariates",),
    refuse=refuse,
)
