"""SPSS, SAS and Stata files → text, with their labels: what their readers share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from il2cdisc.base.columns import CodedColumn, CodedTable
from il2cdisc.base.numbers import number_text
from il2cdisc.base.problems import Problems, at_line
from il2cdisc.raw.problems import NO_DATE, NOT_CONVERTED, UNREADABLE
from il2cdisc.raw.readers._reader import Encoding, Options, Reader
from il2cdisc.raw.readers._statdates import DateFormat, Shows, convert
from il2cdisc.raw.table import MOST_ROWS, RawTable


class StatOptions(Options):
    """Options of SPSS, SAS and Stata files."""

    encoding: Encoding | None = None
    """Of the text; None: what the file says."""


@dataclass(frozen=True, slots=True)
class StatFormat:
    """What is particular to one format."""

    title: str
    function: str
    """The function of pyreadstat that reads it."""
    date_format: Callable[[str], DateFormat | None]
    """The date format of a column by its name."""
    verify: Callable[[bytes], None] | None = None
    """Raise a `ValueError` for a file whose header contradicts itself: the library trusts it."""
    has_user_missing: bool = True
    """Whether pyreadstat can give values that the file calls missing."""


def stat_reader(name: str, suffixes: tuple[str, ...], format: StatFormat) -> Reader[StatOptions]:
    """The reader of one format."""

    def read(path: Path, shown: str, options: StatOptions, problems: Problems) -> Iterator[RawTable]:
        table = read_stat(path, shown, options, problems, format)
        return iter(() if table is None else (table,))

    return Reader(name, format.title, suffixes, StatOptions, read)


def read_stat(
    path: Path, shown: str, options: StatOptions, problems: Problems, format: StatFormat
) -> RawTable | None:
    """A whole file, read in pieces as the library gives them; None after a problem.

    `lines` are records. Numbers are written as the shortest text that reads back to the same number in
    the precision in which they are stored, dates as ISO 8601 (listed in `date_columns`). User-missing
    values stay visible, in columns of dates too; system-missing is missing. A number in a column of dates
    that is not a date, and a format that no ISO 8601 text can follow, are reported; the number is read.
    """
    if path.stat().st_size == 0:
        problems.add(UNREADABLE.at(shown, "The file is empty."))
        return None
    try:
        found, rows, meta = _read(path, format, options.encoding)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever the library fails with, the file is the reason
        said = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        what = f"The {format.title} file is damaged, cut off or in another encoding ({said})."
        problems.add(UNREADABLE.at(shown, what))
        return None
    if meta.number_rows is not None and meta.number_rows != rows:
        what = f"The file announces {meta.number_rows} records and holds {rows}: it was cut off."
        problems.add(UNREADABLE.at(shown, what))
        return None
    columns = [_column(name, values, meta, format) for name, values in found.items()]
    for column in columns:
        _report(column, shown, problems)
    dated = tuple(column.name for column in columns if column.dated)
    values = {
        name: {_text(value): str(label) for value, label in pairs.items()}
        for name, pairs in meta.variable_value_labels.items()
    }
    return RawTable(
        CodedTable({column.name: column.texts for column in columns}, rows),
        np.arange(1, rows + 1, dtype="int64"),
        meta.file_encoding or options.encoding or "",
        tuple(f"dates in {name}" for name in dated),
        dated,
        {name: label or "" for name, label in meta.column_names_to_labels.items()},
        values,
    )


class _StoredColumn:
    """A column as it is stored: its distinct values, and for each record the place of its own, -1 missing."""

    def __init__(self) -> None:
        self.places: dict[Any, int] = {}
        self._codes: list[NDArray[np.int32]] = []

    def add(self, values: pd.Series) -> None:
        """The column of the next records."""
        codes, found = pd.factorize(values)
        own = [self.places.setdefault(value, len(self.places)) for value in found.tolist()]
        self._codes.append(np.array([*own, -1], dtype="int32")[codes])

    @property
    def codes(self) -> NDArray[np.int32]:
        return np.concatenate(self._codes)


def _read(path: Path, format: StatFormat, encoding: str | None) -> tuple[dict[str, _StoredColumn], int, Any]:
    """What pyreadstat reads, dates as the numbers that are stored: it fails on a date that is none.

    Returns the columns, the number of records, and what the file says of itself.
    """
    import pyreadstat

    if format.verify is not None:
        format.verify(path.read_bytes())
    options: dict[str, Any] = {"user_missing": True} if format.has_user_missing else {}
    if encoding:
        options["encoding"] = encoding
    function = getattr(pyreadstat, format.function)
    read = partial(function, str(path), disable_datetime_conversion=True, **options)
    frame, meta = read(row_limit=MOST_ROWS)
    found, rows = {str(name): _StoredColumn() for name in frame.columns}, 0
    while True:
        for name, values in found.items():
            values.add(frame[name])
        rows += len(frame)
        if len(frame) < MOST_ROWS:
            break
        frame, _ = read(row_offset=rows, row_limit=MOST_ROWS)
    meta.number_rows = read(metadataonly=True)[1].number_rows  # of the file, not of a piece
    return found, rows, meta


@dataclass(frozen=True, slots=True)
class _Column:
    """A column as text; `wrong`: rows whose number is not a date; `format`: the name of its format."""

    name: str
    texts: CodedColumn
    format: str = ""
    dated: bool = False
    converted: bool = True
    wrong: NDArray[np.intp] | None = None


def _column(name: str, values: _StoredColumn, meta: Any, format: StatFormat) -> _Column:
    written = str(meta.original_variable_types.get(name) or "")
    codes, found = values.codes, list(values.places)
    is_text = all(isinstance(value, str) for value in found)
    form = None if is_text else format.date_format(written)
    single = meta.readstat_variable_types.get(name) == "float"
    texts = {value: _text(value, single) for value in found}
    wrong: list[Any] = []
    if form is not None and form.shows is not Shows.OTHER:
        texts, wrong = _dates(found, texts, form, meta.missing_ranges.get(name) or ())
    column = CodedColumn.of_texts([texts[value] or None for value in found], codes)
    rows = np.flatnonzero(np.isin(codes, [values.places[value] for value in wrong])) if wrong else None
    unread = form is not None and form.shows is Shows.OTHER
    return _Column(name, column, written, form is not None and not unread, not unread, rows)


def _dates(
    found: list[Any], texts: dict[Any, str], form: DateFormat, missing: Any
) -> tuple[dict[Any, str], list[float]]:
    """The texts of numbers that are dates, of others as they were; and numbers that are neither."""
    numbers = [value for value in found if not isinstance(value, str) and not _is_missing(value, missing)]
    done = convert(numbers, form)
    return {**texts, **done.texts}, done.wrong


def _is_missing(value: float, ranges: Any) -> bool:
    """Whether a value is one that SPSS calls missing: a number, or one within a range."""
    return any(not isinstance(one["lo"], str) and one["lo"] <= value <= one["hi"] for one in ranges)


def _report(column: _Column, shown: str, problems: Problems) -> None:
    if not column.converted:
        what = f"The format {column.format} of {column.name} has no ISO 8601 text: its numbers were read."
        problems.add(NOT_CONVERTED.at(at_line(shown, 0, column.name), what, values=column.texts.distinct))
    if column.wrong is not None and len(column.wrong):
        places = [at_line(shown, row + 1, column.name) for row in column.wrong.tolist()]
        what = f"A number of {column.name} is not a date between 1582 and 9999 in the format {column.format}."
        values = column.texts.found(column.wrong)
        problems.add(NO_DATE.at(places[0], what, values=values, records=places, out_of=column.texts.filled))


def _text(value: Any, single: bool = False) -> str:
    """A value as text; a number of single precision in the digits of that precision: 5.1, not 5.0999999."""
    if isinstance(value, str):
        return value
    if single and np.isfinite(value):
        return np.format_float_positional(np.float32(value + 0.0), unique=True, trim="-")
    return number_text(float(value), 17) if isinstance(value, int | float | np.number) else str(value)
