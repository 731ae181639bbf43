"""A result is out of line with the subject's other results of the same test.

What: --STRESN is at least Fold times (sheet Plausibility) more or less than the median of the subject's
results of the test; subjects with at least three results are looked at. Two samples whose results fit each
other's subject, and no third one, are one finding.
Why: so large a change in one person is rare in a test that hardly varies; two samples may be exchanged.
Example: a ratio of 5.6, where the subject's other visits have 0.8 and 0.7.
Fix: ask the laboratory whether the sample is the subject's.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.numbers import at_least, at_most
from il2cdisc.base.problems import Kind, Severity
from il2cdisc.check.context import CheckContext, RuleHit, name_of_test, of_test, positions
from il2cdisc.check.findings import Level
from il2cdisc.check.table import number_text

KIND = Kind(
    "CHK056",
    "Result inconsistent with the subject's other results",
    Severity.FINDING,
    "Ask whether the sample is the subject's; the result is kept.",
)
LEVEL = Level.WARNING
NEEDS = ("Plausibility",)
FEWEST = 3
MOST = 200
"""Among more results out of line no pair is looked for: exchanged samples are rare."""


def check(context: CheckContext) -> Iterator[RuleHit]:
    for limits in context.spec.plausibility:
        table = context.tables.get(limits.dataset)
        mine = of_test(table, limits.testcd, limits.unit) if limits.fold is not None else None
        if table is None or mine is None or limits.fold is None:
            continue
        chosen = np.flatnonzero(mine)
        values = pd.Series(table.table[f"{table.name}STRESN"].take(chosen).numbers)
        subjects = table.table["USUBJID"].take(chosen)
        by = values.groupby(subjects.codes)
        usual, count = by.transform("median"), by.transform("count")
        known = (count >= FEWEST) & (values > 0) & (usual > 0) & ~subjects.missing
        unlike = positions(
            known & (at_least(values, usual * limits.fold) | at_most(values * limits.fold, usual))
        )
        rows = chosen[unlike]
        # with a reference id the question is whose sample it is, and the finding is told there
        sampled = f"{table.name}REFID" in table.by_name
        variable = f"{table.name}{'REFID' if sampled else 'STRESN'}"
        test, doubt = name_of_test(table, limits.testcd), ": the sample may be another subject's" * sampled
        found = np.asarray(values, dtype=np.float64)[unlike]
        medians = np.asarray(usual, dtype=np.float64)[unlike]
        details = [
            f"{test} is {number_text(value)}, the subject's median is {middle:.3g}{doubt}"
            for value, middle in zip(found.tolist(), medians.tolist(), strict=True)
        ]
        if sampled:
            names = table.table[variable].series(rows).fillna("").tolist()
            for one, other in _exchanged(found, medians, limits.fold):
                pair = " and ".join(f"{names[n]} ({number_text(float(found[n]))})" for n in (one, other))
                what = f"{test}: samples {pair} fit each other's subject: they may be exchanged"
                details[one] = details[other] = what
        if len(rows):
            spec, out_of = limits.at("Fold"), int(known.sum())
            yield RuleHit(table.name, KIND.title, variable, rows, spec=spec, details=details, out_of=out_of)


def _exchanged(
    values: NDArray[np.float64], medians: NDArray[np.float64], fold: float
) -> Iterator[tuple[int, int]]:
    """Pairs of results of which each is in line with the other's median, and with no third one's."""
    if len(values) > MOST:
        return
    ratio = values[:, None] / medians[None, :]
    fits = (ratio < fold) & (1 / ratio < fold)
    mutual = fits & fits.T
    np.fill_diagonal(mutual, val=False)
    alone = mutual.sum(axis=1) == 1
    for one, other in np.argwhere(np.triu(mutual)).tolist():
        if alone[one] and alone[other]:
            yield one, other
