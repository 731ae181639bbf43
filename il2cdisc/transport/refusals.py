"""Values that a version 5 transport file can't hold, block by block, with all of their records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.datasets import Variable
from il2cdisc.base.problems import MAX_VALUES, Address, Kind, Problem, at_record, did_you_mean
from il2cdisc.transport import ibm, problems
from il2cdisc.transport.arrow import ArrowError, pa, pc
from il2cdisc.transport.header_problems import MAX_BYTES
from il2cdisc.transport.layout import XptHeader
from il2cdisc.transport.text import BLANK, TextBuffers, text_buffers
from il2cdisc.transport.translit import transliterate

Columns = dict[str, TextBuffers | NDArray[np.float64]]
Rows = NDArray[np.bool_]
Specials = Mapping[str, pd.Series]


@dataclass(slots=True)
class Refusal:
    """Records of one variable whose values can't be held, for one reason.

    `what` may name `{longest}`, the bytes of the longest value. Without `records` it is the whole column.
    """

    kind: Kind
    column: Address
    what: str
    records: list[Address] = field(default_factory=list[Address])
    values: list[str] = field(default_factory=list[str])
    longest: int = 0

    def extend(self, later: Refusal) -> None:
        """Add the records of a later block; records of their own replace the whole column."""
        if later.records and not self.records:
            self.what = later.what
        self.records += later.records
        self.values = list(dict.fromkeys(self.values + later.values))
        self.longest = max(self.longest, later.longest)

    def problem(self, rows: int) -> Problem:
        """One problem for all records, placed at the first; `rows` were looked at."""
        where = self.records[0] if self.records else self.column
        return self.kind.at(
            where,
            self.what.format(longest=self.longest),
            values=self.values,
            fix=_spellings(self.values) if self.kind is problems.NOT_ASCII else "",
            records=self.records,
            out_of=rows if self.records else 0,
        )


@dataclass(frozen=True, slots=True)
class CheckedBlock:
    """A block: what can't be written of it, and its columns as they are to be written.

    `complete`: each variable has its column. `blank_last` is the problem if the file ends with this block.
    """

    rows: int
    columns: Columns
    problems: list[Problem]
    refusals: list[Refusal]
    complete: bool
    blank_last: Problem | None


class Refusals:
    """The problems of some blocks, as one block of all of their records would have them."""

    def __init__(self, *blocks: CheckedBlock) -> None:
        self._rows = 0
        self._complete = True
        self._blank_last: Problem | None = None
        self._problems: dict[Problem, None] = {}
        self._refusals: dict[tuple[str, Address], Refusal] = {}
        for block in blocks:
            self.add(block)

    def add(self, block: CheckedBlock) -> None:
        """Add the next block; its refusals are taken over."""
        self._rows += block.rows
        self._complete = self._complete and block.complete
        if block.rows:
            self._blank_last = block.blank_last
        self._problems.update(dict.fromkeys(block.problems))
        for refusal in block.refusals:
            known = self._refusals.setdefault((refusal.kind.code, refusal.column), refusal)
            if known is not refusal:
                known.extend(refusal)

    def problems(self) -> list[Problem]:
        """The problems so far; a column with values of another type has no other problem of its values."""
        mistyped = {r.column for r in self._refusals.values() if r.kind is problems.CONTENT}
        kept = (
            refusal
            for refusal in self._refusals.values()
            if refusal.kind is problems.CONTENT or refusal.column not in mistyped
        )
        return [*self._problems, *(refusal.problem(self._rows) for refusal in kept)]

    def problems_at_end(self) -> list[Problem]:
        """The problems if the file ends here."""
        last = self._blank_last if self._complete else None
        return [*self.problems(), *([] if last is None else [last])]


def check_block(header: XptHeader, block: pd.DataFrame, specials: Specials, start: int) -> CheckedBlock:
    """Everything of `block` that can't be written; `start` records of the file come before it."""
    columns: Columns = {}
    refusals: list[Refusal] = []
    held = Counter(block.columns)
    for variable in dict.fromkeys(header.variables):
        if held[variable.name] != 1:
            continue
        series, where = block[variable.name], _RecordPlace(header.name, variable.name, block, start)
        try:
            columns[variable.name], found = _checked_column(series, variable, where)
        except (ArrowError, TypeError, ValueError):
            found = [_mistyped(series, variable, where)]
        refusals += found
    asked, found = _specials(header, block, specials, columns, start)
    complete = len(columns) == len(header.variables)
    last = _blank_last(header, block, columns, start) if complete else None
    return CheckedBlock(len(block), columns, _frame(header, block) + asked, refusals + found, complete, last)


