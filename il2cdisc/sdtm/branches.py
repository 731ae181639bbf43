"""Branches of a mapping by the codes of a column: every code is named, and an unknown one is in no branch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.dates import over_distinct, text_over_distinct
from il2cdisc.sdtm.steering import BranchOutcome, note_codes, note_rows

Value = TypeVar("Value", str, float, bool)
Branch = str | None | Sequence[str | None]


def part(
    frame: pd.DataFrame, column: str, *, filled: str = "", always: Sequence[str] = (), **branches: Branch
) -> tuple[pd.DataFrame, ...]:
    """One frame a branch, in the order named: `yes, no = part(raw_vs, "vs.VSPERF", yes="Y", no="N")`.

    A branch takes a code or several; None among them takes an empty field. A row with another text, or with
    an empty field that no branch takes, is in none of them: it is reported, and left out with that reason
    if no dataset has it.

    `filled` names the branch of lines with content: of a form that was answered with its fields filled in.
    Such a line is in that branch whatever `column` says, and is reported where `column` contradicts it.
    Content is any raw column of the form but `column` and those that every line fills (`always`: subject,
    visit, who filled it in, reason why not).

    >>> vs = pd.DataFrame({"vs.DONE": ["Y", "N", "Y"], "vs.PULSE": ["60", None, "72"]})
    >>> done, not_done = part(vs, "vs.DONE", done="Y", not_done="N")
    >>> done
      vs.DONE vs.PULSE
    0       Y       60
    2       Y       72
    """
    names, table = list(branches), _table(branches)
    note_codes(frame, column, table)
    number = _number(frame[column], table)
    chosen = number.copy()
    if filled:
        chosen[_has_content(frame, column, always)] = names.index(filled)
    for outcome, rows in ((BranchOutcome.FILLED, chosen != number), (BranchOutcome.NOWHERE, chosen == -1)):
        if rows.any():
            note_rows(frame[rows], column, outcome, table)
    return tuple(_rows(frame, chosen == place) for place in range(len(names)))


def decoded(
    frame: pd.DataFrame, column: str, table: Mapping[str, Value | None], *, keep: bool = False
) -> pd.Series:
    """What `table` says of each code of `column`: text, numbers, or True and False. It names every code.

    An empty field and a text that is not a code are missing: neither True nor False. `keep`: a text that
    is not a code stays as it was collected.

    >>> ae = pd.DataFrame({"ae.SERIOUS": ["1", "2", None]})
    >>> ae.assign(AESER=decoded(ae, "ae.SERIOUS", {"1": "Y", "2": "N"}))
      ae.SERIOUS AESER
    0          1     Y
    1          2     N
    2        NaN   NaN
    """
    note_codes(frame, column, table)
    meanings: dict[str, Any] = dict(table)
    kinds = {type(value) for value in meanings.values()} - {type(None)}
    if kinds <= {str}:
        return text_over_distinct(frame[column], lambda text: meanings.get(text, text if keep else None))
    return over_distinct(frame[column], meanings.get).astype("boolean" if kinds == {bool} else "float64")


def _rows(frame: pd.DataFrame, chosen: NDArray[np.bool_]) -> pd.DataFrame:
    return frame if chosen.all() else frame[chosen]


def _table(branches: Mapping[str, Branch]) -> dict[str | None, int]:
    """Code → number of its branch; None is an empty field."""
    table: dict[str | None, int] = {}
    for place, codes in enumerate(branches.values()):
        for code in [codes] if codes is None or isinstance(codes, str) else codes:
            if code in table:
                raise ValueError(f"two branches take {code!r}")
            table[code] = place
    return table


def _number(values: pd.Series, table: Mapping[str | None, int]) -> NDArray[np.int64]:
    """The number of each row's branch, -1 for none."""
    codes, found = pd.factorize(values)
    places = [table.get(str(value), -1) for value in found.tolist()]
    return np.array([*places, table.get(None, -1)], dtype="int64")[codes]


def _has_content(frame: pd.DataFrame, column: str, always: Iterable[str]) -> NDArray[np.bool_]:
    form = column.partition(".")[0]
    apart = {column, *frame[list(always)].columns}  # a name that is not there fails
    asked = [name for name in frame.columns if name.startswith(f"{form}.") and name not in apart]
    return frame[asked].notna().any(axis=1).to_numpy("bool")
