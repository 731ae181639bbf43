"""Parameters derived from parameters: totals, logarithms, responses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import need_columns, need_numbers, numbers, refuse, text_column
from il2cdisc.adam.keys import key_numbers
from il2cdisc.adam.rows import append_rows
from il2cdisc.base.rowids import gathered_ids, id_columns

Vector = Callable[[np.ndarray], np.ndarray]


def derive_param_total(
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    item: str,
    items: Sequence[str],
    set_values: Mapping[str, str | float],
    value: str = "AVAL",
    missing_allowed: int = 0,
    keep: Sequence[str] = (),
    dtype: str = "PRORATED",
) -> pd.DataFrame:
    """`dataset` and, behind it, one total a key: the sum of `items`, prorated when few are missing.

    `item` is the column that names the item of a row (a total's row needs at least one item with a
    value). An item is missing when it has no row or no value. With at most `missing_allowed` missing the
    total is the mean of the others times the number of items, and DTYPE says `dtype`; with more it is
    missing. `set_values` are the new rows' constants (PARAMCD ...); `keep` are columns taken from the key's
    first item row. Id columns hold the ids of all items.

    Raises `Stopped`: ADM001, ADM003 when a key has an item twice.

    >>> qs = pd.DataFrame({"USUBJID": "S1", "PARAMCD": ["ITEM1", "ITEM2"], "AVAL": [1.0, 2.0]})
    >>> derive_param_total(
    ...     qs, by=["USUBJID"], item="PARAMCD", items=["ITEM1", "ITEM2", "ITEM3"],
    ...     set_values={"PARAMCD": "TOTAL"}, missing_allowed=1,
    ... )
      USUBJID PARAMCD  AVAL     DTYPE
    0      S1   ITEM1   1.0       NaN
    1      S1   ITEM2   2.0       NaN
    2      S1   TOTAL   4.5  PRORATED
    """
    name = "derive_param_total"
    need_columns(name, dataset, [*by, item, *keep])
    need_numbers(name, dataset, [value])
    if len(set(items)) != len(items) or not items:
        raise refuse(name, "items names an item twice, or none")
    ids = id_columns(dataset)
    rows = dataset[list(dict.fromkeys([*by, item, value, *keep, *ids]))]
    wanted = rows[item].isin(list(items)) & rows[value].notna() & rows[list(by)].notna().all(axis=1)
    rows = rows[wanted.to_numpy(dtype=bool)]
    pairs = key_numbers([*by, item], rows)[0]
    if pairs.max(initial=-1) + 1 < len(rows):
        doubled = rows[rows.duplicated([*by, item], keep=False)]
        shown = [" ".join(map(str, row)) for row in doubled[[*by, item]].itertuples(index=False)]
        what = f"several rows have the same {', '.join([*by, item])}"
        fix = "Keep one record per key and item first (filter_extreme)."
        raise refuse(name, what, fix=fix, values=shown)
    number = key_numbers(by, rows)[0]
    found = np.bincount(number)
    total = rows[value].groupby(number).sum().to_numpy("float64")
    missing = len(items) - found
    scaled = np.where(missing == 0, total, total * len(items) / found)
    start = np.unique(number, return_index=True)[1]
    new = rows[list(dict.fromkeys([*by, *keep]))].iloc[start].reset_index(drop=True)
    prorated = (missing > 0) & (missing <= missing_allowed)
    made: dict[str, Any] = dict(set_values)
    made[value] = np.where(missing <= missing_allowed, scaled, np.nan)
    made["DTYPE"] = text_column(new.index, prorated, dtype)
    made |= {column: gathered_ids(rows[column], number).to_numpy(dtype=object) for column in ids}
    return append_rows(dataset, new.assign(**made))


def derive_param_transformed(
    dataset: pd.DataFrame,
    *,
    parameters: pd.DataFrame,
    transform: Vector,
    by: str = "PARAMCD",
    values: Sequence[str] = ("AVAL",),
) -> pd.DataFrame:
    """`dataset` and, behind it, each row of a source parameter once more with transformed values.

    `parameters` has the column `SOURCE` (a value of `by`) and the columns to set on new rows
    (PARAMCD, PARAM, PARAMN ...). `transform` takes and gives an array; what is not finite becomes
    missing. With `log` the change from baseline of the new parameter is the log fold change.

    >>> vs = pd.DataFrame({"PARAMCD": ["WEIGHT"], "AVAL": [100.0]})
    >>> logs = pd.DataFrame({"SOURCE": ["WEIGHT"], "PARAMCD": ["LWEIGHT"]})
    >>> derive_param_transformed(vs, parameters=logs, transform=np.log10)
       PARAMCD   AVAL
    0   WEIGHT  100.0
    1  LWEIGHT    2.0
    """
    name = "derive_param_transformed"
    need_columns(name, dataset, [by])
    need_columns(name, parameters, ["SOURCE"], "parameters")
    need_numbers(name, dataset, values)
    table = parameters.rename(columns={"SOURCE": "_source"}).drop_duplicates("_source")
    place = table.reset_index(drop=True).reset_index().set_index("_source")["index"]
    found = dataset[by].map(place)
    rows = dataset[found.notna().to_numpy()].reset_index(drop=True)
    if rows.empty:
        return append_rows(dataset, table.drop(columns="_source").iloc[:0])
    taken = table.iloc[found.dropna().to_numpy("int64")].reset_index(drop=True)
    new = rows.assign(**{column: taken[column] for column in taken.columns if column != "_source"})
    for column in values:
        with np.errstate(divide="ignore", invalid="ignore"):
            changed = transform(numbers(rows[column]))
        new[column] = np.where(np.isfinite(changed), changed, np.nan)
    return append_rows(dataset, new)


def derive_param_criterion(
    dataset: pd.DataFrame,
    *,
    source: pd.Series,
    met: pd.Series,
    set_values: Mapping[str, str | float],
) -> pd.DataFrame:
    """`dataset` and, behind it, a yes/no parameter: rows of `source`, AVAL 1 and AVALC Y where `met`, else 0.

    A row whose condition can't be known must be decided by the caller (missing as not met, say).

    >>> qs = pd.DataFrame({"PARAMCD": ["TOTAL", "TOTAL"], "AVAL": [4.0, 9.0], "AVALC": [None, None]})
    >>> met = qs["AVAL"] <= 7
    >>> derive_param_criterion(qs, source=qs["PARAMCD"] == "TOTAL", met=met, set_values={"PARAMCD": "REMIT"})
      PARAMCD  AVAL AVALC
    0   TOTAL   4.0   NaN
    1   TOTAL   9.0   NaN
    2   REMIT   1.0     Y
    3   REMIT   0.0     N
    """
    name = "derive_param_criterion"
    need_columns(name, dataset, ["AVAL"])
    if not pd.api.types.is_bool_dtype(met) or not pd.api.types.is_bool_dtype(source):
        raise refuse(name, "source and met hold True and False, one for each row of the dataset")
    chosen = source.fillna(False).to_numpy(dtype=bool)
    rows = dataset[chosen].reset_index(drop=True)
    yes = met.fillna(False).to_numpy(dtype=bool)[chosen]
    new = rows.assign(**dict(set_values))
    new["AVAL"] = yes.astype("float64")
    new["AVALC"] = pd.Series(np.where(yes, "Y", "N"), dtype="str")
    return append_rows(dataset, new)
