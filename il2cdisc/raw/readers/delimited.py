"""CSV → text, strictly: nothing guessed, nothing repaired, physical line numbers kept."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from il2cdisc.base.problems import Problem, Problems, at_line
from il2cdisc.base.room import try_threads
from il2cdisc.raw.problems import (
    BLANK_LINES,
    ENCODING,
    HEADER,
    LINE_END,
    NO_FINAL_LINE_END,
    QUOTES,
    RAGGED,
    UNREADABLE,
)
from il2cdisc.raw.table import Table, line_list, text_frame

LONGEST_FIELD = 2**24
BLOCK = 50_000


def read_csv(
    data: bytes,
    shown: str,
    problems: Problems,
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    header_line: int = 1,
    unit_line: int = 0,
) -> Table | None:
    """A CSV file as a `Table`; None after a problem that stops.

    Fields stay as they are: `NA`, leading zeros, spaces. An empty field is missing, quoted or not.
    `header_line` is the physical line of the header; what is above is skipped, but for the units of
    `unit_line`.
    """
    if not data.strip():
        problems.add(UNREADABLE.at(shown, "The file is empty."))
        return None
    text, marked = _decoded(data, shown, problems, encoding)
    if text is None:
        return None
    before = len(problems.stops)
    notes = ["begins with a byte order mark"] if marked else []
    body = text if header_line == 1 else text.split("\n", header_line - 1)[-1]
    if header_line > 1:
        notes.append(f"the header is line {header_line}")
    table = _plain(body, delimiter, header_line, encoding)
    if table is None:
        table = _careful(body, shown, problems, delimiter, header_line, encoding)
    if (
        table is None
        or len(problems.stops) > before
        or not _header_is_good(table, shown, header_line, problems)
    ):
        return None
    if not text.endswith("\n"):
        notes.append("no line end after the last line")
        last = text.count("\n") + 1
        what = "The last line is complete but has no line end."
        problems.add(NO_FINAL_LINE_END.at(at_line(shown, last), what))
    units = _units(text, unit_line, delimiter, list(table.frame.columns)) if unit_line else {}
    return Table(table.frame, table.lines, encoding, (*notes, *table.notes), units=units)


def _units(text: str, line: int, delimiter: str, names: list[str]) -> dict[str, str]:
    """Column → its field in a line above the header, "" where that line has none."""
    fields = next(csv.reader(text.split("\n", line)[line - 1 : line], delimiter=delimiter), [])
    return dict(zip(names, [*fields, *[""] * len(names)], strict=False))


def _line_of(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1


def _decoded(data: bytes, shown: str, problems: Problems, encoding: str) -> tuple[str | None, bool]:
    name = codecs.lookup(encoding).name
    marked = data.startswith(codecs.BOM_UTF8)
    for mark, told in (
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
        (codecs.BOM_UTF8, "utf-8"),
    ):
        if data.startswith(mark) and not name.startswith(told):
            what = f"The file begins with the byte order mark of {told}, study.toml says {encoding}."
            problems.add(ENCODING.at(at_line(shown, 1), what, hint=told))
            return None, marked
    if b"\0" in data and not name.startswith(("utf-16", "utf-32")):
        place = data.index(b"\0")
        what = f"Byte {place} is NUL: the file is damaged, or no text in {encoding}."
        problems.add(UNREADABLE.at(at_line(shown, _line_of(data, place)), what))
        return None, marked
    try:
        text = data.decode("utf-8-sig" if name == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        start = error.start + (len(codecs.BOM_UTF8) if name == "utf-8" and marked else 0)
        what = f"Byte {start} (0x{data[start]:02X}) is not {encoding}."
        hint = "latin-1 or cp1252" if name == "utf-8" else ""
        problems.add(ENCODING.at(at_line(shown, _line_of(data, start)), what, hint=hint))
        return None, marked
    if name in {"iso8859-1", "iso8859-15", "cp1252", "cp850"} and not data.isascii() and _is_utf8(data):
        place = next(re.finditer(rb"[\x80-\xff]", data)).start()
        what = f"The file says {encoding} in study.toml, its bytes from {place} on are UTF-8."
        problems.add(ENCODING.at(at_line(shown, _line_of(data, place)), what, hint="utf-8"))
        return None, marked
    if name == "iso8859-1" and (found := re.search("[\x80-\x9f]", text)):
        what = f"Byte {found.start()} (0x{ord(found.group()):02X}) is a control character in {encoding}."
        line = text.count("\n", 0, found.start()) + 1
        problems.add(ENCODING.at(at_line(shown, line), what, hint="cp1252"))
        return None, marked
    return text, marked


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _plain(body: str, delimiter: str, header_line: int, encoding: str) -> Table | None:
    """The quick way: no quotes, no blank lines, nothing ragged; None if the careful way is needed."""
    if '"' in body or re.search(r"\r(?!\n)|\n\r?\n|\A\r?\n", body) or not delimiter.isascii():
        return None
    first, _, rest = body.partition("\n")
    names = first.rstrip("\r").split(delimiter)
    if not rest or len(set(names)) != len(names):
        return None
    ragged: list[object] = []

    def refuse(row: object) -> str:
        ragged.append(row)
        return "skip"

    try:
        table = _arrow_table(rest, names, delimiter, refuse)
    except pa.ArrowInvalid:  # a record longer than pyarrow's blocks
        return None
    expected = rest.count("\n") + (not rest.endswith("\n"))
    if ragged or table.num_rows != expected:
        return None
    lines = np.arange(table.num_rows, dtype="int64") + header_line + 1
    return Table(table.to_pandas(), lines, encoding)


def _arrow_table(text: str, names: list[str], delimiter: str, refuse: Callable[[object], str]) -> pa.Table:
    try_threads()
    return pa_csv.read_csv(
        io.BytesIO(text.encode()),
        read_options=pa_csv.ReadOptions(column_names=names, use_threads=False),
        parse_options=pa_csv.ParseOptions(
            delimiter=delimiter, quote_char=False, ignore_empty_lines=False, invalid_row_handler=refuse
        ),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=True, null_values=[""]
        ),
    )


def _careful(
    body: str, shown: str, problems: Problems, delimiter: str, header_line: int, encoding: str
) -> Table | None:
    """Record by record, with the physical line of each."""
    records = _records(body, shown, problems, delimiter, header_line)
    first = next(records, None)
    if first is None:
        return None
    names = first[1]
    if not any(names):
        problems.add(HEADER.at(at_line(shown, header_line), "The header line is blank."))
        return None
    blank: list[int] = []
    ragged: list[tuple[int, int]] = []
    lines: list[int] = []
    blocks: list[pd.DataFrame] = []

    def good() -> Iterator[list[str]]:
        for line, fields in records:
            if not fields:
                blank.append(line)
            elif len(fields) != len(names):
                ragged.append((line, len(fields)))
            else:
                lines.append(line)
                yield fields

    rows = good()
    places = [str(number) for number in range(len(names))]
    while block := list(itertools.islice(rows, BLOCK)):
        blocks.append(text_frame(dict(zip(places, zip(*block, strict=True), strict=True))))
    if ragged:
        what = f"Lines do not have the header's {len(names)} fields."
        values = [f"line {line}: {count} fields" for line, count in ragged]
        cut = ragged[-1][0] == body.count("\n") + header_line and not body.endswith("\n")
        if cut:
            what += " The last line has no line end: the file was cut off."
        wrong = [at_line(shown, line) for line, _ in ragged]
        total = len(ragged) + len(lines)
        problems.add(RAGGED.at(wrong[0], what, values=values, records=wrong, out_of=total))
    last = lines[-1] if lines else header_line
    inside = [line for line in blank if line < last]
    if inside:
        what = "Blank lines are between the records."
        between = [at_line(shown, line) for line in inside]
        problems.add(BLANK_LINES.at(between[0], what, records=between))
    notes = (f"blank lines: {line_list(blank)}",) if blank else ()
    if blocks:
        frame = pd.concat(blocks, ignore_index=True) if len(blocks) > 1 else blocks[0]
    else:
        frame = text_frame({place: [] for place in places})
    frame.columns = pd.Index(names, dtype="str")
    return Table(frame, np.array(lines, dtype="int64"), encoding, notes)


def _records(
    body: str, shown: str, problems: Problems, delimiter: str, header_line: int
) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line that it begins on; ends at a quote or line end that can't be read."""
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(body, newline="\n"), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + header_line
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.add(_told(str(error), shown, line, reader.line_num + header_line - 1))
            return


