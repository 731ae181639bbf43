"""What can't be estimated says so in a sentence: one list of wrong data for all estimators, one style."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from il2cdisc.stats import (
    cmh,
    contingency,
    correlation,
    cox,
    gee,
    imputation,
    means,
    pooling,
    proportions,
    ranks,
    risk_difference,
    survival,
)
from il2cdisc.stats.estimates import NotEstimableError

NAN = np.nan
TIME, EVENT = [3, 5, 7, 8, 9, 12], [1, 0, 1, 1, 0, 1]
GROUP = [0, 1, 0, 1, 0, 1]
VISITS = pd.DataFrame({"D5": [4.0, 6, 3, 5, 8, 7, 2, 9], "D29": [3.0, 4, 2, 6, 6, 5, 1, 7]})
ARMS = ["A", "B"] * 4


def _mar(outcomes: pd.DataFrame = VISITS, group: list = ARMS, **more: object) -> object:
    return imputation.impute_mar(outcomes, group=group, draws=1, seed=1, burn_in=1, **more)


def _at(rows: list[int], column: str = "D29", value: float = NAN) -> pd.DataFrame:
    frame = VISITS.copy()
    frame.loc[rows, column] = value
    return frame


CASES: dict[str, Callable[[], object]] = {
    "proportion of none": lambda: proportions.clopper_pearson(0, 0),
    "difference, empty arm": lambda: risk_difference.newcombe(1, 4, 0, 0),
    "difference, no stratum with both": lambda: risk_difference.miettinen_nurminen_stratified(
        [1, 0], [4, 0], [0, 2], [0, 5]
    ),
    "chi-square, one row": lambda: contingency.chi_square([[3, 4], [0, 0]]),
    "chi-square, nothing": lambda: contingency.chi_square([[0, 0], [0, 0]]),
    "fisher, one column": lambda: contingency.fisher_exact([[3, 0], [4, 0]]),
    "fisher, too large": lambda: contingency.fisher_exact(np.full((6, 6), 40)),
    "trend, one score": lambda: contingency.cochran_armitage([[3, 4], [2, 5]], scores=[1, 1]),
    "mcnemar, no change": lambda: contingency.mcnemar([[5, 0], [0, 7]]),
    "cmh, no stratum varies": lambda: cmh.cmh([[[3, 4], [0, 0]], [[0, 2], [0, 3]]]),
    "cmh odds ratio, nothing": lambda: cmh.mantel_haenszel_odds_ratio([[[3, 0], [4, 0]]]),
    "breslow-day, one stratum": lambda: cmh.breslow_day([[[3, 4], [5, 6]]]),
    "wilcoxon, empty arm": lambda: ranks.wilcoxon_exact([1, 2], [NAN]),
    "wilcoxon, constant": lambda: ranks.wilcoxon([2, 2], [2, 2, NAN]),
    "wilcoxon, too many": lambda: ranks.wilcoxon_exact(np.arange(2000), np.arange(2000) + 0.5),
    "signed rank, all zero": lambda: ranks.signed_rank_exact([0, 0, NAN]),
    "hodges-lehmann, all missing": lambda: ranks.hodges_lehmann([NAN, NAN], [1, 2]),
    "walsh, none": lambda: ranks.hodges_lehmann_paired([]),
    "kruskal, empty arm": lambda: ranks.kruskal_wallis({"A": [1, 2], "B": [NAN], "C": [3]}),
    "kruskal, one group": lambda: ranks.kruskal_wallis({"A": [1, 2]}),
    "t, one each": lambda: means.t_test([1], [2]),
    "t, constant": lambda: means.t_test([1, 1, 1], [2, 2, 2]),
    "welch, one value": lambda: means.welch_test([1], [2, 3]),
    "paired, one pair": lambda: means.paired_t_test([1, 2], [2, NAN]),
    "pearson, two pairs": lambda: correlation.pearson([1, 2, NAN], [2, 3, 4]),
    "pearson, constant": lambda: correlation.pearson([1, 2, 3], [4, 4, 4]),
    "spearman, none": lambda: correlation.spearman([NAN, NAN], [1, 2]),
    "spearman, too many": lambda: correlation.spearman_exact(range(10), range(10)),
    "partial, missing everywhere": lambda: correlation.partial_pearson(
        [1, 2, 3, 4], [2, 1, 4, 3], {"age": [NAN] * 4}
    ),
    "partial, few": lambda: correlation.partial_pearson([1, 2, 3], [2, 1, 4], {"age": [1, 5, 2]}),
    "partial, collinear": lambda: correlation.partial_pearson(
        [1, 2, 3, 5, 9], [2, 1, 4, 3, 3], {"age": [1, 5, 2, 8, 3], "months": [12, 60, 24, 96, 36]}
    ),
    "partial, x follows": lambda: correlation.partial_pearson(
        [1, 5, 2, 8, 3], [2, 1, 4, 3, 3], {"age": [1, 5, 2, 8, 3]}
    ),
    "curve of none": lambda: survival.kaplan_meier([NAN], [1]),
    "log-rank, no event": lambda: survival.log_rank(TIME, [0] * 6, GROUP),
    "log-rank, one group": lambda: survival.log_rank(TIME, EVENT, [1] * 6),
    "log-rank, apart": lambda: survival.log_rank(TIME, EVENT, GROUP, stratum=GROUP),
    "cox, no event": lambda: cox.cox(TIME, [0] * 6, {"arm": GROUP}),
    "cox, missing everywhere": lambda: cox.cox(TIME, EVENT, {"arm": GROUP, "age": [NAN] * 6}),
    "cox, constant": lambda: cox.cox(TIME, EVENT, {"arm": [1] * 6}),
    "cox, collinear": lambda: cox.cox(TIME, EVENT, {"arm": GROUP, "other": [1 - g for g in GROUP]}),
    "cox, no maximum": lambda: cox.cox([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], {"arm": [1, 1, 1, 0, 0, 0]}),
    "gee, constant": lambda: gee.gee_logistic([1] * 6, {"arm": GROUP}, subject=range(6)),
    "gee, missing everywhere": lambda: gee.gee_logistic(EVENT, {"age": [NAN] * 6}, subject=range(6)),
    "gee, few subjects": lambda: gee.gee_logistic(EVENT, {"arm": GROUP}, subject=[1, 1, 1, 2, 2, 2]),
    "gee, collinear": lambda: gee.gee_logistic(
        EVENT, {"arm": GROUP, "twice": [2 * g for g in GROUP]}, subject=range(6)
    ),
    "gee, separated": lambda: gee.gee_logistic(EVENT, {"arm": EVENT}, subject=range(6)),
    "pool, one imputation": lambda: pooling.pool([1.0], [0.5]),
    "pool, one failed": lambda: pooling.pool([1.0, NAN, 2.0], [0.5, 0.5, 0.5]),
    "pool, no variance": lambda: pooling.pool([1.0, 1.0], [0.0, 0.0]),
    "mar, group without values": lambda: _mar(_at([1, 3, 5, 7])),
    "mar, few values": lambda: _mar(_at([0, 1, 2, 3, 4, 7])),
    "mar, constant": lambda: _mar(_at(list(range(8)), value=5.0)),
    "mar, covariate missing everywhere": lambda: _mar(covariates={"base": pd.Series([NAN] * 8)}),
    "mar, covariate missing for one": lambda: _mar(covariates={"base": pd.Series([NAN, *range(7)])}),
    "mar, factor missing": lambda: _mar(factors={"site": pd.Series(["1", None] * 4)}),
    "mar, group missing": lambda: _mar(group=["A", None] * 4),
    "mar, collinear": lambda: _mar(factors={"site": pd.Series(["1", "2"] * 4)}),
    "mar, never together": lambda: _mar(
        pd.DataFrame({"D5": [1.0, 3, 2, 5, NAN, NAN, NAN, NAN], "D29": [NAN, NAN, NAN, NAN, 2.0, 1, 4, 3]})
    ),
    "mar, few subjects": lambda: _mar(
        pd.DataFrame({f"D{i}": [1.0, 3, 2 + i, i] for i in range(5)}), group=["A", "B", "A", "B"]
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_estimated_is_a_sentence(case, snapshot):
    with pytest.raises(NotEstimableError) as caught:
        CASES[case]()
    message = str(caught.value)
    assert message[0].isupper()
    assert message.endswith(".")
    assert message == snapshot
