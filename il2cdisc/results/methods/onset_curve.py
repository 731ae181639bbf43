"""Curves of the time to the first event of each subject, from records of events: a figure of onsets."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from il2cdisc.results.methods import kaplan_meier_curve
from il2cdisc.results.methods.kaplan_meier import TRANSFORMS
from il2cdisc.results.methods.kaplan_meier_curve import SHOWN, steps_of
from il2cdisc.results.options import (
    BadCell,
    refuse_absent,
    refuse_choice,
    refuse_confidence,
    refuse_number,
    refuse_several,
)
from il2cdisc.results.subject_values import SUBJECT
from il2cdisc.results.work import Work, in_column, present
from il2cdisc.spec.tlf import Display, DisplayAnalysis, DisplayColumn


def run(work: Work) -> pd.DataFrame:
    """The rows of a Kaplan-Meier curve of the day of each subject's first event.

    The variable is the study day of onset. A subject without event is censored on the day on which
    participation ended: the options `start` and `end` name dates of the population's dataset, the start is
    the first day. A first event without a day, or before the first one, is on it.
    """
    name = work.analysis.variables[0].name
    first = work.rows.assign(**{name: work.rows[name].fillna(1.0).clip(lower=1.0)})
    onset = first.groupby(SUBJECT)[name].min()
    start, end = work.analysis.options["start"], work.analysis.options["end"]
    last = work.subjects[end] - work.subjects[start] + 1
    subjects = work.subjects.assign(last=last).drop_duplicates(SUBJECT)

    def times(column: DisplayColumn) -> tuple[pd.Series, pd.Series]:
        own = in_column(subjects, work.display.treatment, column)
        days = own[SUBJECT].map(onset)
        return days.fillna(own["last"]), days.notna().astype("int64")

    return steps_of(work, times, (present(SUBJECT),))


def refuse(display: Display, analysis: DisplayAnalysis) -> list[BadCell]:
    """What is wrong with the options."""
    out = refuse_absent(
        analysis, start="the date of the first day", end="the date on which participation ended"
    )
    out += [*refuse_several(analysis, "start", "end"), *refuse_confidence(analysis)]
    out += refuse_choice(analysis, "transform", tuple(TRANSFORMS))
    out += refuse_choice(analysis, "show", ("survival", *SHOWN))
    return out + refuse_number(analysis, "least", above=0, whole=True)


METHOD = replace(
    kaplan_meier_curve.METHOD,
    name="Onset curve",
    run=run,
    options=("start", "end", "confidence", "transform", "show", "least"),
    naming=(),
    of_subjects=("start", "end"),
    numbers=("start", "end"),
    refuse=refuse,
)