def _told(error: str, shown: str, begins: int, at: int) -> Problem:
    if "unexpected end of data" in error or "field larger" in error:
        what = "A quote that is opened in this record is never closed."
        return QUOTES.at(at_line(shown, begins), what)
    if "expected after" in error:
        return QUOTES.at(at_line(shown, at), "Text follows a closing quote within its field.")
    if "new-line" in error:
        return LINE_END.at(at_line(shown, begins), "A carriage return stands where no line ends.")
    return UNREADABLE.at(at_line(shown, at), f"The line can't be read ({error}).")


def _header_is_good(table: Table, shown: str, header_line: int, problems: Problems) -> bool:
    names = [str(name) for name in table.frame.columns]
    return header_is_good(names, shown, header_line, problems)


def header_is_good(names: list[str], shown: str, line: int, problems: Problems, sheet: str = "") -> bool:
    """Whether a header has a name for each column and no name twice; else the problem is told."""
    where = at_line(shown, line, sheet=sheet)
    blank = [str(place) for place, name in enumerate(names, start=1) if not name.strip()]
    double = sorted({name for name in names if name.strip() and names.count(name) > 1})
    if blank:
        problems.add(HEADER.at(where, f"Columns without a name: {', '.join(blank)}."))
    if double:
        problems.add(HEADER.at(where, "Column names stand twice in the header.", values=double))
    return not blank and not double
