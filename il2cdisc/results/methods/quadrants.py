"""Subjects by two peaks, each beyond a limit or not: the quadrants of a screening plot for liver injury."""

from __future__ import annotations

import math

import pandas as pd

from il2cdisc.results.frame import ResultCell, frame_of, percentage
from il2cdisc.results.method import Method
from il2cdisc.results.options import BadCell, number, refuse_absent, refuse_number, refuse_several
from il2cdisc.results.problems import NO_SUBJECTS
from il2cdisc.results.shape import PERCENT, WHOLE, row_per_level
from il2cdisc.results.work import Work, level_texts
from il2cdisc.spec.conditions import equals
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn, Line
from il2cdisc.stats.estimates import Estimate, found

BOTH, FIRST, SECOND, NEITHER = QUADRANTS = ("BOTH", "FIRST", "SECOND", "NEITHER")


def run(work: Work) -> pd.DataFrame:
    """n, total and p of the quadrants of the cell Levels: BOTH, FIRST and SECOND (beyond that limit alone),
    NEITHER.

    Peaks are the highest value of the variable in multiples of the option `times` (a variable of the record,
    such as the upper limit of normal) among a subject's records whose By is one of the tests of the option
    `first`, and of `second`; a peak is beyond `first_limit` or `second_limit` if it is greater. `total` are
    the subjects that have both peaks. With `within` days, both peaks beyond the limit count together only if
    some records beyond the limits are at most so many days apart, by the option `day`; else as FIRST.
    """
    texts = level_texts(work.rows[work.analysis.by])
    out: list[ResultCell] = []
    for row, level in enumerate(work.analysis.levels):
        for column, rows in work.columns():
            out += _cells(work, row, column, _quadrants(work, rows, texts.loc[rows.index]), level.name)
    return frame_of(out)


def _quadrants(work: Work, rows: pd.DataFrame, tests: pd.Series) -> pd.Series:
    """The quadrant of each subject that has both peaks."""
    analysis = work.analysis
    multiple = rows[analysis.variables[0].name] / rows[analysis.options["times"]]
    parts = {
        side: multiple.loc[tests.isin(analysis.option_list(side))].dropna() for side in ("first", "second")
    }
    peaks = pd.DataFrame({side: part.groupby(rows["USUBJID"]).max() for side, part in parts.items()}).dropna()
    first = peaks["first"] > number(analysis, "first_limit")
    second = peaks["second"] > number(analysis, "second_limit")
    together = first & second
    if "within" in analysis.options:
        together &= pd.Series(peaks.index.isin(_near(work, rows, parts)), index=peaks.index)
    out = pd.Series(NEITHER, index=peaks.index)
    out[second & ~together] = SECOND
    out[first & ~together] = FIRST
    out[together] = BOTH
    return out


def _near(work: Work, rows: pd.DataFrame, parts: dict[str, pd.Series]) -> list[str]:
    """Subjects with a record beyond each limit, at most `within` days apart."""
    days: dict[str, pd.DataFrame] = {}
    for side, part in parts.items():
        beyond = part.index[part > number(work.analysis, f"{side}_limit")]
        days[side] = rows.loc[beyond, ["USUBJID", work.analysis.options["day"]]]
    pairs = days["first"].merge(days["second"], on="USUBJID", suffixes=("_first", "_second"))
    name = work.analysis.options["day"]
    near = (pairs[f"{name}_first"] - pairs[f"{name}_second"]).abs() <= number(work.analysis, "within")
    return list(pairs.loc[near, "USUBJID"].unique())


def _cells(work: Work, row: int, column: DisplayColumn, quadrants: pd.Series, level: str) -> list[ResultCell]:
    counted, size = sorted(quadrants.index[quadrants == level]), len(quadrants)
    name = work.analysis.variables[0].name
    share = percentage(len(counted), size) if size else Estimate(math.nan)
    behind = {"n": counted, "total": sorted(quadrants.index), "p": counted}
    estimates = {"n": found(len(counted)), "total": found(size), "p": share}
    return [
        work.cell(
            row,
            statistic,
            estimate,
            column=column,
            variable=name,
            level=level,
            conditions=(equals("USUBJID", *(behind[statistic] or [""])),),
            denominator=float(size),
        )
        for statistic, estimate in estimates.items()
    ]


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the levels and the options."""
    out = refuse_absent(
        analysis,
        times="the variable that peaks are multiples of",
        first="the tests of the first peak",
        second="the tests of the second peak",
        first_limit="a number",
        second_limit="a number",
    )
    out += [*refuse_several(analysis, "times", "day"), *refuse_number(analysis, "first_limit", above=0)]
    out += refuse_number(analysis, "second_limit", above=0)
    out += refuse_number(analysis, "within", above=-1)
    if ("within" in analysis.options) != ("day" in analysis.options):
        out.append(BadCell("within and day are given together: days, and the variable that counts them"))
    strange = [level.name for level in analysis.levels if level.name not in QUADRANTS]
    known = ", ".join(QUADRANTS)
    out += [BadCell(f"{name!r} is not a quadrant; those are {known}", header="Levels") for name in strange]
    return out


METHOD = Method(
    name="Quadrants",
    run=run,
    rows=row_per_level,
    statistics={"n": WHOLE, "total": WHOLE, "p": PERCENT},
    lines=(Line(label="", template="{n}/{total} ({p})"),),
    alone="total",
    failure=NO_SUBJECTS,
    needs=("Variables", "Levels", "By"),
    takes=("Lines", "Decimals"),
    most={"Variables": 1, "Lines": 1},
    numeric=True,
    options=("times", "first", "second", "first_limit", "second_limit", "within", "day"),
    naming=("times", "day"),
    numbers=("times", "day"),
    refuse=refuse,
)
