"""--LOBXFL and the treatment-emergent flag (SDTMIG 3.4 sections 4.4.9 and 8.4.3)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import repeated
from il2cdisc.base.dates import sas_days
from il2cdisc.base.exposure import FIRST, LAST, exposure_days
from il2cdisc.base.moments import BEFORE, SAME, UNKNOWN, compared, in_time, moments_of
from il2cdisc.base.onset import Days, Flags, emergent, onset_days, possible_days
from il2cdisc.base.rows import alike, in_order
from il2cdisc.sdtm.complete.mapped import no_plan
from il2cdisc.sdtm.complete.timing import counts_as_after
from il2cdisc.spec.baseline import baseline_keys
from il2cdisc.spec.models import BaselineRule


def with_last_before_exposure(
    frame: pd.DataFrame,
    name: str,
    first_dose: pd.Series,
    rules: Sequence[BaselineRule] = (),
    planned_before: pd.Series | None = None,
) -> pd.DataFrame:
    """--LOBXFL: Y on the last result before the first dose, by subject and the keys of the test's rule.

    `first_dose`: RFXSTDTC by USUBJID. At a tie with the dose the plan decides (`planned_before`), see
    `counts_as_after`. Subjects without a dose have none, nor have keys of whose results it
    can't be said which are before a dose with a partial date. Of several at one moment: later VISITNUM, then
    later row, or the first row where the rule says so.
    """
    date, result = f"{name}DTC", f"{name}STRESC"
    if date not in frame or result not in frame or f"{name}LOBXFL" in frame:
        return frame
    dose = frame["USUBJID"].map(first_dose).astype("str")
    planned = planned_before if planned_before is not None else no_plan(frame.index)
    finding = pd.Series(True, index=frame.index)
    order = compared(frame[date], dose)
    after = counts_as_after(frame[date], dose, finding=finding, planned_before=planned)
    there = frame[result].notna().to_numpy() & moments_of(frame[date]).has_day
    earlier = there & ((order == BEFORE) | ((order == SAME) & ~after))
    doubtful = there & (order == UNKNOWN) & dose.notna().to_numpy()
    flag = np.full(len(frame), -1)
    left = np.ones(len(frame), dtype=bool)
    for rule in rules or (BaselineRule(dataset=name),):
        mine = left & (_of_test(frame, name, rule.testcd) if rule.testcd else True)
        left &= ~mine
        flag[_last(frame, name, rule, mine & earlier, mine & doubtful)] = 0
    return frame.assign(**{f"{name}LOBXFL": repeated("Y", 1).take(flag, allow_fill=True)})


def _of_test(frame: pd.DataFrame, name: str, testcd: str) -> Flags:
    return (frame[f"{name}TESTCD"] == testcd).to_numpy(dtype=bool)


def _last(
    frame: pd.DataFrame, name: str, rule: BaselineRule, earlier: Flags, doubtful: Flags
) -> NDArray[np.int64]:
    """Positions of the last of the `earlier` rows of each key; none of a key that has a doubtful one."""
    places = np.flatnonzero(earlier | doubtful)
    if not len(places):
        return places
    keys = ["USUBJID", *baseline_keys(rule, frame.columns)]
    rows = frame.take(places)
    group, first = alike([rows[key] for key in keys])
    number = pd.Series(np.arange(len(rows)), index=rows.index)
    visit = [rows["VISITNUM"].fillna(np.inf)] if "VISITNUM" in rows else []
    by = [in_time(rows[f"{name}DTC"]), *visit, -number if rule.first_replicate else number]
    order = in_order([column.astype("float64") for column in by])
    last = np.empty(len(first), dtype="int64")
    last[group[order]] = order  # of the rows of a group, the last one stays
    known = ~np.isin(np.arange(len(first)), group[doubtful[places]])
    return places[last[known]]


def dose_days_of(
    dm: pd.DataFrame, ex: pd.DataFrame | None, sv: pd.DataFrame, ds: pd.DataFrame
) -> tuple[pd.Series, pd.Series]:
    """SAS days of the first and the last dose by USUBJID: of EX where there is one, else of DM.

    Of a dose with a partial date the day that `exposure_days` takes, the same that ADaM takes.
    """
    if ex is None:
        subjects = pd.Index(dm["USUBJID"])
        first, last = (sas_days(dm[name]).set_axis(subjects) for name in ("RFXSTDTC", "RFXENDTC"))
        return first, last
    days = exposure_days(ex, dm, sv, ds).groupby(ex["USUBJID"])
    return days[FIRST].min(), days[LAST].max()


def treatment_emergent(
    events: pd.DataFrame,
    *,
    first_dose: pd.Series,
    first_day: pd.Series,
    last_day: pd.Series,
    death: pd.Series,
    days: int,
) -> pd.Series:
    """Y where an event of AE is treatment-emergent, else N; missing without a dose.

    `first_dose` (ISO 8601 text), the SAS days `first_day` and `last_day`, and `death` (text) are on the rows
    of `events`. A partial onset is the day that `base.onset.onset_days` takes; times decide on the day of
    the first dose where they are known to differ, an event at the minute of the dose counts as after it.
    """
    missing = pd.Series(index=events.index, dtype="str")
    start, end = events["AESTDTC"], events.get("AEENDTC", missing)
    first, last = _days(first_day), _days(last_day)
    onset, _ = onset_days(start, end, first, possible_days(death)[1])
    before = compared(start, first_dose) == BEFORE
    flags = emergent(onset, possible_days(end)[1], first, last, window=days, before_dose=before)
    flag = pd.Series(np.where(flags, "Y", "N"), index=events.index, dtype="str")
    return flag.where(~np.isnan(first))


def _days(column: pd.Series) -> Days:
    return column.to_numpy("float64")
