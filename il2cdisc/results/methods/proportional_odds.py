"""Proportional odds regression of an ordered response: one odds ratio over all its levels."""

from __future__ import annotations

import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.results.arms import arms, cells, lines_under_label, one_row_per_subject, refuse_reference
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.methods.logistic import DECIMALS, RATIO, STATISTICS, odds
from il2cdisc.results.model import NAMING, comparisons, complete, regression, used_where
from il2cdisc.results.options import BadCell, confidence, refuse_confidence
from il2cdisc.results.shape import P_VALUE, WHOLE
from il2cdisc.results.work import Work, level_texts
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.stats.arguments import listed
from il2cdisc.stats.estimates import NotEstimableError, found
from il2cdisc.stats.ordinal import ProportionalOdds, proportional_odds

NO_ORDINAL_MODEL = Kind(
    "RES054",
    "Proportional odds not estimable",
    Severity.FINDING,
    "Check the values of the variable in each column, or join levels; the display shows NE with this reason.",
)
ONE_THRESHOLD = "Two levels have one threshold: there is nothing to be proportional."


def run(work: Work) -> pd.DataFrame:
    """n of each column of one treatment, and its odds ratio of a higher level against the reference.

    Levels list the values of the variable from the lowest to the highest, and must name all that there are; a
    level that no row has is none of the model, and a row without a value takes no part. odds_ratio with
    limits and p_value (Wald), log_odds_ratio and its standard error, of one model with `factors` and
    `covariates`; p_proportional is the score test of the assumption that they are the same at each threshold,
    of all terms together.
    """
    rows, conditions = complete(work), used_where(work)
    out: list[ResultCell] = []
    for column in arms(work.display):
        n = int((rows[work.treatment] == column.values[0]).sum())
        out += cells(work, 0, column, {"n": found(n)}, conditions=conditions)
    fits: list[tuple[tuple[str, ...], ProportionalOdds]] = []

    def fit() -> dict[str, tuple[float, ...]]:
        treatments, model = _fit(work)
        fits.append((treatments, model))
        return {name: odds(model.coefficients[name]) for name in treatments}

    out += comparisons(work, STATISTICS, fit, conditions=conditions)

    def test() -> dict[str, tuple[float, ...]]:
        treatments, model = fits[0] if fits else _fit(work)
        if model.proportional is None:
            raise NotEstimableError(ONE_THRESHOLD)
        return dict.fromkeys(treatments, (model.proportional.p_value,))

    return frame_of([*out, *comparisons(work, ("p_proportional",), test, conditions=conditions)])


def _fit(work: Work) -> tuple[tuple[str, ...], ProportionalOdds]:
    """The treatments but the reference, and the model of all of them."""
    model = regression(work)
    one_row_per_subject(model.rows)
    levels = [item.name for item in work.analysis.levels]
    values = level_texts(model.rows[work.analysis.variables[0].name])
    strange = sorted(set(values) - set(levels))
    if strange:
        raise NotEstimableError(f"Levels does not name {listed(strange)}, which the data have.")
    levels = [level for level in levels if (values == level).any()]
    if len(levels) < 2:
        raise NotEstimableError(f"All {len(values)} rows used have the value {listed(levels)}.")
    codes = pd.Series(pd.Index(levels).get_indexer(pd.Index(values)), index=values.index)
    level = confidence(work.analysis)
    return model.treatments, proportional_odds(codes, model.terms, levels=len(levels), confidence=level)


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options, and fewer levels than an order has."""
    out = [*refuse_reference(display, analysis), *refuse_confidence(analysis)]
    if len(analysis.levels) == 1:
        out.append(BadCell("an ordered response has at least 2 levels; there is 1", header="Levels"))
    return out


METHOD = Method(
    name="Proportional odds",
    run=run,
    rows=lines_under_label,
    statistics={
        "n": WHOLE,
        **{name: DECIMALS[name] for name in STATISTICS},
        "p_proportional": P_VALUE,
    },
    lines=(
        Line(label="n", template="{n}"),
        Line(
            label="Odds ratio (confidence interval)",
            template=f"{{{RATIO[0]}}} ({{{RATIO[1]}}}, {{{RATIO[2]}}})",
        ),
        Line(label="p-value", template="{p_value}"),
    ),
    failure=NO_ORDINAL_MODEL,
    needs=("Variables", "Levels"),
    takes=("Lines", "Decimals"),
    most={"Variables": 1},
    options=("reference", "confidence", *NAMING),
    naming=NAMING,
    numbers=("covariates",),
    refuse=refuse,
)
