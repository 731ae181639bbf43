"""Days taken for partial dates of doses and events, and which events are treatment-emergent.

SDTM and ADaM ask here, so that they can't disagree. All days are SAS days, float, NaN for unknown.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.dates import earliest_day, is_complete, is_iso, latest_day, sas_day
from il2cdisc.base.emergence import PARTICIPATION, EmergentUntil
from il2cdisc.base.moments import BEFORE, compared

Days = NDArray[np.float64]
Levels = NDArray[np.int64]
Flags = NDArray[np.bool_]

KNOWN, DAY_UNKNOWN, MONTH_UNKNOWN, ALL_UNKNOWN = range(4)
_YEAR_AND_MONTH = re.compile(r"\d{4}-\d{2}")


def possible_days(column: pd.Series) -> tuple[Days, Days, Levels]:
    """First and last day that each ISO 8601 text may mean, and which parts are unknown.

    `2022-02` gives 1 and 28 February and DAY_UNKNOWN; of a text that is not an ISO 8601 date all is unknown.
    """
    codes, distinct = pd.factorize(column)
    table = np.array([*(_range(str(text)) for text in distinct.tolist()), (np.nan, np.nan, ALL_UNKNOWN)])
    found = table[codes]  # a missing text has the code -1: the last line of the table
    return found[:, 0], found[:, 1], found[:, 2].astype("int64")


def dose_days(dose: pd.Series, visit: Days, floor: Days) -> tuple[Days, Levels]:
    """The day of each dose, and which parts of its date had to be imputed.

    A whole date is its own day. A partial or missing one is the day of the visit at which the dose was
    given, where the known part allows it; else the earliest day not before `floor` (randomisation, consent)
    and the start of the known part.
    """
    low, high, level = possible_days(dose)
    nothing = level == ALL_UNKNOWN
    agrees = ~np.isnan(visit) & (nothing | ((low <= visit) & (visit <= high)))
    imputed = np.where(agrees, visit, np.fmax(low, floor))
    return np.where(level == KNOWN, low, imputed), level


def onset_days(start: pd.Series, end: pd.Series, first_dose: Days, death: Days) -> tuple[Days, Levels]:
    """The day of each onset, and which parts of its date had to be imputed.

    A partial onset is the earliest day of its known part that is on or after the first dose, never after
    the last day on which the event may have ended, or death. Where the end, or the known part, is before
    the first dose: the earliest day of the known part. Of an onset without a date nothing is imputed.

    Before: onset 2021-06, first dose 2021-06-21, end 2021-06-15; end 2021-06-25.
    After: 2021-06-01; 2021-06-21.
    """
    low, high, level = possible_days(start)
    last = np.fmin(possible_days(end)[1], death)
    from_dose = (low < first_dose) & (first_dose <= high) & ~(last < first_dose)
    return np.where((level > KNOWN) & from_dose, first_dose, low), level


def end_days(end: pd.Series, onset: Days, limit: Days) -> tuple[Days, Levels]:
    """The day of each end, and which parts of its date had to be imputed.

    A partial end is the latest day of its known part, not after `limit` (last contact, death) where the known
    part allows it, and never before the onset where that may be the day.
    """
    low, high, level = possible_days(end)
    within = (low <= limit) & (limit <= high)
    latest = np.where(within, limit, high)
    latest = np.where((latest < onset) & (onset <= high), onset, latest)
    return np.where(level == KNOWN, low, latest), level


def last_emergent_days(until: EmergentUntil, *, last_dose: Days, participation: Days) -> Days:
    """The last day on which an onset counts as treatment-emergent; NaN where the interval is open.

    `until` is a number of days after the last dose, or "participation": the day on which participation ended.

    >>> last_emergent_days(30, last_dose=np.array([100.0]), participation=np.array([160.0])).tolist()
    [130.0]
    """
    return participation if until == PARTICIPATION else last_dose + until


def emergent(
    onset: Days,
    end: Days,
    first_dose: Days,
    last: Days,
    *,
    texts: tuple[pd.Series, pd.Series] | None = None,
) -> Flags:
    """True where an event is treatment-emergent: AETRTEM of SDTM and TRTEMFL of ADaM (ICH E9, glossary).

    Its onset is from the day of the first dose to `last` (see `last_emergent_days`), the last day that
    counts; where that is unknown the interval is open. `texts`: the ISO 8601 texts behind the onset and the
    first dose; an onset that is known to be earlier on the day of the dose is none, one at the minute of the
    dose is. An unknown onset counts unless the event ended before the first dose. False without a first dose.

    >>> onset, dose = np.array([99.0, 100.0, 131.0, np.nan]), np.full(4, 100.0)
    >>> emergent(onset, np.full(4, np.nan), dose, dose + 30).tolist()
    [False, True, False, True]
    """
    unknown = np.isnan(onset) & ~(end < first_dose)
    within = (onset >= first_dose) & ~(onset > last)
    if texts is not None:
        within &= compared(*texts) != BEFORE
    return ~np.isnan(first_dose) & (unknown | within)


def _range(text: str) -> tuple[float, float, int]:
    if not is_iso(text):
        return np.nan, np.nan, ALL_UNKNOWN
    low = float(sas_day(earliest_day(text)))
    if is_complete(text):
        return low, low, KNOWN
    unknown = DAY_UNKNOWN if _YEAR_AND_MONTH.match(text) else MONTH_UNKNOWN
    return low, float(sas_day(latest_day(text))), unknown
