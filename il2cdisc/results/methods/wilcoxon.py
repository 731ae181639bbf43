"""Wilcoxon's rank sum test with the Hodges-Lehmann shift: exact where it can be computed, else asymptotic."""

from __future__ import annotations

import math

import pandas as pd

from il2cdisc.results.compared import Estimates
from il2cdisc.results.frame import frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.methods import continuous
from il2cdisc.results.options import BadCell, confidence, refuse_comparison, refuse_confidence
from il2cdisc.results.pairwise import pairwise_cells
from il2cdisc.results.problems import NO_COMPARISON
from il2cdisc.results.shape import P_VALUE, WHOLE, as_collected
from il2cdisc.results.work import Work
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.stats.descriptive import describe
from il2cdisc.stats.estimates import Estimate, found, missing
from il2cdisc.stats.ranks import rank_sum

COMPARISON = ("shift", "shift_lower", "shift_upper", "p_value", "test")


def run(work: Work) -> pd.DataFrame:
    """n and median of each column that holds one treatment; against the reference the shift and its test.

    shift, shift_lower and shift_upper are those of Hodges and Lehmann, p_value that of the two-sided rank sum
    test; the statistic test says whether both are exact or asymptotic. A row for each level of By and
    variable.
    """
    level = confidence(work.analysis)

    def compare(own: pd.Series, reference: pd.Series) -> Estimates:
        result = rank_sum(own.to_numpy("float64"), reference.to_numpy("float64"), confidence=level)
        return {
            "shift": found(result.shift.estimate),
            "shift_lower": _limit(result.shift.lower),
            "shift_upper": _limit(result.shift.upper),
            "p_value": found(result.test.p_value),
            "test": result.method,
        }

    return frame_of(pairwise_cells(work, COMPARISON, compare, _described))


def _described(values: pd.Series) -> Estimates:
    every = describe(values)
    return {name: every[name] for name in ("n", "median")}


def _limit(value: float) -> Estimate:
    return missing("The groups are too small for a limit.") if math.isinf(value) else found(value)


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    return [*refuse_comparison(display, analysis), *refuse_confidence(analysis)]


METHOD = Method(
    name="Wilcoxon",
    run=run,
    rows=continuous.rows,
    statistics={
        "n": WHOLE,
        "median": as_collected(1),
        **{name: as_collected(1) for name in COMPARISON[:3]},
        "p_value": P_VALUE,
        "test": WHOLE,
    },
    lines=(
        Line(label="n", template="{n}"),
        Line(label="Median", template="{median}"),
        Line(label="Hodges-Lehmann shift", template="{shift}"),
        Line(label="Confidence interval", template="{shift_lower}, {shift_upper}"),
        Line(label="p-value", template="{p_value}"),
        Line(label="Method", template="{test}"),
    ),
    failure=NO_COMPARISON,
    needs=("Variables",),
    takes=("By", "By Levels", "Lines", "Decimals"),
    numeric=True,
    options=("reference", "confidence"),
    refuse=refuse,
)
