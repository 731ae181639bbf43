"""Rows of a mapping: join, gather, first, last, planned elements. Row ids ride along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from il2cdisc.base.problems import Address, Problem, Stopped
from il2cdisc.base.rows import alike, extreme, matched
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

    >>> vs = pd.DataFrame({"USUBJID": ["S1", "S2"], "vs.PULSE": ["60", "72"]})
    >>> dm = pd.DataFrame({"USUBJID": ["S1", "S3"], "SEX": ["F", "M"]})
    >>> join(vs, dm, on={"USUBJID": "USUBJID"})
      USUBJID vs.PULSE  SEX
    0      S1       60    F
    1      S2       72  NaN
    """
    mine, theirs = list(on), list(on.values())
    place, repeated = matched([left[name] for name in mine], [right[name] for name in theirs])
    if repeated.any():
        double = right[repeated]
        what = f"Several rows have the same {', '.join(theirs)}."
        values = double[theirs].astype("str").agg(" / ".join, axis=1).unique()
        problem = DOUBLE_KEY.at(Address(file=", ".join(theirs)), what, values=values)
        raise DoubleKey([problem], double, theirs)
    new = right[[c for c in right.columns if c not in left.columns]].reset_index(drop=True)
    # -1, the place of no match, is no row of `new`: its columns are missing there
    return pd.concat([left, new.reindex(place).set_axis(left.index)], axis=1)


def filter_not_exist(rows: pd.DataFrame, other: pd.DataFrame, *, on: Mapping[str, str]) -> pd.DataFrame:
    """The rows without a match in `other` (admiral's verb); `on` maps columns of `rows` to those of `other`.

    Missing keys match nothing.

    >>> tubes = pd.DataFrame({"tube.ID": ["C001", "C002"]})
    >>> results = pd.DataFrame({"lb.TUBE": ["C001"]})
    >>> filter_not_exist(tubes, results, on={"tube.ID": "lb.TUBE"})
      tube.ID
    1    C002
    """
    mine, theirs = list(on), list(on.values())
    place, _ = matched([rows[name] for name in mine], [other[name] for name in theirs])
    return rows[place < 0]


def gather(frame: pd.DataFrame, *, fields: Sequence[str]) -> pd.DataFrame:
    """Wide to long: a row a (row, field), with `field` (raw column name) and `value` (its text).

    >>> vs = pd.DataFrame({"USUBJID": ["S1"], "vs.SYS": ["120"], "vs.DIA": ["80"]})
    >>> gather(vs, fields=["vs.SYS", "vs.DIA"])
      USUBJID   field value
    0      S1  vs.SYS   120
    1      S1  vs.DIA    80
    """
    rest = frame[[c for c in frame.columns if c not in set(fields)]]
    value = pd.concat([frame[name] for name in fields], ignore_index=True)
    long = rest.take(np.tile(np.arange(len(frame)), len(fields)))
    long.index = value.index
    long["field"] = pd.array(list(fields), dtype="str").repeat(len(frame))
    long["value"] = value.astype("str")
    return long


def first(frame: pd.DataFrame, *, by: Sequence[str], order: Sequence[str]) -> pd.DataFrame:
    """The first row of each group by `order`; a missing order value is first, missing keys are a group.

    >>> ex = pd.DataFrame({"USUBJID": ["S1", "S1", "S2"], "EXSTDTC": ["2022-03-05", "2022-03-01", None]})
    >>> first(ex, by=["USUBJID"], order=["EXSTDTC"])
      USUBJID     EXSTDTC
    1      S1  2022-03-01
    2      S2         NaN
    """
    return _extreme(frame, by, order, last=False)


def last(frame: pd.DataFrame, *, by: Sequence[str], order: Sequence[str]) -> pd.DataFrame:
    """The last row of each group by `order`; a missing order value is first, missing keys are a group.

    >>> ex = pd.DataFrame({"USUBJID": ["S1", "S1", "S2"], "EXSTDTC": ["2022-03-05", "2022-03-01", None]})
    >>> last(ex, by=["USUBJID"], order=["EXSTDTC"])
      USUBJID     EXSTDTC
    0      S1  2022-03-05
    2      S2         NaN
    """
    return _extreme(frame, by, order, last=True)


def _extreme(frame: pd.DataFrame, by: Sequence[str], order: Sequence[str], *, last: bool) -> pd.DataFrame:
    group = alike([frame[name] for name in by])[0]
    return frame.take(np.sort(extreme(group, [frame[name] for name in order], last=last)))


def planned_elements(protocol: Protocol) -> pd.DataFrame:
    """The elements of the sheet Protocol Arms: `arm`, `order` (TAETORD), `code`, `name` and `epoch`.

    The first element is there once more without an arm, for subjects who never got one.

    >>> from il2cdisc.spec.models import ArmElement, ProtocolElement
    >>> arm = ArmElement(arm_code="A", arm="Arm A", order=1, element_code="ELM1", epoch="SCREENING")
    >>> element = ProtocolElement(element_code="ELM1", element="Screen")
    >>> planned_elements(Protocol(arms=(arm,), elements=(element,)))
       arm  order  code    name      epoch
    0    A      1  ELM1  Screen  SCREENING
    1  NaN      1  ELM1  Screen  SCREENING
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
