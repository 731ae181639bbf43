"""Variables from another dataset: merged, picked, flagged."""

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
    need_one_of,
    text_column,
)
from il2cdisc.adam.keys import key_numbers, partners, rows_at, with_columns
from il2cdisc.base.rowids import gathered_ids, id_columns
from il2cdisc.base.rows import extreme

STATISTICS = ("count", "sum", "mean", "min", "max", "median")


def derive_vars_merged(
    dataset: pd.DataFrame,
    dataset_add: pd.DataFrame,
    *,
    by: Sequence[str],
    new_vars: Sequence[str] | Mapping[str, str],
    ids: bool = False,
) -> pd.DataFrame:
    """`dataset` with variables of `dataset_add`, row for row by key.

    `new_vars` are names, or `{new name: name in dataset_add}`. Rows without a partner get missing
    values; a missing key finds no partner. With `ids=True` the id columns (`@DM`) of `dataset_add`
    come along, so that the lineage of the merged values is kept; ids of one source on both sides are
    united.

    Raises `Stopped`: ADM001 a column is not there, ADM002 `dataset_add` has several rows a key,
    ADM005 a new variable is already there.

    >>> ae = pd.DataFrame({"USUBJID": ["S1", "S2"], "AEDECOD": ["Rash", "Nausea"]})
    >>> adsl = pd.DataFrame({"USUBJID": ["S1", "S3"], "TRTSDT": [22713.0, 22720.0]})
    >>> derive_vars_merged(ae, adsl, by=["USUBJID"], new_vars=["TRTSDT"])
      USUBJID AEDECOD   TRTSDT
    0      S1    Rash  22713.0
    1      S2  Nausea      NaN
    """
    name = "derive_vars_merged"
    wanted = dict(new_vars) if isinstance(new_vars, Mapping) else {new: new for new in new_vars}
    need_columns(name, dataset, by)
    need_columns(name, dataset_add, [*by, *wanted.values()], "dataset_add")
    need_absent(name, dataset, wanted)
    found = partners(name, dataset, dataset_add, by, "dataset_add")
    carried = id_columns(dataset_add) if ids else []
    merged = rows_at(dataset_add[[*wanted.values(), *carried]], found)
    merged = merged.set_axis([*wanted, *carried], axis=1)
    united = {
        column: unite_ids(dataset[column], merged[column]) for column in carried if column in dataset.columns
    }
    if not united:
        return with_columns(dataset, merged)
    return with_columns(dataset, merged.drop(columns=list(united))).assign(**united)


def derive_var_merged_exist_flag(
    dataset: pd.DataFrame,
    dataset_add: pd.DataFrame,
    *,
    by: Sequence[str],
    new_var: str,
    true_value: str = "Y",
    false_value: str = "",
) -> pd.DataFrame:
    """`dataset` with a flag: has `dataset_add` a row of the same key? An empty `false_value` is missing.

    >>> adsl, ex = pd.DataFrame({"USUBJID": ["S1", "S2"]}), pd.DataFrame({"USUBJID": ["S1", "S1"]})
    >>> derive_var_merged_exist_flag(adsl, ex, by=["USUBJID"], new_var="SAFFL", false_value="N")
      USUBJID SAFFL
    0      S1     Y
    1      S2     N
    """
    name = "derive_var_merged_exist_flag"
    need_columns(name, dataset, by)
    need_columns(name, dataset_add, by, "dataset_add")
    need_absent(name, dataset, [new_var])
    ours, theirs = key_numbers(by, dataset, dataset_add)
    there = np.isin(ours, theirs[theirs >= 0])
    flag = text_column(dataset.index, there, true_value)
    if false_value:
        flag = flag.fillna(false_value)
    return dataset.assign(**{new_var: flag})


def filter_extreme(
    dataset: pd.DataFrame, *, by: Sequence[str], order: Sequence[str], mode: Literal["first", "last"]
) -> pd.DataFrame:
    """The first or last row of each key by `order` (`"-ADT"` is descending), in the dataset's row order.

    Missing values come first. Ties go to the earlier row for "first", to the later row for "last".

    >>> ex = pd.DataFrame({"USUBJID": ["S1", "S1", "S2"], "EXSTDTC": ["2022-03-05", "2022-03-01", None]})
    >>> filter_extreme(ex, by=["USUBJID"], order=["EXSTDTC"], mode="first")
      USUBJID     EXSTDTC
    1      S1  2022-03-01
    2      S2         NaN
    """
    chosen = extreme_rows("filter_extreme", dataset, by=by, order=order, mode=mode)
    return dataset[chosen]


