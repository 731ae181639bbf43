"""What a version 5 transport file can't hold, told all at once with the records concerned."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import Dataset, Variable
from il2cdisc.base.problems import MAX_VALUES, Address, Kind, Problem, at_record, did_you_mean
from il2cdisc.transport import ibm, problems
from il2cdisc.transport.arrow import ArrowError, pa, pc
from il2cdisc.transport.formats import parse_format
from il2cdisc.transport.text import BLANK, TextBuffers, text_buffers
from il2cdisc.transport.translit import transliterate

MAX_BYTES, MAX_LABEL, MAX_VARIABLES = 200, 40, 9999

_DATASET_NAME = re.compile(r"[A-Z][A-Z0-9]{0,7}")
_VARIABLE_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,7}")
_PRINTABLE = re.compile(r"[ -~]*")

Columns = dict[str, TextBuffers | NDArray[np.float64]]
Rows = NDArray[np.bool_]


def check(dataset: Dataset, specials: Mapping[str, pd.Series]) -> tuple[list[Problem], Columns]:
    """Every problem of writing `dataset`, and its columns as they are to be written."""
    found = _structure(dataset)
    columns: Columns = {}
    held = Counter(dataset.frame.columns)
    for variable in dict.fromkeys(dataset.variables):
        if held[variable.name] != 1:
            continue
        series = dataset.frame[variable.name]
        where = _Where(dataset, variable)
        try:
            if variable.type == "Char":
                text = text_buffers(series)
                found += _text_problems(text, variable, where)
                columns[variable.name] = text
            else:
                numbers = _numbers(series)
                found += _number_problems(numbers, series, where)
                columns[variable.name] = numbers
        except (ArrowError, TypeError, ValueError):
            found.append(_not_what_it_should_be(series, variable, where))
    found += _special_problems(dataset, specials, columns)
    if len(dataset.frame) and len(columns) == len(dataset.variables):
        found += _blank_last(dataset, columns)
    return found, columns


def _structure(dataset: Dataset) -> list[Problem]:
    found: list[Problem] = []
    place = at_record(dataset.name)
    if not _DATASET_NAME.fullmatch(dataset.name):
        found.append(problems.DATASET_NAME.at(place, "this name can't be held", values=[dataset.name]))
    found += _label(problems.DATASET_LABEL, place, dataset.label)
    if not dataset.variables:
        found.append(problems.NO_VARIABLES.at(place, "the dataset has no variables"))
    if len(dataset.variables) > MAX_VARIABLES:
        found.append(problems.TOO_MANY.at(place, f"the dataset has {len(dataset.variables)} variables"))
    seen: set[str] = set()
    for variable in dataset.variables:
        place = at_record(dataset.name, column=variable.name)
        if variable.name in seen:
            found.append(problems.DUPLICATE_VARIABLE.at(place, "two variables have this name"))
        seen.add(variable.name)
        if not _VARIABLE_NAME.fullmatch(variable.name):
            upper = transliterate(variable.name).upper()
            hint = upper if _VARIABLE_NAME.fullmatch(upper) else ""
            found.append(
                problems.VARIABLE_NAME.at(place, "this name can't be held", values=[variable.name], hint=hint)
            )
        found += _label(problems.VARIABLE_LABEL, place, variable.label)
        found += _shape(variable, place)
    return found + _frame(dataset)


def _label(kind: Kind, place: Address, label: str) -> list[Problem]:
    if not label.strip():
        return [kind.at(place, "the label is missing")]
    if not _PRINTABLE.fullmatch(label):
        proposal = transliterate(label)
        hint = proposal if _PRINTABLE.fullmatch(proposal) else ""
        return [kind.at(place, "the label is not printable ASCII", values=[label], hint=hint)]
    if len(label) > MAX_LABEL:
        return [kind.at(place, f"the label has {len(label)} characters", values=[label])]
    if label != label.rstrip(" "):
        return [kind.at(place, "the label ends with blanks, which would be lost", values=[label])]
    return []


def _shape(variable: Variable, place: Address) -> list[Problem]:
    found: list[Problem] = []
    largest = MAX_BYTES if variable.type == "Char" else 8
    smallest = 1 if variable.type == "Char" else 8
    if not smallest <= variable.length <= largest:
        what = f"a {variable.type} variable can't have length {variable.length}"
        found.append(problems.LENGTH.at(place, what))
    try:
        form = parse_format(variable.format)
    except ValueError as error:
        try:
            hint = str(parse_format(variable.format.strip().upper() + "."))
        except ValueError:
            hint = ""
        found.append(problems.FORMAT.at(place, str(error), hint=hint))
    else:
        if form.name and form.name.startswith("$") != (variable.type == "Char"):
            kind = "text" if form.name.startswith("$") else "numbers"
            what = f"this is a format of {kind}, the variable is {variable.type}"
            found.append(problems.FORMAT.at(place, what, values=[variable.format]))
    return found


def _frame(dataset: Dataset) -> list[Problem]:
    columns = [str(name) for name in dataset.frame.columns]
    place = at_record(dataset.name)
    names = dataset.names
    held, wanted = set(columns), set(names)
    missing = [name for name in names if name not in held]
    extra = [name for name in columns if name not in wanted]
    found: list[Problem] = []
    if missing:
        hint = did_you_mean(missing[0], extra)
        found.append(problems.COLUMNS.at(place, "the frame lacks variables", values=missing, hint=hint))
    if extra:
        found.append(problems.COLUMNS.at(place, "the frame has columns that are no variables", values=extra))
    twice = [name for name, count in Counter(columns).items() if count > 1]
    if twice:
        found.append(problems.COLUMNS.at(place, "the frame has columns of the same name", values=twice))
    elif held == wanted and len(wanted) == len(names) and list(names) != columns:
        what = "the frame's columns stand in another order than the variables"
        found.append(problems.COLUMNS.at(place, what, values=columns))
    return found


class _Where:
    """Addresses of the records of one variable."""

    def __init__(self, dataset: Dataset, variable: Variable) -> None:
        self._dataset, self._variable = dataset, variable

    @property
    def column(self) -> Address:
        return at_record(self._dataset.name, column=self._variable.name)

    def record(self, row: int) -> Address:
        """USUBJID and --SEQ of a row where the dataset has them, else its number from 1."""
        frame, name = self._dataset.frame, self._variable.name
        subject = str(frame["USUBJID"].iloc[row]) if "USUBJID" in frame.columns else ""
        names = (f"{self._dataset.name[:2]}SEQ", "ASEQ")
        counter = next((name for name in names if name in frame.columns), "")
        sequence = _whole(frame[counter].iloc[row]) if counter else None
        if not subject or sequence is None:
            return at_record(self._dataset.name, subject, column=f"{name} (row {row + 1})")
        if counter == "ASEQ":
            return at_record(self._dataset.name, subject, column=f"{name} (ASEQ={sequence})")
        return at_record(self._dataset.name, subject, sequence, name)

    def problem(
        self, kind: Kind, rows: Rows, what: str, values: Iterable[object], *, fix: str = ""
    ) -> Problem:
        """One problem for all records concerned, placed at the first."""
        records = [self.record(int(row)) for row in np.flatnonzero(rows)]
        return kind.at(records[0], what, values=values, fix=fix, records=records, out_of=len(rows))


def _whole(value: Any) -> int | None:
    """A sequence number, None where there is none."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _text_problems(text: TextBuffers, variable: Variable, where: _Where) -> list[Problem]:
    found: list[Problem] = []
    lengths = text.lengths
    longest = int(lengths.max(initial=0))
    if longest > MAX_BYTES:
        rows = lengths > MAX_BYTES
        what = f"the longest value has {longest} bytes"
        found.append(where.problem(problems.OVER_200, rows, what, _some(text, rows, shorten)))
    if longest > variable.length > 0:
        rows = (lengths > variable.length) & (lengths <= MAX_BYTES)
        if rows.any():
            most = int(lengths[rows].max())
            what = f"the longest value has {most} bytes, the variable {variable.length}"
            found.append(where.problem(problems.OVER_LENGTH, rows, what, _some(text, rows, shorten)))
    used = text.used
    if not len(used):
        return found
    greatest = used.max()
    if greatest > 0x7F:
        rows = _holding(text, used > 0x7F)
        values = _some(text, rows)
        proposals = ", ".join(f"{transliterate(str(v))!r} for {v!r}" for v in values[:MAX_VALUES])
        what = "the value is not ASCII"
        fix = f"write {proposals}; {problems.NOT_ASCII.fix}"
        found.append(where.problem(problems.NOT_ASCII, rows, what, values, fix=fix))
    if used.min() < BLANK or (greatest >= 0x7F and (used == 0x7F).any()):
        rows = _holding(text, (used < BLANK) | (used == 0x7F))
        what = "the value holds a control character"
        found.append(where.problem(problems.CONTROL, rows, what, _some(text, rows)))
    rows = _ending_blank(text, lengths)
    if rows is not None:
        what = "the value ends with blanks"
        found.append(where.problem(problems.TRAILING_BLANKS, rows, what, _some(text, rows)))
    return found


