"""Subjects who remain in the trial at each visit, with and without a result: the bars of a figure."""

from __future__ import annotations

import pandas as pd

from il2cdisc.base.numbers import number_of
from il2cdisc.results.arms import cells
from il2cdisc.results.frame import ResultCell, frame_of, percentage
from il2cdisc.results.method import Method
from il2cdisc.results.methods import series
from il2cdisc.results.options import BadCell, refuse_absent, refuse_several
from il2cdisc.results.shape import PERCENT, WHOLE
from il2cdisc.results.subject_values import SUBJECT
from il2cdisc.results.work import Work, in_column, level_texts, present
from il2cdisc.spec.conditions import equals
from il2cdisc.spec.tlf import Display, DisplayAnalysis, Line
from il2cdisc.stats.estimates import found


def run(work: Work) -> pd.DataFrame:
    """n subjects with a result, without (in the trial, no result) and remaining, by level of By.

    The label of a level of By is its day. The options `start` and `end` name dates of the population's
    dataset: a subject remains at a visit if participation ended on its day (counted from 1 at the start)
    or later, or if there is a result. p_with and p_without are percentages of the subjects of the column.
    """
    analysis = work.analysis
    name, by = analysis.variables[0].name, analysis.by
    start, end = analysis.options["start"], analysis.options["end"]
    last = (work.subjects[end] - work.subjects[start] + 1).set_axis(work.subjects[SUBJECT], axis="index")
    rows = work.rows.loc[work.rows[name].notna()]
    texts = level_texts(rows[by])
    out: list[ResultCell] = []
    for row, item in enumerate(analysis.by_levels):
        at_visit = rows.loc[texts == item.name]
        for column in work.display.columns:
            subjects = in_column(work.subjects, work.display.treatment, column)[SUBJECT]
            measured = set(in_column(at_visit, work.treatment, column)[SUBJECT]) & set(subjects)
            stayed = set(last.index[last >= number_of(item.label)]) & set(subjects)
            without, size = len(stayed - measured), work.sizes[column.label]
            estimates = {
                "n": found(len(measured)),
                "without": found(without),
                "remaining": found(len(measured) + without),
                "p_with": percentage(len(measured), size),
                "p_without": percentage(without, size),
            }
            where = (equals(by, item.name), present(name))
            out += cells(work, row, column, estimates, conditions=where, groups=((by, item.name),))
    return frame_of(out)


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the cells and options."""
    out = refuse_absent(
        analysis, start="the date of the first day", end="the date on which participation ended"
    )
    out += refuse_several(analysis, "start", "end")
    wrong = [item for item in analysis.by_levels if not number_of(item.label) > 0]
    what = "the label of a level is the day of the visit; {0!r} of {1} is not a number above 0"
    return out + [BadCell(what.format(item.label, item.name), header="By Levels") for item in wrong]


METHOD = Method(
    name="Availability by visit",
    run=run,
    rows=series.rows,
    statistics={
        **dict.fromkeys(("n", "without", "remaining"), WHOLE),
        **dict.fromkeys(("p_with", "p_without"), PERCENT),
    },
    lines=(Line(label="With, without result", template="{n} ({p_with}), {without} ({p_without})"),),
    needs=("Variables", "By", "By Levels"),
    most={"Variables": 1},
    options=("start", "end"),
    of_subjects=("start", "end"),
    numbers=("start", "end"),
    kind="Figure",
    drawn=("p_with", "p_without"),
    refuse=refuse,
)
