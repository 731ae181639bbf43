"""Analysis of covariance of multiply imputed values: fitted to each draw, pooled by Rubin's rules."""

from __future__ import annotations

import pandas as pd

from il2cdisc.results.compared import MODEL_LINES, compared, parts
from il2cdisc.results.draws import (
    OPTIONS,
    STATISTICS,
    arguments,
    cells_of_draws,
    draws_of,
    estimates_of,
    refuse,
)
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.methods import continuous
from il2cdisc.results.problems import NO_POOLED_MODEL
from il2cdisc.results.work import Work
from il2cdisc.stats.estimates import NotEstimableError
from il2cdisc.stats.pooled_ancova import PooledAncova, pooled_ancova


def run(work: Work) -> pd.DataFrame:
    """Statistics of `ANCOVA`, pooled over the draws, of each column of one treatment, by level of By.

    `draw = DRAWNUM` names the variable that numbers the draws; a record without it takes no part. Degrees of
    freedom are those of Barnard and Rubin; draws is the number of draws, missing_information the share of
    the difference's information that is lost. n is of the first draw in the column, all else of the records
    of all draws and columns. Where a draw can't be analysed each statistic carries the reason.
    """
    groups = compared(work)
    cells: list[ResultCell] = []
    for row, (inside, part) in enumerate(parts(work)):
        estimates = estimates_of(work, groups, _fit(work, part))
        cells += cells_of_draws(work, row, part, estimates, groups=inside)
    return frame_of(cells)


def _fit(work: Work, part: pd.DataFrame) -> PooledAncova | str:
    groups = compared(work)
    try:
        draws = draws_of(work, groups, part)
        return pooled_ancova(draws.outcomes, **arguments(work, groups, draws))
    except NotEstimableError as why:
        return str(why)


METHOD = Method(
    name="Pooled ANCOVA",
    run=run,
    rows=continuous.rows,
    statistics=STATISTICS,
    lines=MODEL_LINES,
    failure=NO_POOLED_MODEL,
    needs=("Variables",),
    takes=("By", "By Levels", "Lines", "Decimals"),
    most={"Variables": 1},
    numeric=True,
    options=OPTIONS,
    naming=("draw", "factors", "covariates"),
    numbers=("covariates",),
    refuse=refuse,
)
