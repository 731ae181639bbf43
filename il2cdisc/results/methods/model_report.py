"""An appendix on a model: call, records, choice and convergence, coefficients, residual covariance."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from il2cdisc.results.fitted import COEFFICIENTS, FittedModel
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.models import NAMING, OPTIONS, TAKES, model_of, refuse_report
from il2cdisc.results.problems import NO_MIXED_MODEL
from il2cdisc.results.shape import P_VALUE, WHOLE, Decimals, ResultRow, RowShape, ShownLine, below
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import DisplayAnalysis, Line
from il2cdisc.stats.estimates import Estimate, NotEstimableError, found, missing

PARTS = ("Model and fit", "Coefficients: estimate (SE); df; t; p-value", "Residual variance and covariance")
PART = "PART"


def run(work: Work) -> pd.DataFrame:
    """Of the analysis that `of` names: facts as text, coefficients and covariances as numbers.

    Each is a row of its own, in the display's first column.
    """
    column = work.display.columns[0]
    try:
        model = model_of(work)
    except NotEstimableError as why:
        groups = ((PART, PARTS[0]),)
        return frame_of(
            [work.cell(0, "text", missing(str(why)), column=column, groups=groups, level="Model")]
        )
    rows = [*_facts(model), *_coefficients(model), *_covariances(model)]
    cells: list[ResultCell] = []
    name = work.analysis.variables[0].name
    for row, (part, level, estimates) in enumerate(rows):
        cells += [
            work.cell(
                row, key, value, column=column, groups=((PART, part),), variable=name, level=level,
                treatments=(),
            )
            for key, value in estimates.items()
        ]  # fmt: skip
    return frame_of(cells)


_Row = tuple[str, str, dict[str, Estimate | str]]
"""The part, the name and the statistics of a row."""


def _facts(model: FittedModel) -> list[_Row]:
    return [(PARTS[0], name, {"text": text}) for name, text in model.facts.items()]


def _coefficients(model: FittedModel) -> list[_Row]:
    out: list[_Row] = []
    for name, record in zip(model.coefficients.index, model.coefficients.to_dict("records"), strict=True):
        why = str(record["reason"])
        estimates: dict[str, Estimate | str] = {
            key: missing(why) if why and pd.isna(record[key]) else found(float(record[key]))
            for key in COEFFICIENTS
        }
        out.append((PARTS[1], str(name), estimates))
    return out


def _covariances(model: FittedModel) -> list[_Row]:
    return [
        (PARTS[2], one if one == other else f"{one}, {other}", {"covariance": found(value)})
        for (one, other), value in model.covariance.items()
    ]


def rows(analysis: DisplayAnalysis, lines: Sequence[ShownLine], found: Sequence[ResultRow]) -> list[RowShape]:
    """The rows of each part below its label."""
    by_part: dict[str, ShownLine] = dict(zip(PARTS, lines, strict=True))
    top = [analysis.label] if analysis.label else []
    items = [
        ([*top, row.path[0]], row.number, [ShownLine(row.level, by_part[row.path[0]].template)])
        for row in found
    ]
    return below(items, block_at=len(top) + 1)


METHOD = Method(
    name="Model report",
    run=run,
    rows=rows,
    statistics={
        "text": WHOLE,
        **dict.fromkeys(("estimate", "se", "covariance"), Decimals(4)),
        "df": Decimals(2),
        "statistic": Decimals(3),
        "p_value": P_VALUE,
    },
    lines=(
        Line(label="Text", template="{text}"),
        Line(label="Coefficient", template="{estimate} ({se}); {df}; {statistic}; {p_value}"),
        Line(label="Covariance", template="{covariance}"),
    ),
    failure=NO_MIXED_MODEL,
    takes=TAKES,
    options=OPTIONS,
    naming=NAMING,
    numbers=("covariates",),
    refuse=refuse_report,
)
