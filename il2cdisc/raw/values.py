"""Every raw value held against its entry of the data dictionary: type, codes, range."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from il2cdisc.base.dates import earliest_day, is_complete, iso_date, iso_time, latest_day, read_date
from il2cdisc.base.numbers import DecimalMark, read_number
from il2cdisc.base.problems import Address, Kind, Problem, Problems, did_you_mean
from il2cdisc.raw.dictionary import Dictionary, DictionaryColumn
from il2cdisc.raw.forms import Form
from il2cdisc.raw.limits import outside, read_limits, read_pattern
from il2cdisc.raw.problems import (
    DATE_BEYOND,
    INVALID_DATE,
    INVALID_NUMBER,
    INVALID_TIME,
    NO_VALUE_MEANT,
    OTHER_FORM,
    OUT_OF_RANGE,
    UNKNOWN_CODE,
)

MOST_CODES = 6
"""A list of codes that is longer is not written out in a message."""
REAL_DATE = "yyyy-mm-dd"
"""How a date cell of a spreadsheet or a SAS, SPSS or Stata file is read."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a value, and the code that may have been meant."""

    kind: Kind
    what: str
    hint: str = ""


Faults = Mapping[str, Fault]
Check = Callable[[DictionaryColumn, Sequence[str], Form], Faults]
LONGEST_LIFE, EARLIEST_YEAR = 120, 1900


def check_values(
    forms: Iterable[Form],
    dictionary: Dictionary,
    problems: Problems,
    *,
    data_cut: date | None = None,
    checked_later: Collection[str] = (),
) -> None:
    """Report each distinct value of a column that its dictionary entry does not allow, with all its cells.

    A missing value is none. Words and codes that a column of numbers lists are allowed here. Dates after
    `data_cut`, or `LONGEST_LIFE` years before it, are reported, but of the columns that are checked as
    variables of SDTM later (`form.column`).
    """
    for form in forms:
        for column in dictionary.get(form.name, ()):
            if column.type == "date" and column.name not in checked_later:
                _check_column(form, column, problems, partial(_dates_and_reach, cut=data_cut))
            elif column.type in _CHECKS:
                _check_column(form, column, problems, _CHECKS[column.type])


def _check_column(form: Form, column: DictionaryColumn, problems: Problems, check: Check) -> None:
    values = form.column(column.name)
    distinct = values.distinct
    faults = check(column, distinct, form)
    if not faults:
        return
    filled = values.filled
    for value, rows in values.rows_by_value([value in faults for value in distinct]):
        fault = faults[value]
        cells = form.addresses(rows, column.column)
        problems.add(
            fault.kind.at(cells[0], fault.what, values=[value], hint=fault.hint, records=cells, out_of=filled)
        )


def _codes(column: DictionaryColumn, values: Sequence[str], form: Form) -> Faults:
    return {value: _unknown(column, value) for value in values if value not in column.codes}


def _numbers(column: DictionaryColumn, values: Sequence[str], form: Form) -> Faults:
    decimal: DecimalMark = "," if form.decimal == "," else "."
    limits = read_limits(column.range)
    below = any(one.below for one in limits) or not limits
    readings = {value: read_number(value, decimal) for value in values if value not in column.codes}
    faults: dict[str, Fault] = {}
    for value, reading in readings.items():
        if reading.is_bound and below and column.type == "decimal":
            continue
        if not reading.is_number:
            what = f"{column.column} = {value!r} is not a number"
            faults[value] = Fault(INVALID_NUMBER, what, _nearest(value, column))
        elif column.type == "integer" and not reading.value.is_integer():
            faults[value] = Fault(INVALID_NUMBER, f"{column.column} = {value!r} is not a whole number")
        elif not limits and _lists_grades(column):
            faults[value] = _unknown(column, value)
    judged = [value for value in readings if value not in faults]
    unit = f" {column.unit}" if column.unit and limits else ""
    for value, out in zip(judged, outside([readings[v] for v in judged], limits), strict=True):
        if out:
            what = f"{column.column} = {value} is outside its range of {column.range}{unit}"
            faults[value] = Fault(OUT_OF_RANGE, what)
    return faults


def _dates(column: DictionaryColumn, values: Sequence[str], form: Form) -> Faults:
    pattern = read_pattern(column.range) or (REAL_DATE if column.column in form.date_columns else "")
    other = not pattern.startswith("yyyy-mm-dd")  # read without doubt, and not what the dictionary says
    wrong = [
        value
        for value in values
        if pattern
        and ((other and is_complete(value)) or not _readable(value, lambda v: iso_date(v, pattern)))
    ]
    return {value: _not_as_written(value, pattern) for value in wrong}


