"""Analysis dates, date-times and study days from ISO 8601 text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce
from typing import Any, Literal

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import (
    need_absent,
    need_columns,
    need_numbers,
    need_one_of,
    need_text,
    numbers,
    refuse,
    text_at,
)
from il2cdisc.adam.problems import PARTIAL_DOSE
from il2cdisc.base.dates import day_numbers, from_sas_day, is_iso, sas_seconds
from il2cdisc.base.exposure import FIRST, FIRST_LEVEL, LAST, LAST_LEVEL, exposure_days
from il2cdisc.base.moments import AFTER, BEFORE, in_order, moments_of
from il2cdisc.base.onset import end_days, onset_days, possible_days
from il2cdisc.base.problems import Problem, at_record
from il2cdisc.base.ties import counts_as_after, no_plan

IMPUTED_PARTS = {"none": 0, "D": 1, "M": 2}
DATE_FLAGS = ("D", "M", "Y")
OF_DTC = "Derive from a --DTC variable of SDTM, whose dates are ISO 8601."
_DAY = 86400.0


def derive_vars_dt(
    dataset: pd.DataFrame,
    *,
    prefix: str,
    dtc: str,
    impute: Literal["none", "D", "M"] = "none",
    to: Literal["first", "last"] = "first",
    not_before: Sequence[str] = (),
    not_after: Sequence[str] = (),
    flag: bool = True,
) -> pd.DataFrame:
    """`dataset` with `{prefix}DT` (SAS day, float) and `{prefix}DTF` of an ISO 8601 text column.

    `impute` is the highest part that may be imputed: a day ("D"), or a month and day ("M"); a date
    of which more is unknown stays missing. `to` takes the first or last day that the text may mean. Columns
    in `not_before` (or `not_after`) pull an imputed date up (or down) to themselves, but only when they are
    within what the text may mean. The flag says which part was imputed (D, M), missing if none
    (ADaMIG 1.3 section 3.1.3).

    >>> ae = pd.DataFrame({"AESTDTC": ["2022-03", "2022-03-12", "2022"], "TRTSDT": 22714.0})
    >>> derive_vars_dt(ae, prefix="AST", dtc="AESTDTC", impute="D", not_before=["TRTSDT"])
          AESTDTC   TRTSDT    ASTDT ASTDTF
    0     2022-03  22714.0  22714.0      D
    1  2022-03-12  22714.0  22716.0    NaN
    2        2022  22714.0      NaN    NaN
    """
    name = "derive_vars_dt"
    new, new_flag = f"{prefix}DT", f"{prefix}DTF"
    need_one_of(name, "impute", impute, list(IMPUTED_PARTS))
    need_one_of(name, "to", to, ["first", "last"])
    need_columns(name, dataset, [dtc])
    need_numbers(name, dataset, [*not_before, *not_after])
    need_absent(name, dataset, [new, new_flag] if flag else [new])
    low, high, level = _possible_days(name, dataset[dtc])
    days = np.where(level <= IMPUTED_PARTS[impute], low if to == "first" else high, np.nan)
    imputed = (level > 0) & ~np.isnan(days)
    for column in not_before:
        bound = numbers(dataset[column])
        days = np.where(imputed & (low <= bound) & (bound <= high), np.fmax(days, bound), days)
    for column in not_after:
        bound = numbers(dataset[column])
        days = np.where(imputed & (low <= bound) & (bound <= high), np.fmin(days, bound), days)
    columns: dict[str, Any] = {new: days}
    if flag:
        columns[new_flag] = text_at(dataset.index, DATE_FLAGS, np.where(imputed, level - 1, -1))
    return dataset.assign(**columns)


def derive_vars_dtm(dataset: pd.DataFrame, *, prefix: str, dtc: str) -> pd.DataFrame:
    """`dataset` with `{prefix}DTM` (SAS seconds, float) where the text has a date, hour and minute.

    Nothing is imputed; seconds that the text does not give count as zero, which needs no flag when a
    study does not collect them.

    >>> vs = pd.DataFrame({"VSDTC": ["2022-03-10T08:30", "2022-03-10"]})
    >>> derive_vars_dtm(vs, prefix="A", dtc="VSDTC")
                  VSDTC          ADTM
    0  2022-03-10T08:30  1.962520e+09
    1        2022-03-10           NaN
    """
    name = "derive_vars_dtm"
    need_columns(name, dataset, [dtc])
    need_text(name, dataset[dtc])
    need_absent(name, dataset, [f"{prefix}DTM"])
    return dataset.assign(**{f"{prefix}DTM": sas_seconds(dataset[dtc])})


def derive_vars_dy(dataset: pd.DataFrame, *, reference: str, source: Sequence[str]) -> pd.DataFrame:
    """`dataset` with a study day for each date in `source`: ADT → ADY, ASTDT → ASTDY, ADTM → ADY.

    Days from `reference` (a SAS day), plus one on and after it; there is no day 0 (ADaMIG 1.3 section
    3.3.2).

    >>> vs = pd.DataFrame({"TRTSDT": 100.0, "ADT": [99.0, 100.0, None]})
    >>> derive_vars_dy(vs, reference="TRTSDT", source=["ADT"])
       TRTSDT    ADT  ADY
    0   100.0   99.0 -1.0
    1   100.0  100.0  1.0
    2   100.0    NaN  NaN
    """
    name = "derive_vars_dy"
    need_numbers(name, dataset, [reference, *source])
    targets: dict[str, str] = {}
    for column in source:
        match = re.fullmatch(r"(.*)DTM?", column)
        if match is None:
            raise refuse(name, f"source {column} ends neither in DT nor in DTM")
        targets[column] = f"{match[1]}DY"
    need_absent(name, dataset, targets.values())
    start = numbers(dataset[reference])
    new = {
        target: day_numbers(_as_days(column, numbers(dataset[column])), start)
        for column, target in targets.items()
    }
    return dataset.assign(**new)


def _as_days(column: str, values: np.ndarray) -> np.ndarray:
    return np.floor(values / _DAY) if column.endswith("DTM") else values


def _possible_days(function: str, text: pd.Series) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First and last possible day, and which parts are unknown: 0 none, 1 day, 2 month, 3 all."""
    need_dates(function, text)
    return possible_days(text)


