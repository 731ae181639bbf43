"""Log-rank test of times to an event: all treatments at once, or each against the reference."""

from __future__ import annotations

import pandas as pd

from il2cdisc.base.problems import Kind, Severity
from il2cdisc.results.arms import attempt, cells, compared, lines_under_label, refuse_reference
from il2cdisc.results.frame import ResultCell, frame_of
from il2cdisc.results.method import Method
from il2cdisc.results.options import BadCell, choice, refuse_choice
from il2cdisc.results.shape import P_VALUE, WHOLE, Decimals
from il2cdisc.results.strata import stratum_of
from il2cdisc.results.times import compared_times, events_of, refuse_times, valued
from il2cdisc.results.work import Work, present
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.stats.survival import log_rank

NO_LOG_RANK = Kind(
    "RES043",
    "Log-rank test not possible",
    Severity.FINDING,
    "Check the events of each column; the display shows NE with this reason as a footnote.",
)
WEIGHTS = {"log-rank": 0.0, "peto": 1.0}
"""The power of the survival that weighs each event time, by the value of the option `weights`."""
STATISTICS = ("statistic", "df", "p_value")


def run(work: Work) -> pd.DataFrame:
    """statistic, df and p_value of all columns of one treatment, shown in the last; `reference`: of pairs.

    The option `strata` names variables of the rows; each combination of their levels is a stratum.
    """
    strata = work.analysis.option_list("strata")
    conditions = (*valued(work.analysis), *(present(name) for name in strata))
    out: list[ResultCell] = []
    for column, treatments in compared(work):
        estimates = attempt(STATISTICS, lambda names=treatments: _test(work, names))
        out += cells(work, 0, column, estimates, conditions=conditions, treatments=treatments)
    return frame_of(out)


def _test(work: Work, treatments: tuple[str, ...]) -> tuple[float, float, float]:
    rows = compared_times(work, treatments)
    test = log_rank(
        rows[work.analysis.variables[0].name],
        events_of(work, rows),
        rows[work.treatment],
        stratum=stratum_of(rows, work.analysis.option_list("strata")),
        rho=WEIGHTS[choice(work.analysis, "weights", tuple(WEIGHTS))],
    ).test
    return test.statistic, test.df, test.p_value


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    out = [*refuse_reference(display, analysis), *refuse_times(analysis, ())]
    return out + refuse_choice(analysis, "weights", tuple(WEIGHTS))


METHOD = Method(
    name="Log-rank",
    run=run,
    rows=lines_under_label,
    statistics={"statistic": Decimals(2), "df": WHOLE, "p_value": P_VALUE},
    lines=(Line(label="p-value", template="{p_value}"),),
    failure=NO_LOG_RANK,
    needs=("Variables",),
    takes=("Lines", "Decimals"),
    most={"Variables": 1},
    numeric=True,
    options=("censor", "reference", "strata", "weights"),
    naming=("censor", "strata"),
    numbers=("censor",),
    refuse=refuse,
)
