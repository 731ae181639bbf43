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
    need_one_of,
    need_unique,
    text_column,
)
from il2cdisc.base.rowids import gathered_ids, id_columns


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

    Before: AE rows S1, S2 and ADSL rows S1 (TRTSDT 22000), S2 (missing). After
    `derive_vars_merged(ae, adsl, by=["USUBJID"], new_vars=["TRTSDT"])`: TRTSDT is 22000, missing.

    Raises `Stopped`: ADM001 a column is not there, ADM002 `dataset_add` has several rows a key,
    ADM005 a new variable is already there.
    """
    name = "derive_vars_merged"
    wanted = dict(new_vars) if isinstance(new_vars, Mapping) else {new: new for new in new_vars}
    need_columns(name, dataset, by)
    need_columns(name, dataset_add, [*by, *wanted.values()], "dataset_add")
    need_absent(name, dataset, wanted)
    need_unique(name, dataset_add, by, "dataset_add")
    right = dataset_add.dropna(subset=list(by))
    columns = {new: right[old] for new, old in wanted.items()}
    carried = id_columns(dataset_add) if ids else []
    columns |= {_aside(column): right[column] for column in carried}
    columns |= {key: right[key] for key in by}
    merged = dataset[list(by)].merge(pd.DataFrame(columns), on=list(by), how="left")
    merged.index = dataset.index
    out = dataset.assign(**{new: merged[new] for new in wanted})
    for column in carried:
        new = merged[_aside(column)]
        out[column] = unite_ids(dataset[column], new) if column in dataset.columns else new
    return out


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

    Before: subjects S1, S2; EX rows of S1. After with `new_var="SAFFL", false_value="N"`: Y, N.
    """
    name = "derive_var_merged_exist_flag"
    need_columns(name, dataset, by)
    need_columns(name, dataset_add, by, "dataset_add")
    need_absent(name, dataset, [new_var])
    keys = dataset_add[list(by)].dropna().drop_duplicates().assign(_there=True)
    there = dataset[list(by)].merge(keys, on=list(by), how="left")["_there"].notna().to_numpy()
    flag = text_column(dataset.index, there, true_value)
    if false_value:
        flag = flag.fillna(false_value)
    return dataset.assign(**{new_var: flag})


def filter_extreme(
    dataset: pd.DataFrame, *, by: Sequence[str], order: Sequence[str], mode: Literal["first", "last"]
) -> pd.DataFrame:
    """The first or last row of each key by `order` (`"-ADT"` is descending), in the dataset's row order.

    Missing values come first. Ties go to the earlier row for "first", to the later row for "last".
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
    rows = mask_of(function, dataset, where) & dataset[list(by)].notna().all(axis=1).to_numpy()
    position = np.flatnonzero(rows)
    part = dataset.iloc[position][[*dict.fromkeys([*by, *names])]].set_axis(position)
    for item in reversed(order):  # least important first; each sort is stable
        column = item.removeprefix("-")
        if item.startswith("-"):
            ranks = part[column].rank(method="dense", ascending=False, na_option="top")
            part = part.loc[ranks.sort_values(kind="stable").index]
        else:
            part = part.sort_values(column, kind="stable", na_position="first")
    chosen = part.drop_duplicates(list(by), keep="first" if mode == "first" else "last").index
    out = np.zeros(len(dataset), dtype=bool)
    out[chosen.to_numpy()] = True
    return out


def unite_ids(left: pd.Series, right: pd.Series) -> pd.Series:
    """Row ids of one source from both sides: where one is missing the other, else the sorted union."""
    right = right.set_axis(left.index)
    both = (left.notna() & right.notna()).to_numpy()
    if not both.any():
        return left.where(left.notna(), right)
    out = left.astype(object).where(left.notna(), right.astype(object)).to_numpy(dtype=object, copy=True)
    for place in np.flatnonzero(both):
        united = set(_ids(left.iloc[place])) | set(_ids(right.iloc[place]))
        out[place] = tuple(sorted(united))
    return pd.Series(out, index=left.index, dtype=object)


def _ids(value: object) -> tuple[int, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (int(value),)  # pyright: ignore[reportArgumentType]


def _aside(column: str) -> str:
    return f"\x00{column}"


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
    values. With `ids=True` the ids of all rows behind a summary come along.

    Before: EX rows of S1: two. After `new_vars={"NDOSES": ("EXSEQ", "count")}`: NDOSES 2 for S1.
    """
    name = "derive_vars_merged_summary"
    need_columns(name, dataset_add, [*by, *(column for column, _ in new_vars.values())], "dataset_add")
    for _, statistic in new_vars.values():
        need_one_of(name, "statistic", statistic, ["count", "sum", "mean", "min", "max", "median"])
    rows = dataset_add.dropna(subset=list(by))
    groups = rows.groupby(list(by), sort=False)
    table = pd.DataFrame(
        {
            new: groups[column].agg(statistic).astype("float64")
            for new, (column, statistic) in new_vars.items()
        }
    )
    carried = id_columns(dataset_add) if ids else []
    for column in carried:
        gathered = gathered_ids(rows[column], groups.ngroup().to_numpy())
        table[column] = pd.Series(
            gathered.reindex(range(len(table))).to_numpy(dtype=object), index=table.index
        )
    return derive_vars_merged(dataset, table.reset_index(), by=by, new_vars=list(new_vars), ids=ids)