def need_dates(function: str, text: pd.Series) -> None:
    """Stop when a column does not hold text, or a text is not an ISO 8601 date."""
    need_text(function, text)
    wrong = [value for value in text.dropna().unique().tolist() if not is_iso(str(value))]
    if wrong:
        raise refuse(function, f"{wrong[0]!r} is not an ISO 8601 date", fix=OF_DTC)


def compute_pre_treatment(
    dataset: pd.DataFrame,
    *,
    dtc: str,
    trt_start_dtc: str,
    date: str = "ADT",
    trt_start: str = "TRTSDT",
    planned_before: pd.Series | None = None,
) -> pd.Series:
    """True where a record counts as before the first dose: an earlier day, or the same day in time.

    `dtc` and `trt_start_dtc` are the ISO 8601 texts behind the two days: on the day of the first dose times
    decide where they are known to differ, else the plan, `planned_before` (True, False, or missing without
    one). Without a plan a record with the very time of the dose counts as after it, one of which the time, or
    that of the dose, is not known counts as before it. False where a date is missing. With `dtc=""`, in a
    trial that knows days only, every record of that day counts as before, unless it is planned after it.

    >>> vs = pd.DataFrame({"ADT": [99.0, 100.0, 100.0, 101.0], "TRTSDT": 100.0, "_DOSE": "2022-03-05T09:00"})
    >>> vs = vs.assign(_DTC=["2022-03-04", "2022-03-05", "2022-03-05T09:00", "2022-03-06"])
    >>> vs.assign(PRE=compute_pre_treatment(vs, dtc="_DTC", trt_start_dtc="_DOSE"))
         ADT  TRTSDT             _DOSE              _DTC    PRE
    0   99.0   100.0  2022-03-05T09:00        2022-03-04   True
    1  100.0   100.0  2022-03-05T09:00        2022-03-05   True
    2  100.0   100.0  2022-03-05T09:00  2022-03-05T09:00  False
    3  101.0   100.0  2022-03-05T09:00        2022-03-06  False
    """
    name = "compute_pre_treatment"
    need_numbers(name, dataset, [date, trt_start])
    day, start = numbers(dataset[date]), numbers(dataset[trt_start])
    same = day == start
    if dtc and trt_start_dtc:
        need_columns(name, dataset, [dtc, trt_start_dtc])
        need_text(name, dataset[dtc])
        need_text(name, dataset[trt_start_dtc])
        same &= ~_after_dose(dataset[dtc], dataset[trt_start_dtc], planned_before)
    elif planned_before is not None:
        same &= ~(planned_before == False).fillna(False).to_numpy(dtype=bool)  # noqa: E712 - missing is neither
    return pd.Series((day < start) | same, index=dataset.index)


def _after_dose(moment: pd.Series, dose: pd.Series, planned_before: pd.Series | None) -> np.ndarray:
    """Records of the day of the dose that count as after it."""
    record, given = moments_of(moment), moments_of(dose)
    plan = no_plan(moment.index) if planned_before is None else planned_before.astype("boolean")
    order = in_order(record, given)
    return (order == AFTER) | ((order != BEFORE) & counts_as_after(record, given, plan))


