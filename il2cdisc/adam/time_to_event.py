"""Time to event: the first event of a subject, or the date at which it is censored, with its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import (
    mask_of,
    need_columns,
    need_numbers,
    need_one_of,
    need_unique,
    numbers,
    refuse,
    text_at,
)
from il2cdisc.adam.durations import DAYS_IN
from il2cdisc.adam.keys import key_numbers, rows_at
from il2cdisc.adam.merging import unite_ids
from il2cdisc.adam.problems import EVENT_BEFORE_START, NO_TIME
from il2cdisc.adam.rows import append_rows
from il2cdisc.base.problems import Problem, at_record
from il2cdisc.base.rowids import id_columns
from il2cdisc.base.rows import extreme

_UNITS = ("DAYS", "WEEKS", "MONTHS", "YEARS")


@dataclass(frozen=True, slots=True)
class TimeSource:
    """Records whose dates are events or censorings; made by `event_source` or `censor_source`.

    >>> adsl = pd.DataFrame({"USUBJID": ["S1"], "DTHDT": [120.0]})
    >>> source = event_source(adsl, date="DTHDT", description="DEATH", srcdom="ADSL")
    >>> source.description, source.srcvar
    ('DEATH', 'DTHDT')
    """

    dataset: pd.DataFrame
    date: str
    rows: np.ndarray
    description: str
    srcdom: str
    srcvar: str
    srcseq: str
    censored: int
    date_description: str = ""
    stops: bool = False


def event_source(
    dataset: pd.DataFrame,
    *,
    date: str,
    description: str,
    srcdom: str,
    srcvar: str = "",
    srcseq: str = "",
    where: pd.Series | None = None,
) -> TimeSource:
    """A source of events for `derive_param_tte`: the rows of `where`, on the SAS day `date`.

    `description` is EVNTDESC, `srcdom` the name of the dataset, `srcvar` the variable behind the event
    (`date` if not given), `srcseq` the column of its sequence number (empty: none, as in ADSL).

    >>> adsl = pd.DataFrame({"USUBJID": ["S1"], "DTHDT": [120.0]})
    >>> event_source(adsl, date="DTHDT", description="DEATH", srcdom="ADSL").censored
    0
    """
    return _source("event_source", dataset, date, description, srcdom, srcvar, srcseq, where)


def censor_source(
    dataset: pd.DataFrame,
    *,
    date: str,
    description: str,
    srcdom: str,
    srcvar: str = "",
    srcseq: str = "",
    where: pd.Series | None = None,
    date_description: str = "",
    censored: int = 1,
    stops: bool = False,
) -> TimeSource:
    """A source of censoring dates for `derive_param_tte`; see `event_source`.

    `description` is EVNTDESC, `date_description` is CNSDTDSC (`description` if not given), `censored` is
    CNSR, from 1. With `stops` the date ends the time at risk (another therapy, the data cut): an event counts
    on that day, and not after it.

    >>> adsl = pd.DataFrame({"USUBJID": ["S1"], "LSTALVDT": [120.0]})
    >>> censor_source(adsl, date="LSTALVDT", description="ALIVE", srcdom="ADSL").date_description
    'ALIVE'
    """
    name = "censor_source"
    if censored < 1:
        raise refuse(name, f"censored={censored} is not 1 or more; 0 is an event")
    source = _source(name, dataset, date, description, srcdom, srcvar, srcseq, where)
    said = date_description or description
    return replace(source, censored=censored, date_description=said, stops=stops)


def derive_param_tte(
    dataset: pd.DataFrame,
    adsl: pd.DataFrame,
    *,
    start: str,
    events: Sequence[TimeSource],
    censors: Sequence[TimeSource],
    set_values: Mapping[str, str | float],
    keep: Sequence[str] = (),
    unit: str = "DAYS",
) -> tuple[pd.DataFrame, list[Problem]]:
    """`dataset` and, behind it, one row per subject of `adsl`: the time from `start` to event or censoring.

    New rows have USUBJID, the columns `keep` of `adsl`, STARTDT (its SAS day `start`), ADT, AVAL, CNSR,
    EVNTDESC, CNSDTDSC, SRCDOM, SRCVAR, SRCSEQ, and the constants of `set_values` (PARAMCD ...). AVAL is the
    days from STARTDT to ADT, both counted, or weeks, months (365.25 / 12 days) or years of them. Row ids are
    those of `adsl` and of the source record.

    The rule, for each subject:

    1. The event is the earliest of all `events`; of several on one day that of the source named first, and
    within a
       source the first row. An event before the start does not count, and is reported (ADM053).
    2. An event after the earliest date of a censoring that `stops` does not count; one on that day does. 3.
    Without an event the subject is censored: at the earliest date that `stops`, where there is one; else at
    the
       latest of `censors`, of several on one day the source named first. Dates before the start do not count.
    4. A subject without any such date, or without a start, has no row, and is reported (ADM052).

    Give the findings to `analysis_dataset`. Pass an empty frame as `dataset` for the first parameter.

    >>> adsl = pd.DataFrame({"USUBJID": ["S1", "S2"], "TRTSDT": 100.0, "LSTALVDT": [150.0, 130.0]})
    >>> ae = pd.DataFrame({"USUBJID": ["S1", "S1"], "ASTDT": [125.0, 111.0], "AESEQ": [2.0, 1.0]})
    >>> event = event_source(ae, date="ASTDT", description="FALL", srcdom="ADAE", srcseq="AESEQ")
    >>> alive = censor_source(adsl, date="LSTALVDT", description="NO FALL", srcdom="ADSL")
    >>> out, findings = derive_param_tte(
    ...     pd.DataFrame(), adsl, start="TRTSDT", events=[event], censors=[alive],
    ...     set_values={"PARAMCD": "TTFALL"},
    ... )
    >>> out[["USUBJID", "PARAMCD", "AVAL", "CNSR", "EVNTDESC", "SRCDOM", "SRCVAR", "SRCSEQ"]]
      USUBJID PARAMCD  AVAL  CNSR EVNTDESC SRCDOM    SRCVAR  SRCSEQ
    0      S1  TTFALL  12.0   0.0     FALL   ADAE     ASTDT     1.0
    1      S2  TTFALL  31.0   1.0  NO FALL   ADSL  LSTALVDT     NaN
    """
    name = "derive_param_tte"
    need_one_of(name, "unit", unit, list(_UNITS))
    need_columns(name, adsl, ["USUBJID", *keep], "adsl")
    need_numbers(name, adsl, [start], "adsl")
    need_unique(name, adsl, ["USUBJID"], "adsl")
    if any(source.censored for source in events) or any(not source.censored for source in censors):
        raise refuse(name, "events are made by event_source, censors by censor_source")
    begin = numbers(adsl[start])
    chosen, early = _chosen(adsl, begin, events, censors)
    at = np.flatnonzero(chosen[:, 0] >= 0)
    rows = _rows(adsl, at, chosen[at], [*events, *censors], keep)
    days = rows["ADT"] - begin[at] + 1
    made = rows.assign(STARTDT=begin[at], AVAL=days / DAYS_IN[unit], **dict(set_values))
    ordered = list(dict.fromkeys(["USUBJID", *keep, *set_values, "STARTDT", "ADT", "AVAL"]))
    made = made[[*ordered, *(column for column in made.columns if column not in ordered)]]
    said = ", ".join(str(value) for value in set_values.values())
    return append_rows(dataset, made), list(_findings(adsl, begin, chosen, early, start, said))


def _source(
    function: str,
    dataset: pd.DataFrame,
    date: str,
    description: str,
    srcdom: str,
    srcvar: str,
    srcseq: str,
    where: pd.Series | None,
) -> TimeSource:
    need_columns(function, dataset, ["USUBJID", *([srcseq] if srcseq else [])])
    need_numbers(function, dataset, [date])
    rows = mask_of(function, dataset, where) & dataset[date].notna().to_numpy()
    return TimeSource(dataset, date, rows, description, srcdom, srcvar or date, srcseq, 0)


def _chosen(
    adsl: pd.DataFrame, begin: np.ndarray, events: Sequence[TimeSource], censors: Sequence[TimeSource]
) -> tuple[np.ndarray, np.ndarray]:
    """For each subject the number of its source and the row in it, -1 for none; who had an earlier event."""
    stop = np.full(len(adsl), np.inf)
    for source in (item for item in censors if item.stops):
        stop = np.fmin(stop, first_of_source(adsl, source, begin, last=False)[0])
    best = np.full((len(adsl), 2), -1)
    date = np.full(len(adsl), np.inf)
    early = np.zeros(len(adsl), dtype=bool)
    for number, source in enumerate(events):
        day, row, before = first_of_source(adsl, source, begin, last=False)
        early |= before
        better = (row >= 0) & (day < date) & (day <= stop)
        best[better] = np.column_stack([np.full(len(adsl), number), row])[better]
        date = np.where(better, day, date)
    event, date = best[:, 0] >= 0, np.full(len(adsl), -np.inf)
    for number, source in enumerate(censors, start=len(events)):
        day, row, _ = first_of_source(adsl, source, begin, last=not source.stops)
        allowed = ~event & (row >= 0) & (np.isinf(stop) | (source.stops & (day == stop)))
        better = allowed & (day > date)
        best[better] = np.column_stack([np.full(len(adsl), number), row])[better]
        date = np.where(better, day, date)
    return best, early


def first_of_source(
    adsl: pd.DataFrame, source: TimeSource, begin: np.ndarray, *, last: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each subject the first (or last) day of a source from the start on, its row, if one is earlier."""
    ours, theirs = key_numbers(["USUBJID"], adsl, source.dataset)
    position = np.full(max(ours.max(initial=-1), theirs.max(initial=-1)) + 2, -1)
    position[ours] = np.arange(len(ours))
    position[-1] = -1  # that of a missing key
    subject = np.where(source.rows, position[theirs], -1)
    days = numbers(source.dataset[source.date])
    since = np.append(begin, np.nan)[subject]
    early = np.isin(np.arange(len(adsl)), subject[(subject >= 0) & (days < since)])
    group = np.where(days >= since, subject, -1)
    found = extreme(group, [source.dataset[source.date] * (-1 if last else 1)], last=False)
    day, row = np.full(len(adsl), np.nan), np.full(len(adsl), -1)
    day[group[found]], row[group[found]] = days[found], found
    return day, row, early