def _holding(text: TextBuffers, flagged: Rows) -> Rows:
    """The rows whose value has a flagged byte."""
    before = np.concatenate([[0], np.cumsum(flagged)])
    at = text.offsets - text.offsets[0]
    return before[at[1:]] > before[at[:-1]]


def _ending_blank(text: TextBuffers, lengths: NDArray[np.int64]) -> Rows | None:
    used = text.used
    if not (used == BLANK).any():
        return None
    last = np.maximum(text.offsets[1:] - text.offsets[0] - 1, 0)
    rows = (used[last] == BLANK) & (lengths > 0)
    return rows if rows.any() else None


def shorten(value: str) -> str:
    """The beginning of a long value, for a message."""
    return value if len(value) <= 60 else value[:57] + "..."


def _some(text: TextBuffers, rows: Rows, show: Callable[[str], str] = str) -> list[object]:
    """The distinct values of the rows, in order of their first appearance."""
    array = pa.LargeStringArray.from_buffers(
        len(text), pa.py_buffer(np.ascontiguousarray(text.offsets)), pa.py_buffer(text.data)
    )
    distinct: Any = pc.unique(array.filter(pa.array(rows)))
    return [show(value) for value in distinct.to_pylist()]


def _numbers(series: pd.Series) -> NDArray[np.float64]:
    if series.dtype == object and series.isna().all():
        return np.full(len(series), np.nan)
    if not pd.api.types.is_numeric_dtype(series) or pd.api.types.is_complex_dtype(series):
        raise TypeError(f"{series.dtype} is no number")
    return series.to_numpy(dtype=np.float64, na_value=np.nan)


