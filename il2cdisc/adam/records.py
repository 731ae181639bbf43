"""Records of the first, last, least, greatest or worst observation of a key, and of its summaries.

The order in which they compose: windows first (`derive_vars_windows`), so that a key may hold AVISIT; then
the records here, which get the visit of `set_values` or keep that of their source; then the flags. A flag
that chooses observed records (ANL01FL) has DTYPE missing in its `where`, and is named in `keep_missing` where
it was made before. Baseline is flagged before, change and criteria are derived after, so that new records
have them, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import mask_of, need_columns, need_numbers, need_one_of, refuse
from il2cdisc.adam.carried import without_window
from il2cdisc.adam.keys import key_numbers
from il2cdisc.adam.merging import STATISTICS, extreme_rows
from il2cdisc.adam.rows import append_rows, blank, no_rows
from il2cdisc.base.rowids import gathered_ids, id_columns
from il2cdisc.base.rows import alike

Values = Mapping[str, str | float]


def derive_extreme_records(
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    order: Sequence[str],
    mode: Literal["first", "last"],
    set_values: Values,
    where: pd.Series | None = None,
    keep_missing: Sequence[str] = (),
) -> pd.DataFrame:
    """`dataset` and, behind it, a copy of the first or last row of each key, of those of `where`.

    `order` and ties are those of `filter_extreme`. A copy keeps dates, sequence numbers and row ids, gets the
    constants of `set_values` (PARAMCD, AVISIT, DTYPE ...), and missing values in `keep_missing`; where AVISIT
    is set, in the window variables, too, as no window placed it.

    >>> vs = pd.DataFrame({"USUBJID": "S1", "ADT": [1.0, 2.0], "AVAL": [118.0, 121.0], "AVISIT": "WEEK 1"})
    >>> derive_extreme_records(
    ...     vs, by=["USUBJID"], order=["ADT"], mode="first", set_values={"AVISIT": "FIRST", "DTYPE": "COPY"}
    ... )
      USUBJID  ADT   AVAL  AVISIT DTYPE
    0      S1  1.0  118.0  WEEK 1   NaN
    1      S1  2.0  121.0  WEEK 1   NaN
    2      S1  1.0  118.0   FIRST  COPY
    """
    name = "derive_extreme_records"
    need_columns(name, dataset, keep_missing)
    chosen = extreme_rows(name, dataset, by=by, order=order, mode=mode, where=where)
    return _copied(dataset, chosen, set_values, keep_missing)


def derive_last_records(
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    set_values: Values,
    order: Sequence[str] = ("ADT",),
    value: str = "AVAL",
    where: pd.Series | None = None,
    keep_missing: Sequence[str] = (),
) -> pd.DataFrame:
    """`dataset` and, behind it, a copy of the last row of each key that has a value, with DTYPE `LOV`.

    An end-point record: the last observed value. The rest is `derive_extreme_records`.

    >>> vs = pd.DataFrame({"USUBJID": "S1", "ADT": [1.0, 2.0, 3.0], "AVAL": [118.0, 121.0, None]})
    >>> derive_last_records(vs, by=["USUBJID"], set_values={"AVISIT": "LAST"}).tail(1)
      USUBJID  ADT   AVAL AVISIT DTYPE
    3      S1  2.0  121.0   LAST   LOV
    """
    return _extreme("derive_last_records", dataset, by, order, value, where, set_values, keep_missing, "LOV")


def derive_maximum_records(
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    set_values: Values,
    order: Sequence[str] = ("ADT",),
    value: str = "AVAL",
    where: pd.Series | None = None,
    keep_missing: Sequence[str] = (),
) -> pd.DataFrame:
    """`dataset` and, behind it, a copy of the row with the greatest value of each key, with DTYPE `MAXIMUM`.

    Of equal values the first by `order`. Scheduled and unscheduled records count alike; `where` says which
    may, such as those on treatment. The rest is `derive_extreme_records`.

    >>> lb = pd.DataFrame({"USUBJID": "S1", "ADT": [1.0, 2.0, 3.0], "AVAL": [30.0, 90.0, 90.0]})
    >>> derive_maximum_records(lb, by=["USUBJID"], set_values={"AVISIT": "POST-BASELINE MAXIMUM"}).tail(1)
      USUBJID  ADT  AVAL                 AVISIT    DTYPE
    3      S1  2.0  90.0  POST-BASELINE MAXIMUM  MAXIMUM
    """
    name = "derive_maximum_records"
    return _ranked(name, dataset, by, f"-{value}", order, value, where, set_values, keep_missing, "MAXIMUM")


def derive_minimum_records(
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    set_values: Values,
    order: Sequence[str] = ("ADT",),
    value: str = "AVAL",
    where: pd.Series | None = None,
    keep_missing: Sequence[str] = (),
) -> pd.DataFrame:
    """`dataset` and, behind it, a copy of the row with the least value of each key, with DTYPE `MINIMUM`.

    Of equal values the first by `order`; see `derive_maximum_records`.

    >>> lb = pd.DataFrame({"USUBJID": "S1", "ADT": [1.0, 2.0], "AVAL": [30.0, 20.0]})
    >>> derive_minimum_records(lb, by=["USUBJID"], set_values={"AVISIT": "POST-BASELINE MINIMUM"}).tail(1)
      USUBJID  ADT  AVAL                 AVISIT    DTYPE
    2      S1  2.0  20.0  POST-BASELINE MINIMUM  MINIMUM
    """
    name = "derive_minimum_records"
    return _ranked(name, dataset, by, value, order, value, where, set_values, keep_missing, "MINIMUM")


def derive_worst_records(
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    worst: Literal["high", "low"],
    set_values: Values,
    order: Sequence[str] = ("ADT",),
    value: str = "AVAL",
    where: pd.Series | None = None,
    keep_missing: Sequence[str] = (),
) -> pd.DataFrame:
    """`dataset` and, behind it, a copy of the worst row of each key, with DTYPE `WOC` (worst observed case).

    `worst` says which end of `value` is worse: a severity, a grade, a score. Of equal values the first by
    `order`. The rest is `derive_extreme_records`.

    >>> qs = pd.DataFrame({"USUBJID": "S1", "ADT": [1.0, 2.0], "AVAL": [3.0, 1.0]})
    >>> derive_worst_records(qs, by=["USUBJID"], worst="high", set_values={"AVISIT": "WORST"}).tail(1)
      USUBJID  ADT  AVAL AVISIT DTYPE
    2      S1  1.0   3.0  WORST   WOC
    """
    name = "derive_worst_records"
    need_one_of(name, "worst", worst, ["high", "low"])
    ranked = f"-{value}" if worst == "high" else value
    return _ranked(name, dataset, by, ranked, order, value, where, set_values, keep_missing, "WOC")


def derive_summary_records(
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    values: Mapping[str, str],
    set_values: Values,
    where: pd.Series | None = None,
    keep: Sequence[str] = (),
) -> pd.DataFrame:
    """`dataset` and, behind it, one row per key with summaries of the rows of `where`: `{column: statistic}`.

    Statistics: count, sum, mean, min, max, median, of the values that are not missing; a key without any has
    no row. The mean of repeated measurements of a visit has DTYPE AVERAGE, which `set_values` gives. `keep`
    are columns taken along where all rows of the key have the same value; missing where they differ. Id
    columns hold the ids of all rows with a value; a new row has no sequence number of its own.

    >>> vs = pd.DataFrame({"USUBJID": "S1", "AVISIT": "WEEK 1", "VSSEQ": [1.0, 2.0], "AVAL": [118.0, 121.0]})
    >>> derive_summary_records(
    ...     vs, by=["USUBJID", "AVISIT"], values={"AVAL": "mean"}, set_values={"DTYPE": "AVERAGE"}
    ... )
      USUBJID  AVISIT  VSSEQ   AVAL    DTYPE
    0      S1  WEEK 1    1.0  118.0      NaN
    1      S1  WEEK 1    2.0  121.0      NaN
    2      S1  WEEK 1    NaN  119.5  AVERAGE
    """
    name = "derive_summary_records"
    need_columns(name, dataset, [*by, *keep])
    need_numbers(name, dataset, values)
    for statistic in values.values():
        need_one_of(name, "statistic", statistic, STATISTICS)
    both = sorted({*values} & {*by, *keep, *set_values})
    if both or not values:
        raise refuse(name, f"{both[0]} is summarised and set or kept" if both else "no column is summarised")
    valued = dataset[list(values)].notna().any(axis=1).to_numpy() & mask_of(name, dataset, where)
    key = key_numbers(by, dataset)[0]
    rows = dataset[valued & (key >= 0)].reset_index(drop=True)
    if rows.empty:
        return no_rows(dataset, set_values)
    number = alike([rows[column] for column in by])[0] if by else np.zeros(len(rows), dtype="int64")
    return append_rows(dataset, _summaries(rows, number, by, values, keep).assign(**dict(set_values)))


def _summaries(
    rows: pd.DataFrame,
    number: np.ndarray,
    by: Sequence[str],
    values: Mapping[str, str],
    keep: Sequence[str],
) -> pd.DataFrame:
    """One row per number of a group, in their order."""
    first = np.unique(number, return_index=True)[1]
    new = rows[list(dict.fromkeys([*by, *keep]))].iloc[first].reset_index(drop=True)
    made: dict[str, Any] = {}
    for column in (item for item in keep if item not in by):
        codes = pd.Series(alike([rows[column]])[0]).groupby(number)
        made[column] = new[column].where((codes.min() == codes.max()).to_numpy())
    for column, statistic in values.items():
        made[column] = rows[column].groupby(number).agg(statistic).to_numpy("float64")
    made |= {
        column: gathered_ids(rows[column], number).sort_index().to_numpy(dtype=object)
        for column in id_columns(rows)
    }
    return new.assign(**made)


def _ranked(
    name: str,
    dataset: pd.DataFrame,
    by: Sequence[str],
    ranked: str,
    order: Sequence[str],
    value: str,
    where: pd.Series | None,
    set_values: Values,
    keep_missing: Sequence[str],
    dtype: str,
) -> pd.DataFrame:
    need_numbers(name, dataset, [value])
    full = [ranked, *order]
    return _extreme(name, dataset, by, full, value, where, set_values, keep_missing, dtype, mode="first")


def _extreme(
    name: str,
    dataset: pd.DataFrame,
    by: Sequence[str],
    order: Sequence[str],
    value: str,
    where: pd.Series | None,
    set_values: Values,
    keep_missing: Sequence[str],
    dtype: str,
    *,
    mode: Literal["first", "last"] = "last",
) -> pd.DataFrame:
    """Copies, with a DTYPE, of the extreme rows that have a value."""
    need_columns(name, dataset, [value, *keep_missing])
    known = pd.Series(mask_of(name, dataset, where) & dataset[value].notna().to_numpy(), index=dataset.index)
    chosen = extreme_rows(name, dataset, by=by, order=order, mode=mode, where=known)
    return _copied(dataset, chosen, {**set_values, "DTYPE": dtype}, keep_missing)


def _copied(
    dataset: pd.DataFrame, chosen: np.ndarray, set_values: Values, keep_missing: Sequence[str]
) -> pd.DataFrame:
    rows = dataset[chosen]
    if rows.empty:
        return no_rows(dataset, set_values)
    rows = without_window(rows, keep_missing) if "AVISIT" in set_values else blank(rows, keep_missing)
    return append_rows(dataset, rows.assign(**dict(set_values)))
