"""Laboratory values: reference ranges and limits of quantification."""

from __future__ import annotations

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import need_absent, need_columns, need_numbers, numbers, text_at, text_column
from il2cdisc.base.numbers import read_numbers
from il2cdisc.base.ranges import INDICATORS, indicators


def derive_var_anrind(
    dataset: pd.DataFrame,
    *,
    value: str = "AVAL",
    low: str = "ANRLO",
    high: str = "ANRHI",
    new_var: str = "ANRIND",
) -> pd.DataFrame:
    """`dataset` with LOW, NORMAL or HIGH against the range; the limits themselves are normal.

    The rule is that of --NRIND (`base.ranges.indicators`): numbers are compared in 15 significant digits,
    0.1 + 0.2 is not above 0.3; with one limit only that side is judged. Missing where the value or both
    limits are missing, or the lower limit is above the upper one.

    >>> lb = pd.DataFrame({"PARAMCD": "K", "AVAL": [3.1, 3.5, 5.9], "ANRLO": 3.5, "ANRHI": 5.1})
    >>> derive_var_anrind(lb)
      PARAMCD  AVAL  ANRLO  ANRHI  ANRIND
    0       K   3.1    3.5    5.1     LOW
    1       K   3.5    3.5    5.1  NORMAL
    2       K   5.9    3.5    5.1    HIGH
    """
    name = "derive_var_anrind"
    need_numbers(name, dataset, [value, low, high])
    need_absent(name, dataset, [new_var])
    place = indicators(numbers(dataset[value]), numbers(dataset[low]), numbers(dataset[high]))
    return dataset.assign(**{new_var: text_at(dataset.index, INDICATORS, place)})


def derive_vars_below_lloq(
    dataset: pd.DataFrame, *, text: str, value: str = "AVAL", lloq: str = ""
) -> pd.DataFrame:
    """`dataset` where results below quantification get half the limit in `value` and DTYPE HALFLLOQ.

    A result is below quantification when `text` reads `<` and a number; the limit is the column `lloq` if
    it is named and known, else that number. Other rows keep their value and get a missing DTYPE.

    >>> lb = pd.DataFrame({"LBSTRESC": ["<0.5", "0.7"], "AVAL": [None, 0.7]})
    >>> derive_vars_below_lloq(lb, text="LBSTRESC")
      LBSTRESC  AVAL     DTYPE
    0     <0.5  0.25  HALFLLOQ
    1      0.7  0.70       NaN
    """
    name = "derive_vars_below_lloq"
    need_columns(name, dataset, [text])
    need_numbers(name, dataset, [value, *([lloq] if lloq else [])])
    need_absent(name, dataset, ["DTYPE"])
    written = read_numbers(dataset[text]).bounds("<")
    known = ~np.isnan(written)
    limit = written
    if lloq:
        named = numbers(dataset[lloq])
        limit = np.where(np.isnan(named), written, named)
    values = np.where(known, limit / 2, numbers(dataset[value]))
    return dataset.assign(**{value: values, "DTYPE": text_column(dataset.index, known, "HALFLLOQ")})
