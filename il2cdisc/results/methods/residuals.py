"""Observed and predicted values and residuals of a model's records: the points of two plots."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.models import NAMING, OPTIONS, TAKES, model_of, refuse_report
from il2cdisc.results.problems import NO_MIXED_MODEL
from il2cdisc.results.shape import WHOLE, Decimals, ResultRow, RowShape, ShownLine, below
from il2cdisc.results.subject_values import SUBJECT, columns_of, subject_cells
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import DisplayAnalysis, Line
from il2cdisc.stats.distributions import normal_scores
from il2cdisc.stats.estimates import NotEstimableError, found

DRAWN = ("observed", "predicted", "standardised", "quantile")


def run(work: Work) -> pd.DataFrame:
    """observed, predicted, residual, standardised and quantile of each record of the model that `of` names.

    predicted is by the fixed effects; standardised is the residual by its standard deviation under the model,
    quantile the normal score of it (Blom). A column that no record belongs to has no row.
    """
    try:
        model = model_of(work)
    except NotEstimableError as why:
        note = f"There is no model: {why}"
        return frame_of([work.cell(0, "note", note, column=work.display.columns[0])])
    records = model.records
    residual = records["observed"] - records["predicted"]
    standardised = residual / records["sd"]
    table = records.assign(
        residual=residual,
        standardised=standardised,
        quantile=normal_scores(standardised.to_numpy(dtype="float64")),
    )
    columns = columns_of(work, work.rows)
    by = work.analysis.by
    order = {item.name: place for place, item in enumerate(work.analysis.by_levels)}
    cells: list[ResultCell] = []
    kept = table.loc[table[SUBJECT].isin(list(columns))]
    place = kept["place"].map(lambda name: order.get(str(name), len(order)))
    kept = kept.assign(_place=place).sort_values([SUBJECT, "_place"], kind="stable")
    names = ["observed", "predicted", "residual", "standardised", "quantile"]
    for row, record in enumerate(kept.to_dict("records")):
        groups = ((by, str(record["place"])),) if by else ()
        cells += subject_cells(
            work, row, columns[record[SUBJECT]], record[SUBJECT],
            {name: found(record[name]) for name in names},
            variable=work.analysis.variables[0].name, groups=groups,
        )  # fmt: skip
    return frame_of(cells)


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """A row for each record, below its subject where the model has visits."""
    top = [analysis.label] if analysis.label else []
    items: list[tuple[list[str], int, list[ShownLine]]] = []
    for row in found:
        if row.path:
            subject, *visit = row.path
            shown = [ShownLine(visit[0] if visit else subject, lines[0].template)]
            items.append(([*top, subject] if visit else top, row.number, shown))
    return below(items, block_at=len(top) + 1)


METHOD = Method(
    name="Residuals",
    run=run,
    rows=rows,
    statistics={
        "note": WHOLE,
        **dict.fromkeys(("observed", "predicted", "residual", "standardised", "quantile"), Decimals(3)),
    },
    lines=(
        Line(
            label="Observed, predicted; standardised residual",
            template="{observed}, {predicted}; {standardised}",
        ),
    ),
    failure=NO_MIXED_MODEL,
    takes=TAKES,
    options=OPTIONS,
    naming=NAMING,
    numbers=("covariates",),
    kind="Figure",
    drawn=DRAWN,
    refuse=refuse_report,
)
