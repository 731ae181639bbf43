"""Flags on records and subjects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import (
    mask_of,
    need_absent,
    need_columns,
    need_numbers,
    numbers,
    refuse,
    text_at,
    text_column,
)
from il2cdisc.adam.merging import extreme_rows
from il2cdisc.base.emergence import PARTICIPATION, EmergentUntil
from il2cdisc.base.onset import emergent, last_emergent_days


def derive_var_extreme_flag(
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    order: Sequence[str],
    new_var: str,
    mode: Literal["first", "last"],
    where: pd.Series | None = None,
) -> pd.DataFrame:
    """`dataset` with a flag Y on the first or last row of each key among the rows of `where`.

    `order` are columns, `"-ADT"` descending; missing values come first; ties go to the earlier row for
    "first", to the later for "last". Rows with a missing key are never flagged. Serves ABLFL (last
    before treatment), ANL01FL, AOCCFL, AOCCSFL, AOCCPFL.

    >>> vs = pd.DataFrame({"USUBJID": "S1", "ADT": [1.0, 2.0, 3.0], "AVAL": [118.0, 121.0, 125.0]})
    >>> derive_var_extreme_flag(
    ...     vs, by=["USUBJID"], order=["ADT"], new_var="ABLFL", mode="last", where=vs["ADT"] < 3
    ... )
      USUBJID  ADT   AVAL ABLFL
    0      S1  1.0  118.0   NaN
    1      S1  2.0  121.0     Y
    2      S1  3.0  125.0   NaN
    """
    name = "derive_var_extreme_flag"
    need_absent(name, dataset, [new_var])
    chosen = extreme_rows(name, dataset, by=by, order=order, mode=mode, where=where)
    return dataset.assign(**{new_var: text_column(dataset.index, chosen, "Y")})


def derive_var_flag(
    dataset: pd.DataFrame, *, new_var: str, where: pd.Series, false_value: str = ""
) -> pd.DataFrame:
    """`dataset` with a flag Y where the condition holds, else `false_value` (empty: missing).

    >>> ae = pd.DataFrame({"AEDECOD": ["Rash", "Nausea"], "AESEV": ["SEVERE", "MILD"]})
    >>> derive_var_flag(ae, new_var="SEVFL", where=ae["AESEV"] == "SEVERE")
      AEDECOD   AESEV SEVFL
    0    Rash  SEVERE     Y
    1  Nausea    MILD   NaN
    """
    name = "derive_var_flag"
    need_absent(name, dataset, [new_var])
    other = 1 if false_value else -1
    place = np.where(mask_of(name, dataset, where), 0, other)
    return dataset.assign(**{new_var: text_at(dataset.index, ["Y", false_value], place)})


def derive_vars_population(dataset: pd.DataFrame, *, flags: Mapping[str, pd.Series]) -> pd.DataFrame:
    """`dataset` (one row a subject) with population flags: Y where the condition holds, else N.

    Population flags are never missing (ADaMIG 1.3 section 3.2.4). `flags` is `{name: condition}`.

    >>> adsl = pd.DataFrame({"USUBJID": ["S1", "S2"], "TRTSDT": [22713.0, None]})
    >>> derive_vars_population(adsl, flags={"SAFFL": adsl["TRTSDT"].notna()})
      USUBJID   TRTSDT SAFFL
    0      S1  22713.0     Y
    1      S2      NaN     N
    """
    name = "derive_vars_population"
    need_absent(name, dataset, flags)
    new: dict[str, pd.Series] = {}
    for flag, condition in flags.items():
        if not flag.endswith("FL"):
            raise refuse(name, f"a population flag's name ends in FL, {flag} does not")
        new[flag] = text_at(dataset.index, ["Y", "N"], np.where(mask_of(name, dataset, condition), 0, 1))
    return dataset.assign(**new)


def derive_var_trtemfl(
    dataset: pd.DataFrame,
    *,
    end_window: EmergentUntil,
    new_var: str = "TRTEMFL",
    start: str = "ASTDT",
    end: str = "AENDT",
    trt_start: str = "TRTSDT",
    trt_end: str = "TRTEDT",
    participation_end: str = "",
    start_dtc: str = "",
    trt_start_dtc: str = "",
) -> pd.DataFrame:
    """`dataset` with Y on treatment-emergent records: onset from the first dose to the end of the window.

    `end_window` is a number of days after the last dose, or "participation": to the day in
    `participation_end`, which must then be named. All are SAS days. Of a treated subject a record with an
    unknown start counts, unless it ended before the first dose. Where the end of the window is missing it is
    open. Where `start_dtc` and `trt_start_dtc`, the ISO 8601 texts behind the days, are named, a start that
    is known to be earlier on the day of the first dose does not count; one at its very minute does. SDTM's
    flag is made by the same function (`base.onset.emergent`).

    >>> ae = pd.DataFrame({"TRTSDT": 100.0, "TRTEDT": 110.0, "ASTDT": [99, 100, 141, None], "AENDT": None})
    >>> derive_var_trtemfl(ae, end_window=30)
       TRTSDT  TRTEDT  ASTDT AENDT TRTEMFL
    0   100.0   110.0   99.0  None     NaN
    1   100.0   110.0  100.0  None       Y
    2   100.0   110.0  141.0  None     NaN
    3   100.0   110.0    NaN  None       Y
    """
    name = "derive_var_trtemfl"
    until_end = end_window == PARTICIPATION
    last = participation_end if until_end else trt_end
    if until_end and not participation_end:
        raise refuse(name, 'end_window="participation" needs participation_end, the column of that day')
    need_numbers(name, dataset, [start, end, trt_start, last])
    need_absent(name, dataset, [new_var])
    if not until_end and end_window < 0:
        raise refuse(name, f"end_window={end_window} is below 0 days")
    texts = None
    if start_dtc and trt_start_dtc:
        need_columns(name, dataset, [start_dtc, trt_start_dtc])
        texts = dataset[start_dtc], dataset[trt_start_dtc]
    onset, ended, first, last_day = (numbers(dataset[column]) for column in (start, end, trt_start, last))
    counts = last_emergent_days(end_window, last_dose=last_day, participation=last_day)
    found = emergent(onset, ended, first, counts, texts=texts)
    return dataset.assign(**{new_var: text_column(dataset.index, found, "Y")})
