"""Baseline, change from it, ratio to it, shift."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import mask_of, need_absent, need_columns, need_numbers, numbers
from il2cdisc.adam.keys import key_numbers, rows_at, with_columns
from il2cdisc.adam.problems import TWO_BASELINES
from il2cdisc.base.problems import Stopped


def derive_var_base(
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    source: str = "AVAL",
    new_var: str = "BASE",
    flag: str = "ABLFL",
) -> pd.DataFrame:
    """`dataset` with the baseline value on every row of a key: `source` of the row whose `flag` is Y.

    Serves BASE from AVAL, BASEC from AVALC, BNRIND from ANRIND. Keys without a flagged row get
    missing.

    Raises `Stopped` with ADM013 when a key has two flagged rows.

    >>> vs = pd.DataFrame({"USUBJID": "S1", "PARAMCD": "SYSBP", "AVAL": [118.0, 121.0], "ABLFL": ["Y", None]})
    >>> derive_var_base(vs, by=["USUBJID", "PARAMCD"])
      USUBJID PARAMCD   AVAL ABLFL   BASE
    0      S1   SYSBP  118.0     Y  118.0
    1      S1   SYSBP  121.0   NaN  118.0
    """
    name = "derive_var_base"
    need_columns(name, dataset, [*by, source, flag])
    need_absent(name, dataset, [new_var])
    key = key_numbers(by, dataset)[0]
    flagged = np.flatnonzero((dataset[flag] == "Y").to_numpy(dtype=bool) & (key >= 0))
    found, count = np.unique(key[flagged], return_counts=True)
    if (count > 1).any():
        doubled = dataset.iloc[flagged[np.isin(key[flagged], found[count > 1])]][list(by)].drop_duplicates()
        shown = [" ".join(map(str, row)) for row in doubled.itertuples(index=False)]
        what = f"several rows with the same {', '.join(by)} have {flag}=Y"
        raise Stopped([TWO_BASELINES.at(name, what, values=shown)])
    baseline = np.full(key.max(initial=-1) + 2, -1)
    baseline[key[flagged]] = flagged  # the last place stays -1: that of a missing key
    return with_columns(dataset, rows_at(dataset[[source]], baseline[key]).set_axis([new_var], axis=1))


def derive_var_chg(
    dataset: pd.DataFrame,
    *,
    value: str = "AVAL",
    base: str = "BASE",
    new_var: str = "CHG",
    where: pd.Series | None = None,
) -> pd.DataFrame:
    """`dataset` with change from baseline, `value` - `base`, on the rows of `where` (all if not given).

    >>> vs = pd.DataFrame({"PARAMCD": "SYSBP", "AVAL": [118.0, 121.0], "BASE": 118.0})
    >>> derive_var_chg(vs, where=vs["AVAL"] > 118)
      PARAMCD   AVAL   BASE  CHG
    0   SYSBP  118.0  118.0  NaN
    1   SYSBP  121.0  118.0  3.0
    """
    name = "derive_var_chg"
    rows, values, bases = _pair(name, dataset, value, base, new_var, where)
    return dataset.assign(**{new_var: np.where(rows, values - bases, np.nan)})


def derive_var_pchg(
    dataset: pd.DataFrame,
    *,
    value: str = "AVAL",
    base: str = "BASE",
    new_var: str = "PCHG",
    where: pd.Series | None = None,
) -> pd.DataFrame:
    """`dataset` with percent change, 100 × (`value` - `base`) / `base`; missing where the baseline is 0.

    >>> lb = pd.DataFrame({"PARAMCD": "ALT", "AVAL": [30.0, 5.0], "BASE": [20.0, 0.0]})
    >>> derive_var_pchg(lb)
      PARAMCD  AVAL  BASE  PCHG
    0     ALT  30.0  20.0  50.0
    1     ALT   5.0   0.0   NaN
    """
    name = "derive_var_pchg"
    rows, values, bases = _pair(name, dataset, value, base, new_var, where)
    rows = rows & (bases != 0)
    percent = 100 * (values - bases) / np.where(bases == 0, np.nan, bases)
    return dataset.assign(**{new_var: np.where(rows, percent, np.nan)})


def derive_var_analysis_ratio(
    dataset: pd.DataFrame,
    *,
    numerator: str = "AVAL",
    denominator: str = "BASE",
    new_var: str = "R2BASE",
    where: pd.Series | None = None,
) -> pd.DataFrame:
    """`dataset` with `numerator` / `denominator` (R2BASE, R2A1HI); missing where the denominator is 0.

    >>> lb = pd.DataFrame({"PARAMCD": "ALT", "AVAL": [30.0, 5.0], "BASE": [20.0, 0.0]})
    >>> derive_var_analysis_ratio(lb)
      PARAMCD  AVAL  BASE  R2BASE
    0     ALT  30.0  20.0     1.5
    1     ALT   5.0   0.0     NaN
    """
    name = "derive_var_analysis_ratio"
    rows, above, below = _pair(name, dataset, numerator, denominator, new_var, where)
    return dataset.assign(**{new_var: np.where(rows, above / np.where(below == 0, np.nan, below), np.nan)})


def derive_var_shift(
    dataset: pd.DataFrame,
    *,
    from_var: str = "BNRIND",
    to_var: str = "ANRIND",
    new_var: str = "SHIFT1",
    missing: str = "",
    where: pd.Series | None = None,
) -> pd.DataFrame:
    """`dataset` with the shift `"NORMAL to HIGH"` of two category columns.

    A missing side reads as `missing`; if that is empty the shift is missing too.

    >>> lb = pd.DataFrame({"PARAMCD": "ALT", "BNRIND": ["NORMAL", None], "ANRIND": ["HIGH", "HIGH"]})
    >>> derive_var_shift(lb, missing="MISSING")
      PARAMCD  BNRIND ANRIND           SHIFT1
    0     ALT  NORMAL   HIGH   NORMAL to HIGH
    1     ALT     NaN   HIGH  MISSING to HIGH
    """
    name = "derive_var_shift"
    need_columns(name, dataset, [from_var, to_var])
    need_absent(name, dataset, [new_var])
    rows = mask_of(name, dataset, where)
    left, right = dataset[from_var].astype("str"), dataset[to_var].astype("str")
    if missing:
        left, right = left.fillna(missing), right.fillna(missing)
    return dataset.assign(**{new_var: (left + " to " + right).where(rows)})


def _pair(
    name: str, dataset: pd.DataFrame, first: str, second: str, new_var: str, where: pd.Series | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    need_numbers(name, dataset, [first, second])
    need_absent(name, dataset, [new_var])
    return mask_of(name, dataset, where), numbers(dataset[first]), numbers(dataset[second])
