"""Dataset-JSON 1.1 to a dataset: every attribute and every value is held against the specification."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn, cast

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from il2cdisc.base.columns import CodedTable
from il2cdisc.base.datasets import Variable, byte_length
from il2cdisc.base.problems import Address, Kind, Problems, Severity, Stopped
from il2cdisc.transport.codec import Received
from il2cdisc.transport.dataset_json import FileLayout
from il2cdisc.transport.sas_time import numbers_of

NOT_DATASET_JSON = Kind(
    "DSJ001", "Unreadable Dataset-JSON", Severity.STOP, "Ask for the file again, as Dataset-JSON 1.1."
)
OTHER_ROWS = Kind(
    "DSJ002",
    "Records other than the metadata say",
    Severity.STOP,
    "Ask for the file again: it may have been cut off.",
)
OTHER_VALUE = Kind(
    "DSJ003",
    "Value other than its data type",
    Severity.STOP,
    "Correct the value, or the data type in the file's metadata.",
)
UNHELD_TYPE = Kind(
    "DSJ004",
    "Data type that no SAS variable has",
    Severity.STOP,
    "Write the values as text (Y, N) or as numbers.",
)
PIECE = 50_000
"""Lines that are read at once."""
LONGEST_LINE = 64 * 2**20
"""Bytes of a line: a compressed file may hold one that fills the memory."""
_STEP = 2**20


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class JsonColumn(_Part):
    """A column as the file describes it."""

    itemOID: str  # noqa: N815  (names of the specification)
    name: str = Field(min_length=1)
    label: str
    dataType: Literal[  # noqa: N815
        "string", "integer", "decimal", "float", "double", "boolean", "datetime", "date", "time", "URI"
    ]
    targetDataType: Literal["integer", "decimal"] | None = None  # noqa: N815
    length: int | None = Field(default=None, ge=1)
    displayFormat: str = ""  # noqa: N815
    keySequence: int | None = Field(default=None, ge=1)  # noqa: N815

    @property
    def text(self) -> bool:
        """Whether a SAS variable holds it as text."""
        return self.targetDataType is None and self.dataType in ("string", "URI", "date", "datetime", "time")


class _System(_Part):
    name: str
    version: str


class _Header(_Part):
    datasetJSONCreationDateTime: str  # noqa: N815
    datasetJSONVersion: str = Field(pattern=r"^1\.1(\.(0|[1-9][0-9]*))?$")  # noqa: N815
    itemGroupOID: str  # noqa: N815
    records: int = Field(ge=0)
    name: str = Field(min_length=1)
    label: str
    columns: list[JsonColumn] = Field(min_length=1)
    fileOID: str = ""  # noqa: N815
    dbLastModifiedDateTime: str = ""  # noqa: N815
    originator: str = ""
    sourceSystem: _System | None = None  # noqa: N815
    studyOID: str = ""  # noqa: N815
    metaDataVersionOID: str = ""  # noqa: N815
    metaDataRef: str = ""  # noqa: N815


@dataclass(frozen=True, slots=True)
class JsonDataset:
    """A dataset of a file: text columns are `str`, numbers float64."""

    name: str
    label: str
    variables: tuple[Variable, ...]
    frame: pd.DataFrame


def receive(path: Path, shown: str, *, layout: FileLayout) -> Received:
    """The dataset of a file as distinct values and codes. Raises `Stopped` as `read_dataset_json` does."""
    found = read_dataset_json(path, shown, layout=layout)
    return Received(found.name, CodedTable.of(found.frame), found.label, found.variables)


def read_dataset_json(path: Path, shown: str, *, layout: FileLayout) -> JsonDataset:
    """The dataset of a file. Raises `Stopped` with what is wrong in it; `shown` is its name in messages.

    Texts are `str` (an empty one or null is missing), numbers float64, dates and times with `targetDataType`
    integer numbers of SAS.
    """
    try:
        if layout is FileLayout.JSON:
            return _whole(path, shown)
        with path.open("rb") as stream:
            lines = (
                stream if layout is FileLayout.NDJSON else _unpacked(iter(lambda: stream.read(_STEP), b""))
            )
            return _of_lines(iter(lines), shown)
    except (OSError, UnicodeDecodeError, ValueError, RecursionError, zlib.error) as error:
        raise _unreadable(shown, " ".join(str(error).split())[:200]) from None


def _object(value: object) -> dict[str, Any] | None:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _list(value: object) -> list[Any] | None:
    return cast("list[Any]", value) if isinstance(value, list) else None


def _unreadable(shown: str, what: str) -> Stopped:
    return Stopped([NOT_DATASET_JSON.at(shown, what)])


def _whole(path: Path, shown: str) -> JsonDataset:
    held = _object(_parsed(path.read_bytes()))
    if held is None:
        raise _unreadable(shown, "The file holds no JSON object.")
    rows = _list(held.pop("rows", []))
    if rows is None:
        raise _unreadable(shown, "`rows` is not a list.")
    table = _RowsRead(shown)
    table.begin(_header(held, shown))
    table.add(rows, first=1)
    return table.finished()


def _of_lines(lines: Iterator[bytes], shown: str) -> JsonDataset:
    first = next(lines, b"")
    given = _object(_parsed(first) if first.strip() else None)
    if given is None:
        raise _unreadable(shown, "The first line holds no JSON object.")
    table = _RowsRead(shown, lines=True)
    table.begin(_header(given, shown))
    held: list[bytes] = []
    number = 2
    for line in lines:
        held.append(line)
        if len(held) == PIECE:
            number = _added(table, held, number)
    _added(table, held, number)
    return table.finished()


def _added(table: _RowsRead, held: list[bytes], first: int) -> int:
    """Give lines to a table and forget them; the number of the line after them."""
    while held and not held[-1].strip():
        held.pop()
    count = len(held)
    rows: list[object] = _parsed(b"[" + b",".join(held) + b"]")
    if len(rows) != count:
        raise ValueError("A line holds several values.")
    table.add(rows, first=first)
    held.clear()
    return first + count


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The lines of a zlib stream, a step at a time."""
    unpacker, rest = zlib.decompressobj(), bytearray()  # `rest`: the beginning of a line
    for chunk in chunks:
        while chunk:
            first, *others = unpacker.decompress(chunk, _STEP).split(b"\n")
            chunk = unpacker.unconsumed_tail
            rest += first
            if len(rest) > LONGEST_LINE:
                raise ValueError(f"A line has more than {LONGEST_LINE} bytes.")
            if others:
                yield bytes(rest)
                yield from others[:-1]
                rest = bytearray(others[-1])
        if unpacker.eof and (unpacker.unused_data or next(chunks, b"")):
            raise ValueError("The file goes on after the end of its data.")
    if not unpacker.eof:
        raise ValueError("The compressed data end too early.")
    if rest:
        yield bytes(rest)


