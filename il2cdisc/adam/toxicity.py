"""Toxicity grades of laboratory values by a table of criteria that the user brings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from il2cdisc.adam.arguments import need_absent, need_columns, need_numbers, numbers, text_at
from il2cdisc.adam.problems import BAD_CRITERIA, TWO_GRADES, UNIT_OF_CRITERIA
from il2cdisc.base.numbers import above, at_least, at_most, below, number_of, number_text
from il2cdisc.base.problems import Problem, Stopped, did_you_mean

CRITERIA_COLUMNS = ("PARAMCD", "UNIT", "DIRECTION", "TERM", "GRADE", "LOWER", "UPPER", "BASELINE")
GRADES = ("0", "1", "2", "3", "4", "5")
_VARIABLES = ("ANRLO", "ANRHI", "BASE")
_DIRECTIONS = ("L", "H")
_BASELINES = ("", "NORMAL", "ABNORMAL")
_SIGNS: dict[str, Callable[[Any, Any], np.ndarray]] = {">": above, ">=": at_least, "<": below, "<=": at_most}
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_BOUND = re.compile(
    rf"(?P<sign>[<>]=?)\s*(?:(?P<number>{_NUMBER})"
    rf"|(?:(?P<factor>{_NUMBER})\s*\*\s*)?(?P<name>[A-Z]+)(?:\s*(?P<plus>[+-])\s*(?P<step>{_NUMBER}))?)"
)


@dataclass(frozen=True, slots=True)
class _Bound:
    """One side of a criterion: a sign, and a number or a multiple of a variable plus a step."""

    sign: str
    name: str
    factor: float
    step: float


@dataclass(frozen=True, slots=True)
class _Criterion:
    """One row of a table of criteria."""

    parameter: str
    direction: str
    grade: int
    bounds: tuple[_Bound, ...]
    baseline: str


def derive_vars_toxicity(
    dataset: pd.DataFrame, criteria: pd.DataFrame, *, unit: str, value: str = "AVAL"
) -> pd.DataFrame:
    """`dataset` with ATOXDSCL, ATOXDSCH, ATOXGRL, ATOXGRH and ATOXGR by a table of criteria.

    `criteria` has a row per parameter, direction and grade, all columns as text or numbers:

    * PARAMCD, and UNIT, the unit of the values that it judges; a blank UNIT judges any;
    * DIRECTION, L for low values or H for high ones; TERM, the text for ATOXDSCL or ATOXDSCH;
    * GRADE, 1 to 5; LOWER and UPPER, its bounds, each a sign and a number (`< 3.0`), or a sign and a variable
    of
      the row, which may have a factor and a step: `> 3 * ANRHI`, `>= ANRLO - 10`, `<= 1.5 * BASE`. A blank
      bound is open;
    * BASELINE, NORMAL or ABNORMAL for a row that judges only where BASE is within, or outside, the limit of
    its
      direction; blank for any.

    A grade is the highest one whose bounds hold, 0 where none does, and missing where the value is missing or
    a bound of that grade or a higher one is not known. `unit` names the column of the values' units. Columns
    ANRLO, ANRHI and BASE are needed as far as the bounds use them. Numbers are compared in 15 digits.
    ATOXGR is the high grade, or the low one with a minus sign, 0 where all directions of the parameter are 0.

    No criteria come with this function: those of CTCAE and of a sponsor are the user's to bring.

    Raises `Stopped`: ADM043 rows of `criteria` that can't be used, ADM044 a parameter in another unit than
    its criteria, ADM045 a value with a low and a high grade.

    >>> lb = pd.DataFrame({"PARAMCD": "K", "AVAL": [2.4, 4.0, 9.9], "ANRLO": 3.5, "ANRHI": 5.1})
    >>> lb = lb.assign(UNIT="mmol/L")
    >>> criteria = pd.DataFrame({"PARAMCD": "K", "UNIT": "mmol/L", "DIRECTION": ["L", "L", "H"]})
    >>> criteria = criteria.assign(TERM=["Low K", "Low K", "High K"], GRADE=[1, 2, 1], BASELINE=None)
    >>> criteria = criteria.assign(LOWER=[">= 2.5", None, "> ANRHI"], UPPER=["< ANRLO", "< 2.5", None])
    >>> derive_vars_toxicity(lb, criteria, unit="UNIT")[["AVAL", "ATOXGRL", "ATOXGRH", "ATOXGR"]]
       AVAL ATOXGRL ATOXGRH ATOXGR
    0   2.4       2       0     -2
    1   4.0       0       0      0
    2   9.9       0       1      1
    """
    name = "derive_vars_toxicity"
    need_columns(name, criteria, CRITERIA_COLUMNS, "criteria")
    need_columns(name, dataset, ["PARAMCD", unit])
    rows = _criteria(name, criteria)
    used = {bound.name for row in rows for bound in row.bounds if bound.name}
    used |= {item for row in rows if row.baseline for item in ("BASE", _limit(row.direction))}
    need_numbers(name, dataset, [value, *sorted(used)])
    new = [f"{stem}{direction}" for stem in ("ATOXDSC", "ATOXGR") for direction in _DIRECTIONS]
    need_absent(name, dataset, [*new, "ATOXGR"])
    _check_units(name, dataset, criteria, unit, value)
    data = {column: numbers(dataset[column]) for column in (value, *sorted(used))}
    low, high = (_grades(dataset["PARAMCD"], data, value, rows, direction) for direction in _DIRECTIONS)
    _check_sides(name, dataset, low, high, value)
    columns = {
        f"ATOXDSC{direction}": _terms(dataset, criteria, direction, value) for direction in _DIRECTIONS
    }
    columns |= {"ATOXGRL": text_at(dataset.index, GRADES, low.place)}
    columns |= {"ATOXGRH": text_at(dataset.index, GRADES, high.place)}
    return dataset.assign(**columns, ATOXGR=_bidirectional(dataset.index, low, high))


@dataclass(frozen=True, slots=True)
class _Side:
    """Grades of one direction: place in `GRADES`, -1 for none; and the rows whose parameter it judges."""

    place: np.ndarray
    judged: np.ndarray


def _grades(
    codes: pd.Series, data: dict[str, np.ndarray], value: str, rows: list[_Criterion], direction: str
) -> _Side:
    """From the highest grade down: it holds, is not known (then nothing is), or does not hold."""
    ours = [row for row in rows if row.direction == direction]
    judged = codes.isin({row.parameter for row in ours}).to_numpy(dtype=bool)
    open_ = judged & ~np.isnan(data[value])
    place = np.where(open_, 0, -1)
    for grade in sorted({row.grade for row in ours}, reverse=True):
        yes, unknown = np.zeros(len(codes), dtype=bool), np.zeros(len(codes), dtype=bool)
        for row in (row for row in ours if row.grade == grade):
            of_row = (codes == row.parameter).to_numpy(dtype=bool)
            holds, fails = _judgement(row, data, value)
            yes |= of_row & holds
            unknown |= of_row & ~holds & ~fails
        place = np.where(open_ & yes, grade, np.where(open_ & unknown, -1, place))
        open_ &= ~yes & ~unknown
    return _Side(place, judged)


def _judgement(row: _Criterion, data: dict[str, np.ndarray], value: str) -> tuple[np.ndarray, np.ndarray]:
    """Where a criterion holds, and where it does not; neither where it can't be known."""
    values = data[value]
    holds, fails = np.ones(len(values), dtype=bool), np.zeros(len(values), dtype=bool)
    for bound in row.bounds:
        limit = bound.step + (bound.factor * data[bound.name] if bound.name else np.zeros(len(values)))
        within = _SIGNS[bound.sign](values, limit)
        holds &= within
        fails |= ~within & ~np.isnan(limit)
    if row.baseline:
        base, limit = data["BASE"], data[_limit(row.direction)]
        outside = above(base, limit) if row.direction == "H" else below(base, limit)
        wanted = outside if row.baseline == "ABNORMAL" else ~outside
        known = ~np.isnan(base) & ~np.isnan(limit)
        holds &= wanted & known
        fails |= ~wanted & known
    return holds, fails


