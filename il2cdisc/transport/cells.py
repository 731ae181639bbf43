"""The cells of a worksheet, from its XML: as a grid of texts, or what the values alone do not show."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from il2cdisc.base import numbers
from il2cdisc.transport.number_formats import BUILTIN, shown_number
from il2cdisc.transport.ooxml import Attributes, LocalNames, PackageError, parse, run

MAX_CELLS = 2_000_000
MAX_ROW = 1_048_576
MAX_COLUMN = 16_384

_BUILTIN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_CODE = re.compile(r'"[^"]*"|\\.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})\Z")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

Where = tuple[int, int]
"""Row and column of a cell, both 1-based."""


@dataclass(slots=True)
class SheetCell:
    """A filled cell: its text, and what it was: text, number, flag, error, date, formula.

    `shown`: of a number, what the sheet shows where that is something else.
    """

    text: str
    kind: str = "text"
    shown: str = ""


@dataclass(slots=True)
class Grid:
    """A sheet: filled cells by row and column (both 1-based) and merged ranges as written (`A1:B2`)."""

    name: str
    rows: dict[int, dict[int, SheetCell]] = field(default_factory=dict[int, dict[int, SheetCell]])
    merged: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class Marks:
    """What the values of a sheet do not show."""

    formulas: dict[Where, bool] = field(default_factory=dict[Where, bool])
    """Cells with a formula, and whether its result is stored."""
    errors: dict[Where, str] = field(default_factory=dict[Where, str])
    comments: dict[Where, str] = field(default_factory=dict[Where, str])
    hidden_rows: list[int] = field(default_factory=list[int])
    hidden_columns: list[int] = field(default_factory=list[int])
    hidden: bool = False
    """Whether the sheet itself is."""


def shared_strings(content: bytes) -> list[str]:
    strings: list[str] = []
    pieces: list[str] = []
    state = {"text": False, "phonetic": 0}

    def start(tag: str, _: Attributes) -> None:
        if tag == "si":
            pieces.clear()
        elif tag == "rPh":
            state["phonetic"] += 1
        elif tag == "t":
            state["text"] = not state["phonetic"]

    def end(tag: str) -> None:
        if tag == "si":
            strings.append(_unescape("".join(pieces)))
        elif tag == "rPh":
            state["phonetic"] -= 1
        elif tag == "t":
            state["text"] = False

    def data(text: str) -> None:
        if state["text"]:
            pieces.append(text)

    parse(content, start, end, data)
    return strings


def _unescape(text: str) -> str:
    """Undo `_x000D_`, the way in which a workbook writes control characters."""
    if "_x" not in text:
        return text
    whole = _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), text)
    # Halves of a surrogate pair are letters of no text: a text that holds one stays as it is written.
    whole = whole.replace("\r\n", "\n")
    return text if any("\ud800" <= letter <= "\udfff" for letter in whole) else whole


class Style(NamedTuple):
    """How a cell style shows a number: as a date or a time, or by a format code ("": as it is)."""

    is_date: bool = False
    code: str = ""


def cell_styles(content: bytes) -> list[Style]:
    """The cell styles of a workbook, in their order."""
    custom: dict[int, Style] = {}
    styles: list[Style] = []
    inside = {"cellXfs": False}

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "numFmt":
            code = attributes.get("formatCode", "")
            is_date = any(letter in _NOT_CODE.sub("", code).lower() for letter in "dmyhs")
            custom[_whole(attributes.get("numFmtId", ""))] = Style(is_date, code)
        elif tag == "cellXfs":
            inside["cellXfs"] = True
        elif tag == "xf" and inside["cellXfs"]:
            number = _whole(attributes.get("numFmtId", ""))
            builtin = Style(number in _BUILTIN_DATES, BUILTIN.get(number, ""))
            styles.append(custom.get(number, builtin))

    def end(tag: str) -> None:
        if tag == "cellXfs":
            inside["cellXfs"] = False

    parse(content, start, end)
    return styles


def _whole(text: str, otherwise: int = 0) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise


def number_text(text: str) -> str:
    """A stored number as a person would write it: `1.0` → `1`, `0.10000000000000001` → `0.1`."""
    found = numbers.read_number(text)
    return numbers.number_text(found.value, 17) if found.is_number else text


def _date_text(text: str, epoch_1904: bool) -> str:
    try:
        days = float(text)
        if days < 1 and not epoch_1904:
            moment = datetime(2000, 1, 1) + timedelta(seconds=round(days * 86400))  # noqa: DTZ001
            return moment.strftime("%H:%M:%S")
        start = datetime(1904, 1, 1) if epoch_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
        moment = start + timedelta(seconds=round(days * 86400))
    except (ValueError, OverflowError):
        return text
    return moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat()


def split_reference(reference: str) -> tuple[int, int]:
    """Row and column (1-based) of `F23`. Raises `ValueError` for anything else."""
    match = _REFERENCE.match(reference)
    if match is None or int(match[2]) > MAX_ROW:
        raise ValueError(reference)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


class SheetReader:
    """Expat handlers that fill a `Grid`."""

    def __init__(self, name: str, strings: list[str], styles: list[Style], epoch_1904: bool) -> None:
        self.grid = Grid(name)
        self._strings = strings
        self._styles = styles
        self._epoch = epoch_1904
        self._row = 0
        self._column = 0
        self._inside = 0  # the row element that cells are in, and how their references end
        self._digits = ""
        self._columns: dict[str, int] = {}
        self._count = 0
        self._cell: dict[str, str] = {}
        self._formula = False
        self._value: list[str] = []
        self._take = False
        self._phonetic = 0
        self._names = LocalNames()

    def read(self, content: bytes) -> Grid:
        """The cells of a sheet's XML."""
        run(content, self._start, self._end, self._data)
        return self.grid

    def _start(self, tag: str, attributes: Attributes) -> None:
        name = self._names[tag]
        if name == "c":
            self._move(attributes.get("r"))
            self._cell = attributes
            self._formula = False
            if self._value:
                self._value = []
        elif name == "v":
            self._take = True
        elif name == "t":
            self._take = not self._phonetic
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._row = _whole(attributes.get("r", ""), self._row + 1)
            self._inside, self._digits = self._row, str(self._row or "")
            self._column = 0
            if self._row > MAX_ROW:
                raise PackageError(f"Sheet '{self.grid.name}' has a row {self._row}.", "Save it again.")
        elif name == "mergeCell":
            self.grid.merged.append(attributes.get("ref", ""))
        elif name == "rPh":
            self._phonetic += 1

    def _data(self, text: str) -> None:
        if self._take:
            self._value.append(text)

    def _end(self, tag: str) -> None:
        name = self._names[tag]
        if name == "c":
            if self._value or self._formula:
                self._finish()
        elif name in {"v", "t"}:
            self._take = False
        elif name == "rPh":
            self._phonetic -= 1

    def _move(self, reference: str | None) -> None:
        """Go to the cell of a reference; without one, to the next."""
        if not reference:
            self._column += 1
            return
        if self._digits and reference.endswith(self._digits):
            column = self._columns.get(reference[: -len(self._digits)])
            if column is not None:
                self._row, self._column = self._inside, column
                return
        try:
            self._row, self._column = split_reference(reference)
        except ValueError:
            raise PackageError(
                f"Sheet '{self.grid.name}' has a cell at '{reference}'.", "Save it again."
            ) from None
        self._columns[reference.rstrip("0123456789")] = self._column

    def _finish(self) -> None:
        self._count += 1
        if self._count > MAX_CELLS:
            raise PackageError(
                f"Sheet '{self.grid.name}' has more than {MAX_CELLS:,} cells.", "Remove what is not needed."
            )
        text, kind, shown = "".join(self._value), "text", ""
        cell_type = self._cell.get("t", "n")
        if cell_type == "s":
            try:
                text = self._strings[int(text)]
            except (ValueError, IndexError):
                raise PackageError(
                    f"Sheet '{self.grid.name}' names a text that is not there.", "Save it again."
                ) from None
        elif cell_type == "e":
            kind = "error"
        elif cell_type == "b":
            text, kind = ("TRUE" if text == "1" else "FALSE"), "flag"
        elif cell_type == "d":
            kind = "date"
        elif cell_type == "n":
            number = _whole(self._cell.get("s", ""))
            style = self._styles[number] if number < len(self._styles) else Style()
            if style.is_date:
                text, kind = _date_text(text, self._epoch), "date"
            else:
                text, kind = number_text(text), "number"
                shown = shown_number(text, style.code) if style.code else ""
        else:
            text = _unescape(text)
        if self._formula:
            kind = "formula"
        self.grid.rows.setdefault(self._row, {})[self._column] = SheetCell(text, kind, shown)