def extreme_rows(
    function: str,
    dataset: pd.DataFrame,
    *,
    by: Sequence[str],
    order: Sequence[str],
    mode: str,
    where: pd.Series | None = None,
) -> np.ndarray:
    """True for the first or last row of each key by `order`; rows with a missing key are never chosen."""
    need_one_of(function, "mode", mode, ["first", "last"])
    names = [item.removeprefix("-") for item in order]
    need_columns(function, dataset, [*by, *names])
    key = np.where(mask_of(function, dataset, where), key_numbers(by, dataset)[0], -1)
    chosen = extreme(
        key,
        [dataset[name] for name in names],
        last=mode == "last",
        descending=[item.startswith("-") for item in order],
    )
    out = np.zeros(len(dataset), dtype=bool)
    out[chosen] = True
    return out


def unite_ids(left: pd.Series, right: pd.Series) -> pd.Series:
    """Row ids of one source from both sides: where one is missing the other, else the sorted union."""
    right = right.set_axis(left.index)
    both = (left.notna() & right.notna()).to_numpy()
    if not both.any():
        return left.where(left.notna(), right)
    ours, theirs = left.to_numpy(dtype=object), right.to_numpy(dtype=object)
    out = np.where(left.notna(), ours, theirs)
    for place in np.flatnonzero(both):
        out[place] = tuple(sorted({*_ids(ours[place]), *_ids(theirs[place])}))
    return pd.Series(out, index=left.index, dtype=object)


def _ids(value: object) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (int(value),)  # pyright: ignore[reportArgumentType]


def derive_vars_merged_summary(
    dataset: pd.DataFrame,
    dataset_add: pd.DataFrame,
    *,
    by: Sequence[str],
    new_vars: Mapping[str, tuple[str, str]],
    ids: bool = False,
) -> pd.DataFrame:
    """`dataset` with summaries of `dataset_add` by key: `{new name: (column, statistic)}`.

    Statistics: count (of non-missing), sum, mean, min, max, median. A key without rows gets missing
    values. With `ids=True` the ids of all rows behind a summary come along. Raises `Stopped` (ADM004) for a
    statistic other than count of a column of text.

    >>> adsl = pd.DataFrame({"USUBJID": ["S1", "S2"]})
    >>> ex = pd.DataFrame({"USUBJID": ["S1", "S1"], "EXDOSE": [10.0, 20.0]})
    >>> derive_vars_merged_summary(adsl, ex, by=["USUBJID"], new_vars={"TOTDOSE": ("EXDOSE", "sum")})
      USUBJID  TOTDOSE
    0      S1     30.0
    1      S2      NaN
    """
    name = "derive_vars_merged_summary"
    need_columns(name, dataset_add, [*by, *(column for column, _ in new_vars.values())], "dataset_add")
    for _, statistic in new_vars.values():
        need_one_of(name, "statistic", statistic, STATISTICS)
    # pandas would join texts, and "1" and "2" would sum to 12
    measured = [column for column, statistic in new_vars.values() if statistic != "count"]
    need_numbers(name, dataset_add, dict.fromkeys(measured), "dataset_add")
    carried = id_columns(dataset_add) if ids else []
    rows = dataset_add[[*dict.fromkeys([*by, *(column for column, _ in new_vars.values())]), *carried]]
    rows = rows.dropna(subset=list(by))
    groups = rows.groupby(list(by), sort=False)
    table = pd.DataFrame(
        {
            new: groups[column].agg(statistic).astype("float64")
            for new, (column, statistic) in new_vars.items()
        }
    )
    for column in carried:
        gathered = gathered_ids(rows[column], groups.ngroup().to_numpy())
        table[column] = pd.Series(
            gathered.reindex(range(len(table))).to_numpy(dtype=object), index=table.index
        )
    return derive_vars_merged(dataset, table.reset_index(), by=by, new_vars=list(new_vars), ids=ids)