def _number_problems(numbers: NDArray[np.float64], series: pd.Series, where: _Where) -> list[Problem]:
    found: list[Problem] = []
    good = ibm.in_range(numbers)
    if not good.all():
        rows = np.isinf(numbers)
        if rows.any():
            values: list[object] = [float(value) for value in numbers[rows]]
            found.append(where.problem(problems.INFINITE, rows, "the value is infinite", values))
        rows = ~good & ~rows
        if rows.any():
            values = [float(value) for value in numbers[rows]]
            found.append(where.problem(problems.OUT_OF_RANGE, rows, "the value is out of range", values))
    if pd.api.types.is_integer_dtype(series.dtype):
        rows = np.abs(numbers) >= 2.0**53
        rows[rows] = [int(value) != int(float(value)) for value in series[rows]]
        if rows.any():
            values = list(series[rows])
            found.append(where.problem(problems.ROUNDED, rows, "the integer is above 2^53", values))
    return found


def _not_what_it_should_be(series: pd.Series, variable: Variable, where: _Where) -> Problem:
    expected = "text" if variable.type == "Char" else "numbers"
    if series.dtype == object and len(series):
        wrong = str if variable.type == "Char" else (int, float)
        rows = np.array([not isinstance(v, wrong) and not pd.isna(v) for v in series], dtype=bool)
        if rows.any():
            return where.problem(problems.CONTENT, rows, f"the value is not {expected}", list(series[rows]))
    return problems.CONTENT.at(where.column, f"the column holds {series.dtype}, not {expected}")


def _special_problems(dataset: Dataset, specials: Mapping[str, pd.Series], columns: Columns) -> list[Problem]:
    found: list[Problem] = []
    types = {variable.name: variable for variable in dataset.variables}
    for name, letters in specials.items():
        variable, numbers = types.get(name), columns.get(name)
        place = at_record(dataset.name, column=name)
        if variable is None or variable.type != "Num":
            hint = did_you_mean(name, [v.name for v in dataset.variables if v.type == "Num"])
            found.append(problems.SPECIAL_MISSING.at(place, "there is no such Num variable", hint=hint))
        elif len(letters) != len(dataset.frame):
            what = f"{len(letters)} letters for {len(dataset.frame)} records"
            found.append(problems.SPECIAL_MISSING.at(place, what))
        elif isinstance(numbers, np.ndarray):
            given = letters.notna().to_numpy()
            rows = given & (~np.isnan(numbers) | ~letters.isin(list(ibm.SPECIALS)).to_numpy())
            if rows.any():
                what = "the record has a value, or this is not a letter"
                at = _Where(dataset, variable)
                found.append(at.problem(problems.SPECIAL_MISSING, rows, what, list(letters[rows])))
    return found


def _blank_last(dataset: Dataset, columns: Columns) -> list[Problem]:
    last = len(dataset.frame) - 1
    for column in columns.values():
        if isinstance(column, TextBuffers):
            if column.value(last).strip(" "):
                return []
        elif not ibm.in_range(column[last:]).all() or ibm.to_ibm(column[last:])[0] != 0x2020202020202020:
            return []
    where = _Where(dataset, dataset.variables[0]).record(last)
    return [problems.BLANK_LAST.at(where, "every value of the last record is blank")]