class MarkReader:
    """Expat handlers that fill `Marks`: little is done for a cell without a formula or an error."""

    def __init__(self) -> None:
        self.marks = Marks()
        self.filled = False
        """Whether a cell holds a value."""
        self._row = 0
        self._column = 0
        self._cell: Attributes = {}
        self._formula = False
        self._text: list[str] | None = None
        self._names = LocalNames()

    def read(self, content: bytes) -> Marks:
        """The marks of a sheet's XML."""
        run(content, self._start, self._end, self._data)
        return self.marks

    def _start(self, tag: str, attributes: Attributes) -> None:
        name = self._names[tag]
        if name == "c":
            self._cell, self._formula = attributes, False
            self._column += 1
        elif name == "v" or name == "is":
            self.filled = True
            if self._formula or self._cell.get("t") == "e":
                self._text = []
        elif name == "f":
            self._formula = True
            # A formula may give an empty text: that is a result, too.
            self.marks.formulas[self._place()] = self._cell.get("t") == "str"
        elif name == "row":
            self._row, self._column = _whole(attributes.get("r", ""), self._row + 1), 0
            if _is_hidden(attributes, "ht"):
                self.marks.hidden_rows.append(self._row)
        elif name == "col" and _is_hidden(attributes, "width"):
            first, last = (_whole(attributes.get(at, "")) for at in ("min", "max"))
            self.marks.hidden_columns += range(max(first, 1), min(last, MAX_COLUMN) + 1)

    def _data(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        if self._text is None or self._names[tag] != "v":
            return
        text, self._text = "".join(self._text), None
        if self._formula and text:
            self.marks.formulas[self._place()] = True
        if self._cell.get("t") == "e":
            self.marks.errors[self._place()] = text

    def _place(self) -> Where:
        """Where the cell is: by its reference, or the next one of its row."""
        try:
            return split_reference(self._cell["r"]) if "r" in self._cell else (self._row, self._column)
        except ValueError:
            raise PackageError(f"A cell is at '{self._cell['r']}'.", "Save it again.") from None


def _is_hidden(attributes: Attributes, size: str) -> bool:
    """Whether a row or column is hidden, or has no height or width, which shows as little."""
    given = attributes.get(size, "1")
    return attributes.get("hidden") in {"1", "true"} or not given.strip("0.")
