"""Records on treatment, first occurrences, types of baseline, and criteria on records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import (
    mask_of,
    need_absent,
    need_numbers,
    numbers,
    refuse,
    text_at,
    text_column,
)
from il2cdisc.adam.merging import extreme_rows


def derive_var_ontrtfl(
    dataset: pd.DataFrame,
    *,
    end_window: int,
    new_var: str = "ONTRTFL",
    start: str = "ADT",
    end: str = "",
    trt_start: str = "TRTSDT",
    trt_end: str = "TRTEDT",
    before: pd.Series | None = None,
) -> pd.DataFrame:
    """`dataset` with Y on records on treatment: from the first dose to the last + `end_window` days.

    All are SAS days. Without a last dose the interval is open; without a first one nothing is on treatment.
    `before` are records of the day of the first dose that count as before it (`compute_pre_treatment`).
    Where `end` is named, a record that began before the first dose counts, too, if it ended on or after it
    or has no end: it goes on.
    A record with an unknown start counts, unless it is known to have ended before the first dose.

    >>> vs = pd.DataFrame({"TRTSDT": 100.0, "TRTEDT": 110.0, "ADT": [99.0, 100.0, 113.0, 114.0, None]})
    >>> derive_var_ontrtfl(vs, end_window=3)
       TRTSDT  TRTEDT    ADT ONTRTFL
    0   100.0   110.0   99.0     NaN
    1   100.0   110.0  100.0       Y
    2   100.0   110.0  113.0       Y
    3   100.0   110.0  114.0     NaN
    4   100.0   110.0    NaN       Y
    """
    name = "derive_var_ontrtfl"
    need_numbers(name, dataset, [start, trt_start, trt_end, *([end] if end else [])])
    need_absent(name, dataset, [new_var])
    if end_window < 0:
        raise refuse(name, f"end_window={end_window} is below 0 days")
    first, last = numbers(dataset[trt_start]), numbers(dataset[trt_end])
    began = numbers(dataset[start])
    ended = numbers(dataset[end]) if end else began
    lasting = (ended >= first) | (np.isnan(ended) & bool(end))
    unknown = np.isnan(began) & ~(ended < first)
    within = (began >= first) | ((began < first) & lasting)
    found = ~np.isnan(first) & (unknown | (within & ~(began > last + end_window)))
    if before is not None:
        after = (ended > first) | (np.isnan(ended) & bool(end))
        found &= ~mask_of(name, dataset, before) | (after & bool(end))
    return dataset.assign(**{new_var: text_column(dataset.index, found, "Y")})


def derive_vars_occurrence_flags(
    dataset: pd.DataFrame,
    *,
    flags: Mapping[str, Sequence[str]],
    order: Sequence[str],
    where: pd.Series | None = None,
    mode: Literal["first", "last"] = "first",
) -> pd.DataFrame:
    """`dataset` with a flag Y on the first occurrence of each key, of rows of `where`: `{flag: key}`.

    `order` is that of `derive_var_extreme_flag`: AOCCFL, AOCCSFL and AOCCPFL by the first in time; AOCCIFL by
    `["-ASEVN", "ASTDT"]`, the most severe. A row with a missing key is never flagged.

    >>> ae = pd.DataFrame({"USUBJID": "S1", "AESOC": ["A", "A", "B"], "ASTDT": [2.0, 1.0, 3.0]})
    >>> keys = {"AOCCFL": ["USUBJID"], "AOCCSFL": ["USUBJID", "AESOC"]}
    >>> derive_vars_occurrence_flags(ae, flags=keys, order=["ASTDT"])
      USUBJID AESOC  ASTDT AOCCFL AOCCSFL
    0      S1     A    2.0    NaN     NaN
    1      S1     A    1.0      Y       Y
    2      S1     B    3.0    NaN       Y
    """
    name = "derive_vars_occurrence_flags"
    need_absent(name, dataset, flags)
    new = {
        flag: extreme_rows(name, dataset, by=by, order=order, mode=mode, where=where)
        for flag, by in flags.items()
    }
    return dataset.assign(**{flag: text_column(dataset.index, rows, "Y") for flag, rows in new.items()})


def derive_basetype_records(
    dataset: pd.DataFrame, *, basetypes: Mapping[str, pd.Series], new_var: str = "BASETYPE"
) -> pd.DataFrame:
    """The rows of `dataset` once for each type of baseline that they belong to: `{type: condition}`.

    A row of two types is there twice; one of none is there once, with a missing type, behind the others. Then
    BASETYPE is a key of baseline, change and flags (ADaMIG 1.3). Row ids go with their rows.

    >>> vs = pd.DataFrame({"USUBJID": "S1", "APERIOD": [1.0, 2.0], "AVAL": [118.0, 121.0]})
    >>> types = {"RUN-IN": vs["APERIOD"] == 1, "DOUBLE-BLIND": vs["APERIOD"] > 0}
    >>> derive_basetype_records(vs, basetypes=types)
      USUBJID  APERIOD   AVAL      BASETYPE
    0      S1      1.0  118.0        RUN-IN
    1      S1      1.0  118.0  DOUBLE-BLIND
    2      S1      2.0  121.0  DOUBLE-BLIND
    """
    name = "derive_basetype_records"
    need_absent(name, dataset, [new_var])
    members = [mask_of(name, dataset, condition) for condition in basetypes.values()]
    none = ~np.logical_or.reduce(members) if members else np.ones(len(dataset), dtype=bool)
    taken = [np.flatnonzero(rows) for rows in (*members, none)]
    kind = np.repeat([*range(len(members)), -1], [len(rows) for rows in taken])
    out = dataset.iloc[np.concatenate(taken)].reset_index(drop=True)
    return out.assign(**{new_var: text_at(out.index, list(basetypes), kind)})


def derive_vars_crit_flag(
    dataset: pd.DataFrame,
    *,
    number: int,
    description: str,
    met: pd.Series,
    known: pd.Series | None = None,
    where: pd.Series | None = None,
) -> pd.DataFrame:
    """`dataset` with CRITy, the text of a criterion, and CRITyFL: Y where it is `met`, else N.

    `where` are the rows that the criterion is of (those of a parameter); others have neither. On rows that
    are not `known` (a comparison with a missing value is False) the flag is missing. `number` is y, 1 to 9.

    >>> lb = pd.DataFrame({"PARAMCD": "ALT", "AVAL": [130.0, 20.0, None], "ANRHI": 40.0})
    >>> met = lb["AVAL"] > 3 * lb["ANRHI"]
    >>> derive_vars_crit_flag(
    ...     lb, number=1, description="ALT > 3 x ULN", met=met, known=lb["AVAL"].notna()
    ... )
      PARAMCD   AVAL  ANRHI          CRIT1 CRIT1FL
    0     ALT  130.0   40.0  ALT > 3 x ULN       Y
    1     ALT   20.0   40.0  ALT > 3 x ULN       N
    2     ALT    NaN   40.0  ALT > 3 x ULN     NaN
    """
    name = "derive_vars_crit_flag"
    if not 1 <= number <= 9:
        raise refuse(name, f"number={number} is not 1 to 9")
    text, flag = f"CRIT{number}", f"CRIT{number}FL"
    need_absent(name, dataset, [text, flag])
    rows, judged, yes = (mask_of(name, dataset, condition) for condition in (where, known, met))
    place = np.where(rows & judged, np.where(yes, 0, 1), -1)
    new = {
        text: text_column(dataset.index, rows, description),
        flag: text_at(dataset.index, ["Y", "N"], place),
    }
    return dataset.assign(**new)
