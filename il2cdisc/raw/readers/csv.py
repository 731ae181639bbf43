"""CSV → text, strictly: nothing guessed, nothing repaired, physical line numbers kept."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
from pydantic import AfterValidator, Field

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.problems import Address, Problem, Problems, Stopped, at_line
from il2cdisc.base.room import try_threads
from il2cdisc.raw.problems import (
    BLANK_LINES,
    DELIMITER,
    HEADER,
    LINE_END,
    NO_FINAL_LINE_END,
    QUOTES,
    RAGGED,
    UNREADABLE,
)
from il2cdisc.raw.readers._header import HeaderOptions, header_problems
from il2cdisc.raw.readers._reader import Encoding, Reader
from il2cdisc.raw.readers._text import MARK, text_blocks, text_problem
from il2cdisc.raw.table import MOST_ROWS, Lines, RawTable, coded_text, line_list, text_table

LONGEST_FIELD = 2**24
DELIMITERS = (",", ";", "\t", "|")


def _not_in_values(value: str) -> str:
    if value.isalnum() or value in "\"'.+-_" or (not value.isprintable() and value != "\t"):
        raise ValueError("can't part fields: it may be part of a value, of a quote or of a line's end")
    return value


class CsvOptions(HeaderOptions):
    """Options of CSV files."""

    encoding: Encoding = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1), AfterValidator(_not_in_values)] = ","


def read(path: Path, shown: str, options: CsvOptions, problems: Problems) -> Iterator[RawTable]:
    """A CSV file, a block of its text at a time.

    Fields stay as they are: `NA`, leading zeros, spaces. An empty field is missing, quoted or not. What is
    above the header is skipped, but for the units of `unit_line`.

    The file is read twice: whether its bytes are in its encoding can be said of the whole alone. Lines that
    don't fit the header and blank lines are gathered until its end, and reported together.
    """
    problem = text_problem(path, shown, options.encoding)
    if problem is not None:
        problems.add(problem)
        return
    csv.field_size_limit(LONGEST_FIELD)
    blocks, before = text_blocks(path, options.encoding), len(problems.stops)
    try:
        head = _head(blocks, shown, options)
    except Stopped as stopped:
        problems.extend(stopped.problems)
        return
    problems.extend(header_problems(head.names, shown, options.header_line))
    body = _Body(head, options.delimiter)
    pieces = body.pieces(itertools.chain([head.rest], blocks))
    held = next(pieces, None) or RawTable(_records(head.names, []), np.array([], dtype="int64"))
    held = replace(held, encoding=options.encoding, notes=head.notes, units=head.units)
    for piece in pieces:
        yield held
        held = piece
    problems.extend(body.problems(shown))
    if len(problems.stops) == before:
        problems.extend(body.end_problems(shown))
        yield replace(held, notes=(*held.notes, *body.notes))


@dataclass(frozen=True, slots=True)
class _Head:
    """What is above the records; and the text below the header in the same block, from `line` on."""

    names: list[str]
    units: dict[str, str]
    notes: tuple[str, ...]
    line: int
    rest: str
    is_open: bool
    """Whether the file ends within the header, without a line end."""


def _head(blocks: Iterator[str], shown: str, options: CsvOptions) -> _Head:
    """The head of a file. Raises `Stopped` where its lines can't be read."""
    header, delimiter = options.header_line, options.delimiter
    text = next(blocks, "")
    notes = ["begins with a byte order mark"] if text.startswith(MARK) else []
    above, below = _above(text.removeprefix(MARK), blocks, header, shown)
    names, (*lines, rest), count = _record(below, blocks, delimiter, header, shown)
    if not any(names):
        raise Stopped([HEADER.at(at_line(shown, header), "The header line is blank.")])
    notes += [f"the header is line {header}"] if header > 1 else []
    units: dict[str, str] = {}
    if options.units:
        units = _units(above[options.units - 1], names, delimiter, at_line(shown, options.units))
    is_open = len(lines) < count
    return _Head(names, units, tuple(notes), header + len(lines), "" if is_open else rest, is_open)


def _units(line: str, names: Sequence[str], delimiter: str, where: Address) -> dict[str, str]:
    """Column → its field in a line above the header, "" where that line has none."""
    try:
        fields = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error as error:
        raise Stopped([_syntax_problem(error, where.file, where.line, where.line)]) from None
    return dict(zip(names, [*fields, *[""] * len(names)], strict=False))


def _above(text: str, blocks: Iterator[str], header: int, shown: str) -> tuple[list[str], str]:
    """The lines above the header, and the text from it on."""
    while text.count("\n") < header and (more := next(blocks, "")):
        text += more
    *above, below = text.split("\n", header - 1)
    if len(above) < header - 1 or not below:
        count = text.count("\n") + bool(below)
        what = f"The file has {count} line{'' if count == 1 else 's'}, its header should be line {header}."
        raise Stopped([UNREADABLE.at(at_line(shown, header), what)])
    return above, below