def derive_vars_event_dt(
    dataset: pd.DataFrame,
    *,
    start: str,
    end: str,
    trt_start: str = "TRTSDT",
    not_after: Sequence[str] = (),
    death: str = "",
) -> pd.DataFrame:
    """`dataset` with ASTDT, ASTDTF, AENDT and AENDTF of an event, its start and end imputed together.

    `start`, `end` and `death` are ISO 8601 text. A partial start is the earliest day of its known part that
    is on or after the first dose, never after the end or death; where the end is known to be before the first
    dose, the earliest day of the known part. A partial end is the latest day of its known part, not after the
    columns of `not_after` (SAS days) where the known part allows it, nor before the start. Nothing is made of
    a date without a year. The flags say which part was imputed (D, M).

    >>> ae = pd.DataFrame({"AESTDTC": "2021-06", "AEENDTC": ["2021-06-15", "2021-06-25"], "TRTSDT": 22452.0})
    >>> derive_vars_event_dt(ae, start="AESTDTC", end="AEENDTC")
       AESTDTC     AEENDTC   TRTSDT    ASTDT ASTDTF    AENDT AENDTF
    0  2021-06  2021-06-15  22452.0  22432.0      D  22446.0    NaN
    1  2021-06  2021-06-25  22452.0  22452.0      D  22456.0    NaN
    """
    name = "derive_vars_event_dt"
    need_columns(name, dataset, [start, end, *([death] if death else [])])
    need_numbers(name, dataset, [trt_start, *not_after])
    need_absent(name, dataset, ["ASTDT", "ASTDTF", "AENDT", "AENDTF"])
    for column in [start, end, *([death] if death else [])]:
        need_dates(name, dataset[column])
    nothing = np.full(len(dataset), np.nan)
    died = possible_days(dataset[death])[1] if death else nothing
    first, first_level = onset_days(dataset[start], dataset[end], numbers(dataset[trt_start]), died)
    limit = reduce(np.fmin, [numbers(dataset[column]) for column in not_after], died)
    last, last_level = end_days(dataset[end], first, limit)
    return dataset.assign(
        ASTDT=first,
        ASTDTF=_flag(dataset, first, first_level),
        AENDT=last,
        AENDTF=_flag(dataset, last, last_level),
    )


def derive_vars_dose_dt(
    dataset: pd.DataFrame, *, dm: pd.DataFrame, ds: pd.DataFrame, sv: pd.DataFrame
) -> tuple[pd.DataFrame, list[Problem]]:
    """Records of EX with ASTDT, ASTDTF, AENDT and AENDTF, and a finding (ADM020) for each partial start.

    A partial start is the day of the record's visit in SV, else the earliest day not before randomisation
    (DS), informed consent (DM) and the start of the known part; see `base.exposure.exposure_days`, which SDTM
    asks, too. Give the findings to `analysis_dataset`.

    >>> ex = pd.DataFrame({"USUBJID": ["S1"], "EXSEQ": [1.0], "EXSTDTC": ["2021-06"], "VISIT": ["WEEK 1"]})
    >>> sv = pd.DataFrame({"USUBJID": ["S1"], "VISIT": ["WEEK 1"], "SVSTDTC": ["2021-06-21"]})
    >>> out, findings = derive_vars_dose_dt(ex, dm=pd.DataFrame(), ds=pd.DataFrame(), sv=sv)
    >>> out[["EXSTDTC", "ASTDT", "ASTDTF"]]
       EXSTDTC    ASTDT ASTDTF
    0  2021-06  22452.0      D
    >>> findings[0].what
    'The date of the dose is 2021-06; the analysis takes 2021-06-21'
    """
    name = "derive_vars_dose_dt"
    need_columns(name, dataset, ["USUBJID", "EXSEQ", "EXSTDTC"])
    for column in {"EXSTDTC", "EXENDTC"} & set(dataset.columns):
        need_text(name, dataset[column])
    need_absent(name, dataset, ["ASTDT", "ASTDTF", "AENDT", "AENDTF"])
    days = exposure_days(dataset, dm, sv, ds)
    first, last = numbers(days[FIRST]), numbers(days[LAST])
    flags = {
        "ASTDTF": _flag(dataset, first, days[FIRST_LEVEL].to_numpy("int64")),
        "AENDTF": _flag(dataset, last, days[LAST_LEVEL].to_numpy("int64")),
    }
    out = dataset.assign(ASTDT=first, AENDT=last, **flags)
    return out, _dose_findings(out[out["ASTDTF"].notna()])


def _dose_findings(imputed: pd.DataFrame) -> list[Problem]:
    rows = imputed[["USUBJID", "EXSEQ", "EXSTDTC", "ASTDT"]].itertuples(index=False, name=None)
    return [
        PARTIAL_DOSE.at(
            at_record("EX", subject, int(number), "EXSTDTC"),
            f"The date of the dose is {text if isinstance(text, str) else 'missing'}; the analysis takes "
            f"{from_sas_day(day).isoformat()}",
            values=[text] if isinstance(text, str) else [],
        )
        for subject, number, text, day in rows
    ]


def _flag(dataset: pd.DataFrame, days: np.ndarray, level: np.ndarray) -> pd.Series:
    """D, M or Y where a day, month or year was imputed."""
    return text_at(dataset.index, DATE_FLAGS, np.where((level > 0) & ~np.isnan(days), level - 1, -1))