def _parsed(data: bytes) -> Any:
    return json.loads(data.decode("utf-8"), parse_constant=_no_number, object_pairs_hook=_once)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number of JSON.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("An object has one name twice.")
    return found


def _header(given: Mapping[str, Any], shown: str) -> _Header:
    try:
        header = _Header.model_validate(given)
    except ValidationError as error:
        raise Stopped([NOT_DATASET_JSON.at(shown, _told(item)) for item in error.errors()]) from None
    names = [column.name for column in header.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Stopped([NOT_DATASET_JSON.at(shown, "Several columns have one name.", values=twice)])
    unheld = [c for c in header.columns if c.dataType == "boolean"]
    if unheld:
        places = [Address(file=shown, column=c.name) for c in unheld]
        raise Stopped([UNHELD_TYPE.at(place, "The column is boolean.") for place in places])
    return header


def _told(item: Any) -> str:
    where = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in item["loc"])
    return f"`{where}`: {item['msg'][:1].lower()}{item['msg'][1:]}."


class _RowsRead:
    """The columns of a file, as its rows come."""

    def __init__(self, shown: str, *, lines: bool = False) -> None:
        self.shown, self.lines = shown, lines
        self.rows = 0

    def begin(self, header: _Header) -> None:
        self.header = header
        self.held: list[list[Any]] = [[] for _ in header.columns]

    def add(self, rows: Sequence[object], *, first: int) -> None:
        """Rows of the file; `first` is the number of their first line, or record."""
        width, problems = len(self.held), Problems()
        for place, row in enumerate(rows):
            values = _list(row)
            if values is None or len(values) != width:
                has = "no list" if values is None else f"{len(values)} values"
                problems.add(
                    OTHER_ROWS.at(self._at(first + place), f"The record has {has} for {width} columns.")
                )
        problems.stop_if_any()
        self.rows += len(rows)
        given: Any = zip(*rows, strict=True)
        for number, values in enumerate(given):
            column = self.header.columns[number]
            self.held[number].append(self._typed(column, list(values), first))

    def _at(self, number: int, column: str = "") -> Address:
        return Address(file=self.shown, line=number if self.lines else 0, column=column)

    def _typed(self, column: JsonColumn, values: list[Any], first: int) -> Any:
        """The values of a column as a text or number array."""
        missing = [value is None or value == "" for value in values]
        known = [value for value, gone in zip(values, missing, strict=True) if not gone]
        kinds = (str,) if column.text or _as_text(column) else (int, float)
        place = next((n for n, value in enumerate(values) if not (missing[n] or type(value) in kinds)), None)
        if place is not None:  # bool, a kind of int elsewhere, is another type here
            raise self._other(column, first + place, values[place])
        if column.text:
            return pd.array(
                [None if gone else value for value, gone in zip(values, missing, strict=True)], dtype="str"
            )
        out = np.full(len(values), np.nan)
        out[~np.array(missing, dtype=bool)] = self._numbers(column, known)
        return out

    def _numbers(self, column: JsonColumn, known: list[Any]) -> Any:
        read: Callable[[list[Any]], Any] = lambda texts: np.array([float(text) for text in texts])  # noqa: E731
        if column.dataType in ("date", "datetime", "time"):
            kind = str(column.dataType)
            read = lambda texts: numbers_of(kind, texts)  # noqa: E731
        try:
            found = np.asarray(read(known), dtype="float64")
        except (ValueError, OverflowError):
            bad = next(value for value in known if _fails(read, value))
            raise self._other(column, 0, bad) from None
        if not np.isfinite(found).all():
            raise self._other(column, 0, known[int(np.argmin(np.isfinite(found)))])
        return found

    def _other(self, column: JsonColumn, number: int, value: object) -> Stopped:
        what = f"The value is not of the data type {column.dataType}."
        shown = json.dumps(value, ensure_ascii=False)[:60]
        return Stopped([OTHER_VALUE.at(self._at(number, column.name), what, values=[shown])])

    def finished(self) -> JsonDataset:
        header = self.header
        if self.rows != header.records:
            what = f"The file has {self.rows} records; its metadata say {header.records}."
            raise Stopped([OTHER_ROWS.at(self.shown, what)])
        columns = {c.name: self._joined(c, parts) for c, parts in zip(header.columns, self.held, strict=True)}
        frame = pd.DataFrame(columns, index=pd.RangeIndex(self.rows))
        variables = tuple(_variable(column, frame[column.name]) for column in header.columns)
        return JsonDataset(header.name, header.label, variables, frame)

    def _joined(self, column: JsonColumn, parts: list[Any]) -> Any:
        if column.text:
            held = [pd.Series(part) for part in parts] or [pd.Series([], dtype="str")]
            return pd.concat(held, ignore_index=True)
        return np.concatenate([np.empty(0), *parts])


def _as_text(column: JsonColumn) -> bool:
    """Whether a number is written as text: exact decimals, dates and times."""
    return column.dataType in ("decimal", "date", "datetime", "time")


def _fails(read: Callable[[list[Any]], Any], value: object) -> bool:
    try:
        read([value])
    except (ValueError, OverflowError):
        return True
    return False


def _variable(column: JsonColumn, values: pd.Series) -> Variable:
    if column.text:
        length = max(column.length or 1, byte_length(values))
        return Variable(column.name, column.label, "Char", length, column.displayFormat)
    return Variable(column.name, column.label, "Num", 8, column.displayFormat)