def _record(
    text: str, blocks: Iterator[str], delimiter: str, line: int, shown: str
) -> tuple[list[str], list[str], int]:
    """The first record of a text, what its lines part the text into, and how many lines it has."""
    while True:
        reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
        try:
            fields = next(reader, [])
        except csv.Error as error:
            more = next(blocks, "") if reader.line_num == _line_count(text) else ""
            if not more:
                raise Stopped([_syntax_problem(error, shown, line, line + reader.line_num - 1)]) from None
            text += more
        else:
            return fields, text.split("\n", reader.line_num), reader.line_num


def _lines(text: str) -> Iterator[str]:
    """Physical lines with their ends."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _line_count(text: str) -> int:
    return text.count("\n") + (not text.endswith("\n"))


class _Body:
    """The records below a header, block after block; what is wrong with them is gathered."""

    def __init__(self, head: _Head, delimiter: str) -> None:
        self.names, self.delimiter = head.names, delimiter
        self.line, self.is_open = head.line, head.is_open
        """The line that follows; the last one, if it is open: without a line end."""
        self.count = self.last = 0
        """Records so far, and the line of the last one."""
        self.blank: list[int] = []
        self.ragged: list[tuple[int, int]] = []
        """Lines with another number of fields than the header, and that number."""
        self.failed: tuple[csv.Error, int, int] | None = None
        """Why a record can't be read, the line that it begins on, and the line where that shows."""
        self._begun = ""
        """The record that a block ended within, which the next one goes on with."""

    def pieces(self, blocks: Iterator[str]) -> Iterator[RawTable]:
        """The records, until the end or one that can't be read."""
        for block in itertools.chain(filter(None, blocks), [""]):
            text, self._begun = self._begun + block, ""
            if text and self.failed is None:
                yield from self._block(text, final=not block)

    def _block(self, text: str, *, final: bool) -> Iterator[RawTable]:
        plain = _plain(text, self.names, self.delimiter)
        if plain is not None:
            pieces = iter([RawTable(plain, np.arange(plain.rows, dtype="int64") + self.line)])
        else:
            pieces = self._careful(text, final=final)
        for piece in pieces:
            self.count, self.last = self.count + len(piece.lines), int(piece.lines[-1])
            yield piece
        self.line += text.count("\n") - self._begun.count("\n")
        self.is_open = not text.endswith("\n")

    def _careful(self, text: str, *, final: bool) -> Iterator[RawTable]:
        """Record by record, with the physical line of each."""
        reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=self.delimiter, strict=True)
        line = self.line
        while self.failed is None:
            rows, before = list[list[str]](), reader.line_num
            error = _next_records(reader, rows)
            if not rows and error is None:
                break
            sizes = _line_counts(rows, reader.line_num - before)
            yield from self._fitting(rows, line + np.cumsum(sizes) - sizes)
            line += int(sizes.sum())
            self.failed = (error, line, self.line + reader.line_num - 1) if error else None
        if self.failed is not None and not final and reader.line_num == _line_count(text):
            self.failed, self._begun = None, text.split("\n", line - self.line)[-1]

    def _fitting(self, rows: Sequence[Sequence[str]], lines: Lines) -> Iterator[RawTable]:
        """The records that fit the header; the lines of others are gathered."""
        widths = np.fromiter(map(len, rows), dtype="int64", count=len(rows))
        fits = widths == len(self.names)
        self.blank += lines[widths == 0].tolist()
        wrong = ~fits & (widths > 0)
        self.ragged += zip(lines[wrong].tolist(), widths[wrong].tolist(), strict=True)
        if fits.any():
            fitting = rows if fits.all() else list(itertools.compress(rows, fits))
            yield RawTable(_records(self.names, fitting), lines[fits])

    @property
    def notes(self) -> tuple[str, ...]:
        """What is noted of the records, when all were read."""
        ends = ("no line end after the last line",) if self.is_open else ()
        return (*ends, f"blank lines: {line_list(self.blank)}") if self.blank else ends

    def problems(self, shown: str) -> Iterator[Problem]:
        """What is wrong with the records, when all were read."""
        if self.failed is not None:
            error, begins, at = self.failed
            yield _syntax_problem(error, shown, begins, at)
        if self.ragged:
            yield self._ragged(shown)
        between = [at_line(shown, line) for line in self.blank if line < self.last]
        if between:
            yield BLANK_LINES.at(between[0], "Blank lines are between the records.", records=between)

    def _ragged(self, shown: str) -> Problem:
        what = f"Lines do not have the header's {len(self.names)} fields."
        if self.is_open and self.ragged[-1][0] == self.line:
            what += " The last line has no line end: the file was cut off."
        values = [f"line {line}: {count} fields" for line, count in self.ragged]
        places = [at_line(shown, line) for line, _ in self.ragged]
        total = len(self.ragged) + self.count
        return RAGGED.at(places[0], what, values=values, records=places, out_of=total)

    def end_problems(self, shown: str) -> Iterator[Problem]:
        """What the end of a file says that is read."""
        if self.is_open:
            what = "The last line is complete but has no line end."
            yield NO_FINAL_LINE_END.at(at_line(shown, self.line), what)


