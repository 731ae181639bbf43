"""t-test of two means: each column against the reference, with one variance or one for each column."""

from __future__ import annotations

import pandas as pd

from il2cdisc.results.compared import Estimates, tested
from il2cdisc.results.frame import frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.methods import continuous
from il2cdisc.results.options import (
    BadCell,
    confidence,
    refuse_choice,
    refuse_comparison,
    refuse_confidence,
)
from il2cdisc.results.pairwise import pairwise_cells
from il2cdisc.results.problems import NO_COMPARISON
from il2cdisc.results.shape import P_VALUE, Decimals, as_collected
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.stats.descriptive import describe
from il2cdisc.stats.means import t_test, welch_test

COMPARISON = ("difference", "difference_se", "difference_lower", "difference_upper", "df", "p_value")
TESTS = {"equal": t_test, "unequal": welch_test}


def run(work: Work) -> pd.DataFrame:
    """Statistics of `Continuous` of each column that holds one treatment; the difference from the reference.

    difference, difference_se, difference_lower, difference_upper, df and p_value are those of Student's
    t-test, or with `variances = unequal` of Welch's. A row for each level of By and variable.
    """
    test = TESTS[work.analysis.options.get("variances", "equal")]
    level = confidence(work.analysis)

    def compare(own: pd.Series, reference: pd.Series) -> Estimates:
        result = test(own.to_numpy("float64"), reference.to_numpy("float64"), confidence=level)
        return tested("difference", result)

    return frame_of(pairwise_cells(work, COMPARISON, compare, lambda values: {**describe(values)}))


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    return [
        *refuse_comparison(display, analysis),
        *refuse_confidence(analysis),
        *refuse_choice(analysis, "variances", [*TESTS]),
    ]


METHOD = Method(
    name="t-test",
    run=run,
    rows=continuous.rows,
    statistics={
        **continuous.STATISTICS,
        **{name: as_collected(2 if name.endswith("_se") else 1) for name in COMPARISON[:4]},
        "df": Decimals(1),
        "p_value": P_VALUE,
    },
    lines=(
        Line(label="n", template="{n}"),
        Line(label="Mean (SD)", template="{mean} ({sd})"),
        Line(label="Difference (SE)", template="{difference} ({difference_se})"),
        Line(label="Confidence interval", template="{difference_lower}, {difference_upper}"),
        Line(label="p-value", template="{p_value}"),
    ),
    failure=NO_COMPARISON,
    needs=("Variables",),
    takes=("By", "By Levels", "Lines", "Decimals"),
    numeric=True,
    options=("reference", "confidence", "variances"),
    refuse=refuse,
)