def _limit(direction: str) -> str:
    return "ANRHI" if direction == "H" else "ANRLO"


def _terms(dataset: pd.DataFrame, criteria: pd.DataFrame, direction: str, value: str) -> pd.Series:
    """The term of a direction on rows with a value."""
    part = criteria[(criteria["DIRECTION"] == direction).to_numpy(dtype=bool)].dropna(subset=["TERM"])
    terms = part["TERM"].astype("str").drop_duplicates().tolist()
    place = {str(c): terms.index(str(t)) for c, t in zip(part["PARAMCD"], part["TERM"], strict=True)}
    codes, distinct = pd.factorize(dataset["PARAMCD"])
    found = np.array([*(place.get(str(code), -1) for code in distinct.tolist()), -1])[codes]
    return text_at(dataset.index, terms or [""], np.where(dataset[value].notna(), found, -1))


def _bidirectional(index: pd.Index, low: _Side, high: _Side) -> pd.Series:
    texts = [*GRADES, *(f"-{grade}" for grade in GRADES[1:])]
    place = np.full(len(index), -1)
    zero = (low.judged | high.judged) & (~low.judged | (low.place == 0)) & (~high.judged | (high.place == 0))
    place[zero] = 0
    place = np.where(high.place > 0, high.place, place)
    return text_at(index, texts, np.where(low.place > 0, len(GRADES) - 1 + low.place, place))


