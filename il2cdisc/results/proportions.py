"""Two groups of subjects compared by the share that has something: differences, odds ratios, tests.

Counts are by stratum; without strata there is one. The first group is compared with the second, the
reference. Shares and their differences are given in per cent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.results.arms import attempt, ends, interval_names
from il2cdisc.results.strata import stratum_of
from il2cdisc.results.work import Work, in_column
from il2cdisc.spec.tlf import DisplayColumn
from il2cdisc.stats.cmh import cmh, mantel_haenszel_odds_ratio, mantel_haenszel_risk_difference
from il2cdisc.stats.contingency import chi_square, fisher_exact
from il2cdisc.stats.estimates import Estimate, Interval, NotEstimableError, missing
from il2cdisc.stats.exact_odds import exact_odds_ratio
from il2cdisc.stats.proportions import clopper_pearson, wilson, wilson_corrected
from il2cdisc.stats.risk_difference import (
    miettinen_nurminen,
    miettinen_nurminen_stratified,
    newcombe,
    newcombe_stratified,
    wald,
)

INTERVALS: dict[str, Callable[..., Interval]] = {
    "wilson": wilson,
    "clopper-pearson": clopper_pearson,
    "wilson-corrected": wilson_corrected,
}
"""Intervals of one share, by the value of the option `interval`."""
DIFFERENCES: dict[str, Callable[..., Interval]] = {
    "miettinen-nurminen": miettinen_nurminen,
    "newcombe": newcombe,
    "wald": wald,
}
"""Intervals of a difference without strata, by the value of the option `difference`."""
STRATIFIED = ("miettinen-nurminen", "newcombe", "mantel-haenszel")
"""Intervals of a difference with strata."""
SHARE = interval_names("p")
DIFFERENCE = interval_names("difference")
ODDS_RATIO = interval_names("odds_ratio")
EXACT_ODDS_RATIO = interval_names("exact_odds_ratio")
TESTS = ("p_fisher", "p_chi_square", "p_cmh")
UNBOUNDED = "A cell of the table is 0: the odds ratio, or a limit of it, is infinite or has no value."

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Group:
    """Subjects of a group, and those of them who have what is counted: an element a stratum."""

    events: Counts
    sizes: Counts

    @property
    def n(self) -> int:
        return int(self.events.sum())

    @property
    def size(self) -> int:
        return int(self.sizes.sum())


def strata_of(work: Work) -> pd.Series:
    """The stratum of each subject of the population, by USUBJID: levels of the option `strata`, joined.

    Missing for a subject without one of the variables. One stratum for all where the option is not given.
    """
    subjects = work.subjects.drop_duplicates("USUBJID").set_index("USUBJID")
    given = stratum_of(subjects, work.analysis.option_list("strata"))
    return pd.Series("", index=subjects.index, dtype="str") if given is None else given


class Subjects:
    """Subjects of a group by stratum; `having` counts those of them who have something.

    Raises `NotEstimableError` where a subject has no stratum.
    """

    def __init__(self, subjects: pd.Series, strata: pd.Series) -> None:
        own = strata.reindex(subjects)
        without = int(own.isna().sum())
        if without:
            raise NotEstimableError(f"The stratum is missing; subjects without it: {without}.")
        names = sorted(strata.dropna().unique())
        self._subjects = pd.Index(subjects)
        self._place = pd.Index(names).get_indexer(pd.Index(own))
        self._sizes = np.bincount(self._place, minlength=len(names))

    def having(self, subjects: pd.Series) -> Group:
        """The group, with the subjects among `subjects` (any number of times) as those who have it."""
        found = self._subjects.get_indexer(pd.Index(subjects.unique()))
        events = np.bincount(self._place[found[found >= 0]], minlength=len(self._sizes))
        return Group(events, self._sizes)


def subjects_of(work: Work, column: DisplayColumn, strata: pd.Series) -> Subjects:
    """The subjects of a column by stratum. Errors as `Subjects`."""
    inside = in_column(work.subjects, work.display.treatment, column)["USUBJID"].drop_duplicates()
    return Subjects(inside, strata)


def share(group: Group, interval: str, confidence: float) -> dict[str, Estimate]:
    """The share of a group in per cent with its limits: p, p_lower, p_upper."""
    return attempt(
        SHARE, lambda: ends(INTERVALS[interval](group.n, group.size, confidence=confidence), 100.0)
    )


def difference(
    one: Group, reference: Group, method: str, confidence: float, *, stratified: bool
) -> dict[str, Estimate]:
    """The difference of the shares in percentage points: difference, difference_lower, difference_upper."""

    def interval() -> Interval:
        if not stratified:
            counts = (one.n, one.size, reference.n, reference.size)
            return DIFFERENCES[method](*counts, confidence=confidence)
        if method == "mantel-haenszel":
            return mantel_haenszel_risk_difference(_tables(one, reference), confidence=confidence)
        formula = newcombe_stratified if method == "newcombe" else miettinen_nurminen_stratified
        arrays = (one.events, one.sizes, reference.events, reference.sizes)
        return formula(*arrays, confidence=confidence)

    return attempt(DIFFERENCE, lambda: ends(interval(), 100.0))


def odds_ratios(one: Group, reference: Group, confidence: float) -> dict[str, Estimate]:
    """Odds ratios: Mantel and Haenszel's (of one table ad/bc with Woolf's limits), and the exact one."""
    tables = _tables(one, reference)
    out = attempt(
        ODDS_RATIO,
        lambda: ends(mantel_haenszel_odds_ratio(tables, confidence=confidence)),
        infinite=UNBOUNDED,
    )
    if (tables.sum(axis=0) == 0).any():
        out = {name: missing(UNBOUNDED) for name in ODDS_RATIO}
    return out | attempt(
        EXACT_ODDS_RATIO,
        lambda: ends(exact_odds_ratio(tables, confidence=confidence).ratio),
        infinite=UNBOUNDED,
    )


def tests(one: Group, reference: Group) -> dict[str, Estimate]:
    """p-values that the shares are the same: Fisher and Pearson over all strata, and CMH by stratum."""
    tables = _tables(one, reference)
    table = tables.sum(axis=0)
    return {
        **fisher_test(one, reference),
        **attempt(TESTS[1:2], lambda: (chi_square(table).p_value,)),
        **attempt(TESTS[2:], lambda: (cmh(tables).general_association.p_value,)),
    }


def fisher_test(one: Group, reference: Group) -> dict[str, Estimate]:
    """Fisher's two-sided p-value over all strata."""
    table = _tables(one, reference).sum(axis=0)
    return attempt(TESTS[:1], lambda: (fisher_exact(table),))


def _tables(one: Group, reference: Group) -> Counts:
    """Tables (strata, 2 groups, 2): with and without."""
    rows = [np.stack([group.events, group.sizes - group.events], axis=-1) for group in (one, reference)]
    return np.stack(rows, axis=1)