def _plain(text: str, names: Sequence[str], delimiter: str) -> CodedTable | None:
    """The quick way: no quotes, no blank lines, nothing ragged; None if the careful way is needed."""
    if '"' in text or _has_other_line_ends(text) or not delimiter.isascii():
        return None
    if len(set(names)) != len(names) or text.startswith(MARK):  # pyarrow would drop the mark
        return None
    ragged: list[object] = []

    def refuse(row: object) -> str:
        ragged.append(row)
        return "skip"

    try:
        table = _arrow_table(text, names, delimiter, refuse)
    except pa.ArrowInvalid:  # a record longer than pyarrow's blocks
        return None
    if ragged or table.num_rows != _line_count(text):
        return None
    columns = zip(names, table.columns, strict=True)
    return CodedTable({name: coded_text(column.combine_chunks()) for name, column in columns}, table.num_rows)


def _has_other_line_ends(text: str) -> bool:
    """Whether a text has blank lines, or carriage returns that end no line."""
    if text.startswith(("\n", "\r\n")) or "\n\n" in text:
        return True
    return "\r" in text and ("\n\r\n" in text or text.count("\r") != text.count("\r\n"))


def _next_records(reader: Iterator[list[str]], rows: list[list[str]]) -> csv.Error | None:
    """Put the next records into `rows`; returns why the one after them can't be read, if it can't."""
    try:
        rows.extend(itertools.islice(reader, MOST_ROWS))  # those before an error stay
    except csv.Error as error:
        return error
    return None


def _line_counts(rows: Sequence[Sequence[str]], count: int) -> Lines:
    """How many physical lines each record has, which are on `count` lines together."""
    if count == len(rows):
        return np.ones(count, dtype="int64")
    return np.array([1 + sum(field.count("\n") for field in row) for row in rows], dtype="int64")


def _arrow_table(
    text: str, names: Sequence[str], delimiter: str, refuse: Callable[[object], str]
) -> pa.Table:
    """The columns as distinct values and codes: of a text that repeats itself that takes half the time."""
    try_threads()
    coded = pa.dictionary(pa.int32(), pa.large_string())
    table = pa_csv.read_csv(
        io.BytesIO(text.encode()),
        read_options=pa_csv.ReadOptions(column_names=list(names), use_threads=False),
        parse_options=pa_csv.ParseOptions(
            delimiter=delimiter, quote_char=False, ignore_empty_lines=False, invalid_row_handler=refuse
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, coded), strings_can_be_null=True, null_values=[""]
        ),
    )
    return table.unify_dictionaries()


def _records(names: Sequence[str], rows: Sequence[Sequence[str]]) -> CodedTable:
    """Records as a table; of a name that comes twice, which stops, the last column alone."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in names)
    return text_table(dict(zip(names, columns, strict=True)))


def _syntax_problem(error: csv.Error, shown: str, begins: int, at: int) -> Problem:
    """What a record that begins on one line has wrong on another."""
    said = str(error)
    if "unexpected end of data" in said or "field larger" in said:
        return QUOTES.at(at_line(shown, begins), "A quote that is opened in this record is never closed.")
    if "expected after" in said:
        return QUOTES.at(at_line(shown, at), "Text follows a closing quote within its field.")
    if "new-line" in said:
        return LINE_END.at(at_line(shown, begins), "A carriage return is in the middle of a line.")
    return UNREADABLE.at(at_line(shown, at), f"The line can't be read ({said}).")


def other_delimiter(
    shown: str, columns: Sequence[str], expected: Sequence[str], options: CsvOptions
) -> Problem | None:
    """That a header was read as one column, and has most of the expected ones by another delimiter."""
    if len(columns) != 1 or len(expected) < 2:
        return None
    found = {mark: set(columns[0].split(mark)) & set(expected) for mark in DELIMITERS}
    best = max(DELIMITERS, key=lambda mark: len(found[mark]))
    if 2 * len(found[best]) <= len(expected):
        return None
    what = f"The header has its columns if {best!r} is the delimiter; study.toml says {options.delimiter!r}."
    return DELIMITER.at(at_line(shown, options.header_line), what, hint=best)


READER = Reader("csv", "CSV", (".csv", ".txt", ".tsv"), CsvOptions, read, misread_columns=other_delimiter)
