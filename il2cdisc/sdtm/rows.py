"""Rows of a mapping: join, gather, first, last, planned elements. Row ids ride along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Address, Problem, Stopped
from il2cdisc.sdtm.problems import DOUBLE_KEY
from il2cdisc.spec.models import Protocol


class DoubleKey(Stopped):
    """The right side of a join is not unique: `rows` are those that share their keys with another."""

    def __init__(
        self, problems: Iterable[Problem], rows: pd.DataFrame | None = None, keys: Sequence[str] = ()
    ) -> None:
        super().__init__(problems)
        self.rows = pd.DataFrame() if rows is None else rows
        self.keys = tuple(keys)


def join(left: pd.DataFrame, right: pd.DataFrame, *, on: Mapping[str, str]) -> pd.DataFrame:
    """`left` with the columns of the matching row of `right`; row count and order of `left` kept.

    `on` maps left columns to right columns. Right columns that the left already has are not taken;
    missing keys match nothing. Raises `DoubleKey` when the right side is not unique in its keys.
    """
    mine, theirs = list(on), list(on.values())
    known = np.flatnonzero(right[theirs].notna().all(axis=1))
    keys = _keys(right, theirs).take(known)
    if not keys.is_unique:
        double = right.iloc[known[keys.duplicated(keep=False)]]
        what = f"Several rows have the same {', '.join(theirs)}."
        values = double[theirs].astype("str").agg(" / ".join, axis=1).unique()
        problem = DOUBLE_KEY.at(Address(file=", ".join(theirs)), what, values=values)
        raise DoubleKey([problem], double, theirs)
    place = np.append(known, -1)[keys.get_indexer(_keys(left, mine))]
    new = right[[c for c in right.columns if c not in left.columns]].reset_index(drop=True)
    # -1, the place of no match, is no row of `new`: its columns are missing there
    return pd.concat([left, new.reindex(place).set_axis(left.index)], axis=1)


def filter_not_exist(rows: pd.DataFrame, other: pd.DataFrame, *, on: Mapping[str, str]) -> pd.DataFrame:
    """The rows without a match in `other` (admiral's verb); `on` maps columns of `rows` to those of `other`.

    Before: tubes C001 and C002; results of C001. After: the row of C002. Missing keys match nothing.
    """
    mine, theirs = list(on), list(on.values())
    known = _keys(other, theirs)[other[theirs].notna().all(axis=1).to_numpy()]
    return rows[known.unique().get_indexer(_keys(rows, mine)) < 0]


def _keys(frame: pd.DataFrame, names: list[str]) -> pd.Index:
    return pd.Index(frame[names[0]]) if len(names) == 1 else pd.MultiIndex.from_frame(frame[names])


def gather(frame: pd.DataFrame, *, fields: Sequence[str]) -> pd.DataFrame:
    """Wide to long: a row a (row, field), with `field` (raw column name) and `value` (its text)."""
    rest = frame[[c for c in frame.columns if c not in set(fields)]]
    value = pd.concat([frame[name] for name in fields], ignore_index=True)
    long = rest.take(np.tile(np.arange(len(frame)), len(fields)))
    long.index = value.index
    long["field"] = pd.array(list(fields), dtype="str").repeat(len(frame))
    long["value"] = value.astype("str")
    return long


def first(frame: pd.DataFrame, *, by: Sequence[str], order: Sequence[str]) -> pd.DataFrame:
    """The first row of each group by `order`."""
    return frame.sort_values([*by, *order], kind="stable").drop_duplicates(list(by)).sort_index()


def last(frame: pd.DataFrame, *, by: Sequence[str], order: Sequence[str]) -> pd.DataFrame:
    """The last row of each group by `order`."""
    rows = frame.sort_values([*by, *order], kind="stable")
    return rows.drop_duplicates(list(by), keep="last").sort_index()


def planned_elements(protocol: Protocol) -> pd.DataFrame:
    """The elements of the sheet Protocol Arms: `arm`, `order` (TAETORD), `code`, `name` and `epoch`.

    The first element stands once more without an arm, for subjects who never got one.
    """
    names = {element.element_code: element.element for element in protocol.elements}
    arms = protocol.arms
    table = pd.DataFrame(
        {
            "arm": pd.Series([row.arm_code for row in arms], dtype="str"),
            "order": pd.Series([row.order for row in arms], dtype="int64"),
            "code": pd.Series([row.element_code for row in arms], dtype="str"),
            "name": pd.Series([names.get(row.element_code) for row in arms], dtype="str"),
            "epoch": pd.Series([row.epoch for row in arms], dtype="str"),
        }
    )
    before = table[table["order"] == table["order"].min()].head(1)
    return pd.concat(
        [table, before.assign(arm=pd.Series(None, before.index, dtype="str"))], ignore_index=True
    )
