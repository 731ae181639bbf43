"""Where-clauses: read from text, told in words, and evaluated - the one place that does so.

A clause is a `WhereClause` or a sequence of conditions, all of which must hold. How a value compares:

* With a numeric column as numbers, in 15 significant digits (0.1 + 0.2 is 0.3), with any other column as
  text; `LT`, `LE`, `GT`, `GE` on text go by code point, so ISO 8601 dates compare as they should.
* A missing value is the empty text: it satisfies `EQ ""`, `IN ("", ...)`, and `NE` or `NOTIN` with other
  values (as in SAS, unlike SQL: a missing value is not the value that is excluded).
* A missing value never satisfies `LT`, `LE`, `GT`, `GE` (as in SQL, unlike SAS: it is not small).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np
import pandas as pd

from il2cdisc.base.numbers import above, among, at_least, at_most, below, number_of
from il2cdisc.base.problems import Address, Problem, Stopped, did_you_mean
from il2cdisc.spec import problems as kinds
from il2cdisc.spec.conditions import Condition as ConditionText
from il2cdisc.spec.conditions import parse as parse_conditions
from il2cdisc.spec.conditions import written
from il2cdisc.spec.models import COMPARATORS, ClauseCondition, WhereClause
from il2cdisc.transport.arrow import pa, pc
from il2cdisc.transport.text import text_array

_WORDS = {
    "EQ": "is",
    "NE": "is not",
    "IN": "is one of",
    "NOTIN": "is none of",
    "LT": "is below",
    "LE": "is at most",
    "GT": "is above",
    "GE": "is at least",
}


_COMPARED = {"LT": below, "LE": at_most, "GT": above, "GE": at_least}


class ConditionLike(Protocol):
    """What a condition has to offer: a column, a comparator and the values (as text)."""

    @property
    def variable(self) -> str: ...
    @property
    def comparator(self) -> str: ...
    @property
    def values(self) -> tuple[str, ...]: ...


Clause = WhereClause | Iterable[ConditionLike]


def parse(text: str, at: Address | None = None) -> WhereClause:
    """A clause from one line: `PARAMCD EQ "X" and AVISITN GE 1`, `SEX IN (F, M)`. "" is the empty clause.

    Values of several words stand in double quotes. Raises `Stopped` (SPC080) naming `at`.
    """
    try:
        found = parse_conditions(text)
        for item in found:
            if any(value[:1] == "'" for value in item.values):
                raise ValueError("values are quoted with double quotes, not single ones")
    except ValueError as error:
        raise Stopped([kinds.WHERE_TEXT.at(at or Address(), str(error), values=[text])]) from None
    conditions = tuple(
        ClauseCondition(variable=item.variable, comparator=known, values=item.values)
        for item in found
        for known in COMPARATORS
        if known == item.comparator
    )
    return WhereClause(conditions=conditions)


def text_of(clause: Clause) -> str:
    """The one-line text of a clause; `parse` reads it back."""
    return written(ConditionText(item.variable, item.comparator, item.values) for item in comparisons(clause))


def columns(clause: Clause) -> tuple[str, ...]:
    """The columns that a clause needs, each once, in order."""
    return tuple(dict.fromkeys(item.variable for item in comparisons(clause)))


def describe(clause: Clause) -> str:
    """The clause in words: `SEX is "F" and AGE is at least 18`; "every record" for the empty clause."""
    return " and ".join(_in_words(item) for item in comparisons(clause)) or "every record"


def _in_words(item: ConditionLike) -> str:
    if item.comparator in ("EQ", "NE") and item.values == ("",):
        return f"{item.variable} is {'missing' if item.comparator == 'EQ' else 'not missing'}"
    if item.comparator in ("LT", "LE", "GT", "GE"):
        return f"{item.variable} {_WORDS[item.comparator]} {item.values[0]}"
    return f"{item.variable} {_WORDS[item.comparator]} " + ", ".join(f'"{value}"' for value in item.values)


def unknown_columns(clause: Clause, names: Iterable[str], at: Address | None = None) -> list[Problem]:
    """A problem for each column of the clause that is not among `names`."""
    known = list(names)
    place = at or _place(clause)
    return [
        kinds.WHERE_COLUMN.at(
            place, f"the where-clause names {name}, which is not there", hint=did_you_mean(name, known)
        )
        for name in columns(clause)
        if name not in known
    ]


def select(frame: pd.DataFrame, clause: Clause) -> pd.Series:
    """Which rows of a frame satisfy a clause: a boolean series on the frame's index, nothing missing.

    Raises `Stopped` for columns that the frame lacks (SPC081), or a value that is no number for a numeric
    column (SPC082).
    """
    conditions = comparisons(clause)
    if any(item.variable not in frame.columns for item in conditions):
        raise Stopped(unknown_columns(clause, [str(name) for name in frame.columns]))
    asked = [(item, frame[item.variable]) for item in conditions]
    problems = [problem for item, column in asked for problem in _numbers_wrong(column, item, clause)]
    if problems:
        raise Stopped(problems)
    keep = np.ones(len(frame), dtype=bool)
    for item, column in asked:
        keep &= _holds_number(column, item) if _is_number(column) else _holds_text(column, item)
    return pd.Series(keep, index=frame.index)


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype)


def _is_missing(value: str) -> bool:
    return value.strip() in ("", ".")


def _numbers_wrong(column: pd.Series, item: ConditionLike, clause: Clause) -> list[Problem]:
    if not _is_number(column):
        return []
    ordered = item.comparator not in ("EQ", "NE", "IN", "NOTIN")
    bad = [v for v in item.values if np.isnan(number_of(v)) and (ordered or not _is_missing(v))]
    what = f"{item.variable} is numeric, but is compared with text"
    return [kinds.WHERE_NUMBER.at(_place(clause), what, values=bad)] if bad else []


def _holds_number(column: pd.Series, item: ConditionLike) -> np.ndarray:
    data = column.to_numpy(dtype="float64", na_value=np.nan)
    if item.comparator in ("EQ", "IN", "NE", "NOTIN"):
        found = among(data, [number_of(value) for value in item.values if not _is_missing(value)])
        if any(_is_missing(value) for value in item.values):
            found |= np.isnan(data)
        return found if item.comparator in ("EQ", "IN") else ~found
    return _COMPARED[item.comparator](data, number_of(item.values[0]))


def _holds_text(column: pd.Series, item: ConditionLike) -> np.ndarray:
    data = column if isinstance(column.dtype, pd.StringDtype) else column.astype("str")
    if item.comparator in ("EQ", "IN", "NE", "NOTIN"):
        values = text_array(data)
        among = pc.is_in(values, pa.array(item.values, type=values.type))
        if "" in item.values:
            among = pc.or_(among, pc.is_null(values))
        found = among.to_numpy(zero_copy_only=False)
        return found if item.comparator in ("EQ", "IN") else ~found
    data, limit = data.fillna(""), item.values[0]
    present = (data != "").to_numpy(dtype=bool)
    if item.comparator == "LT":
        found = data < limit
    elif item.comparator == "LE":
        found = data <= limit
    else:
        found = data > limit if item.comparator == "GT" else data >= limit
    return found.to_numpy(dtype=bool) & present


def comparisons(clause: Clause) -> Sequence[ConditionLike]:
    """What must all hold."""
    return clause.conditions if isinstance(clause, WhereClause) else tuple(clause)


def _place(clause: Clause) -> Address:
    return clause.at("ID") if isinstance(clause, WhereClause) else Address()