def _not_as_written(value: str, pattern: str) -> Fault:
    if is_complete(value):
        return Fault(OTHER_FORM, f"{value!r} is not written as {pattern}; it was read as ISO 8601")
    return Fault(INVALID_DATE, f"{value!r} is not a date written as {pattern}")


def _dates_and_reach(
    column: DictionaryColumn, values: Sequence[str], form: Form, *, cut: date | None
) -> Faults:
    faults = dict(_dates(column, values, form))
    pattern = read_pattern(column.range) or (REAL_DATE if column.column in form.date_columns else "")
    last = cut or date.max
    first = date(last.year - LONGEST_LIFE if cut else EARLIEST_YEAR, 1, 1)
    for value in values if pattern else ():
        read = "" if value in faults else read_date(value, pattern).iso
        if read and earliest_day(read) > last:
            faults[value] = Fault(DATE_BEYOND, f"{column.column} = {value!r} is after the data cut of {cut}")
        elif read and latest_day(read) < first:
            what = f"{column.column} = {value!r} is before {first.year}"
            faults[value] = Fault(DATE_BEYOND, what)
    return faults


def _times(column: DictionaryColumn, values: Sequence[str], form: Form) -> Faults:
    wrong = [value for value in values if not _readable(value, iso_time)]
    return {value: Fault(INVALID_TIME, f"{value!r} is not a time of day") for value in wrong}


_CHECKS: Mapping[str, Check] = {
    "code": _codes,
    "integer": _numbers,
    "decimal": _numbers,
    "date": _dates,
    "time": _times,
}


def _readable(value: str, read: Callable[[str], str]) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


def _lists_grades(column: DictionaryColumn) -> bool:
    """Whether the codes of a column of numbers are its values (0 = None, 1 = Mild), not words for none."""
    return any(
        read_number(code).is_number and meaning.casefold() not in NO_VALUE_MEANT
        for code, meaning in column.codes.items()
    )


def _unknown(column: DictionaryColumn, value: str) -> Fault:
    nearest = _nearest(value, column)
    differs = _difference(value, nearest)
    listed = ", ".join(f"{code} = {meaning}" for code, meaning in column.codes.items())
    known = f" ({listed})" if len(column.codes) <= MOST_CODES else ""
    what = f"{value!r} is not a code of {column.column}{known}{differs}"
    return Fault(UNKNOWN_CODE, what, nearest)


def _nearest(value: str, column: DictionaryColumn) -> str:
    return did_you_mean(value.strip(), column.codes) if column.codes else ""


def _difference(value: str, code: str) -> str:
    """How a text differs from the code that it nearly is: by blanks at its ends, by case, or both."""
    if not code or value.strip().casefold() != code.casefold():
        return ""
    ways = ["blanks at its ends"] if value != value.strip() else []
    ways += ["upper and lower case"] if value.strip() != code else []
    return f"; it differs from {code!r} in {' and '.join(ways)}"


def without_reported(problems: Iterable[Problem], reported: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems without the cells of invalid numbers, dates and times that a mapping has reported.

    What a mapping says of such a cell is more: what became of the value.
    """
    cells = {place for problem in reported for place in (problem.where, *problem.records)}
    return tuple(left for problem in problems if (left := _without(problem, cells)) is not None)


def _without(problem: Problem, cells: set[Address]) -> Problem | None:
    if problem.kind not in (INVALID_NUMBER, INVALID_DATE, INVALID_TIME, OTHER_FORM):
        return problem
    left = tuple(place for place in problem.records if place not in cells)
    return replace(problem, where=left[0], records=left) if left else None


def with_outcomes(problems: Iterable[Problem], became: Mapping[Address, str]) -> tuple[Problem, ...]:
    """Unknown codes with what became of their records; one problem an outcome."""
    return tuple(part for problem in problems for part in _by_outcome(problem, became))


def _by_outcome(problem: Problem, became: Mapping[Address, str]) -> list[Problem]:
    if problem.kind is not UNKNOWN_CODE or not became:
        return [problem]
    outcomes: dict[str, list[Address]] = {}
    for place in problem.records:
        outcomes.setdefault(became.get(place, ""), []).append(place)
    return [
        replace(
            problem, where=places[0], records=tuple(places), what=problem.what + (f"; {text}" if text else "")
        )
        for text, places in outcomes.items()
    ]