def _checked_column(
    series: pd.Series, variable: Variable, where: _RecordPlace
) -> tuple[TextBuffers | NDArray[np.float64], list[Refusal]]:
    if variable.type == "Char":
        text = text_buffers(series)
        return text, _text_refusals(text, variable, where)
    numbers = _numbers(series)
    return numbers, _number_refusals(numbers, series, where)


def _frame(header: XptHeader, block: pd.DataFrame) -> list[Problem]:
    columns = [str(name) for name in block.columns]
    place = at_record(header.name)
    names = [variable.name for variable in header.variables]
    held, wanted = set(columns), set(names)
    missing = [name for name in names if name not in held]
    extra = [name for name in columns if name not in wanted]
    found: list[Problem] = []
    if missing:
        hint = did_you_mean(missing[0], extra)
        found.append(
            problems.COLUMNS.at(place, "variables are missing from the frame", values=missing, hint=hint)
        )
    if extra:
        found.append(problems.COLUMNS.at(place, "the frame has columns that are no variables", values=extra))
    twice = [name for name, count in Counter(columns).items() if count > 1]
    if twice:
        found.append(problems.COLUMNS.at(place, "the frame has columns of the same name", values=twice))
    elif held == wanted and len(wanted) == len(names) and names != columns:
        what = "the frame's columns are not in the order of the variables"
        found.append(problems.COLUMNS.at(place, what, values=columns))
    return found


class _RecordPlace:
    """Addresses of the records of one variable of a block."""

    def __init__(self, dataset: str, variable: str, block: pd.DataFrame, start: int) -> None:
        self._dataset, self._variable, self._block, self._start = dataset, variable, block, start

    @property
    def column(self) -> Address:
        return at_record(self._dataset, column=self._variable)

    def record(self, row: int) -> Address:
        """USUBJID and --SEQ of a row where the dataset has them, else its number in the file from 1."""
        block, name = self._block, self._variable
        subject = str(block["USUBJID"].iloc[row]) if "USUBJID" in block.columns else ""
        names = (f"{self._dataset[:2]}SEQ", "ASEQ")
        counter = next((name for name in names if name in block.columns), "")
        sequence = _whole(block[counter].iloc[row]) if counter else None
        if not subject or sequence is None:
            return at_record(self._dataset, subject, column=f"{name} (row {self._start + row + 1})")
        if counter == "ASEQ":
            return at_record(self._dataset, subject, column=f"{name} (ASEQ={sequence})")
        return at_record(self._dataset, subject, sequence, name)

    def refusal(
        self, kind: Kind, rows: Rows, what: str, values: Iterable[object], longest: int = 0
    ) -> Refusal:
        """One refusal for all records concerned."""
        records = [self.record(int(row)) for row in np.flatnonzero(rows)]
        distinct = list(dict.fromkeys(str(value) for value in values))
        return Refusal(kind, self.column, what, records, distinct, longest)


