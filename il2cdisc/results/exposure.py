"""Events by the time that subjects were at risk: rates of a column, and their difference to the reference.

A rate of events is all events over all exposure. A rate of subjects is the subjects with an event over the
time at risk: of a subject with an event the time up to the first one where the option `onset` names its day,
else the whole exposure. Both are per `per` patient-years (100 unless given), the year with 365.25 days.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from il2cdisc.results.arms import attempt, ends, interval_names
from il2cdisc.results.options import choice, confidence, number
from il2cdisc.results.work import Work, in_column
from il2cdisc.spec.tlf import DisplayAnalysis, DisplayColumn
from il2cdisc.stats.estimates import Estimate, Interval, NotEstimableError, found
from il2cdisc.stats.rates import exact_rate, rate_difference_score, rate_difference_wald

UNITS = {"days": 1 / 365.25, "weeks": 7 / 365.25, "months": 1 / 12, "years": 1.0}
"""Years of each unit of the exposure, by the value of the option `unit`."""
RATE_DIFFERENCES: dict[str, Callable[..., Interval]] = {
    "score": rate_difference_score,
    "wald": rate_difference_wald,
}
"""Intervals of a difference of rates, by the value of the option `rate_difference`."""
EVENT_RATE, SUBJECT_RATE = interval_names("event_rate"), interval_names("subject_rate")
RATES = ("exposure", *EVENT_RATE, "time_at_risk", *SUBJECT_RATE)
EVENT_DIFFERENCE = interval_names("event_rate_difference")
SUBJECT_DIFFERENCE = interval_names("subject_rate_difference")
DIFFERENCES = (*EVENT_DIFFERENCE, *SUBJECT_DIFFERENCE)


@dataclass(frozen=True, slots=True)
class Exposure:
    """Of a column and a term: events, subjects with one, patient-years of all, and those at risk."""

    events: int
    subjects: int
    years: float
    at_risk: float


def exposure_of(work: Work, column: DisplayColumn, rows: pd.DataFrame) -> Exposure:
    """The exposure of a column's subjects; `rows` are those of the term in this column.

    Raises `NotEstimableError` where a subject has no exposure or a negative one, and where an event has no
    day of onset or one before the first.
    """
    name = work.analysis.options["exposure"]
    subjects = in_column(work.subjects, work.display.treatment, column).drop_duplicates("USUBJID")
    years = subjects.set_index("USUBJID")[name] * UNITS[choice(work.analysis, "unit", tuple(UNITS))]
    wrong = int((~(years >= 0)).sum())
    if wrong:
        raise NotEstimableError(f"The exposure {name} is missing or negative; subjects with that: {wrong}.")
    total = float(years.sum())
    having = rows["USUBJID"].unique()
    onset = work.analysis.options.get("onset", "")
    at_risk = total
    if onset:
        days = rows[onset]
        early = int((~(days >= 1)).sum())
        if early:
            what = f"The onset {onset} is missing or less than 1; events with that: {early}."
            raise NotEstimableError(what)
        first = rows.groupby("USUBJID")[onset].min() * UNITS["days"]
        whole = years.reindex(first.index)
        at_risk = total - float((whole - first.clip(upper=whole)).sum())
    return Exposure(len(rows), len(having), total, at_risk)


def rates(analysis: DisplayAnalysis, own: Exposure) -> dict[str, Estimate]:
    """Exposure in patient-years and both rates with exact limits."""
    per, level = number(analysis, "per", 100), confidence(analysis)
    return {
        "exposure": found(own.years),
        **attempt(EVENT_RATE, lambda: ends(exact_rate(own.events, own.years, confidence=level), per)),
        "time_at_risk": found(own.at_risk),
        **attempt(SUBJECT_RATE, lambda: ends(exact_rate(own.subjects, own.at_risk, confidence=level), per)),
    }


def rate_differences(analysis: DisplayAnalysis, own: Exposure, reference: Exposure) -> dict[str, Estimate]:
    """Both rates minus those of the reference, with limits."""
    per, level = number(analysis, "per", 100), confidence(analysis)
    formula = RATE_DIFFERENCES[choice(analysis, "rate_difference", tuple(RATE_DIFFERENCES))]

    def of(one: tuple[int, float], other: tuple[int, float]) -> tuple[float, float, float]:
        return ends(formula(*one, *other, confidence=level), per)

    events = ((own.events, own.years), (reference.events, reference.years))
    subjects = ((own.subjects, own.at_risk), (reference.subjects, reference.at_risk))
    return {
        **attempt(EVENT_DIFFERENCE, lambda: of(*events)),
        **attempt(SUBJECT_DIFFERENCE, lambda: of(*subjects)),
    }