def _rows(
    adsl: pd.DataFrame, at: np.ndarray, chosen: np.ndarray, sources: Sequence[TimeSource], keep: Sequence[str]
) -> pd.DataFrame:
    """Rows of the subjects at the positions `at`, with what their sources say."""
    carried = id_columns(adsl)
    rows = adsl[list(dict.fromkeys(["USUBJID", *keep, *carried]))].iloc[at].reset_index(drop=True)
    number, place = chosen[:, 0], chosen[:, 1]
    date, seq = np.full(len(at), np.nan), np.full(len(at), np.nan)
    for which, source in enumerate(sources):
        ours = number == which
        date[ours] = numbers(source.dataset[source.date])[place[ours]]
        if source.srcseq:
            seq[ours] = numbers(source.dataset[source.srcseq])[place[ours]]
        for column in id_columns(source.dataset):
            ids = rows_at(source.dataset[[column]], np.where(ours, place, -1))[column].reset_index(drop=True)
            rows[column] = unite_ids(rows[column], ids) if column in rows else ids
    texts: dict[str, Any] = {
        "EVNTDESC": text_at(rows.index, [source.description for source in sources], number),
        "CNSDTDSC": text_at(
            rows.index,
            [source.date_description for source in sources],
            np.where(np.array([source.censored for source in sources] or [0])[number] > 0, number, -1),
        ),
        "SRCDOM": text_at(rows.index, [source.srcdom for source in sources], number),
        "SRCVAR": text_at(rows.index, [source.srcvar for source in sources], number),
    }
    censored = np.array([float(source.censored) for source in sources] or [0.0])[number]
    return rows.assign(ADT=date, CNSR=censored, **texts, SRCSEQ=seq)


def _findings(
    adsl: pd.DataFrame, begin: np.ndarray, chosen: np.ndarray, early: np.ndarray, start: str, said: str
) -> Iterator[Problem]:
    """Subjects without a row, and subjects with an event that does not count."""
    subjects = adsl["USUBJID"].astype("str")
    none = chosen[:, 0] < 0
    no_start = np.isnan(begin)
    for kind, rows, column, what in (
        (NO_TIME, none & no_start, start, f"no {start}: the subject has no row of {said}"),
        (NO_TIME, none & ~no_start, "", f"no event and no censoring date: the subject has no row of {said}"),
        (EVENT_BEFORE_START, early, start, f"an event before {start} does not count in {said}"),
    ):
        records = [at_record("ADSL", subject, column=column) for subject in subjects[rows]]
        if records:
            yield kind.at(records[0], what, records=records, out_of=len(adsl))