def _whole(value: Any) -> int | None:
    """A sequence number, None where there is none."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _text_refusals(text: TextBuffers, variable: Variable, where: _RecordPlace) -> list[Refusal]:
    used = text.used
    found = _too_long(text, variable, where)
    if not len(used):
        return found
    greatest = used.max()
    if greatest > 0x7F:
        rows = _holding(text, used > 0x7F)
        found.append(where.refusal(problems.NOT_ASCII, rows, "the value is not ASCII", _some(text, rows)))
    if used.min() < BLANK or (greatest >= 0x7F and (used == 0x7F).any()):
        rows = _holding(text, (used < BLANK) | (used == 0x7F))
        what = "the value holds a control character"
        found.append(where.refusal(problems.CONTROL, rows, what, _some(text, rows)))
    rows = _ending_blank(text)
    if rows is not None:
        what = "the value ends with blanks"
        found.append(where.refusal(problems.TRAILING_BLANKS, rows, what, _some(text, rows)))
    return found


def _too_long(text: TextBuffers, variable: Variable, where: _RecordPlace) -> list[Refusal]:
    lengths = text.lengths
    longest = int(lengths.max(initial=0))
    found: list[Refusal] = []
    if longest > MAX_BYTES:
        rows, what = lengths > MAX_BYTES, "the longest value has {longest} bytes"
        found.append(where.refusal(problems.OVER_200, rows, what, _some(text, rows, shorten), longest))
    if longest > variable.length > 0:
        rows = (lengths > variable.length) & (lengths <= MAX_BYTES)
        if rows.any():
            what = f"the longest value has {{longest}} bytes, the variable {variable.length}"
            most = int(lengths[rows].max())
            found.append(where.refusal(problems.OVER_LENGTH, rows, what, _some(text, rows, shorten), most))
    return found


def _spellings(values: list[str]) -> str:
    """The remedy of values that are not ASCII: how the first of them could be written."""
    proposals = ", ".join(f"{transliterate(value)!r} for {value!r}" for value in values[:MAX_VALUES])
    return f"write {proposals}; {problems.NOT_ASCII.fix}"


def _holding(text: TextBuffers, flagged: Rows) -> Rows:
    """The rows whose value has a flagged byte."""
    before = np.concatenate([[0], np.cumsum(flagged)])
    at = text.offsets - text.offsets[0]
    return before[at[1:]] > before[at[:-1]]


def _ending_blank(text: TextBuffers) -> Rows | None:
    used = text.used
    if not (used == BLANK).any():
        return None
    last = np.maximum(text.offsets[1:] - text.offsets[0] - 1, 0)
    rows = (used[last] == BLANK) & (text.lengths > 0)
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
        raise TypeError(f"{series.dtype} is not numeric")
    return series.to_numpy(dtype=np.float64, na_value=np.nan)


def _number_refusals(numbers: NDArray[np.float64], series: pd.Series, where: _RecordPlace) -> list[Refusal]:
    found: list[Refusal] = []
    good = ibm.in_range(numbers)
    if not good.all():
        infinite = np.isinf(numbers)
        for kind, rows, what in (
            (problems.INFINITE, infinite, "the value is infinite"),
            (problems.OUT_OF_RANGE, ~good & ~infinite, "the value is out of range"),
        ):
            if rows.any():
                found.append(where.refusal(kind, rows, what, numbers[rows].tolist()))
    if pd.api.types.is_integer_dtype(series.dtype):
        rows = np.abs(numbers) >= 2.0**53
        rows[rows] = [int(value) != int(float(value)) for value in series[rows]]
        if rows.any():
            found.append(where.refusal(problems.ROUNDED, rows, "the integer is above 2^53", series[rows]))
    return found


def _mistyped(series: pd.Series, variable: Variable, where: _RecordPlace) -> Refusal:
    expected = "text" if variable.type == "Char" else "numbers"
    if series.dtype == object and len(series):
        right = str if variable.type == "Char" else (int, float)
        rows = np.array([not isinstance(v, right) and not pd.isna(v) for v in series], dtype=bool)
        if rows.any():
            return where.refusal(problems.CONTENT, rows, f"the value is not {expected}", series[rows])
    return Refusal(problems.CONTENT, where.column, f"the column holds {series.dtype}, not {expected}")


def _specials(
    header: XptHeader, block: pd.DataFrame, specials: Specials, columns: Columns, start: int
) -> tuple[list[Problem], list[Refusal]]:
    """Special missing values that are for no variable, are too many or few, or have another place."""
    asked: list[Problem] = []
    found: list[Refusal] = []
    numeric = [variable.name for variable in header.variables if variable.type == "Num"]
    for name, letters in specials.items():
        numbers, place = columns.get(name), at_record(header.name, column=name)
        if name not in numeric:
            hint = did_you_mean(name, numeric)
            asked.append(problems.SPECIAL_MISSING.at(place, "there is no such Num variable", hint=hint))
        elif len(letters) != len(block):
            what = f"{len(letters)} letters for {len(block)} records"
            asked.append(problems.SPECIAL_MISSING.at(place, what))
        elif isinstance(numbers, np.ndarray):
            given = letters.notna().to_numpy()
            rows = given & (~np.isnan(numbers) | ~letters.isin(list(ibm.SPECIALS)).to_numpy())
            if rows.any():
                what = "the record has a value, or this is not a letter"
                where = _RecordPlace(header.name, name, block, start)
                found.append(where.refusal(problems.SPECIAL_MISSING, rows, what, letters[rows]))
    return asked, found


def _blank_last(header: XptHeader, block: pd.DataFrame, columns: Columns, start: int) -> Problem | None:
    last = len(block) - 1
    if last < 0 or len(columns) < len(header.variables):
        return None
    for column in columns.values():
        if isinstance(column, TextBuffers):
            if column.value(last).strip(" "):
                return None
        elif not ibm.in_range(column[last:]).all() or ibm.to_ibm(column[last:])[0] != 0x2020202020202020:
            return None
    where = _RecordPlace(header.name, header.variables[0].name, block, start).record(last)
    return problems.BLANK_LAST.at(where, "every value of the last record is blank")