def _check_sides(function: str, dataset: pd.DataFrame, low: _Side, high: _Side, value: str) -> None:
    both = (low.place > 0) & (high.place > 0)
    if both.any():
        shown = dataset[both][["PARAMCD", value]].drop_duplicates()
        found = [f"{code} {number_text(number)}" for code, number in shown.itertuples(index=False)]
        what = "criteria give a value a low and a high grade"
        raise Stopped([TWO_GRADES.at(function, what, values=found)])


def _check_units(function: str, dataset: pd.DataFrame, criteria: pd.DataFrame, unit: str, value: str) -> None:
    """Stop unless the values of a parameter are in the one unit of its criteria."""
    wanted = criteria[["PARAMCD", "UNIT"]].dropna().drop_duplicates()
    found = dataset[dataset[value].notna()][["PARAMCD", unit]].drop_duplicates()
    problems: list[Problem] = []
    for code, units in wanted.groupby("PARAMCD", sort=True)["UNIT"]:
        others = [
            "" if pd.isna(other) else str(other)
            for other in found[unit][(found["PARAMCD"] == code).to_numpy(dtype=bool)]
            if pd.isna(other) or str(other) not in set(units.astype("str"))
        ]
        if others or len(units) > 1:
            what = f"parameter {code} is judged in {' and '.join(units.astype('str'))}"
            what += (
                f"; its values are in {' and '.join(other or 'no unit' for other in others)}"
                if others
                else ""
            )
            problems.append(UNIT_OF_CRITERIA.at(function, what, values=others))
    if problems:
        raise Stopped(problems)


def _criteria(function: str, table: pd.DataFrame) -> list[_Criterion]:
    """The rows of a table, read; stops with all that can't be."""
    made: list[_Criterion] = []
    problems: list[Problem] = []
    texts = table[list(CRITERIA_COLUMNS)].astype(object).where(table.notna(), "").map(_text)
    for number, values in enumerate(texts.itertuples(index=False, name=None), start=1):
        row: dict[str, str] = dict(zip(CRITERIA_COLUMNS, values, strict=True))
        wrong = list(_faults(function, f"criteria row {number} ({row['PARAMCD']})", row))
        problems.extend(wrong)
        if not wrong:
            bounds = tuple(_bound(row[side]) for side in ("LOWER", "UPPER") if row[side])
            grade = int(number_of(row["GRADE"]))
            made.append(_Criterion(row["PARAMCD"], row["DIRECTION"], grade, bounds, row["BASELINE"]))
    if problems:
        raise Stopped(problems)
    return made


def _faults(function: str, where: str, row: dict[str, str]) -> Iterator[Problem]:
    def fault(column: str, what: str, options: tuple[str, ...] = (), name: str = "") -> Problem:
        hint = did_you_mean(name or row[column], options)
        return BAD_CRITERIA.at(function, f"{where}: {column} {what}", values=[row[column]], hint=hint)

    if not row["PARAMCD"]:
        yield fault("PARAMCD", "is missing")
    if row["DIRECTION"] not in _DIRECTIONS:
        yield fault("DIRECTION", "is neither L nor H")
    if row["GRADE"] not in GRADES[1:]:
        yield fault("GRADE", "is not a whole number from 1 to 5")
    if row["BASELINE"] not in _BASELINES:
        yield fault("BASELINE", "is not NORMAL, ABNORMAL or blank", _BASELINES[1:])
    if not row["LOWER"] and not row["UPPER"]:
        yield fault("LOWER", "and UPPER are missing")
    for side, signs in (("LOWER", (">", ">=")), ("UPPER", ("<", "<="))):
        found = _BOUND.fullmatch(row[side])
        if row[side] and (found is None or found["sign"] not in signs):
            yield fault(
                side, f"is not a sign ({' or '.join(signs)}) and a number or a multiple of a variable"
            )
        elif found is not None and found["name"] and found["name"] not in _VARIABLES:
            yield fault(side, f"does not use one of {', '.join(_VARIABLES)}", _VARIABLES, found["name"])


def _bound(text: str) -> _Bound:
    """A bound that `_faults` found nothing in."""
    found = _BOUND.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a bound of a criterion")
    if found["number"]:
        return _Bound(found["sign"], "", 0.0, number_of(found["number"]))
    step = number_of(found["step"]) if found["step"] else 0.0
    factor = number_of(found["factor"]) if found["factor"] else 1.0
    return _Bound(found["sign"], found["name"], factor, -step if found["plus"] == "-" else step)


def _text(value: object) -> str:
    return number_text(float(value)) if isinstance(value, int | float) else str(value).strip()
